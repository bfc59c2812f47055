// The settings in a browser: a rule that holds at once, a token that lets in and is taken back, who is here, the data folder
// and its code, and how close things stand.
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBrowser, openDesk, watch } from "./browser";
import { Depot } from "./depot";
import { findingsOn } from "./looks";

let browser: Browser;
let depot: Depot;

beforeAll(async () => {
  [browser, depot] = await Promise.all([openBrowser(), Depot.open({ settings: ["backup.every_minutes=0"] })]);
});
afterAll(async () => {
  await browser?.close();
  await depot?.close();
});

function at(minutes: number): Date {
  return new Date(Date.now() + minutes * 60_000);
}

it("changes a rule that holds from the next booking on, and shows it in another browser", async () => {
  const [first, second] = [await openDesk(browser, depot), await openDesk(browser, depot)];
  await second.page.goto(`${depot.url}/settings?part=depot`);
  await first.page.goto(`${depot.url}/settings`);
  await first.page.getByRole("tab", { name: "Depot" }).click();
  await first.page.getByLabel("Minutes between two bookings").fill("45");
  await first.page.getByRole("region", { name: "Rules" }).getByRole("button", { name: "Save" }).click();
  await first.page.getByText("Settings saved").waitFor();
  await expect.poll(() => second.page.getByLabel("Minutes between two bookings").inputValue()).toBe("45");
  const [driver, van, truck] = [await depot.addDriver("Ana Costa"), await depot.addVehicle("EV-07"), await depot.addVehicle("EV-08")];
  await depot.addDelivery(await depot.addRoute("Gate", "Harbour", at(600), ["Market"]), driver, van);
  // Half an hour after the first one ends.
  const next = await depot.addRoute("Gate", "Station", at(660), ["Mill"]);
  await expect(depot.addDelivery(next, driver, truck)).rejects.toThrow("bookingConflict");
  expect([...first.complaints, ...second.complaints]).toEqual([]);
  await Promise.all([first.context.close(), second.context.close()]);
});

it("makes a token that lets a browser in, shows who is here, and takes it back", async () => {
  const { context, page, complaints } = await openDesk(browser, depot);
  await page.goto(`${depot.url}/settings?part=people`);
  await page.getByRole("button", { name: "Invite person" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Counter");
  await dialog.getByRole("button", { name: "Invite person" }).click();
  const token = await page.getByRole("textbox", { name: "The new access token" }).inputValue();
  await page.getByRole("dialog").getByText("Done", { exact: true }).click();
  await page.getByRole("row", { name: /Counter/u }).getByText("never").waitFor();

  const counter = await openDesk(browser, depot, { token });
  await counter.page.goto(`${depot.url}/settings?part=people`);
  await counter.page.getByText("Only administrators see this.").waitFor();
  await page.getByRole("tab", { name: "Phones and browsers" }).click();
  const here = page.getByRole("table", { name: "Who is here now" });
  await here.getByRole("row", { name: /Counter dispatcher 127\.0\.0\.1/u }).waitFor();
  await page.getByText("served by depotd").waitFor();
  await page.getByRole("region", { name: "Phones and browsers" }).getByText(depot.url, { exact: true }).waitFor();

  await page.getByRole("tab", { name: "People and programs" }).click();
  await page.reload();
  await page.getByRole("row", { name: /Counter/u }).getByRole("button", { name: "Withdraw access of Counter" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Withdraw access" }).click();
  await page.getByRole("row", { name: /Counter/u }).getByText("withdrawn").waitFor();
  await counter.page.getByRole("heading", { name: /Sign in/u }).waitFor();
  await page.getByRole("tab", { name: "Phones and browsers" }).click();
  await here.getByRole("row", { name: /Counter/u }).waitFor({ state: "detached" });
  expect(complaints).toEqual([]);
  await Promise.all([context.close(), counter.context.close()]);
});

it("makes a backup, checks the record and seals it, and the code is that of depotd", async () => {
  const { context, page, complaints } = await openDesk(browser, depot);
  await page.goto(`${depot.url}/settings?part=data`);
  await page.getByText(depot.folder, { exact: true }).waitFor();
  await page.getByText("There is no backup yet.").waitFor();
  await page.getByRole("button", { name: "Back up now" }).click();
  await page.getByRole("table", { name: "Backups" }).getByRole("row").nth(1).waitFor();
  await page.getByRole("button", { name: "Check now" }).click();
  await page.getByText(/none missing and none changed/u).waitFor();
  await page.getByRole("button", { name: "Seal now" }).click();
  await page.getByText(/^Sealed up to event/u).first().waitFor();
  const code = (await page.getByText(/^(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}$/u).first().textContent()) ?? "";
  await page.emulateMedia({ media: "print" });
  await page.locator("section", { hasText: code }).last().waitFor();
  expect(await page.getByRole("heading", { name: "Settings" }).count()).toBe(0);
  expect(complaints).toEqual([]);
  await context.close();
  await depot.stop();
  expect(depot.run(["verify"])).toContain(code);
  await depot.startAgain();
});

it("keeps backups in another folder, says where they lie, and shows the command that restores one", async () => {
  const { context, page, complaints } = await openDesk(browser, depot);
  const elsewhere = await mkdtemp(path.join(tmpdir(), "backups-"));
  await page.goto(`${depot.url}/settings?part=data`);
  const field = page.getByLabel("Folder of the backups");
  const section = page.getByRole("region", { name: "When backups are made" });
  // Within the data folder they would be lost with it.
  await field.fill(`${depot.folder}/files`);
  await section.getByRole("button", { name: "Save" }).click();
  await section.getByText("lies in the data folder").waitFor();
  const chosen = path.join(elsewhere, "of the depot");
  await field.fill(chosen);
  await section.getByRole("button", { name: "Save" }).click();
  await page.getByText("Settings saved").waitFor();
  const backups = page.getByRole("region", { name: "Backups", exact: true });
  await backups.getByText(chosen, { exact: true }).waitFor();
  await backups.getByRole("button", { name: "Back up now" }).click();
  await backups.getByRole("table").getByRole("row").nth(2).waitFor();
  expect((await readdir(chosen)).some((name) => name.startsWith("20"))).toBe(true);

  await backups.getByRole("table").getByRole("row").nth(1).getByRole("button", { name: /^Restore the backup of/u }).click();
  const dialog = page.getByRole("dialog", { name: "Restore a backup" });
  const command = (await dialog.getByText("depotd restore").first().textContent()) ?? "";
  expect(command).toContain(`'${chosen}/20`);
  expect(command).toContain(`--data-dir ${depot.folder}`);
  expect(await findingsOn(page)).toEqual([]);
  await page.keyboard.press("Escape");

  // A disk that is not there is told at once.
  await rm(elsewhere, { recursive: true });
  await page.reload();
  await backups.getByText("No backup can lie there now").waitFor();
  await backups.getByText("connect the disk that it lies on").waitFor();
  // The refused change is a 400, which the console notes of itself.
  expect(complaints.filter((complaint) => !complaint.includes("400"))).toEqual([]);
  await context.close();
});

it("stands closer where somebody chose so, in every window of the browser and after a reload", async () => {
  const { context, page } = await openDesk(browser, depot);
  const second = await context.newPage();
  const complaints = watch(context, depot.url);
  await second.goto(`${depot.url}/fleet`);
  await second.getByRole("table").waitFor();
  const height = async () => (await second.getByRole("row", { name: /Ana Costa/u }).boundingBox())?.height ?? 0;
  const before = await height();
  await page.goto(`${depot.url}/settings`);
  await page.getByText("Compact", { exact: true }).click();
  await expect.poll(height).toBeLessThan(before);
  await second.reload();
  await second.getByRole("table").waitFor();
  expect(await height()).toBeLessThan(before);
  expect(complaints).toEqual([]);
  await context.close();
});
