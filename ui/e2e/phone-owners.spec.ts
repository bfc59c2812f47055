// Whose work it is and what becomes of it when the depot goes on without a phone: two drivers on one phone, an answer that was
// lost, a delivery that was given away, a clock that was set.
import type { Browser, Page } from "playwright-core";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openBrowser, openDesk } from "./browser";
import { Depot } from "./depot";
import { openPhone, pairPhone, sign } from "./phone";
import type { Phone } from "./phone";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let browser: Browser;
let depot: Depot;

beforeEach(async () => {
  [browser, depot] = await Promise.all([openBrowser(), Depot.open()]);
});
afterEach(async () => {
  await browser?.close();
  await depot?.close();
});

interface Signed {
  readonly phone: Phone;
  readonly delivery: string;
  readonly ana: string;
  /** From now on commands reach the depot again. */
  readonly open: () => void;
}

/** Ana's delivery, begun at the depot; its two stops and the signed proof are on her phone alone. */
async function signedOffline(): Promise<Signed> {
  const [ana, van] = [await depot.addDriver("Ana Costa"), await depot.addVehicle("EV-07")];
  const route = await depot.addRoute("Gate", "Harbour", new Date(Date.now() - 70 * MINUTE_MS), ["Market", "Harbour"]);
  const delivery = await depot.addDelivery(route, ana, van);
  const phone = await openPhone(browser, depot, { serviceWorkers: "block" });
  const { page } = phone;
  await pairPhone(phone, depot, ana);
  await page.getByRole("button", { name: "Harbour" }).tap();
  await step(page, "Start the delivery");
  await expect.poll(() => statusOf(delivery), { timeout: 30_000 }).toBe("InTransit");
  let isShut = true;
  await phone.context.route("**/api/commands", (request) => (isShut ? request.abort() : request.continue()));
  await step(page, "Reached: Market");
  await step(page, "Reached: Harbour");
  await prove(page, "Cleo Brandt");
  return { phone, delivery, ana, open: () => void (isShut = false) };
}

it("keeps two drivers apart on one phone, and sends each one's work as theirs", async () => {
  const { phone, delivery, open } = await signedOffline();
  const { page } = phone;
  const ben = await depot.addDriver("Ben Okafor");
  const [van, route] = [await depot.addVehicle("EV-08"), await depot.addRoute("Gate", "Tower", new Date(), ["Tower"])];
  const own = await depot.addDelivery(route, ben, van);
  await pairPhone(phone, depot, ben, { beforeBegin: () => page.getByText("4 things on this phone were done by Ana Costa").waitFor() });
  // Ben sees his own delivery alone, and whose the rest is.
  await page.getByRole("button", { name: "Tower" }).waitFor();
  expect(await page.getByText("Harbour").count()).toBe(0);
  await page.goto(`${depot.url}/phone/outbox`);
  const others = page.getByRole("region", { name: "Ana Costa's work on this phone" });
  await others.getByText("Delivered to Cleo Brandt").waitFor();
  expect(await others.getByRole("button").count()).toBe(0);
  open();
  await expect.poll(() => statusOf(delivery), { timeout: 60_000 }).toBe("Delivered");
  await others.waitFor({ state: "hidden", timeout: 60_000 });
  await page.goto(`${depot.url}/phone/deliveries/${own}`);
  await step(page, "Start the delivery");
  await expect.poll(() => statusOf(own), { timeout: 30_000 }).toBe("InTransit");
  const { phones } = await ask({ query: "phones" });
  const byActor = Object.fromEntries(phones.map((of: { deviceId: string; driverName: string }) => [`driver:${of.deviceId}`, of.driverName]));
  const actors = async (id: string) => {
    const { items } = await ask({ query: "events", entityId: id, limit: 50 });
    return [...new Set(items.map(({ actor }: { actor: string }) => byActor[actor]).filter(Boolean))];
  };
  expect([await actors(delivery), await actors(own)]).toEqual([["Ana Costa"], ["Ben Okafor"]]);
  await expect.poll(async () => (await ask({ query: "delivery", id: delivery })).filesAwaited, { timeout: 30_000 }).toEqual([]);
  // Her credential is given up once nothing is left under it.
  await expect.poll(async () => (await ask({ query: "phones" })).phones.filter((of: { revokedAt: string | null }) => of.revokedAt === null).length, { timeout: 90_000 }).toBe(1);
  await phone.context.close();
}, 300_000);

it("holds a revoked driver's work where the desk sees it, and sends it once it is paired with her again", async () => {
  const { phone, delivery, ana, open } = await signedOffline();
  const { page } = phone;
  const [{ deviceId }] = (await ask({ query: "phones" })).phones;
  await tell({ type: "revokePhone", deviceId });
  await page.getByText("The depot took this phone off its list").waitFor();
  await page.getByText("It stays Ana Costa's").waitFor();
  await pairPhone(phone, depot, await depot.addDriver("Ben Okafor"));
  open();
  await page.goto(`${depot.url}/phone/outbox`);
  await page.getByText("once this phone is paired with Ana Costa again").waitFor();
  const desk = await openDesk(browser, depot);
  await desk.page.goto(`${depot.url}/phones`);
  await desk.page.getByText("Also keeps 4 things of Ana Costa").waitFor({ timeout: 60_000 });
  expect(await statusOf(delivery)).toBe("InTransit");
  await pairPhone(phone, depot, ana);
  await expect.poll(() => statusOf(delivery), { timeout: 60_000 }).toBe("Delivered");
  await Promise.all([desk.context.close(), phone.context.close()]);
}, 300_000);

it("takes its own proof for a success when the answer was lost and it was paired again", async () => {
  const [ana, van] = [await depot.addDriver("Ana Costa"), await depot.addVehicle("EV-07")];
  const route = await depot.addRoute("Gate", "Harbour", new Date(Date.now() - 70 * MINUTE_MS), ["Harbour"]);
  const delivery = await depot.addDelivery(route, ana, van);
  const phone = await openPhone(browser, depot, { serviceWorkers: "block" });
  const { page } = phone;
  await pairPhone(phone, depot, ana);
  await page.getByRole("button", { name: "Harbour" }).tap();
  await step(page, "Start the delivery");
  await step(page, "Reached: Harbour");
  let isLosing = true;
  await phone.context.route("**/api/commands", async (request) => {
    if (!isLosing || request.request().postData()?.includes("captureProof") !== true) return request.continue();
    await request.fetch().catch(() => {});
    return request.abort();
  });
  await prove(page, "Cleo Brandt");
  await expect.poll(() => statusOf(delivery), { timeout: 30_000 }).toBe("Delivered");
  const [{ deviceId }] = (await ask({ query: "phones" })).phones;
  await tell({ type: "revokePhone", deviceId });
  await page.getByText("The depot took this phone off its list").waitFor();
  isLosing = false;
  await pairPhone(phone, depot, ana);
  await expect.poll(async () => (await ask({ query: "delivery", id: delivery })).filesAwaited, { timeout: 60_000 }).toEqual([]);
  await page.goto(`${depot.url}/phone/outbox`);
  await page.getByText("All 3 of 3 at the depot").waitFor();
  await phone.context.close();
}, 300_000);

it("keeps a proof of a delivery that was given away, and the desk decides", async () => {
  const { phone, delivery, open } = await signedOffline();
  const bob = await depot.addDriver("Bob Adeyemi");
  for (const status of ["Failed", "PickedUp"]) await depot.call("PATCH", `/api/deliveries/${delivery}/status`, { status });
  await depot.call("PATCH", `/api/deliveries/${delivery}/assign-driver`, { driverId: bob });
  const desk = await openDesk(browser, depot);
  open();
  await phone.page.goto(`${depot.url}/phone/outbox`);
  await phone.page.getByText("At the desk, to decide").first().waitFor({ timeout: 60_000 });
  const late = desk.page.getByRole("region", { name: "Reported late" });
  await late.getByText("proof of delivery, received by Cleo Brandt").waitFor({ timeout: 30_000 });
  await late.getByRole("img", { name: "Signature of Cleo Brandt" }).waitFor({ timeout: 30_000 });
  await late.getByText("Now with Bob Adeyemi").first().waitFor();
  await late.getByRole("button", { name: /received by Cleo Brandt/u }).click();
  const dialog = desk.page.getByRole("dialog");
  await dialog.getByLabel("What was decided").fill("Counted for Ana");
  await dialog.getByRole("button", { name: "Settled" }).click();
  await late.getByText("received by Cleo Brandt").waitFor({ state: "hidden" });
  await desk.page.goto(`${depot.url}/deliveries/${delivery}`);
  await desk.page.getByText("Counted for Ana").first().waitFor();
  expect(await statusOf(delivery)).toBe("PickedUp");
  await Promise.all([desk.context.close(), phone.context.close()]);
}, 300_000);

it.each([["an hour ahead", HOUR_MS], ["three years ahead", 3 * 365 * 24 * HOUR_MS], ["two years back", -2 * 365 * 24 * HOUR_MS]])(
  "takes steps by a clock that was set %s while the depot was away",
  async (_, by_ms) => {
    const [ana, van] = [await depot.addDriver("Ana Costa"), await depot.addVehicle("EV-07")];
    const route = await depot.addRoute("Gate", "Harbour", new Date(Date.now() - 20 * MINUTE_MS), ["Market", "Harbour"]);
    const delivery = await depot.addDelivery(route, ana, van);
    const phone = await openPhone(browser, depot);
    const { page } = phone;
    await page.clock.install({ time: Date.now() });
    await pairPhone(phone, depot, ana);
    await page.getByRole("button", { name: "Harbour" }).tap();
    await step(page, "Start the delivery");
    await expect.poll(() => statusOf(delivery), { timeout: 30_000 }).toBe("InTransit");
    await phone.context.setOffline(true);
    await page.clock.setSystemTime(Date.now() + by_ms);
    const before_ms = Date.now();
    await step(page, "Reached: Market");
    await step(page, "Reached: Harbour");
    const after_ms = Date.now();
    await phone.context.setOffline(false);
    await expect.poll(() => statusOf(delivery), { timeout: 60_000 }).toBe("OutForDelivery");
    const { checkpoints } = await ask({ query: "delivery", id: delivery });
    for (const { reachedAt, uncertain } of checkpoints) {
      expect(uncertain).toBe(false);
      expect(Date.parse(reachedAt)).toBeGreaterThan(before_ms - 5_000);
      expect(Date.parse(reachedAt)).toBeLessThan(after_ms + 5_000);
    }
    await page.goto(`${depot.url}/phone/outbox`);
    await page.getByText("All 3 of 3 at the depot").waitFor();
    await phone.context.close();
  },
  180_000,
);

async function ask(query: object) {
  return (await depot.call("POST", "/api/queries", query)).answer;
}

function tell(command: object) {
  return depot.call("POST", "/api/commands", { command: { entity: "phone", command } });
}

async function statusOf(delivery: string): Promise<string> {
  return (await depot.call("GET", `/api/deliveries/${delivery}`)).status;
}

async function prove(page: Page, receiver: string): Promise<void> {
  await page.getByRole("button", { name: "Delivered", exact: true }).tap();
  await page.getByLabel("Who received it?").fill(receiver);
  await sign(page);
  await page.getByRole("button", { name: "Delivered", exact: true }).tap();
  await page.getByText(`Received by ${receiver}`).waitFor();
}

/** Takes a step, and waits until the next one is offered. */
async function step(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name, exact: true }).tap();
  await page.getByText("Recorded").waitFor();
  await page.getByText("Recorded").waitFor({ state: "hidden" });
}
