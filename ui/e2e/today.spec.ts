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
  await figures.getByRole("link", { name: "0 / 1 checkpoints" }).waitFor();
  await figures.getByRole("link", { name: "0 / 1 delivered" }).click();
  await page.getByText("of 1", { exact: true }).waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

it("moves a route as far as its bar was moved, with its checkpoints, and takes both back", async () => {
  const [ana, ben, van] = [await depot.addDriver("Ida Nord"), await depot.addDriver("Ole Sund"), await depot.addVehicle("EV-09")];
  const eight = new Date();
  eight.setUTCHours(8, 0, 0, 0);
  const route = await depot.addRoute("Gate", "Lighthouse", eight, ["Dune", "Lighthouse"]);
  const id = await depot.addDelivery(route, ana, van);
  const startOf = async () => Date.parse((await depot.call("GET", `/api/routes/${route}`)).scheduledStartTime);
  const { page, context, complaints } = await openDesk(browser, depot);
  await page.locator(`[data-event-id="${id}"]`).waitFor();
  await drag(page, id, "Ole Sund");
  await expect.poll(async () => (await depot.call("GET", `/api/deliveries/${id}`)).driverId).toBe(ben);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(async () => (await depot.call("GET", `/api/deliveries/${id}`)).driverId).toBe(ana);

  // Past its first stop, which moves along; held in its middle.
  await page.waitForTimeout(1_000);
  const bar = await page.locator(`[data-event-id="${id}"]`).boundingBox();
  if (bar === null) throw new Error("the bar is not on the page");
  const [x, y] = [bar.x + bar.width / 2, bar.y + bar.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 4, y, { steps: 3 });
  // The bar is an hour long.
  await page.mouse.move(x + bar.width, y, { steps: 8 });
  await page.mouse.up();
  await expect.poll(async () => Math.abs((await startOf()) - eight.getTime() - 3_600_000) / 60_000).toBeLessThanOrEqual(5);
  const { scheduledStartTime, checkpoints } = await depot.call("GET", `/api/routes/${route}`);
  expect(Date.parse(checkpoints[0].expectedTime) - Date.parse(scheduledStartTime)).toBe(30 * 60_000);
  await page.getByRole("button", { name: "Undo" }).last().click();
  await expect.poll(startOf).toBe(eight.getTime());
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
