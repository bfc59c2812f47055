// Several windows over one depot show the same: what is done in one appears in the others by itself, and what one missed
// while it was cut off, it catches up with.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBrowser, openDesk, watch } from "./browser";
import { Depot } from "./depot";

const PATIENCE = { timeout: 30_000 };

let browser: Browser;
let depot: Depot;

beforeAll(async () => {
  [browser, depot] = await Promise.all([openBrowser(), Depot.open()]);
});
afterAll(async () => {
  await browser?.close();
  await depot?.close();
});

/** Every name in the fleet's list, as the page shows it. */
async function names(page: Page): Promise<string> {
  return (await page.getByRole("table").getByText(/^Driver \d+$/u).allTextContents()).toSorted().join(", ");
}

it("shows in every window what was done in one, and all the same after a burst", async () => {
  const { context, page, complaints } = await openDesk(browser, depot);
  const beside = await context.newPage();
  const elsewhere = await openDesk(browser, depot);
  await depot.addDriver("Driver 0");
  const pages = [page, beside, elsewhere.page];
  await Promise.all(pages.map((one) => one.goto(`${depot.url}/fleet`)));
  await Promise.all(pages.map((one) => one.getByRole("table").getByText("Driver 0").waitFor()));

  await page.getByRole("button", { name: "Actions for Driver 0" }).click();
  await page.getByRole("menuitem", { name: "Change status" }).click();
  await page.getByRole("dialog").getByRole("combobox", { name: "Status" }).click();
  await page.getByRole("option", { name: "Suspended" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Change status" }).click();
  await Promise.all(pages.map((one) => one.getByRole("table").getByText("Suspended").waitFor()));

  await Promise.all(Array.from({ length: 20 }, (_, number) => depot.addDriver(`Driver ${number + 1}`)));
  const all = Array.from({ length: 21 }, (_, number) => `Driver ${number}`).toSorted().join(", ");
  for (const one of pages) await expect.poll(() => names(one), PATIENCE).toBe(all);
  expect([...complaints, ...elsewhere.complaints]).toEqual([]);
  await Promise.all([context.close(), elsewhere.context.close()]);
});

it("says that it is cut off, and catches up when the depot is there again", async () => {
  const { context, page } = await openDesk(browser, depot);
  await page.goto(`${depot.url}/fleet?text=Castaway`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await depot.stop("SIGKILL");
  await page.getByText("Connection lost").waitFor();
  await depot.startAgain();
  await depot.addDriver("Castaway");
  await page.getByRole("table").getByText("Castaway").waitFor();
  await page.getByText("Connection lost").waitFor({ state: "detached" });
  await context.close();
});

it("asks no other machine on any page", async () => {
  const { context, page } = await openDesk(browser, depot);
  const asked = watch(context, depot.url);
  for (const place of await page.getByRole("navigation").getByRole("link").all()) {
    await place.click();
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.waitForLoadState("networkidle");
  }
  for (const part of await openTabs(page)) {
    await page.getByRole("tab", { name: part }).click();
    await page.waitForLoadState("networkidle");
  }
  await page.goto(`${depot.url}/api/docs/`);
  await page.waitForLoadState("networkidle");
  expect(asked.filter((complaint) => complaint.startsWith("asked another machine"))).toEqual([]);
  await context.close();
});

async function openTabs(page: Page): Promise<readonly string[]> {
  await page.goto(`${depot.url}/settings`);
  await page.getByRole("tab").first().waitFor();
  return page.getByRole("tab").allTextContents();
}
