// Forms: two people in one, two clicks on one button, text in a picker that was not taken, days as people type them, and what
// was typed when the page is loaded anew or access ends.
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBrowser, openDesk } from "./browser";
import { Depot } from "./depot";

let browser: Browser;
let depot: Depot;

beforeAll(async () => {
  [browser, depot] = await Promise.all([openBrowser(), Depot.open({ settings: ["depot.time_zone=Europe/Berlin"] })]);
});
afterAll(async () => {
  await browser?.close();
  await depot?.close();
});

const soon = () => new Date(Date.now() + 3_600_000);

/** Presses twice at one place, as a hand does. */
async function pressTwice(page: Page, button: Locator, gap_ms: number): Promise<void> {
  const box = await button.boundingBox();
  if (box === null) throw new Error("the button is not on the page");
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.click(x, y);
  await page.waitForTimeout(gap_ms);
  await page.mouse.click(x, y);
}

it("shows a second dispatcher what the first one saved, and loses neither's change", async () => {
  const route = await depot.addRoute("Gate", "Harbour", soon(), ["Market"]);
  const ana = await depot.addDriver("Ana Costa");
  const [first, second] = [await openDesk(browser, depot), await openDesk(browser, depot)];
  for (const [at, label, edit, before, after, ours, mine] of [
    [`/routes/${route}`, "Destination", "Edit route", "Harbour", "Airport", "Origin", "Gate 2"],
    [`/fleet/drivers/${ana}`, "Driving licence", "Edit", undefined, "L-RENEWED", "Name", "Ana Silva"],
  ] as const) {
    const dialogs = await Promise.all(
      [first, second].map(async ({ page }) => {
        await page.goto(depot.url + at);
        await page.getByRole("button", { name: edit }).first().click();
        return page.getByRole("dialog");
      }),
    );
    const [their, own] = dialogs as [Locator, Locator];
    await own.getByLabel(ours).fill(mine);
    await their.getByLabel(label).fill(after);
    await their.locator("[type=submit]").click();
    await their.waitFor({ state: "hidden" });
    await own.locator("[type=submit]").click();
    const alert = own.getByRole("alert").filter({ hasText: after });
    await alert.waitFor();
    if (before !== undefined) expect(await alert.innerText()).toContain(`${before} → ${after}`);
    expect([await own.getByLabel(ours).inputValue(), await own.getByLabel(label).inputValue()]).toEqual([mine, after]);
    await own.locator("[type=submit]").click();
    await own.waitFor({ state: "hidden" });
  }
  expect(await depot.call("GET", `/api/routes/${route}`)).toMatchObject({ origin: "Gate 2", destination: "Airport" });
  expect(await depot.call("GET", `/api/fleet/drivers/${ana}`)).toMatchObject({ name: "Ana Silva", driverLicense: "L-RENEWED" });
  await first.context.close();
  await second.context.close();
});

it("makes one thing of a double click, and one of an Enter that is held", async () => {
  const { context, page, complaints } = await openDesk(browser, depot);
  for (const gap_ms of [120, 200, 300]) {
    await page.goto(`${depot.url}/routes`);
    await page.getByRole("button", { name: "New route" }).first().click();
    const dialog = page.getByRole("dialog", { name: "New route" });
    await dialog.getByLabel("Origin").fill("Gate");
    await dialog.getByLabel("Destination").fill(`After ${gap_ms} ms`);
    await page.waitForTimeout(500);
    await pressTwice(page, dialog.getByRole("button", { name: "Create route" }), gap_ms);
    await page.waitForURL(/\/routes\/[0-9a-f-]+$/u);
    await page.waitForTimeout(800);
    const { routes } = await depot.call("GET", `/api/routes/overview?text=${encodeURIComponent(`After ${gap_ms} ms`)}`);
    expect(routes).toHaveLength(1);
  }
  await page.goto(`${depot.url}/fleet`);
  await page.getByRole("button", { name: "New driver" }).first().click();
  const dialog = page.getByRole("dialog", { name: "New driver" });
  await dialog.getByLabel("Name").fill("Held Enter");
  await dialog.getByLabel("Driving licence").fill("HELD-1");
  for (let repeats = 0; repeats < 8; repeats += 1) await page.keyboard.down("Enter");
  await page.keyboard.up("Enter");
  await dialog.waitFor({ state: "hidden" });
  await page.waitForTimeout(500);
  expect(await page.getByRole("dialog").count()).toBe(0);
  expect(complaints).toEqual([]);
  await context.close();
});

it("takes the one match of what was typed into a picker, and stops where several or none fit", async () => {
  const route = await depot.addRoute("Gate", "Picker", soon(), ["Market"]);
  const van = await depot.addVehicle("HH-XY 101");
  await depot.addVehicle("HH-XY 202");
  const { context, page, complaints } = await openDesk(browser, depot);
  await page.goto(`${depot.url}/routes/${route}`);
  await page.getByRole("button", { name: "New delivery" }).click();
  const dialog = page.getByRole("dialog");
  const vehicle = dialog.getByLabel("Vehicle");
  await vehicle.click();
  await page.keyboard.type("HH-XY");
  await page.keyboard.press("Enter");
  await dialog.getByText("Several fit “HH-XY”").waitFor();
  await vehicle.fill("ZZ 9");
  await page.keyboard.press("Enter");
  await dialog.getByText("Nothing is called “ZZ 9”").waitFor();
  expect(await vehicle.inputValue()).toBe("ZZ 9");
  expect((await depot.call("GET", `/api/deliveries?routeId=${route}`)).items).toEqual([]);
  await vehicle.fill("XY 101");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/deliveries\//u);
  expect(await depot.call("GET", `/api/deliveries/${page.url().split("/").at(-1)}`)).toMatchObject({ vehicleId: van });
  expect(complaints).toEqual([]);
  await context.close();
});

it.each([
  ["de-DE", "05.01.2027", "05.01.2027", "2027-01-05"],
  ["de-DE", "5.1.27", "05.01.2027", "2027-01-05"],
  ["de-DE", "31.02.2027", "31.02.2027", undefined],
  ["en-GB", "05/01/2027", "5 Jan 2027", "2027-01-05"],
  ["en-US", "01/05/2027", "Jan 5, 2027", "2027-01-05"],
])("%s: a typed %s is shown as %s", async (locale, typed, shown, day) => {
  const { context, page, complaints } = await openDesk(browser, depot, { locale });
  await page.evaluate((language) => localStorage.setItem("depot.language", language), locale.slice(0, 2));
  await page.goto(`${depot.url}/routes?create=true`);
  const fields = page.getByRole("dialog").getByRole("textbox");
  await fields.nth(0).fill("Gate");
  await fields.nth(1).fill(`${locale} ${typed}`);
  await fields.nth(2).click();
  await page.keyboard.press("Control+A");
  await page.keyboard.type(typed);
  await fields.nth(3).fill("08:00");
  await fields.nth(0).click();
  expect(await fields.nth(2).inputValue()).toBe(shown);
  const create = page.getByRole("dialog").locator("[type=submit]");
  expect(await create.isDisabled()).toBe(day === undefined);
  if (day !== undefined) {
    await create.click();
    await page.waitForURL(/\/routes\/[0-9a-f-]+$/u);
    expect((await depot.call("GET", `/api/routes/${page.url().split("/").at(-1)}`)).scheduledStartTime).toBe(`${day}T07:00:00Z`);
  }
  expect(complaints).toEqual([]);
  await context.close();
});

it("asks which of two hours is meant, and offers what fits where there is none", async () => {
  const { context, page, complaints } = await openDesk(browser, depot);
  await page.goto(`${depot.url}/routes?create=true`);
  const dialog = page.getByRole("dialog");
  const create = dialog.getByRole("button", { name: "Create route" });
  await dialog.getByLabel("Origin").fill("Gate");
  await dialog.getByLabel("Destination").fill("Night");
  await dialog.getByLabel("Start date").fill("2027-03-28");
  await dialog.getByLabel("Start time").fill("02:30");
  await dialog.getByText("there is no 02:30").waitFor();
  expect(await create.isDisabled()).toBe(true);
  await dialog.getByRole("button", { name: "03:00", exact: true }).click();
  expect(await dialog.getByLabel("Start time").inputValue()).toBe("03:00");
  await dialog.getByLabel("Start date").fill("2027-10-31");
  await dialog.getByLabel("Start time").fill("02:30");
  await dialog.getByText("comes twice").waitFor();
  expect(await create.isDisabled()).toBe(true);
  await dialog.getByRole("button", { name: /^The second/u }).click();
  await create.click();
  await page.waitForURL(/\/routes\/[0-9a-f-]+$/u);
  expect((await depot.call("GET", `/api/routes/${page.url().split("/").at(-1)}`)).scheduledStartTime).toBe("2027-10-31T01:30:00Z");
  expect(complaints).toEqual([]);
  await context.close();
});

it("keeps what was typed over a click beside the dialog, over F5 and over the end of access", async () => {
  const token = depot.createToken(["--role", "dispatcher", "--name", "Night desk"]);
  const { context, page } = await openDesk(browser, depot, { token });
  await page.goto(`${depot.url}/routes?create=true`);
  const dialog = page.getByRole("dialog", { name: "New route" });
  await dialog.getByLabel("Origin").fill("Typed for minutes");
  await page.mouse.click(20, 450);
  await dialog.getByRole("alertdialog").getByRole("button", { name: "Keep editing" }).click();
  await page.reload();
  await dialog.waitFor();
  expect(await dialog.getByLabel("Origin").inputValue()).toBe("Typed for minutes");
  await dialog.getByText("This goes on with what you typed before.").waitFor();

  const tokens = await depot.call("POST", "/api/queries", { query: "tokens" });
  const { id } = tokens.answer.find(({ name }: { name: string }) => name === "Night desk");
  depot.run(["token", "revoke", id]);
  await dialog.getByLabel("Destination").fill("Somewhere");
  await dialog.getByRole("button", { name: "Create route" }).click();
  const again = page.getByRole("dialog", { name: "Sign in again" });
  await again.getByText("Your access has ended").waitFor();
  await again.getByLabel("Token").fill(depot.token);
  await again.getByRole("button").last().click();
  await again.waitFor({ state: "hidden" });
  expect(await dialog.getByLabel("Origin").inputValue()).toBe("Typed for minutes");
  await dialog.getByRole("button", { name: "Create route" }).click();
  await page.waitForURL(/\/routes\/[0-9a-f-]+$/u);
  await context.close();
});

it("hears its keys after a click on a chip, a control or a tick box", async () => {
  await depot.addVehicle("KEYS 1");
  const { context, page, complaints } = await openDesk(browser, depot);
  await page.goto(`${depot.url}/fleet`);
  await page.getByText("Vehicles", { exact: true }).click();
  await page.getByRole("table").getByText("KEYS 1").waitFor();
  await page.keyboard.press("v");
  await page.getByRole("dialog", { name: "New vehicle" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await page.getByLabel("Status").getByText("Available").click();
  await page.keyboard.press("v");
  await page.getByRole("dialog", { name: "New vehicle" }).waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});
