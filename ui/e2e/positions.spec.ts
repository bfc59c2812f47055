// Where a driver is: shared by choice, seen at the desk while a delivery is under way, and never in the way of the work.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBrowser, openDesk } from "./browser";
import { Depot } from "./depot";
import { findingsOn } from "./looks";
import { openPhone, pairPhone } from "./phone";

let browser: Browser;
let depot: Depot;

beforeAll(async () => {
  [browser, depot] = await Promise.all([openBrowser(), Depot.open()]);
});
afterAll(async () => {
  await browser?.close();
  await depot?.close();
});

it("is the driver's choice, seen at the desk with its age, and forgotten when the driver says so", async () => {
  const ana = await depot.addDriver("Ana Costa");
  const route = await depot.addRoute("Gate", "Harbour", new Date(), ["Market", "Harbour"]);
  const delivery = await depot.addDelivery(route, ana, await depot.addVehicle("EV-07"));
  const phone = await openPhone(browser, depot, {
    geolocation: { latitude: 41.157_94, longitude: -8.629_12, accuracy: 12 },
    permissions: ["geolocation", "clipboard-read", "clipboard-write"],
  });
  const { page } = phone;
  await pairPhone(phone, depot, ana);
  await openSettings(page);
  await page.getByText("This depot does not ask where you are.").waitFor();

  const desk = await openDesk(browser, depot, { permissions: ["clipboard-read", "clipboard-write"] });
  await desk.page.goto(`${depot.url}/settings?part=endpoint`);
  await desk.page.getByRole("switch", { name: "Drivers may share where they are" }).click();
  await desk.page.getByRole("region", { name: "Drivers' phones" }).getByRole("button", { name: "Save" }).click();
  await desk.page.getByText("Settings saved").waitFor();

  // Switched on at the desk, offered on the phone at once; nothing is told before a delivery is under way.
  await page.getByRole("button", { name: "Shared", exact: true }).tap();
  await page.getByText("The depot sees it once a delivery is under way").waitFor();
  // The depot that is slow to take a position holds up nothing else.
  let held = 0;
  await page.route("**/api/commands", async (route_) => {
    if (route_.request().postData()?.includes("reportPosition") !== true || held > 0) return route_.continue();
    held += 1;
  });
  await page.goBack();
  await page.getByRole("button", { name: "Harbour" }).tap();
  await page.getByRole("button", { name: "Start the delivery" }).tap();
  await page.getByText("The depot sees where you are").waitFor();
  await expect.poll(() => held).toBe(1);
  await page.getByRole("button", { name: "Reached: Market" }).tap();
  await page.getByText("Recorded").waitFor();
  await expect.poll(async () => (await depot.call("POST", "/api/queries", { query: "delivery", id: delivery })).answer.checkpoints.length).toBe(1);
  await page.unroute("**/api/commands");
  await page.reload();

  await desk.page.goto(`${depot.url}/deliveries/${delivery}`);
  await desk.page.getByText("41.15794, -8.62912").waitFor();
  await desk.page.getByText("within 12 m").waitFor();
  await desk.page.getByRole("button", { name: "Copy the coordinates" }).click();
  expect(await desk.page.evaluate(() => navigator.clipboard.readText())).toBe("41.15794, -8.62912");
  await desk.page.goto(`${depot.url}/fleet/drivers/${ana}`);
  await desk.page.getByText("41.15794, -8.62912").waitFor();
  // Where a dispatcher looks all day: beside the name, with its age, in the lanes of both sorts and in the table.
  await desk.page.goto(depot.url);
  const lanes = desk.page.locator("section").filter({ hasText: "Day plan" });
  const aged = /^Last position (?:now|\d+ min ago)$/u;
  const inLane = lanes.getByText(aged);
  await inLane.waitFor();
  await inLane.hover();
  expect(await inLane.getAttribute("title")).toMatch(/41\.15794, -8\.62912 · within 12 m/u);
  await desk.page.getByRole("table", { name: "Under way" }).getByRole("row").filter({ hasText: "Ana Costa" }).getByText(aged).waitFor();
  expect(await findingsOn(desk.page)).toEqual([]);
  await lanes.getByText("Vehicles", { exact: true }).click();
  await lanes.getByText("EV-07").first().waitFor();
  await inLane.waitFor();

  // While the phone tells the depot something else, which takes a while, the driver changes their mind: it counts nevertheless.
  let isReporting = false;
  await page.route("**/api/commands", async (route_) => {
    if (route_.request().postData()?.includes("reportState") === true) {
      isReporting = true;
      await new Promise((resolve) => setTimeout(resolve, 2_000));
    }
    await route_.continue();
  });
  await page.goto(`${depot.url}/phone/settings`);
  await expect.poll(() => isReporting).toBe(true);
  await page.getByRole("button", { name: "Not shared" }).tap();
  await expect.poll(async () => (await depot.call("POST", "/api/queries", { query: "positions" })).answer, { timeout: 20_000 }).toEqual([]);
  await inLane.waitFor({ state: "detached" });
  expect(desk.complaints).toEqual([]);
  await Promise.all([desk.context.close(), phone.context.close()]);
});

it("is not shared where the phone does not allow it, which the app says", async () => {
  await depot.call("POST", "/api/commands", {
    command: { entity: "depot", command: { type: "changeSettings", changes: [{ key: "phones.positions", value: "true" }] } },
  });
  // No permission, and nobody to ask: the same as an answer of no.
  const phone = await openPhone(browser, depot);
  await pairPhone(phone, depot, await depot.addDriver("Ben Okafor"));
  await openSettings(phone.page);
  await phone.page.getByRole("button", { name: "Shared", exact: true }).tap();
  await phone.page.getByText("This phone does not let the app know where it is.").waitFor();
  await phone.page.getByRole("button", { name: "Not shared", pressed: true }).waitFor();
  await phone.context.close();
});

async function openSettings(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Settings" }).tap();
  await page.getByRole("heading", { name: "Where you are" }).waitFor();
}
