// Every screen, light and dark, full and empty: nothing that axe finds, nothing wider than the window, nothing asked of
// another machine. With UPDATE_SCREENS=1 it also draws them into docs/screens, at both sizes, for people to look at.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBrowser, openDesk } from "./browser";
import { Depot } from "./depot";
import { IS_DRAWING, draw, findingsOn } from "./looks";
import { openPhone, pairPhone } from "./phone";

const SIZES = [{ width: 1440, height: 900 }, { width: 1024, height: 700 }] as const;
/** Past the motion of what has just appeared. */
const SETTLED_MS = 400;

const fillings = ["full", "empty"] as const;
const schemes = ["light", "dark"] as const;
type Filling = (typeof fillings)[number];

/** A screen: its name, its address, and what is pressed there first. */
type Screen = readonly [name: string, at: string, key?: string];

let browser: Browser;
let depots: Record<Filling, Depot>;

beforeAll(async () => {
  const [opened, full, empty] = await Promise.all([openBrowser(), Depot.open({ flags: ["--demo"] }), Depot.open()]);
  browser = opened;
  depots = { full, empty };
  const phone = await openPhone(browser, full);
  const { driverId } = await firstOf(full, "InTransit");
  await pairPhone(phone, full, driverId);
  await phone.context.close();
});
afterAll(async () => {
  await browser?.close();
  await Promise.all(Object.values(depots ?? {}).map((depot) => depot.close()));
});

/** What there is to see; details only where there is something to look into. */
async function screensOf(depot: Depot, filling: Filling): Promise<readonly Screen[]> {
  const screens: readonly Screen[] = [
    ["today", "/"],
    ["deliveries", "/deliveries"],
    ["routes", "/routes"],
    ["fleet-drivers", "/fleet"],
    ["fleet-vehicles", "/fleet?part=vehicle"],
    ["incidents", "/incidents"],
    ["reports", "/reports"],
    ["log", "/log"],
    ["phones", "/phones"],
    ["settings", "/settings"],
  ];
  if (filling === "empty") return screens;
  const [underWay, delivered] = [await firstOf(depot, "InTransit"), await firstOf(depot, "Delivered")];
  return [
    ...screens,
    ["delivery", `/deliveries/${underWay.id}`],
    ["delivery-beside", `/deliveries?panel=${delivered.id}`],
    ["delivery-new", "/deliveries?create=true"],
    ["route", `/routes/${underWay.routeId}`],
    ["driver", `/fleet/drivers/${underWay.driverId}`],
    ["vehicle", `/fleet/vehicles/${underWay.vehicleId}`],
    ["log-event", "/log?event=490"],
    ["settings-depot", "/settings?part=depot"],
    ["settings-endpoint", "/settings?part=endpoint"],
    ["settings-people", "/settings?part=people"],
    ["settings-data", "/settings?part=data"],
    ["run-sheet", `/print/run-sheet/${underWay.driverId}`],
    ["proof-sheet", `/print/proof/${delivered.id}`],
    ["finder", "/deliveries", "Control+K"],
    ["keys", "/deliveries", "?"],
  ];
}

async function firstOf(depot: Depot, status: string): Promise<Record<"id" | "routeId" | "driverId" | "vehicleId", string>> {
  const { answer } = await depot.call("POST", "/api/queries", { query: "deliveries", status: [status], limit: 1 });
  return answer.items[0];
}

describe.each(fillings)("%s", (filling) => {
  it.each(schemes)("has no finding in %s", async (scheme) => {
    const depot = depots[filling];
    const { context, page, complaints } = await openDesk(browser, depot, { colorScheme: scheme });
    const findings: string[] = [];
    for (const [name, at, key] of await screensOf(depot, filling)) {
      await show(page, depot.url + at, key);
      findings.push(...(await findingsOn(page)).map((finding) => `${name}: ${finding}`));
      if (IS_DRAWING) await drawAll(page, `${name}-${filling}-${scheme}`, { at: depot.url + at, key });
    }
    expect(findings).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });
});

async function show(page: Page, at: string, key: string | undefined): Promise<void> {
  await page.goto(at);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.waitForLoadState("networkidle").catch(() => undefined);
  if (key !== undefined) await page.keyboard.press(key);
  await page.waitForTimeout(SETTLED_MS);
}

/** At each size the screen is opened anew: some of it, such as where the lanes begin, is decided then. */
async function drawAll(page: Page, name: string, { at, key }: { at: string; key: string | undefined }): Promise<void> {
  for (const size of SIZES) {
    await page.setViewportSize(size);
    await show(page, at, key);
    await draw(page, `${name}-${size.width}`);
  }
  await page.setViewportSize(SIZES[0]);
}
