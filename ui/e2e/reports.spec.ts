// Reports: what yesterday's deliveries come to, in figures, pictures and tables, and what each figure counts.
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBrowser, openDesk } from "./browser";
import { Depot } from "./depot";

const MINUTE_MS = 60_000;
/** The depot's; around midnight its days are not those of UTC. */
const TIME_ZONE = "Europe/Berlin";

let browser: Browser;
let depot: Depot;
/** Noon in UTC of the day that is yesterday in the depot's zone, and still that day there. */
let noon: Date;

beforeAll(async () => {
  [browser, depot] = await Promise.all([openBrowser(), Depot.open({ settings: [`depot.time_zone=${TIME_ZONE}`] })]);
  noon = new Date(Date.parse(`${dayOf(new Date())}T12:00:00Z`) - 24 * 60 * MINUTE_MS);
  await yesterday();
});
afterAll(async () => {
  await browser?.close();
  await depot?.close();
});

/** The depot's day at that moment, e.g. 2026-07-01. */
function dayOf(at: Date): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: TIME_ZONE }).format(at);
}

/** A command as a phone would have told it, so many minutes after noon. */
async function told(id: string, minutes: number, command: object): Promise<void> {
  const occurredAt = new Date(noon.getTime() + minutes * MINUTE_MS).toISOString();
  await depot.call("POST", "/api/commands", { command: { entity: "delivery", id, command }, occurredAt });
}

/** A delivery over two checkpoints, expected 30 and 60 minutes after noon, that reaches them and hands over when said. */
async function drive(driver: string, vehicle: string, reached: readonly [number, number], handedOver?: number): Promise<string> {
  const routeId = await depot.addRoute("Gate", "Harbour", noon, ["Market", "Harbour"]);
  const id = await depot.addDelivery(routeId, await depot.addDriver(driver), await depot.addVehicle(vehicle));
  await told(id, 0, { type: "changeDeliveryStatus", status: "InTransit" });
  for (const [index, minutes] of reached.entries()) {
    await told(id, minutes, { type: "reachCheckpoint", routeId, sequence: index + 1 });
  }
  if (handedOver === undefined) await told(id, 90, { type: "changeDeliveryStatus", status: "Failed", reason: "Gate closed" });
  else await told(id, handedOver, { type: "captureProof", receiverName: "Ida", signatureUrl: "https://example.org/ida" });
  return id;
}

async function yesterday(): Promise<void> {
  await drive("Ana Costa", "EV-07", [30, 70], 75);
  const late = await drive("Ben Okafor", "EV-08", [34, 95], 100);
  await drive("Cleo Duarte", "EV-09", [30, 60]);
  const incidentId = randomUUID();
  await told(late, 40, { type: "reportIncident", incidentId, incidentType: "Traffic", description: "A queue at the bridge" });
}

function figure(page: Page, name: string) {
  return page.getByRole("region", { name: "Figures" }).locator("div").filter({ hasText: new RegExp(`^${name}`, "u") }).first();
}

it("counts yesterday by its definitions, compares it with the day before, and links to what it counts", async () => {
  const { context, page, complaints } = await openDesk(browser, depot);
  await page.getByRole("link", { name: "Reports" }).click();
  await page.getByText("Nothing was driven in these days").waitFor();
  await page.getByText("Yesterday", { exact: true }).click();
  await figure(page, "On time").getByText("50%").waitFor();
  await figure(page, "Delivered").getByText("of 3").waitFor();
  await figure(page, "Delivered").getByText(/^\+2 vs /u).waitFor();
  await figure(page, "Failed").getByText(/^\+1 vs /u).waitFor();
  // Four of six were not more than five minutes late.
  await figure(page, "Checkpoints on time").getByText("66.7%").waitFor();

  const bins = page.getByRole("table", { name: "Checkpoints by minutes late" });
  const binOf = (name: string) => bins.getByRole("row").filter({ has: page.getByRole("rowheader", { name, exact: true }) }).getByRole("cell").innerText();
  expect([await binOf("−5…0"), await binOf("0…5"), await binOf("5…15"), await binOf("30…60")]).toEqual(["3", "1", "1", "1"]);
  expect(await page.locator(".recharts-bar-rectangle path").count()).toBeGreaterThan(0);

  // The file has the same figures: of the days, and of each day, driver and vehicle.
  await page.getByRole("button", { name: "Export" }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: /CSV/u }).click()]);
  const lines = (await readFile(await download.path(), "utf8")).split("\r\n").flatMap((line) => line.split("\n"));
  expect(lines[0]).toContain("Of,Name,Deliveries,Delivered,On time,On time %,Failed");
  expect(lines.find((line) => line.startsWith("All days,"))).toContain(",3,2,1,50,1,0,6,4,67,");
  expect(lines.find((line) => line.startsWith("Driver,Ben Okafor,"))).toContain(",1,1,0,0,0,0,2,1,50,");

  const drivers = page.getByRole("table", { name: "By driver" });
  const firstOf = async () => (await drivers.getByRole("row").nth(1).innerText()).split(/\s*\t\s*|\n/u)[0];
  await drivers.getByRole("button", { name: "Incidents" }).click();
  await expect.poll(firstOf).not.toBe("Ben Okafor");
  await drivers.getByRole("button", { name: "Incidents" }).click();
  await expect.poll(firstOf).toBe("Ben Okafor");
  await page.getByText("By vehicle", { exact: true }).click();
  await page.getByRole("table", { name: "By vehicle" }).getByRole("link", { name: "EV-08" }).waitFor();

  await page.getByRole("button", { name: /^On time:.*no later than 15 minutes after the end of its route/u }).focus();
  // Come to by the keyboard, and not by a click.
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Tab");
  await page.getByRole("tooltip").filter({ hasText: "no later than 15 minutes" }).waitFor();

  // What is resolved meanwhile changes the page by itself.
  const incidents = page.getByRole("table", { name: "Incidents by type" });
  const open = async () => (await incidents.getByRole("row").filter({ hasText: "Traffic" }).getByRole("cell").allInnerTexts()).at(-2);
  await expect.poll(open).toBe("1");
  await incidents.getByRole("link", { name: "Traffic" }).click();
  await page.waitForURL(/\/incidents\?type=Traffic/u);
  await page.getByText("A queue at the bridge").waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

it("keeps the days in the address, and loads its pictures only where they are looked at", async () => {
  const { context, page, complaints } = await openDesk(browser, depot);
  const loaded: string[] = [];
  page.on("request", (request) => loaded.push(request.url()));
  await page.reload();
  await page.getByRole("heading", { level: 1 }).waitFor();
  expect(loaded.filter((url) => url.includes("ReportsPage"))).toEqual([]);
  const day = dayOf(noon);
  await page.goto(`${depot.url}/reports?from=${day}&to=${day}`);
  await figure(page, "On time").getByText("50%").waitFor();
  await page.getByText("This week", { exact: true }).click();
  await page.waitForURL(/days=week/u);
  await page.getByText("Last 30 days", { exact: true }).click();
  await page.getByRole("table", { name: "Deliveries by day" }).waitFor({ state: "attached" });
  expect(await page.getByRole("table", { name: "Deliveries by day" }).getByRole("row").count()).toBe(31);
  expect(complaints).toEqual([]);
  await context.close();
});
