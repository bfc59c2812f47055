// The phone without its depot: cut off, its tab killed at random moments, the depot killed; then each action and each
// picture is there exactly once and in order. OFFLINE_ACTIONS and OFFLINE_KILLS make it a long day (docs/phones.md).
import type { Browser } from "playwright-core";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openBrowser } from "./browser";
import { Depot } from "./depot";
import { Gate } from "./gate";
import { crashed, expectAllThere, patience, report, workOffline } from "./long-day";
import { openPhone, pairPhone } from "./phone";
import type { Phone } from "./phone";

const DAY = { actions: Number(process.env["OFFLINE_ACTIONS"] ?? 12), kills: Number(process.env["OFFLINE_KILLS"] ?? 3) };

let browser: Browser;
let depot: Depot;

beforeEach(async () => {
  [browser, depot] = await Promise.all([openBrowser(), Depot.open()]);
});
afterEach(async () => {
  await browser?.close();
  await depot?.close();
});

it("keeps what is done without the depot through killed tabs, and sends it once and in order", async () => {
  const { delivery, phone } = await underWay();
  await phone.context.setOffline(true);
  const worked = await workOffline(phone, delivery, DAY);
  await phone.context.setOffline(false);
  // Killed while it sends, too: what was on its way is sent again, and the depot knows it by its key.
  const page = await crashed(phone, worked.page, delivery);
  await depot.stop("SIGKILL");
  await depot.startAgain();
  await expectAllThere(depot, delivery, { ...worked, page });
  await phone.context.close();
}, patience(DAY));

it("opens without the depot, and takes a new version without losing what is unsent", async () => {
  const gate = await Gate.before(depot);
  const { delivery, phone } = await underWay(gate.url);
  const { page } = phone;
  await page.reload();
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await depot.stop("SIGKILL");
  await page.goto(`${gate.url}/phone/deliveries/${delivery}`);
  await report(page, delivery, "while the depot is away");

  // The depot is back, but takes nothing yet: two actions and a picture wait when another version of the app comes.
  gate.isShut = true;
  await depot.startAgain();
  await report(page, delivery, "before the new version", 7);
  await page.goto(`${gate.url}/phone/`);
  await page.getByRole("button", { name: "3 unsent" }).waitFor();
  // Untouched, it would take over by itself where it is found while the app still opens.
  await page.getByRole("heading", { level: 1 }).tap();
  gate.version = "\n// another version";
  const before = await page.evaluate(() => navigator.serviceWorker.controller?.scriptURL);
  await page.evaluate(() => void ((globalThis as { isOldPage?: boolean }).isOldPage = true));
  await expect
    .poll(async () => {
      // As when the driver looks at the app again.
      await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
      return page.getByText("A new version is ready.").count();
    }, { timeout: 30_000 })
    .toBe(1);
  // A phone always has requests under way: they must not keep the version that they pass by in charge.
  await page.evaluate(() => {
    const ask = (): void => void fetch("/api/health").catch(() => {}).finally(() => setTimeout(ask, 1));
    for (let under = 0; under < 4; under += 1) ask();
  });
  await page.getByRole("button", { name: "Use it now" }).tap();
  // It takes over: the page is another one, the worker that waited is in charge, and none waits.
  await page.waitForFunction(() => (globalThis as { isOldPage?: boolean }).isOldPage === undefined);
  await page.getByRole("button", { name: "3 unsent" }).waitFor();
  const after = await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration("/phone/");
    return [navigator.serviceWorker.controller?.scriptURL, registration?.active?.state, registration?.waiting ?? null];
  });
  expect(after).toEqual([before, "activated", null]);

  gate.isShut = false;
  await page.goto(`${gate.url}/phone/outbox`);
  await page.getByText(/^All \d of \d at the depot$/u).waitFor({ timeout: 60_000 });
  await page.getByText("still on its way").waitFor({ state: "hidden", timeout: 60_000 });
  const { incidents, filesAwaited } = (await depot.call("POST", "/api/queries", { query: "delivery", id: delivery })).answer;
  expect(incidents.map(({ description }: { description: string }) => description)).toEqual(["while the depot is away", "before the new version"]);
  expect(filesAwaited).toEqual([]);
  await phone.context.close();
  gate.close();
});

it("offers a version that was found while the app opened, once the driver is at work", async () => {
  const gate = await Gate.before(depot);
  const { delivery, phone } = await underWay(gate.url);
  const { context, page } = phone;
  const arrive = gate.holdFiles();
  gate.version = "\n// another version";
  // Another tab finds it, and the one that opens meanwhile has to wait for it before it hears of its worker.
  const other = await context.newPage();
  await other.goto(`${gate.url}/phone/`);
  await other.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    const found = new Promise((resolve) => registration.addEventListener("updatefound", resolve, { once: true }));
    void registration.update();
    await found;
  });
  await page.goto(`${gate.url}/phone/deliveries/${delivery}/incident`);
  const words = page.getByRole("textbox", { name: "What happened" });
  await words.tap();
  await words.fill("half a word");
  arrive();
  await page.waitForFunction(async () => ((await navigator.serviceWorker.getRegistration())?.waiting ?? null) !== null);
  // Whether a page begins anew shows only after a while in which it does not.
  await page.waitForTimeout(2_000);
  expect(await words.inputValue()).toBe("half a word");
  // On a screen where nothing can be half filled in.
  for (const title of ["Harbour", "Today"]) {
    await page.getByRole("button", { name: "Back" }).tap();
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
  }
  await page.getByText("A new version is ready.").waitFor();
  await context.close();
  gate.close();
});

/** A paired phone with a delivery that has begun: the first action. */
async function underWay(url = depot.url): Promise<{ delivery: string; phone: Phone }> {
  const [ana, van] = [await depot.addDriver("Ana Costa"), await depot.addVehicle("EV-07")];
  const route = await depot.addRoute("Gate", "Harbour", new Date(Date.now() - 20 * 60_000), ["Market", "Harbour"]);
  const delivery = await depot.addDelivery(route, ana, van);
  const phone = await openPhone(browser, depot);
  await pairPhone(phone, depot, ana, { url });
  await phone.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await phone.page.getByRole("button", { name: "Harbour" }).tap();
  await phone.page.getByRole("button", { name: "Start the delivery" }).tap();
  // "All sent" stood there already before the step was kept.
  await expect.poll(async () => (await depot.call("GET", `/api/deliveries/${delivery}`)).status, { timeout: 30_000 }).toBe("InTransit");
  await phone.page.getByRole("button", { name: "All sent" }).waitFor();
  return { delivery, phone };
}
