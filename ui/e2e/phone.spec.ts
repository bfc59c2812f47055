// A driver's day on a real phone's screen against a real depot: joined, worked by taps, proven, and taken off the list.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBrowser, openDesk } from "./browser";
import { Depot } from "./depot";
import { openPhone, pairPhone, picture, sign } from "./phone";

/** Half of the time after which the desk asks again of itself. */
const TOLD_MS = 15_000;

let browser: Browser;
let depot: Depot;

beforeAll(async () => {
  [browser, depot] = await Promise.all([openBrowser(), Depot.open()]);
});
afterAll(async () => {
  await browser?.close();
  await depot?.close();
});

it("works a day by taps, and everything is at the depot", async () => {
  const [ana, van] = [await depot.addDriver("Ana Costa"), await depot.addVehicle("EV-07")];
  const route = await depot.addRoute("Gate", "Harbour", new Date(Date.now() - 20 * 60_000), ["Market", "Harbour"]);
  const delivery = await depot.addDelivery(route, ana, van);
  const phone = await openPhone(browser, depot);
  const { page } = phone;
  await pairPhone(phone, depot, ana);
  expect(page.url()).not.toContain("#");

  await page.getByRole("button", { name: "Harbour" }).tap();
  await step(page, "Start the delivery");
  await report(page);
  await step(page, "Reached: Market");
  await step(page, "Reached: Harbour");
  await page.getByText("Out for delivery", { exact: true }).waitFor();
  await page.getByRole("button", { name: "It is solved" }).tap();
  await page.getByText("Recorded").waitFor({ state: "hidden" });

  await page.getByRole("button", { name: "Delivered", exact: true }).tap();
  await page.getByLabel("Who received it?").fill("Cleo Brandt");
  await sign(page);
  await page.locator("input[type=file]").setInputFiles(picture(1));
  await page.getByRole("img", { name: "Photo 1" }).waitFor();
  await page.getByRole("button", { name: "Delivered", exact: true }).tap();
  await page.getByText("Received by Cleo Brandt").waitFor();

  const sent = page.getByRole("button", { name: "All sent" });
  await sent.waitFor();
  await sent.tap();
  await page.getByText("All 6 of 6 at the depot").waitFor();
  await page.getByText("The depot has counted 6 actions of this phone.").waitFor();

  const told = (await depot.call("POST", "/api/queries", { query: "delivery", id: delivery })).answer;
  expect([told.status, told.receiverName, told.signature.mediaType, told.photos.length]).toEqual(["Delivered", "Cleo Brandt", "image/svg+xml", 1]);
  expect(told.incidents.map(({ type, resolved }: { type: string; resolved: boolean }) => [type, resolved])).toEqual([["Traffic", true]]);
  expect(told.plan.map(({ reachedAt }: { reachedAt: string | null }) => reachedAt !== null)).toEqual([true, true]);
  expect(told.incidents[0].photos.length).toBe(1);
  await expect.poll(async () => (await depot.call("POST", "/api/queries", { query: "delivery", id: delivery })).answer.filesAwaited).toEqual([]);
  for (const { hash } of [told.signature, ...told.photos, ...told.incidents[0].photos]) {
    const file = await fetch(`${depot.url}/api/files/${hash}`, { headers: { authorization: `Bearer ${depot.token}` } });
    expect(file.status, hash).toBe(200);
  }
  expect(phone.complaints).toEqual([]);
  await phone.context.close();
});

it("sets later days apart, asks before an early start, and takes a start back", async () => {
  const dora = await depot.addDriver("Dora Lindqvist");
  const in30Days = new Date(Date.now() + 30 * 24 * 3_600_000);
  const later = await depot.addDelivery(await depot.addRoute("Depot", "Next month's fair", in30Days, ["Hall 3"]), dora, await depot.addVehicle("EV-30"));
  // The depot's clock is in Lisbon, the phone is not.
  const phone = await openPhone(browser, depot, { timezoneId: "Asia/Kathmandu" });
  const { page } = phone;
  await pairPhone(phone, depot, dora);
  await page.getByText("No deliveries for you today").waitFor();
  const fair = page.getByRole("button", { name: "Next month's fair" });
  expect(await fair.getAttribute("data-current")).toBe("false");
  const { timeZone } = (await depot.call("POST", "/api/queries", { query: "session" })).answer;
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone }).format(in30Days);
  await fair.getByText(clock).waitFor();

  await fair.tap();
  await page.getByRole("button", { name: "Start the delivery" }).tap();
  await page.getByText("Start it now?").waitFor();
  await page.getByRole("button", { name: "Not yet" }).tap();
  await page.getByRole("button", { name: "Start the delivery" }).tap();
  await page.getByRole("button", { name: "Start it now" }).tap();
  await page.getByRole("button", { name: "Undo the start" }).tap();
  await page.getByRole("button", { name: "Start the delivery" }).waitFor();
  // Longer than a start is held.
  await page.waitForTimeout(7_000);
  expect((await depot.call("GET", `/api/deliveries/${later}`)).status).toBe("PickedUp");
  await page.getByRole("button", { name: "Start the delivery" }).tap();
  await page.getByRole("button", { name: "Start it now" }).tap();
  await expect.poll(async () => (await depot.call("GET", `/api/deliveries/${later}`)).status, { timeout: 30_000 }).toBe("InTransit");

  // More than fit: the one under way stays first, and the rest is a tap away.
  for (let number = 0; number < 101; number += 1) {
    const start = new Date(Date.now() + (60 + number * 20) * 60_000);
    await depot.addDelivery(await depot.addRoute("Depot", `Drop ${number}`, start, []), dora, await depot.addVehicle(`D-${number}`));
  }
  await page.goto(`${depot.url}/phone/`);
  await page.getByText("The depot has 2 more deliveries for you.").waitFor();
  expect(await page.getByRole("button", { name: "Next month's fair" }).getAttribute("data-current")).toBe("true");
  await page.getByRole("button", { name: "Show more" }).tap();
  await page.getByRole("button", { name: "Drop 100" }).waitFor();
  await page.getByText("more deliveries for you").waitFor({ state: "hidden" });
  await phone.context.close();
}, 180_000);

it("does not go on asking a depot that does not know it", async () => {
  const phone = await openPhone(browser, depot);
  const asked: string[] = [];
  phone.page.on("response", (response) => {
    if (response.status() === 401) asked.push(new URL(response.url()).pathname);
  });
  await phone.page.clock.install();
  await phone.page.goto(`${depot.url}/phone/`);
  await phone.page.getByText("Join this phone to a depot").waitFor();
  await phone.page.clock.runFor("10:00");
  await phone.page.evaluate(() => fetch("/health/live"));
  expect(asked).toEqual(["/api/queries"]);
  await phone.context.close();
});

it("shows a photo at the desk as soon as it has come", async () => {
  const cleo = await depot.addDriver("Cleo Brandt");
  const route = await depot.addRoute("Gate", "Bridge", new Date(), ["Bridge"]);
  const delivery = await depot.addDelivery(route, cleo, await depot.addVehicle("EV-09"));
  const phone = await openPhone(browser, depot);
  await pairPhone(phone, depot, cleo);
  // The picture stays on its way until the desk has seen that it is.
  const gate = new AbortController();
  const held = new Promise<void>((resolve) => gate.signal.addEventListener("abort", () => resolve()));
  await phone.page.route("**/files/*", async (route_) => {
    await held;
    await route_.continue();
  });
  await phone.page.getByRole("button", { name: "Bridge" }).tap();
  await report(phone.page, 3);
  const desk = await openDesk(browser, depot);
  await desk.page.goto(`${depot.url}/deliveries/${delivery}`);
  await desk.page.getByText(/^Still on its way/u).waitFor();
  gate.abort();
  // Sooner than the desk asks again of itself.
  await desk.page.getByRole("img", { name: "Photo 1" }).waitFor({ timeout: TOLD_MS });
  await Promise.all([desk.context.close(), phone.context.close()]);
});

it("never calls recorded what the phone could not write", async () => {
  const ben = await depot.addDriver("Ben Adeyemi");
  const route = await depot.addRoute("Gate", "Tower", new Date(), ["Tower"]);
  const delivery = await depot.addDelivery(route, ben, await depot.addVehicle("EV-11"));
  const phone = await openPhone(browser, depot);
  const { page } = phone;
  await pairPhone(phone, depot, ben);
  await page.getByRole("button", { name: "Tower" }).tap();
  await page.evaluate(fillStorage);
  await page.getByRole("button", { name: "Start the delivery" }).tap();
  await page.getByText("its storage may be full").waitFor();
  expect(await page.getByText("Recorded").count()).toBe(0);
  await page.getByRole("button", { name: "Could not deliver" }).tap();
  await page.getByRole("button", { name: "Nobody there" }).tap();
  await page.getByRole("button", { name: "Could not deliver" }).tap();
  await page.getByText("its storage may be full").waitFor();

  // Room again: the same button works, and what could not be kept was not kept by half.
  await page.evaluate(() => void ((globalThis as { isFull?: boolean }).isFull = false));
  await page.getByRole("button", { name: "Back" }).tap();
  await step(page, "Start the delivery");
  await page.getByRole("button", { name: "All sent" }).waitFor();
  const told = (await depot.call("POST", "/api/queries", { query: "delivery", id: delivery })).answer;
  expect(told.status).toBe("InTransit");
  await phone.context.close();
});

it("joins by the code at the desk, is seen there, and is told when it is taken off the list", async () => {
  await depot.addDriver("Ben Okafor");
  const desk = await openDesk(browser, depot);
  const phone = await openPhone(browser, depot);
  await desk.page.getByRole("link", { name: "Phones", exact: true }).click();
  // A loopback address is of no use to another machine, which the page says; to this machine's browsers it is.
  await desk.page.getByText("No other machine reaches the depot").waitFor();

  const told = desk.page.waitForResponse((response) => response.request().postData()?.includes('"pairing"') === true);
  await desk.page.getByRole("button", { name: "Pair a phone" }).click();
  const { url } = (await (await told).json()).answer;
  // There is nothing to scan then, but a browser of this machine can be paired.
  expect(await desk.page.getByRole("img", { name: "Code that pairs a phone" }).count()).toBe(0);
  expect(await desk.page.getByRole("link", { name: "Pair a browser of this machine instead" }).getAttribute("href")).toBe(url);

  await phone.page.goto(url);
  const digits = await phone.page.getByTestId("digits").innerText();
  expect(await desk.page.getByTestId("digits").innerText()).toBe(digits);
  const dialog = desk.page.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "Whose phone is it?" }).fill("Ben");
  await desk.page.getByRole("option").filter({ hasText: "Ben Okafor" }).click();
  await dialog.getByRole("button", { name: "Same number: pair it" }).click();
  await dialog.getByText("This is Ben Okafor's phone now").waitFor();
  await phone.page.getByText("Welcome, Ben Okafor").waitFor();
  await dialog.getByRole("button", { name: "Done" }).click();

  const row = desk.page.getByRole("row").filter({ hasText: "Ben Okafor" });
  await row.getByText("0 of 0 at the depot").waitFor();
  await row.getByText("Chrome on Android").waitFor();
  await row.getByRole("button", { name: /^Withdraw access/u }).click();
  await row.getByText("Withdrawn").waitFor();
  await phone.page.getByRole("button", { name: "Show my deliveries" }).tap();
  await phone.page.getByText("The depot took this phone off its list").waitFor();

  await desk.page.getByRole("button", { name: "Pair a phone" }).click();
  await dialog.getByRole("button", { name: "Close" }).click();
  await dialog.waitFor({ state: "hidden" });
  expect(desk.complaints).toEqual([]);
  await Promise.all([desk.context.close(), phone.context.close()]);
});

/** From now on every transaction that writes is aborted by the browser, as when there is no room; while `isFull`. */
function fillStorage(): void {
  const page = globalThis as { isFull?: boolean };
  page.isFull = true;
  const { prototype } = IDBDatabase;
  const begin = prototype.transaction;
  prototype.transaction = function transaction(stores, mode, options) {
    const begun = begin.call(this, stores, mode, options);
    if (page.isFull === true && mode === "readwrite") setTimeout(() => begun.abort());
    return begun;
  };
}

/** Takes a step, and waits until the next one is offered. */
async function step(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name, exact: true }).tap();
  await page.getByText("Recorded").waitFor();
  await page.getByText("Recorded").waitFor({ state: "hidden" });
}

/** With a photo of its own: what the depot has already is not awaited. */
async function report(page: Page, photo = 2): Promise<void> {
  await page.getByRole("button", { name: "Report a problem" }).tap();
  await page.getByRole("button", { name: "Traffic" }).tap();
  await page.getByLabel("What happened").fill("Bridge closed");
  await page.locator("input[type=file]").setInputFiles(picture(photo));
  await page.getByRole("img", { name: "Photo 1" }).waitFor();
  await page.getByRole("button", { name: "Report it" }).tap();
  await page.getByText("Bridge closed").waitFor();
}
