// Drivers and vehicles: a status with its reason, the calendar of bookings, and when somebody is free next.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBrowser, openDesk } from "./browser";
import { Depot } from "./depot";

const HOUR_MS = 3_600_000;

let browser: Browser;
let depot: Depot;

beforeAll(async () => {
  const settings = ["depot.time_zone=UTC", "fleet.turnaround_minutes=15"];
  [browser, depot] = await Promise.all([openBrowser(), Depot.open({ settings })]);
});
afterAll(async () => {
  await browser?.close();
  await depot?.close();
});

it("takes a driver out of service with a reason, tells it in the history, and takes it back", async () => {
  const id = await depot.addDriver("Ines Duarte");
  const { context, page, complaints } = await openDesk(browser, depot);
  await page.goto(`${depot.url}/fleet/drivers/${id}`);
  await page.getByRole("button", { name: "Change status" }).click();
  const dialog = page.getByRole("dialog", { name: "Status of Ines Duarte" });
  await dialog.getByLabel("Status", { exact: true }).first().click();
  await page.getByRole("option", { name: "Suspended" }).click();
  await dialog.getByLabel("Reason").fill("Licence expired");
  await dialog.getByRole("button", { name: "Change status" }).click();
  await dialog.waitFor({ state: "hidden" });
  expect(await depot.call("GET", `/api/fleet/drivers/${id}`)).toMatchObject({ status: "Suspended" });
  await page.getByLabel("History").getByText(/Licence expired/u).waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(async () => (await depot.call("GET", `/api/fleet/drivers/${id}`)).status).toBe("Available");
  expect(complaints).toEqual([]);
  await context.close();
});

it("draws what a driver and a vehicle are booked for, and finds the next time that is free after the turnaround", async () => {
  const [ana, van] = [await depot.addDriver("Ana Costa"), await depot.addVehicle("EV-07")];
  const start = new Date(Math.ceil(Date.now() / HOUR_MS) * HOUR_MS);
  const route = await depot.addRoute("Gate", "Harbour", start, ["Market", "Harbour"]);
  const id = await depot.addDelivery(route, ana, van);
  // Two hours do not fit before the booking: the first slot begins a quarter of an hour after its end.
  const free = new Date(start.getTime() + HOUR_MS + 15 * 60_000).toISOString().slice(11, 16);
  const { context, page, complaints } = await openDesk(browser, depot);
  for (const at of [`/fleet/vehicles/${van}`, `/fleet/drivers/${ana}`]) {
    await page.goto(depot.url + at);
    await page.locator("output").filter({ hasText: free }).waitFor();
  }
  // On the last evening of a week the booking may lie in the next one.
  const isNextWeek = weekOf(start) !== weekOf(new Date());
  if (isNextWeek) await page.getByRole("button", { name: "Next week" }).click();
  await page.getByRole("link", { name: /^Gate → Harbour, /u }).first().click();
  await page.waitForURL(new RegExp(id, "u"));
  expect(complaints).toEqual([]);
  await context.close();
});

/** Weeks since a Monday long ago. */
function weekOf(at: Date): number {
  return Math.floor((at.getTime() - Date.UTC(2024, 0, 1)) / (7 * 24 * HOUR_MS));
}
