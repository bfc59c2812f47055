// The table of deliveries: many at once with one refused, one beside the table by keys, a saved view, and the list as a file.
import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBrowser, openDesk } from "./browser";
import { Depot } from "./depot";

let browser: Browser;
let depot: Depot;

beforeAll(async () => {
  [browser, depot] = await Promise.all([openBrowser(), Depot.open()]);
});
afterAll(async () => {
  await browser?.close();
  await depot?.close();
});

/** Deliveries from `origin` to each of these places, each an hour after the one before. */
async function deliveriesFrom(origin: string, destinations: readonly string[]): Promise<string[]> {
  const ids = [];
  for (const [hour, destination] of destinations.entries()) {
    const route = await depot.addRoute(origin, destination, new Date(Date.now() + (hour + 2) * 3_600_000), [destination]);
    ids.push(await depot.addDelivery(route));
  }
  return ids;
}

function rowOf(page: Page, name: string) {
  return page.getByRole("row").filter({ hasText: name });
}

it("assigns a driver to many at once, and tells which one was refused and why", async () => {
  const ids = await deliveriesFrom("Mill", ["Alder", "Birch", "Cedar"]);
  const driver = await depot.addDriver("Ana Costa");
  const { context, page, complaints } = await openDesk(browser, depot);
  await page.goto(`${depot.url}/deliveries?text=Mill&ascending=true`);
  // Somebody else is faster with one of them: it fails, and so cannot be assigned.
  await page.getByRole("checkbox", { name: "Select Mill → Alder" }).click();
  await page.getByRole("checkbox", { name: "Select Mill → Cedar" }).click({ modifiers: ["Shift"] });
  await page.getByRole("group", { name: "3 selected" }).getByRole("button", { name: "Driver" }).click();
  const dialog = page.getByRole("dialog", { name: "Assign a driver to 3 deliveries" });
  await depot.call("PATCH", `/api/deliveries/${ids[1]}/status`, { status: "Failed", reason: "No ramp" });
  await dialog.getByRole("combobox", { name: "Driver" }).fill("Ana");
  await page.getByRole("option").filter({ hasText: "Ana Costa" }).click();
  await dialog.getByRole("button", { name: "Assign to 3" }).click();
  await dialog.getByText("2 of 3 are done; one is not.").waitFor();
  const lines = dialog.getByRole("listitem");
  expect(await lines.filter({ hasText: "Birch" }).innerText()).toContain("Somebody was faster");
  expect(await lines.filter({ hasText: "Refused" }).count()).toBe(1);
  expect(await lines.filter({ hasText: "Done" }).count()).toBe(2);
  await dialog.getByRole("button", { name: "Close" }).last().click();
  // What was not done stays chosen.
  await page.getByRole("group", { name: "1 selected" }).waitFor();
  expect(await page.getByRole("checkbox", { name: "Select Mill → Birch" }).isChecked()).toBe(true);
  const drivers = await Promise.all(ids.map(async (id) => (await depot.call("GET", `/api/deliveries/${id}`)).driverId));
  expect(drivers).toEqual([driver, null, driver]);
  // A refusal is a 409, which the console notes of itself.
  expect(complaints.filter((complaint) => !complaint.includes("409"))).toEqual([]);
  await context.close();
});

it("takes back what was done to many, but not where somebody changed it since", async () => {
  const ids = await deliveriesFrom("Quarry", ["Slate", "Marble"]);
  const [dana, fred] = [await depot.addDriver("Dana Reed"), await depot.addDriver("Fred Moss")];
  await depot.addDriver("Emil Sands");
  const assign = (id: string | undefined, driverId: string) => depot.call("PATCH", `/api/deliveries/${id}/assign-driver`, { driverId });
  for (const id of ids) await assign(id, dana);
  const { context, page, complaints } = await openDesk(browser, depot);
  await page.goto(`${depot.url}/deliveries?text=Quarry`);
  await page.getByRole("checkbox", { name: "Select all 2 shown" }).click();
  await page.getByRole("group", { name: "2 selected" }).getByRole("button", { name: "Driver" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "Driver" }).fill("Emil");
  await page.getByRole("option").filter({ hasText: "Emil Sands" }).click();
  await dialog.getByRole("button", { name: "Assign to 2" }).click();
  await dialog.getByText("All 2 are done.").waitFor();
  await assign(ids[0], fred);
  await dialog.getByRole("button", { name: "Undo all 2" }).click();
  await dialog.getByText("One was undone.").waitFor();
  expect(await dialog.getByRole("listitem").filter({ hasText: "Slate" }).innerText()).toContain("Somebody was faster");
  const drivers = await Promise.all(ids.map(async (id) => (await depot.call("GET", `/api/deliveries/${id}`)).driverId));
  expect(drivers).toEqual([fred, dana]);
  expect(complaints.filter((complaint) => !complaint.includes("409"))).toEqual([]);
  await context.close();
});

it("keeps what became of each when the list leaves out what was changed", async () => {
  await deliveriesFrom("Pier", ["East", "West"]);
  const { context, page, complaints } = await openDesk(browser, depot);
  await page.goto(`${depot.url}/deliveries?text=Pier&status=PickedUp`);
  await page.getByRole("checkbox", { name: "Select all 2 shown" }).click();
  await page.getByRole("group", { name: "2 selected" }).getByRole("button", { name: "Status" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "New status" }).click();
  await page.getByRole("option", { name: "Failed" }).click();
  await dialog.getByRole("textbox", { name: /reason/iu }).fill("Fog");
  await dialog.getByRole("button", { name: "Change 2" }).click();
  await page.getByText("No delivery fits").waitFor();
  await dialog.getByText("All 2 are done.").waitFor();
  expect(await dialog.getByRole("listitem").filter({ hasText: "Done" }).count()).toBe(2);
  expect(complaints).toEqual([]);
  await context.close();
});

it("reports an incident on many at once, and resolves them at once", async () => {
  const ids = await deliveriesFrom("Weir", ["North", "South"]);
  const { context, page, complaints } = await openDesk(browser, depot);
  await page.goto(`${depot.url}/deliveries?text=Weir`);
  await page.getByRole("checkbox", { name: "Select all 2 shown" }).click();
  const bar = page.getByRole("group", { name: "2 selected" });
  await bar.getByRole("button", { name: "Report incident" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Type").fill("Weather");
  await dialog.getByLabel("Description").fill("Black ice");
  await dialog.getByRole("button", { name: "Report on 2" }).click();
  await dialog.getByText("All 2 are done.").waitFor();
  await dialog.getByRole("button", { name: "Close" }).last().click();
  // What is offered goes by what the rows show.
  await expect.poll(() => page.getByRole("row").getByText("1 incident", { exact: true }).count()).toBe(2);
  await page.getByRole("checkbox", { name: "Select all 2 shown" }).click();
  await bar.getByRole("button", { name: "Resolve incidents" }).click();
  await dialog.getByLabel("How they were resolved").fill("Gritted");
  await dialog.getByRole("button", { name: "Resolve 2" }).click();
  await dialog.getByText("All 2 are done.").waitFor();
  for (const id of ids) {
    const { incidents } = await depot.call("GET", `/api/deliveries/${id}`);
    expect(incidents).toMatchObject([{ type: "Weather", description: "Black ice", resolved: true }]);
  }
  expect(complaints).toEqual([]);
  await context.close();
});

it("opens a delivery beside the table, goes through the list by keys, and keeps it in the address", async () => {
  const ids = await deliveriesFrom("Lock", ["Upper", "Middle", "Lower"]);
  const { context, page, complaints } = await openDesk(browser, depot);
  await page.goto(`${depot.url}/deliveries?text=Lock&ascending=true`);
  await rowOf(page, "Lock → Upper").getByText("Planned").click();
  const aside = page.getByRole("complementary", { name: "The delivery that is open" });
  await aside.getByRole("heading", { name: "Lock → Upper" }).waitFor();
  await page.keyboard.press("j");
  await aside.getByRole("heading", { name: "Lock → Middle" }).waitFor();
  await page.keyboard.press("ArrowDown");
  await aside.getByRole("heading", { name: "Lock → Lower" }).waitFor();
  expect(page.url()).toContain(ids[2]);
  await page.reload();
  await aside.getByRole("heading", { name: "Lock → Lower" }).waitFor();
  expect(await page.locator("tr[aria-current]").textContent()).toContain("Lock → Lower");
  await aside.getByRole("link", { name: "Open as a page" }).click();
  await page.getByRole("heading", { name: "Lock → Lower", level: 1 }).waitFor();
  await page.goBack();
  await aside.waitFor();
  await page.keyboard.press("Escape");
  await aside.waitFor({ state: "hidden" });
  expect(page.url()).not.toContain("panel");
  expect(complaints).toEqual([]);
  await context.close();
});

it("saves a view with its filters and columns, and gives the filtered list as a file", async () => {
  await deliveriesFrom("Ford", ["=1+1", "Meadow"]);
  const { context, page, complaints } = await openDesk(browser, depot);
  await page.goto(`${depot.url}/deliveries?text=Ford`);
  await rowOf(page, "Ford → Meadow").waitFor();
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("menuitemcheckbox", { name: "Created" }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("columnheader", { name: "Created" }).waitFor();
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: "Save this view…" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("Over the ford");
  await page.getByRole("button", { name: "Save view" }).click();
  // Another list, with other columns, after a reload.
  await page.evaluate(() => localStorage.removeItem("depot.deliveries.columns"));
  await page.goto(`${depot.url}/deliveries`);
  await rowOf(page, "Ford → Meadow").waitFor();
  expect(await page.getByRole("columnheader", { name: "Created" }).count()).toBe(0);
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: "Over the ford" }).click();
  await page.waitForURL(/text=Ford/u);
  await page.getByRole("columnheader", { name: "Created" }).waitFor();

  const csv = (await download(page, "Text table (CSV)")).toString("utf8");
  const [heads = "", ...rows] = csv.trim().split(/\r?\n/u);
  expect(heads).toContain("Status,Origin,Destination,Scheduled start");
  expect(rows.map((row) => row.split(",").slice(0, 3).join(",")).toSorted()).toEqual(["Planned,Ford,'=1+1", "Planned,Ford,Meadow"]);
  const xlsx = await download(page, "Excel workbook (XLSX)");
  expect(xlsx.subarray(0, 2).toString()).toBe("PK");
  expect(complaints).toEqual([]);
  await context.close();
});

async function download(page: Page, format: string): Promise<Buffer> {
  await page.getByRole("button", { name: "Export" }).click();
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: format }).click()]);
  return readFile(await file.path());
}
