// Every screen of the phone's app with a day's work on it, light on a large phone and dark on a small one: nothing that axe
// finds, and nothing wider than the phone. With UPDATE_SCREENS=1 at both sizes each, and drawn into docs/screens/phone.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type Axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBrowser } from "./browser";
import { Depot } from "./depot";
import { openPhone, pairPhone, sign } from "./phone";

const IS_DRAWING = process.env["UPDATE_SCREENS"] === "1";
const SCREENS = fileURLToPath(new URL("../../docs/screens/phone/", import.meta.url));
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const LARGE = { width: 412, height: 915 } as const;
const SMALL = { width: 360, height: 640 } as const;
/** Past the motion of what has just appeared. */
const SETTLED_MS = 250;

let browser: Browser;
let depot: Depot;
let driver: string;
let delivery: string;

beforeAll(async () => {
  [browser, depot] = await Promise.all([openBrowser(), Depot.open()]);
  const [van, other] = [await depot.addVehicle("EV-07"), await depot.addVehicle("EV-08")];
  driver = await depot.addDriver("Ana Costa");
  const soon = new Date(Date.now() - 50 * 60_000);
  const later = new Date(Date.now() + 5 * 3_600_000);
  const harbour = await depot.addRoute("Depot Musterstadt", "Hafen, Kai 7, Lagerhaus der Vereinigten Reedereien", soon, ["Marktplatz", "Kai 7"]);
  const station = await depot.addRoute("Depot Musterstadt", "Bahnhof", later, ["Mühle", "Bahnhof"]);
  delivery = await depot.addDelivery(harbour, driver, van);
  await depot.addDelivery(station, driver, other);
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
  const phone = await openPhone(browser, depot, { colorScheme: scheme, ...(scheme === "dark" && { locale: "de-DE" }) });
  const { page } = phone;
  const findings: string[] = [];
  await page.goto(`${depot.url}/phone/`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  const sizes = IS_DRAWING ? [LARGE, SMALL] : [scheme === "light" ? LARGE : SMALL];
  findings.push(...(await look(page, `join-${scheme}`, sizes)));
  await pairPhone(phone, depot, driver, scheme === "dark" ? "Meine Lieferungen zeigen" : undefined);
  for (const [name, at] of [
    ["today", ""],
    ["delivery", `deliveries/${delivery}`],
    ["proof", `deliveries/${delivery}/proof`],
    ["problem", `deliveries/${delivery}/incident`],
    ["failed", `deliveries/${delivery}/failed`],
    ["messages", "messages"],
    ["outbox", "outbox"],
    ["settings", "settings"],
  ] as const) {
    await page.goto(`${depot.url}/phone/${at}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    if (name === "proof" && scheme === "light") await sign(page);
    findings.push(...(await look(page, `${name}-${scheme}`, sizes)));
  }
  expect(findings).toEqual([]);
  await phone.context.close();
});

/** What axe finds, and whether something is wider than the screen, at each size. */
async function look(page: Page, name: string, sizes: readonly { width: number; height: number }[]): Promise<string[]> {
  const findings: string[] = [];
  for (const size of sizes) {
    await page.setViewportSize(size);
    await page.waitForTimeout(SETTLED_MS);
    const found = [...(await axeOn(page)), ...(await tooWideOn(page))];
    findings.push(...found.map((finding) => `${name} at ${size.width}: ${finding}`));
    if (IS_DRAWING) await draw(page, `${name}-${size.width}`);
  }
  return findings;
}

async function axeOn(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(AXE, "utf8"));
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof Axe };
    const { violations } = await axe.run(document);
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id} at ${node.target.join(" ")}: ${node.failureSummary}`));
  });
}

function tooWideOn(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth > clientWidth ? [`${scrollWidth} px wide, of ${clientWidth}`] : [];
  });
}

async function draw(page: Page, name: string): Promise<void> {
  await mkdir(SCREENS, { recursive: true });
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: 70 });
  await writeFile(`${SCREENS}${name}.webp`, Buffer.from(data, "base64"));
}
