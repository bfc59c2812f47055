// The whole main job by clicks: from an empty depot to a proof of delivery, with a phone that reports meanwhile.
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBrowser, watch } from "./browser";
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

it("leads from an empty depot to a proof of delivery", async () => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB", timezoneId: "Europe/Berlin" });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  await page.goto(depot.signInLink);
  await page.getByRole("heading", { name: "Today", level: 1 }).waitFor();
  expect(page.url()).not.toContain("code=");
  const complaints = watch(context, depot.url);

  await addToFleet(page, "Drivers", "New driver", { Name: "Ana Costa", "Driving licence": "L-100" });
  await addToFleet(page, "Vehicles", "New vehicle", { Registration: "EV-07", "Vehicle type": "Van" });
  await planRoute(page, "Depot", "Harbour", ["Market", "Harbour gate"]);
  const delivery = await createDelivery(page, "Harbour", "Ana", "EV-07");
  await refuseSecondBooking(page);

  await page.goto(`${depot.url}/deliveries/${delivery}`);
  await page.getByRole("button", { name: "Start delivery" }).click();
  await page.getByRole("button", { name: "Mark reached: Market" }).click();
  await reportAndResolveIncident(page);
  await followPhone(page, delivery);
  await capture(page);

  await page.getByRole("link", { name: "Today", exact: true }).first().click();
  await page.getByText("was received by").first().waitFor();
  // A refusal is a 400, which the console notes of itself.
  expect(complaints.filter((complaint) => !complaint.includes("400"))).toEqual([]);
  await context.close();
});

async function addToFleet(page: Page, part: string, button: string, fields: Record<string, string>): Promise<void> {
  await page.getByRole("link", { name: "Fleet", exact: true }).first().click();
  await page.getByText(part, { exact: true }).first().click();
  await page.getByRole("button", { name: button }).click();
  const dialog = page.getByRole("dialog");
  for (const [label, value] of Object.entries(fields)) await dialog.getByLabel(label).fill(value);
  await dialog.getByRole("button", { name: /^Add/u }).click();
  await gone(dialog);
  await page.getByRole("table").getByText(Object.values(fields)[0] ?? "").waitFor();
}

async function planRoute(page: Page, origin: string, destination: string, stops: readonly string[]): Promise<void> {
  await page.getByRole("link", { name: "Routes", exact: true }).first().click();
  await page.getByRole("button", { name: "New route" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Origin").fill(origin);
  await dialog.getByLabel("Destination").fill(destination);
  await dialog.getByRole("button", { name: "Create route" }).click();
  await page.getByRole("heading", { name: destination, level: 1 }).waitFor();
  for (const stop of stops) {
    const line = page.getByRole("form", { name: "Add checkpoint" });
    await line.getByLabel("Location").fill(stop);
    await line.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("list", { name: "Checkpoints" }).getByText(stop).waitFor();
  }
  await page.getByRole("button", { name: "Activate", exact: true }).click();
  await page.getByRole("button", { name: "New delivery" }).waitFor();
}

/** A route's page has a button of that name as well. */
async function startDelivery(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Deliveries", exact: true }).first().click();
  await page.getByRole("heading", { name: "Deliveries", level: 1 }).waitFor();
  await page.getByRole("button", { name: "New delivery" }).first().click();
}

/** Gives the delivery's id. */
async function createDelivery(page: Page, route: string, driver: string, vehicle: string): Promise<string> {
  await startDelivery(page);
  await fillDelivery(page.getByRole("dialog"), route, driver, vehicle);
  await page.getByRole("dialog").getByRole("button", { name: "Create delivery" }).click();
  await page.waitForURL(/\/deliveries\/[0-9a-f-]{36}/u);
  await page.getByRole("button", { name: "Start delivery" }).waitFor();
  return /[0-9a-f-]{36}/u.exec(page.url())?.[0] ?? "";
}

async function fillDelivery(dialog: Locator, route: string, driver: string, vehicle: string): Promise<void> {
  for (const [label, text] of [["Route", route], ["Driver", driver], ["Vehicle", vehicle]] as const) {
    await dialog.getByRole("combobox", { name: label }).fill(text);
    await dialog.page().getByRole("option").filter({ hasText: text }).first().click();
  }
}

/** Ana is taken: the refusal says by what, and when she is free again. */
async function refuseSecondBooking(page: Page): Promise<void> {
  await startDelivery(page);
  const dialog = page.getByRole("dialog");
  await fillDelivery(dialog, "Harbour", "Ana", "EV-07");
  await dialog.getByRole("button", { name: "Create delivery" }).click();
  const refusal = dialog.getByRole("alert");
  await refusal.waitFor();
  const said = await refusal.innerText();
  expect(said).toContain("Ana Costa is already booked for");
  expect(said).toContain("free again from");
  expect(said).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}/u);
  await dialog.getByRole("button", { name: "Cancel" }).click();
}

async function reportAndResolveIncident(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Report incident" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Type").fill("Traffic");
  await dialog.getByLabel("Description").fill("Bridge closed");
  await dialog.getByRole("button", { name: "Report incident" }).click();
  await gone(dialog);
  await page.getByText("Bridge closed").first().waitFor();
  await page.getByRole("button", { name: "Resolve", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Resolve", exact: true }).click();
  await page.getByText("Resolved", { exact: true }).first().waitFor();
}

/** What a phone reports shows by itself, on the page that nobody touches. */
async function followPhone(page: Page, delivery: string): Promise<void> {
  const { driverId, routeId } = await depot.call("GET", `/api/deliveries/${delivery}`);
  const phone = depot.createToken(["--role", "driver", "--name", "Ana's phone", "--driver", driverId]);
  await depot.call("PATCH", `/api/deliveries/${delivery}/checkpoint`, { routeId, sequence: 2 }, phone);
  await page.getByText("Out for delivery").first().waitFor();
}

async function capture(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Capture proof" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Received by").fill("Cleo");
  await dialog.getByLabel("Signature URL").fill("https://example.org/s.png");
  await dialog.getByRole("button", { name: "Capture proof" }).click();
  await gone(dialog);
  await page.getByText("Delivered", { exact: true }).first().waitFor();
}

async function gone(dialog: Locator): Promise<void> {
  await dialog.waitFor({ state: "hidden" });
}
