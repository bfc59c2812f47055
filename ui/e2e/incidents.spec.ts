// Incidents: by type, resolved one by one or many at once with a note, and what became of each.
import type { Browser } from "playwright-core";
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

it("resolves one, and many at once with one note; the one that somebody else resolved meanwhile says so", async () => {
  const route = await depot.addRoute("Gate", "Harbour", new Date(Date.now() + 3_600_000), ["Harbour"]);
  const delivery = await depot.addDelivery(route, await depot.addDriver("Ana Costa"), await depot.addVehicle("EV-07"));
  const report = async (type: string, description: string): Promise<string> =>
    (await depot.call("POST", `/api/deliveries/${delivery}/incidents`, { type, description })).incidentId;
  await report("Traffic", "Queue at the bridge");
  await report("Traffic", "Road works");
  await report("Accident", "Dented door");
  const gone = await report("Weather", "Fog");

  const { context, page, complaints } = await openDesk(browser, depot);
  const table = page.getByRole("table", { name: "Incidents" });
  const rows = async () => table.locator("tbody tr[aria-rowindex]").count();
  const dialog = page.getByRole("dialog");
  await page.goto(`${depot.url}/incidents?type=Accident`);
  await table.getByText("Dented door").waitFor();
  await expect.poll(rows).toBe(1);
  await table.getByRole("button", { name: "Resolve" }).click();
  await dialog.getByRole("textbox").fill("Door replaced");
  await dialog.getByRole("button", { name: "Resolve" }).click();
  await dialog.waitFor({ state: "hidden" });
  await page.getByText("No incident fits").waitFor();

  await page.goto(`${depot.url}/incidents`);
  await table.getByText("Fog").waitFor();
  await table.locator("thead").getByRole("checkbox").check();
  await page.getByRole("button", { name: "Resolve 3" }).click();
  await dialog.getByRole("textbox").fill("Cleared by noon");
  // While the dialog is open somebody else is quicker.
  await depot.call("PATCH", `/api/deliveries/${delivery}/incidents/${gone}/resolve`);
  await dialog.getByRole("button", { name: "Resolve 3" }).click();
  await dialog.getByText("2 of 3 are done; one is not.").waitFor();
  // The list behind it is empty by then; what became of each stays.
  await page.getByText("Nothing is wrong").waitFor();
  await dialog.getByText("Refused", { exact: true }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByText("Resolved", { exact: true }).click();
  await expect.poll(rows).toBe(4);
  expect(await table.getByText("Cleared by noon").count()).toBe(2);
  // A refusal is a 400, which the console notes of itself.
  expect(complaints.filter((complaint) => !complaint.includes("400"))).toEqual([]);
  await context.close();
});
