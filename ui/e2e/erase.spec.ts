// Erasing a former driver and a receiver, by the dialogs: what is lost is said first, only a tick lets it go on, and then they are
// gone from the lists, the delivery's page, the log, the exports, the files and what a browser keeps, in the reader's language.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBrowser, openDesk } from "./browser";
import type { Desk } from "./browser";
import { Depot } from "./depot";
import { findingsOn } from "./looks";

let browser: Browser;
let depot: Depot;
let driver: string;
let delivery: string;
/** A desk that was open all the while, and told of the delivery that ran late. */
let watcher: Desk;

beforeAll(async () => {
  [browser, depot] = await Promise.all([openBrowser(), Depot.open({ settings: ["backup.every_minutes=0"] })]);
  driver = await depot.addDriver("Wilhelmina Quist");
  watcher = await openDesk(browser, depot);
  await watcher.page.waitForFunction(() => localStorage.getItem("depot.news")?.includes("late"));
  const route = await depot.addRoute("Gate", "Harbour", new Date(Date.now() - 3_600_000), ["Market"]);
  delivery = await depot.addDelivery(route, driver, await depot.addVehicle("EV-07"));
  const at = `/api/deliveries/${delivery}`;
  await depot.call("PATCH", `${at}/status`, { status: "InTransit" });
  await watcher.page.getByRole("button", { name: "Notifications, 1 unread" }).waitFor();
  const { incidentId } = await depot.call("POST", `${at}/incidents`, { type: "Traffic", description: "Frau Zwickl waits" });
  await depot.call("PATCH", `${at}/incidents/${incidentId}/resolve`, { note: "Zwickl was told" });
  await depot.call("PATCH", `${at}/checkpoint`, { routeId: route, sequence: 1 });
  await depot.call("POST", `${at}/proof-of-delivery`, { receiverName: "Leopoldine Zwickl", signatureUrl: "https://example.org/zwickl.png" });
});
afterAll(async () => {
  await browser?.close();
  await depot?.close();
});

/** Opens the dialog from its menu, which must not erase before it was told that somebody is sure. */
async function erase(page: Page, menu: RegExp, item: RegExp, title: RegExp): Promise<void> {
  await page.getByRole("button", { name: menu }).click();
  await page.getByRole("menuitem", { name: item }).click();
  const dialog = page.getByRole("dialog", { name: title });
  await dialog.getByText("Backups that lie elsewhere").waitFor();
  const submit = dialog.getByRole("button", { name: "Erase for good" });
  expect(await submit.isDisabled()).toBe(true);
  await dialog.getByLabel("I know that nobody can bring it back").check();
  expect(await findingsOn(page)).toEqual([]);
  await submit.click();
  await dialog.waitFor({ state: "detached" });
}

/** What is written on a page, once the log of the delivery or the list is there. */
async function textOf(page: Page, at: string, until: string): Promise<string> {
  await page.goto(depot.url + at);
  await page.getByText(until).first().waitFor();
  return page.locator("main").innerText();
}

it("leaves it alone when the dialog is cancelled", async () => {
  const { context, page } = await openDesk(browser, depot);
  await page.goto(`${depot.url}/deliveries/${delivery}`);
  await page.getByText("Leopoldine Zwickl").first().waitFor();
  await page.getByRole("button", { name: "More about this proof" }).click();
  await page.getByRole("menuitem", { name: /^Erase receiver/u }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  expect((await depot.call("GET", `/api/deliveries/${delivery}`)).receiverName).toBe("Leopoldine Zwickl");
  await context.close();
});

it("erases who received a delivery", async () => {
  const { context, page, complaints } = await openDesk(browser, depot);
  await page.goto(`${depot.url}/deliveries/${delivery}`);
  await page.getByText("Leopoldine Zwickl").first().waitFor();
  await erase(page, /^More about this proof/u, /^Erase receiver/u, /^Erase who received this/u);
  await page.getByText("Who received it has been erased.").first().waitFor();
  expect(await page.getByRole("button", { name: "More about this proof" }).count()).toBe(0);
  for (const [at, until] of [
    [`/deliveries/${delivery}`, "Who received it has been erased."],
    ["/deliveries", "Gate → Harbour"],
    ["/incidents?resolved=true", "Gate → Harbour"],
    ["/log", "had its receiver erased"],
    [`/print/proof/${delivery}`, "erased"],
  ] as const) {
    expect(await textOf(page, at, until)).not.toMatch(/zwickl|leopoldine/iu);
  }
  expect(complaints).toEqual([]);
  await context.close();
});

it("erases a former driver, and shows them so wherever they are named", async () => {
  const { context, page, complaints } = await openDesk(browser, depot);
  await page.goto(`${depot.url}/fleet/drivers/${driver}`);
  await page.getByRole("heading", { name: "Wilhelmina Quist" }).waitFor();
  await erase(page, /^Actions for Wilhelmina Quist/u, /^Erase …/u, /^Erase Wilhelmina Quist for good/u);
  await page.getByRole("heading", { name: "Erased driver" }).waitFor();
  expect(await page.getByRole("button", { name: "Edit" }).count()).toBe(0);
  for (const [at, until] of [
    ["/fleet", "erased"],
    [`/deliveries/${delivery}`, "erased"],
    ["/deliveries", "erased"],
    ["/log", "was erased: name, licence and phone number are gone"],
    ["/", "erased"],
    ["/reports", "erased"],
  ] as const) {
    expect(await textOf(page, at, until)).not.toMatch(/wilhelmina|quist/iu);
  }
  // Quieter than a name.
  await page.goto(`${depot.url}/fleet`);
  const shown = page.getByRole("table").getByText("erased", { exact: true }).first();
  await shown.waitFor();
  expect(await shown.evaluate((text) => getComputedStyle(text).fontStyle)).toBe("italic");
  expect(await findingsOn(page)).toEqual([]);
  expect(complaints).toEqual([]);
  await context.close();
});

it("says so in German, too, in lists and in what is exported", async () => {
  const german = { changes: [{ key: "depot.language", value: "de" }], type: "changeSettings" };
  await depot.call("POST", "/api/commands", { command: { entity: "depot", command: german } });
  const { context, page, complaints } = await openDesk(browser, depot, { colorScheme: "dark" });
  await page.goto(`${depot.url}/deliveries`);
  await page.getByRole("table").getByText("gelöscht", { exact: true }).first().waitFor();
  expect(await page.locator("main").innerText()).not.toMatch(/\berased\b/u);
  expect(await findingsOn(page)).toEqual([]);
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export" }).click();
  await page.getByRole("menuitem", { name: /CSV/u }).click();
  const exported = await readFile(await (await coming).path(), "utf8");
  expect(exported).toContain("gelöscht");
  expect(exported).not.toMatch(/\berased\b|quist|zwickl/iu);
  expect(complaints).toEqual([]);
  await context.close();
});

it("has nothing of them in what a browser kept, and says in the list of notifications that they were erased", async () => {
  const { context, page, complaints } = watcher;
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  expect(kept).toContain(delivery);
  expect(kept).not.toMatch(/wilhelmina|quist|zwickl|leopoldine/iu);
  await page.reload();
  await page.getByRole("button", { name: /^Mitteilungen/u }).click();
  const list = page.getByRole("dialog", { name: "Mitteilungen" });
  await list.getByRole("link", { name: "Gate → Harbour" }).waitFor();
  await list.getByText("gelöscht", { exact: true }).waitFor();
  expect(await findingsOn(page)).toEqual([]);
  expect(complaints).toEqual([]);
  await context.close();
});

it("has nothing of them in any file, and the record is whole", async () => {
  await depot.stop();
  expect(depot.run(["verify"])).toContain("none missing and none changed");
  const entries = await readdir(depot.folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => path.join(parentPath, name));
  expect(files.length).toBeGreaterThan(2);
  for (const file of files) expect([file, /quist|zwickl/iu.test(await readFile(file, "latin1"))]).toEqual([file, false]);
});
