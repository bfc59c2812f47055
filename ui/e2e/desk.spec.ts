// What is the same on every page: finding, keys, undo, notifications, the language, a lost connection.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBrowser, openDesk } from "./browser";
import { Depot } from "./depot";
import { findingsOn } from "./looks";

let browser: Browser;
let depot: Depot;

beforeAll(async () => {
  [browser, depot] = await Promise.all([openBrowser(), Depot.open()]);
});
afterAll(async () => {
  await browser?.close();
  await depot?.close();
});

/** A delivery under way from `origin`, of a driver of that name. */
async function underWay(origin: string, driver: string): Promise<string> {
  const [route, driverId, vehicleId] = await Promise.all([
    depot.addRoute(origin, "Quay", new Date(Date.now() + 3_600_000), []),
    depot.addDriver(driver),
    depot.addVehicle(`REG ${driver}`.slice(0, 20)),
  ]);
  const id = await depot.addDelivery(route, driverId, vehicleId);
  await depot.call("PATCH", `/api/deliveries/${id}/status`, { status: "InTransit" });
  return id;
}

/** `standing` tells a delivery from its route, which has the same name and may be found earlier. */
async function find(page: Page, text: string, option: string, standing = ""): Promise<void> {
  await page.keyboard.press("Control+k");
  await page.getByPlaceholder("A name, registration, place or action").fill(text);
  const named = page.locator(".mantine-Spotlight-action").filter({ has: page.locator(".mantine-Spotlight-actionLabel", { hasText: option }) });
  await named.filter({ hasText: standing }).first().click();
}

it("finds things, places and actions, and answers to single keys, but not while somebody types", async () => {
  const id = await underWay("Sandgate", "Ines Duarte");
  const { context, page, complaints } = await openDesk(browser, depot);
  await find(page, "sandg", "Sandgate → Quay", "In transit");
  await page.waitForURL(new RegExp(id, "u"));
  await find(page, "duarte", "Ines Duarte");
  await page.waitForURL(/\/fleet/u);
  await find(page, "new rou", "New route");
  const dialog = page.getByRole("dialog", { name: "New route" });
  await dialog.getByLabel("Origin").fill("n gd ?");
  expect(page.url()).toContain("/routes");
  await page.keyboard.press("Escape");
  // What was typed is not given up without a question.
  await page.getByRole("button", { name: "Discard", exact: true }).click();
  await dialog.waitFor({ state: "hidden" });
  await page.keyboard.press("n");
  await page.getByRole("dialog", { name: "New delivery" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await page.keyboard.press("g");
  await page.keyboard.press("f");
  await page.waitForURL(/\/fleet/u);
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).getByText("New vehicle").waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

it("takes a change back by another one, and says why where it cannot", async () => {
  const name = "Olga Brandt";
  await depot.addDriver(name);
  const { context, page } = await openDesk(browser, depot);
  const block = async () => {
    await page.goto(`${depot.url}/fleet?text=Olga`);
    await page.getByRole("button", { name: `Actions for ${name}` }).click();
    await page.getByRole("menuitem", { name: "Change status" }).click();
    await page.getByRole("dialog").getByRole("combobox", { name: "Status" }).click();
    await page.getByRole("option", { name: "Suspended" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Change status" }).click();
    await page.getByRole("dialog").waitFor({ state: "hidden" });
  };
  await block();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("Undone").waitFor();
  await page.getByRole("table").getByText("Available").waitFor();

  await block();
  // Somebody else was faster: what they did must not be lost.
  const { items } = await depot.call("POST", "/api/queries", { query: "drivers", text: "Olga" }).then(({ answer }) => answer);
  await depot.call("PATCH", `/api/fleet/drivers/${items[0].driverId}/status`, { status: "Unavailable" });
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("alert").getByText("Somebody was faster").waitFor();
  await context.close();
});

async function told(page: Page): Promise<number> {
  return page.locator(".mantine-Notification-root").filter({ hasText: "Incident: Breakdown" }).count();
}

it("tells once of what happened, in two windows and after a reload", async () => {
  const id = await underWay("Birchwood", "Tom Wieland");
  const phone = depot.createToken(["--role", "integration", "--name", "A telematics box"]);
  const { context, page, complaints } = await openDesk(browser, depot);
  const second = await context.newPage();
  await second.goto(depot.url);
  await second.getByRole("heading", { level: 1 }).waitFor();
  await second.getByRole("button", { name: "Notifications" }).waitFor();
  await page.waitForFunction(() => localStorage.getItem("depot.news")?.includes("upTo"));
  await depot.call("POST", `/api/deliveries/${id}/incidents`, { type: "Breakdown", description: "Gearbox" }, phone);
  const bell = { name: "Notifications, 1 unread" };
  await page.getByRole("button", bell).waitFor();
  await second.getByRole("button", bell).waitFor();
  expect((await told(page)) + (await told(second))).toBe(1);
  await page.reload();
  await page.getByRole("button", bell).click();
  await page.getByText("Notify me of:").waitFor();
  await page.getByRole("link", { name: "Birchwood → Quay" }).first().waitFor();
  expect(await told(page)).toBe(0);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Notifications", exact: true }).waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

it("tells of a crowd as a whole: the demo day that somebody else loads is a handful of notifications", async () => {
  const other = await Depot.open();
  try {
    const { context, page, complaints } = await openDesk(browser, other);
    await page.waitForFunction(() => localStorage.getItem("depot.news")?.includes("upTo"));
    const command = { entity: "depot", command: { type: "loadDemo" } };
    await other.call("POST", "/api/commands", { command }, other.createToken(["--role", "admin", "--name", "A colleague"]));
    // Of a kind at most three are told apart, so that it is a handful whatever the hour makes of the day.
    await page.getByRole("button", { name: /^Notifications, (?:\d|1[0-5]) unread$/u }).click();
    const list = page.getByRole("dialog", { name: "Notifications" });
    const delivered = list.getByText(/^\d+ delivered$/u);
    await delivered.waitFor();
    expect(await findingsOn(page)).toEqual([]);
    await delivered.locator("..").getByRole("link", { name: "See them" }).click();
    await page.waitForURL(/status=Delivered/u);
    expect(complaints).toEqual([]);
    await context.close();
  } finally {
    await other.close();
  }
});

it("speaks the depot's language, and refuses in it", async () => {
  await speak("de");
  const { context, page } = await openDesk(browser, depot);
  await page.getByRole("heading", { name: "Heute", level: 1 }).waitFor();
  expect(await page.getAttribute("html", "lang")).toBe("de");
  await depot.call("POST", "/api/fleet/drivers", { name: "Jo Roth", driverLicense: "TAKEN-1" });
  await page.keyboard.press("d");
  const dialog = page.getByRole("dialog", { name: "Neuer Fahrer" });
  await dialog.getByLabel("Name").fill("Kim Lau");
  await dialog.getByLabel("Führerschein").fill("TAKEN-1");
  await dialog.getByRole("button", { name: "Fahrer hinzufügen" }).click();
  await dialog.getByRole("alert").getByText("gehört schon zu").waitFor();
  await context.close();
  await speak("en");
});

it("says that the connection is lost, and heals", async () => {
  const { context, page } = await openDesk(browser, depot);
  await depot.stop();
  await page.getByText("Connection lost").waitFor();
  await depot.startAgain();
  await page.getByText("Connection lost").waitFor({ state: "hidden" });
  await depot.addDriver("Nora Eich");
  await page.goto(`${depot.url}/fleet?text=Nora`);
  await page.getByRole("table").getByText("Nora Eich").waitFor();
  await context.close();
});

async function speak(language: string): Promise<void> {
  const command = { type: "changeSettings", changes: [{ key: "depot.language", value: language }] };
  await depot.call("POST", "/api/commands", { command: { entity: "depot", command } });
}
