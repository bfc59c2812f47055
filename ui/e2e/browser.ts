// A real browser, headless, and a desk in it. Watches what no page may do: complain, or ask another machine.
import { chromium } from "playwright-core";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import type { Depot } from "./depot";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const PATIENCE_MS = 30_000;

export const CHROMIUM = process.env["CHROMIUM_BIN"] ?? "/usr/bin/chromium";

/** A browser that is started by another program, e.g. on another machine. */
export async function openProgram(executablePath: string, ...flags: readonly string[]): Promise<Browser> {
  return chromium.launch({ executablePath, args: [...FLAGS, ...flags] });
}

export async function openBrowser(...flags: readonly string[]): Promise<Browser> {
  return openProgram(CHROMIUM, ...flags);
}

export interface DeskOptions extends BrowserContextOptions {
  /** Whose desk; the admin's unless given. */
  readonly token?: string;
}

export interface Desk {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the console complained of, and requests that left the machine. A test ends by expecting none. */
  readonly complaints: string[];
}

/** A browser of its own, signed in at the desk of `depot`, in English unless another locale is given. */
export async function openDesk(browser: Browser, depot: Depot, { token = depot.token, ...options }: DeskOptions = {}): Promise<Desk> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB", timezoneId: "Europe/Berlin", ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const answer = await context.request.post(`${depot.url}/api/session`, { data: { token } });
  if (!answer.ok()) throw new Error(`the depot did not let ${token.slice(0, 8)}… in: ${await answer.text()}`);
  const page = await context.newPage();
  const complaints = watch(context, depot.url);
  await page.goto(depot.url);
  await page.getByRole("heading", { level: 1 }).waitFor();
  return { context, page, complaints };
}

const watched: BrowserContext[] = [];

/** Every page that is open in a context that is watched. */
export function openPages(): readonly Page[] {
  return watched.flatMap((context) => context.pages());
}

/** Collects what the pages of a context complain of, and what they ask of anybody but the depot. */
export function watch(context: BrowserContext, origin: string): string[] {
  watched.push(context);
  const complaints: string[] = [];
  context.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  context.on("weberror", (error) => complaints.push(String(error.error())));
  context.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !/^(?:data|blob|about):/u.test(url)) complaints.push(`asked another machine: ${url}`);
  });
  return complaints;
}
