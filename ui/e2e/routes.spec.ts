// A route from plan to use, by keyboard too: its checkpoints in order, the rule told while one types, another day, in force.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBrowser, openDesk } from "./browser";
import { Depot } from "./depot";

let browser: Browser;
let depot: Depot;

beforeAll(async () => {
  [browser, depot] = await Promise.all([openBrowser(), Depot.open({ settings: ["depot.time_zone=UTC"] })]);
});
afterAll(async () => {
  await browser?.close();
  await depot?.close();
});

/** The places of the route's checkpoints, as the depot has them. */
async function placesOf(routeId: string): Promise<string[]> {
  const { checkpoints } = await depot.call("GET", `/api/routes/${routeId}`);
  return checkpoints.map(({ location }: { location: string }) => location);
}

async function write(page: Page, place: string, time: string): Promise<void> {
  const form = page.getByRole("form", { name: "Add checkpoint" });
  await form.getByLabel("Location").fill(place);
  await form.getByLabel("Expected time").fill(time);
}

it("plans a route, orders its checkpoints by keyboard, refuses a time while it is typed, and puts it in force", async () => {
  const { id: routeId } = await depot.call("POST", "/api/routes", {
    origin: "Gate",
    destination: "Harbour",
    scheduledStartTime: "2040-05-01T08:00:00Z",
  });
  const { context, page, complaints } = await openDesk(browser, depot);
  await page.goto(`${depot.url}/routes/${routeId}`);
  const form = page.getByRole("form", { name: "Add checkpoint" });
  await write(page, "Market", "07:30");
  await form.getByText("It must be after the start").waitFor();
  expect(await form.getByRole("button", { name: "Add" }).isDisabled()).toBe(true);
  await page.keyboard.press("Enter");
  expect(await placesOf(routeId)).toEqual([]);
  await write(page, "Market", "08:30");
  await page.keyboard.press("Enter");
  await expect.poll(() => placesOf(routeId)).toEqual(["Market"]);
  await page.getByRole("button", { name: "Edit Market" }).waitFor();
  await write(page, "Harbour", "09:00");
  await page.keyboard.press("Enter");
  await expect.poll(() => placesOf(routeId)).toEqual(["Market", "Harbour"]);

  // The page changes only what it has seen, so each step waits until it shows the one before.
  const shownFirst = (place: string) => page.locator('li[data-row="0"]').filter({ hasText: place }).waitFor();
  // By keyboard a place moves with Alt and an arrow, and the focus goes with it.
  const up = page.getByRole("button", { name: "Move Harbour up" });
  await up.focus();
  await page.keyboard.press("Alt+ArrowUp");
  await expect.poll(() => placesOf(routeId)).toEqual(["Harbour", "Market"]);
  await shownFirst("Harbour");
  await expect.poll(() => up.evaluate((button) => button === document.activeElement)).toBe(true);
  await page.keyboard.press("Alt+ArrowDown");
  await expect.poll(() => placesOf(routeId)).toEqual(["Market", "Harbour"]);
  await shownFirst("Market");
  await page.getByRole("button", { name: "Remove Market" }).click();
  await expect.poll(() => placesOf(routeId)).toEqual(["Harbour"]);
  await page.getByRole("button", { name: "Activate", exact: true }).click();
  await page.getByText("Checkpoints can be changed only in planning.").waitFor();
  expect((await depot.call("GET", `/api/routes/${routeId}`)).status).toBe("Active");

  await page.getByRole("button", { name: "More actions for this route" }).click();
  await page.getByRole("menuitem", { name: "Duplicate" }).click();
  const dialog = page.getByRole("dialog", { name: "Duplicate to another day" });
  await dialog.getByLabel("Activate it, so that deliveries can use it").check();
  await dialog.getByRole("button", { name: "Duplicate" }).click();
  await page.waitForURL((url) => url.pathname.startsWith("/routes/") && !url.pathname.includes(routeId));
  const copy = await depot.call("GET", `/api/routes/${page.url().split("/").at(-1)}`);
  expect([copy.scheduledStartTime, copy.status, copy.checkpoints[0].location]).toEqual(["2040-05-02T08:00:00Z", "Active", "Harbour"]);
  expect(complaints).toEqual([]);
  await context.close();
});

it("shows which routes are delayed and where, and keeps the one that is in use from going back to planning", async () => {
  const late = await depot.addRoute("Gate", "Quay", new Date(Date.now() - 2 * 3_600_000), ["Mill", "Quay"]);
  await depot.addRoute("Gate", "Station", new Date(Date.now() + 3_600_000), ["Station"]);
  const id = await depot.addDelivery(late, await depot.addDriver("Ana Costa"), await depot.addVehicle("EV-07"));
  await depot.call("PATCH", `/api/deliveries/${id}/status`, { status: "InTransit" });
  const { context, page, complaints } = await openDesk(browser, depot);
  await page.goto(`${depot.url}/routes`);
  const table = page.getByRole("table", { name: "Routes" });
  await table.getByText("Gate → Station").waitFor();
  await page.getByText("Delayed", { exact: true }).click();
  await table.getByText("Gate → Station").waitFor({ state: "detached" });
  const row = table.getByRole("row").filter({ hasText: "Gate → Quay" });
  await row.getByText("Mill").waitFor();
  await row.getByText(/late$/u).first().waitFor();
  await row.getByRole("link", { name: "1 open" }).click();
  await page.waitForURL(/\/deliveries\?.*route=/u);
  await page.goto(`${depot.url}/routes/${late}`);
  await page.getByRole("link", { name: "Ana Costa, EV-07" }).waitFor();
  await page.getByRole("button", { name: "More actions for this route" }).click();
  await page.getByRole("menuitem", { name: "Back to planning" }).click();
  await page.getByRole("alert").first().waitFor();
  expect((await depot.call("GET", `/api/routes/${late}`)).status).toBe("Active");
  // A refusal is a 400, which the console notes of itself.
  expect(complaints.filter((complaint) => !complaint.includes("400"))).toEqual([]);
  await context.close();
});
