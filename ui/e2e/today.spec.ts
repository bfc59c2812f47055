// The day as lanes: a bar dragged to another driver, one that the depot refuses, and a start that moves.
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

it("moves a delivery between lanes where the depot allows, and tells why where it does not", async () => {
  const [ana, ben, van, truck] = [
    await depot.addDriver("Ana Costa"),
    await depot.addDriver("Ben Okafor"),
    await depot.addVehicle("EV-07"),
    await depot.addVehicle("EV-08"),
  ];
  const noon = new Date();
  noon.setUTCHours(11, 0, 0, 0);
  const harbour = await depot.addRoute("Gate", "Harbour", noon, ["Market", "Harbour"]);
  const market = await depot.addRoute("Gate", "Station", noon, ["Mill", "Station"]);
  const first = await depot.addDelivery(harbour, ana, van);
  const second = await depot.addDelivery(market, undefined, truck);

  const { page, context, complaints } = await openDesk(browser, depot);
  const bar = (id: string) => page.locator(`[data-event-id="${id}"]`);
  await bar(first).waitFor();
  await page.getByRole("link", { name: /At risk$/u }).waitFor();

  await drag(page, first, "Ben Okafor");
  await expect.poll(async () => (await depot.call("GET", `/api/deliveries/${first}`)).driverId).toBe(ben);

  await drag(page, second, "Ben Okafor");
  const refusal = page.getByRole("alert").filter({ hasText: "Ben Okafor is already booked for" });
  await refusal.waitFor();
  expect((await depot.call("GET", `/api/deliveries/${second}`)).driverId).toBeNull();
  await refusal.getByRole("button", { name: "Dismiss" }).click();
  await refusal.waitFor({ state: "hidden" });

  await page.getByText("Vehicles", { exact: true }).click();
  await page.getByText("EV-08").first().waitFor();
  await bar(second).waitFor();
  await bar(second).click();
  await page.waitForURL(new RegExp(second, "u"));
  // A refusal is a 400, which the console notes of itself.
  expect(complaints.filter((complaint) => !complaint.includes("400"))).toEqual([]);
  await context.close();
});

it("counts the chosen day, as its report does", async () => {
  const noon = new Date();
  noon.setUTCHours(11, 0, 0, 0);
  const tomorrow = new Date(noon.getTime() + 24 * 60 * 60_000);
  const [dora, bus] = [await depot.addDriver("Dora Lind"), await depot.addVehicle("EV-30")];
  await depot.addDelivery(await depot.addRoute("Gate", "Far hill", tomorrow, ["Hill"]), dora, bus);
  const { page, context, complaints } = await openDesk(browser, depot);
  const figures = page.getByRole("region", { name: "Figures that matter now" });
  await figures.getByRole("link", { name: "0 / 2 delivered" }).waitFor();
  await page.getByRole("button", { name: "Next day" }).click();
  await figures.getByRole("link", { name: "0 / 1 delivered" }).waitFor();
  await figures.getByRole("link", { name: "0 / 1 checkpoints reached" }).waitFor();
  await figures.getByRole("link", { name: "0 / 1 delivered" }).click();
  await page.getByText("of 1", { exact: true }).waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

/** Drags a delivery's bar straight up or down to the lane of that name. */
async function drag(page: Page, id: string, lane: string): Promise<void> {
  const bar = await page.locator(`[data-event-id="${id}"]`).boundingBox();
  const label = await page.locator("section").filter({ hasText: "Day plan" }).getByText(lane, { exact: true }).boundingBox();
  if (bar === null || label === null) throw new Error(`${id} or ${lane} is not on the page`);
  const x = bar.x + bar.width / 2;
  await page.mouse.move(x, bar.y + bar.height / 2);
  await page.mouse.down();
  await page.mouse.move(x + 1, bar.y + bar.height / 2 + 4, { steps: 3 });
  await page.mouse.move(x, label.y + label.height / 2, { steps: 8 });
  await page.mouse.up();
}
