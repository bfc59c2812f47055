// Every screen, light and dark, full and empty: nothing that axe finds, nothing asked of another machine. With
// UPDATE_SCREENS=1 it also draws them into docs/screens, at both sizes, for people to look at.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type Axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBrowser, openDesk } from "./browser";
import { Depot } from "./depot";

const IS_DRAWING = process.env["UPDATE_SCREENS"] === "1";
const SCREENS = fileURLToPath(new URL("../../docs/screens/", import.meta.url));
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const SIZES = [{ width: 1440, height: 900 }, { width: 1024, height: 700 }] as const;
/** Past the motion of what has just appeared. */
const SETTLED_MS = 400;

const fillings = ["full", "empty"] as const;
const schemes = ["light", "dark"] as const;
type Filling = (typeof fillings)[number];

let browser: Browser;
let depots: Record<Filling, Depot>;

beforeAll(async () => {
  const [opened, full, empty] = await Promise.all([openBrowser(), Depot.open({ flags: ["--demo"] }), Depot.open()]);
  browser = opened;
  depots = { full, empty };
});
afterAll(async () => {
  await browser?.close();
  await Promise.all(Object.values(depots ?? {}).map((depot) => depot.close()));
});

/** What there is to see; details only where there is something to look into. */
async function placesOf(depot: Depot, filling: Filling): Promise<readonly (readonly [string, string])[]> {
  const places = [
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
  ] as const;
  if (filling === "empty") return places;
  const under = await depot.call("POST", "/api/queries", { query: "deliveries", status: ["InTransit"], limit: 1 });
  const { id, routeId, driverId } = under.answer.items[0];
  return [
    ...places,
    ["delivery", `/deliveries/${id}`],
    ["route", `/routes/${routeId}`],
    ["run-sheet", `/print/run-sheet/${driverId}`],
    ["proof-sheet", `/print/proof/${id}`],
  ];
}

describe.each(fillings)("%s", (filling) => {
  it.each(schemes)("has no finding in %s", async (scheme) => {
    const depot = depots[filling];
    const { context, page, complaints } = await openDesk(browser, depot, { colorScheme: scheme });
    const findings: string[] = [];
    for (const [name, at] of await placesOf(depot, filling)) {
      await page.goto(depot.url + at);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.waitForLoadState("networkidle").catch(() => undefined);
      await page.waitForTimeout(SETTLED_MS);
      findings.push(...(await findingsOn(page)).map((finding) => `${name}: ${finding}`));
      if (IS_DRAWING) await draw(page, `${name}-${filling}-${scheme}`);
    }
    expect(findings).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });
});

async function findingsOn(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(AXE, "utf8"));
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof Axe };
    const { violations } = await axe.run(document);
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id} at ${node.target.join(" ")}: ${node.failureSummary}`));
  });
}

async function draw(page: Page, name: string): Promise<void> {
  await mkdir(SCREENS, { recursive: true });
  const session = await page.context().newCDPSession(page);
  for (const size of SIZES) {
    await page.setViewportSize(size);
    await page.waitForTimeout(SETTLED_MS);
    const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: 75 });
    await writeFile(`${SCREENS}${name}-${size.width}.webp`, Buffer.from(data, "base64"));
  }
  await page.setViewportSize(SIZES[0]);
}
