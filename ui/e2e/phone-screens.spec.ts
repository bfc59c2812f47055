// Every screen of the phone's app with a day's work on it, light on a large phone and dark on a small one: nothing that axe
// finds, and nothing wider than the phone. With UPDATE_SCREENS=1 at both sizes each, and drawn into docs/screens/phone.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBrowser } from "./browser";
import { Depot } from "./depot";
import { IS_DRAWING, draw, findingsOn } from "./looks";
import { openPhone, pairPhone, sign } from "./phone";

const LARGE = { width: 412, height: 915 } as const;
const SMALL = { width: 360, height: 640 } as const;
/** Past the motion of what has just appeared. */
const SETTLED_MS = 250;

let browser: Browser;
let depot: Depot;
let driver: string;
let delivery: string;
/** Another one of the same driver, which goes on a step in each test. */
let next: string;

beforeAll(async () => {
  [browser, depot] = await Promise.all([openBrowser(), Depot.open({ settings: ["phones.positions=true"] })]);
  const [van, other] = [await depot.addVehicle("EV-07"), await depot.addVehicle("EV-08")];
  driver = await depot.addDriver("Ana Costa");
  const soon = new Date(Date.now() - 50 * 60_000);
  const later = new Date(Date.now() + 5 * 3_600_000);
  const harbour = await depot.addRoute("Depot Musterstadt", "Hafen, Kai 7, Lagerhaus der Vereinigten Reedereien", soon, ["Marktplatz", "Kai 7"]);
  const station = await depot.addRoute("Depot Musterstadt", "Bahnhof", later, ["Mühle", "Bahnhof"]);
  delivery = await depot.addDelivery(harbour, driver, van);
  next = await depot.addDelivery(station, driver, other);
  await depot.call("PATCH", `/api/deliveries/${delivery}/status`, { status: "InTransit" });
  await depot.call("POST", `/api/deliveries/${delivery}/incidents`, { type: "Traffic", description: "Bridge closed until noon" });
  const taken = await depot.addDelivery(await depot.addRoute("Depot Musterstadt", "Rathaus", new Date(Date.now() + 9 * 3_600_000), ["Rathaus"]), driver, van);
  await depot.call("PATCH", `/api/deliveries/${taken}/assign-driver`, { driverId: await depot.addDriver("Ben Okafor") });
});
afterAll(async () => {
  await browser?.close();
  await depot?.close();
});

it.each(["light", "dark"] as const)("has no finding in %s", async (scheme) => {
  const phone = await openPhone(browser, depot, {
    colorScheme: scheme,
    geolocation: { latitude: 41.15, longitude: -8.61 },
    permissions: ["geolocation"],
    ...(scheme === "dark" && { locale: "de-DE" }),
  });
  const { page } = phone;
  const findings: string[] = [];
  await page.goto(`${depot.url}/phone/`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  const sizes = IS_DRAWING ? [LARGE, SMALL] : [scheme === "light" ? LARGE : SMALL];
  findings.push(...(await look(page, `join-${scheme}`, sizes)));
  const idle = await depot.addDriver("Maximiliane Freifrau von Hohenstein-Oberwiesenthal");
  await pairPhone(phone, depot, idle, { begin: scheme === "dark" ? "Meine Lieferungen zeigen" : undefined });
  findings.push(...(await look(page, `today-empty-${scheme}`, sizes)));
  await revokeAll();
  await page.goto(`${depot.url}/phone/`);
  await page.getByText(scheme === "dark" ? "von seiner Liste" : "off its list").waitFor();
  findings.push(...(await look(page, `revoked-${scheme}`, sizes)));
  await pairPhone(phone, depot, driver, { begin: scheme === "dark" ? "Meine Lieferungen zeigen" : undefined });
  for (const [name, at] of [
    ["today", ""],
    ["delivery", `deliveries/${delivery}`],
    ["proof", `deliveries/${delivery}/proof`],
    ["problem", `deliveries/${delivery}/incident`],
    ["failed", `deliveries/${delivery}/failed`],
    ["messages", "messages"],
    ["step", `deliveries/${next}`],
    ["outbox", "outbox"],
    ["settings", "settings"],
  ] as const) {
    await page.goto(`${depot.url}/phone/${at}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    if (name === "proof" && scheme === "light") await sign(page);
    if (name === "settings") {
      await page.getByRole("button", { name: scheme === "dark" ? "Teilen" : "Shared", exact: true }).tap();
      await page.getByText(scheme === "dark" ? "Das Depot sieht, wo Sie sind" : "The depot sees where you are").waitFor();
    }
    if (name === "step") {
      await page.getByRole("button", { name: scheme === "dark" ? "Erreicht: Mühle" : "Start the delivery" }).tap();
      if (scheme === "light") {
        findings.push(...(await look(page, `early-${scheme}`, sizes)));
        await page.getByRole("button", { name: "Start it now" }).tap();
      }
      await page.getByText(scheme === "dark" ? "Vermerkt" : "Recorded").waitFor();
      continue;
    }
    if (name === "outbox") await page.getByText(scheme === "dark" ? "1 von 1 beim Depot" : "1 of 1 at the depot").waitFor();
    findings.push(...(await look(page, `${name}-${scheme}`, sizes)));
  }
  // What the dispatcher changed while the phone was away: both sides, and a choice.
  const { driverId, vehicleId } = await crew();
  const route = await depot.addRoute("Depot Musterstadt", "Klinikum, Warenannahme Untergeschoss", new Date(Date.now() + 30 * 3_600_000), ["Tor 3"]);
  const ended = await depot.addDelivery(route, driverId, vehicleId);
  await page.goto(`${depot.url}/phone/deliveries/${ended}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await phone.context.setOffline(true);
  await page.getByRole("button", { name: scheme === "dark" ? "Lieferung beginnen" : "Start the delivery" }).tap();
  await page.getByRole("button", { name: scheme === "dark" ? "Jetzt beginnen" : "Start it now" }).tap();
  // Before it is on the disk nothing is promised.
  await page.getByText(scheme === "dark" ? "Vermerkt" : "Recorded").waitFor();
  await depot.call("PATCH", `/api/deliveries/${ended}/status`, { status: "Failed", reason: "Customer cancelled" });
  await phone.context.setOffline(false);
  await page.goto(`${depot.url}/phone/outbox`);
  await page.getByText(scheme === "dark" ? "Das Depot hat dies nicht angenommen" : "The depot did not take this").waitFor();
  findings.push(...(await look(page, `refused-${scheme}`, sizes)));
  expect(findings).toEqual([]);
  await phone.context.close();
});

/** Takes every phone off the list. */
async function revokeAll(): Promise<void> {
  const { phones } = (await depot.call("POST", "/api/queries", { query: "phones" })).answer;
  for (const { deviceId } of phones) await depot.call("POST", "/api/commands", { command: { entity: "phone", command: { type: "revokePhone", deviceId } } });
}

/** The driver whose phone it is, and a vehicle that is free. */
async function crew(): Promise<{ driverId: string; vehicleId: string }> {
  return { driverId: driver, vehicleId: await depot.addVehicle(`EV-${Math.random().toString(36).slice(2, 8)}`) };
}

/** What axe finds, and whether something is wider than the screen, at each size. */
async function look(page: Page, name: string, sizes: readonly { width: number; height: number }[]): Promise<string[]> {
  const findings: string[] = [];
  for (const size of sizes) {
    await page.setViewportSize(size);
    await page.waitForTimeout(SETTLED_MS);
    findings.push(...(await findingsOn(page)).map((finding) => `${name} at ${size.width}: ${finding}`));
    if (IS_DRAWING) await draw(page, `phone/${name}-${size.width}`);
  }
  return findings;
}
