// How quick the desk is in a browser, at a depot of many deliveries. Writes what it finds into docs/performance.md, between
// its markers. FOLDER is the depot's, DELIVERIES how many it has.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Browser, CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, it } from "vitest";
import { openBrowser, openDesk } from "./browser";
import { Depot } from "./depot";

const DOCUMENT = fileURLToPath(new URL("../../docs/performance.md", import.meta.url));
const MARKERS = { begin: "<!-- desk: written by `cargo xtask bench -- desk` -->", end: "<!-- end of desk -->" } as const;
const ROUNDS = 7;
const ASKED = 21;
const SLOWED = 4;
const WINDOWS = 3;
const SCROLLED_MS = 5_000;
const SCROLLED_PX_A_FRAME = 120;

let browser: Browser;
let depot: Depot;

beforeAll(async () => {
  const folder = process.env["FOLDER"];
  if (folder === undefined) throw new Error("FOLDER names no depot: `cargo xtask bench -- desk` does");
  [browser, depot] = await Promise.all([openBrowser(), Depot.of(folder)]);
});
afterAll(async () => {
  await browser?.close();
  await depot?.stop();
});

it("is measured", async () => {
  const board = { free: await firstBoards(1), slowed: await firstBoards(SLOWED) };
  const { context, page } = await openDesk(browser, depot);
  const filters = await filtersOn(page);
  const scrolled = await scrollOn(page);
  await context.close();
  const agreed = await agreeOn();
  const questions = await questionsTo(depot);
  const rows = [
    ["first board, its figures and what is under way, from an empty browser cache", ms(median(board.free.map(({ shown_ms }) => shown_ms)))],
    ["with its lanes", ms(median(board.free.map(({ lanes_ms }) => lanes_ms)))],
    [`first board with the processor slowed ${SLOWED} times`, ms(median(board.slowed.map(({ shown_ms }) => shown_ms)))],
    ["with its lanes", ms(median(board.slowed.map(({ lanes_ms }) => lanes_ms)))],
    ["JavaScript fetched until the lanes stand, compressed", `${Math.round((board.free[0]?.script_bytes ?? 0) / 1000)} kB`],
    ...filters.map(({ name, took_ms }) => [`list of deliveries: ${name}`, ms(took_ms)]),
    ["scrolling on for 5 s: rows passed", String(scrolled.rows)],
    ["scrolling: median frame, 95th percentile, longest", `${ms(scrolled.median)}, ${ms(scrolled.p95)}, ${ms(scrolled.longest)}`],
    [`a change by another, told until ${WINDOWS} windows of ${WINDOWS} browsers show it (median, longest of ${ASKED})`, `${ms(median(agreed))}, ${ms(Math.max(...agreed))}`],
    ...questions.map(({ name, median: middle, p95 }) => [`the depot's answer: ${name} (median, 95th percentile)`, `${ms(middle)}, ${ms(p95)}`]),
  ];
  const table = ["| what | |", "|---|---:|", ...rows.map(([what, figure]) => `| ${what} | ${figure} |`)].join("\n");
  const head = `At ${process.env["DELIVERIES"] ?? "?"} deliveries, Chromium ${browser.version()}; medians of ${ROUNDS}, of ${ASKED} for the depot's answers.`;
  const figures = `${head}\n\n${table}`;
  process.stdout.write(`${figures}\n`);
  const document = await readFile(DOCUMENT, "utf8");
  const [before, rest] = document.split(MARKERS.begin);
  const after = rest?.split(MARKERS.end)[1];
  if (after === undefined) throw new Error(`${DOCUMENT} lacks the markers`);
  await writeFile(DOCUMENT, `${before}${MARKERS.begin}\n\n${figures}\n\n${MARKERS.end}${after}`);
});

/** From going to the page until it is drawn, each time in a browser that has never seen it. */
async function firstBoards(slowed: number): Promise<{ shown_ms: number; lanes_ms: number; script_bytes: number }[]> {
  const all = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB" });
    await context.request.post(`${depot.url}/api/session`, { data: { token: depot.token } });
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    const scripts = await weighScripts(session);
    await session.send("Emulation.setCPUThrottlingRate", { rate: slowed });
    const begun = performance.now();
    await page.goto(depot.url);
    await page.locator("tbody tr[data-index]").first().waitFor();
    const shown_ms = performance.now() - begun;
    await page.locator("[data-event-id]").first().waitFor();
    all.push({ shown_ms, lanes_ms: performance.now() - begun, script_bytes: scripts.bytes() });
    await context.close();
  }
  return all;
}

async function weighScripts(session: CDPSession): Promise<{ bytes: () => number }> {
  const scripts = new Set<string>();
  let bytes = 0;
  await session.send("Network.enable");
  session.on("Network.responseReceived", ({ requestId, response }) => {
    if (response.mimeType.includes("javascript")) scripts.add(requestId);
  });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) bytes += encodedDataLength;
  });
  return { bytes: () => bytes };
}

/** From the change of the address by the page itself until the rows of the new list stand. */
async function filtersOn(page: Page): Promise<{ name: string; took_ms: number }[]> {
  await page.goto(`${depot.url}/deliveries`);
  await page.locator("tbody tr[data-index]").first().waitFor();
  const search = page.getByPlaceholder("Search deliveries");
  const name = (await driverOf()).split(" ")[0] ?? "";
  const found = await medianOf(async () => {
    await search.fill(name);
    await listSettled(page, name);
  }, async () => {
    await search.fill("");
    await listSettled(page, "");
  });
  const missed = await medianOf(async () => {
    await search.fill("zzqqzz");
    await listSettled(page, "zzqqzz");
  }, async () => {
    await search.fill("");
    await listSettled(page, "");
  });
  const chip = page.getByRole("group", { name: "Status" }).getByText("Failed", { exact: true });
  const status = await medianOf(async () => {
    await chip.click();
    await page.waitForURL(/status=Failed/u);
    await listSettled(page);
  }, async () => {
    await chip.click();
    await page.waitForURL((url) => !url.search.includes("status"));
    await listSettled(page);
  });
  return [
    { name: `a text that is found ("${name}"), typed until shown`, took_ms: found },
    { name: "a text that is not found", took_ms: missed },
    { name: "one status, clicked until shown", took_ms: status },
  ];
}

async function driverOf(): Promise<string> {
  const answered = await depot.call("POST", "/api/queries", { query: "drivers", limit: 1 });
  return answered.answer.items[0].name;
}

/** The list on show is the one asked for, and not the one before it in grey. */
async function listSettled(page: Page, text?: string): Promise<void> {
  if (text !== undefined) await page.waitForFunction((wanted) => (new URL(location.href).searchParams.get("text") ?? "") === wanted, text);
  await page.waitForFunction(() => {
    const table = document.querySelector("table[aria-label]");
    return document.querySelector('[data-loading="true"]') === null && (table === null || !table.hasAttribute("data-stale"));
  });
}

async function medianOf(change: () => Promise<void>, back: () => Promise<void>): Promise<number> {
  const took: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const begun = performance.now();
    await change();
    took.push(performance.now() - begun);
    await back();
  }
  return median(took);
}

interface Scrolled {
  readonly rows: number;
  readonly median: number;
  readonly p95: number;
  readonly longest: number;
}

/** Scrolls the list on and on, as by a wheel that never rests; pages are fetched as it goes. */
async function scrollOn(page: Page): Promise<Scrolled> {
  const { frames, rows } = await page.evaluate(
    async ({ for_ms, step_px }) => {
      const scroller = document.querySelector("table[aria-label]")?.parentElement;
      if (!(scroller instanceof HTMLElement)) throw new Error("There is no list to scroll.");
      const gaps: number[] = [];
      const begun = performance.now();
      let last = begun;
      while (last - begun < for_ms) {
        scroller.scrollTop += step_px;
        const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
        gaps.push(now - last);
        last = now;
      }
      const indices = [...document.querySelectorAll<HTMLElement>("tr[data-index]")].map((row) => Number(row.dataset["index"]));
      return { frames: gaps.slice(1), rows: Math.max(...indices) + 1 };
    },
    { for_ms: SCROLLED_MS, step_px: SCROLLED_PX_A_FRAME },
  );
  return { rows, median: median(frames), p95: percentile(frames, 0.95), longest: Math.max(...frames) };
}

/** From the depot's answer to a change until the last of several browsers shows it. */
async function agreeOn(): Promise<number[]> {
  const id = await depot.addDriver("Ada Measured");
  const desks = await Promise.all(Array.from({ length: WINDOWS }, () => openDesk(browser, depot)));
  await Promise.all(desks.map(({ page }) => page.goto(`${depot.url}/fleet?text=Ada%20Measured`)));
  const took: number[] = [];
  for (let round = 0; round < ASKED; round += 1) {
    const name = `Ada Measured ${round}`;
    await depot.call("PUT", `/api/fleet/drivers/${id}`, { name, driverLicense: id.slice(0, 13) });
    const told = performance.now();
    await Promise.all(desks.map(({ page }) => page.getByRole("table").getByText(name, { exact: true }).first().waitFor()));
    took.push(performance.now() - told);
  }
  await Promise.all(desks.map(({ context }) => context.close()));
  return took;
}

/** What the desk asks, over HTTP as the desk asks it. */
async function questionsTo(asked: Depot): Promise<{ name: string; median: number; p95: number }[]> {
  const page = await asked.call("POST", "/api/queries", { query: "deliveries", limit: 100 });
  const questions: readonly (readonly [string, object])[] = [
    ["the board", { query: "board" }],
    ["a page of deliveries", { query: "deliveries", limit: 100 }],
    ["the page after it", { query: "deliveries", limit: 100, cursor: page.answer.nextCursor }],
    ["those that are late", { query: "deliveries", late: true, limit: 100 }],
    ["a text that is not found", { query: "deliveries", text: "zzqqzz", limit: 100 }],
    ["the newest events", { query: "events", limit: 100 }],
    ["one delivery", { query: "delivery", id: page.answer.items[0].id }],
  ];
  const all = [];
  for (const [name, question] of questions) {
    const took: number[] = [];
    for (let round = 0; round < ASKED; round += 1) {
      const begun = performance.now();
      await asked.call("POST", "/api/queries", question);
      took.push(performance.now() - begun);
    }
    all.push({ name, median: median(took), p95: percentile(took, 0.95) });
  }
  return all;
}

function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}
