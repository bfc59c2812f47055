// A driver's phone: a small touch browser with the depot's app in it, and the dispatcher who pairs it.
import { deflateSync } from "node:zlib";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { watch } from "./browser";
import type { Depot } from "./depot";

export const PHONE = {
  viewport: { width: 412, height: 915 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
  userAgent: "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
} as const;
const PATIENCE_MS = 30_000;

export interface Phone {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the console complained of, and requests that left the machine. */
  readonly complaints: string[];
}

/** A phone that is nobody's yet; in English unless another locale is given. */
export async function openPhone(browser: Browser, depot: Depot, options: BrowserContextOptions = {}): Promise<Phone> {
  const context = await browser.newContext({ ...PHONE, locale: "en-GB", timezoneId: "Europe/Berlin", ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const complaints = watch(context, depot.url);
  return { context, page: await context.newPage(), complaints };
}

/** Pairs the phone with a driver: the phone clicks, and the dispatcher does the same as the desk's page would. */
export async function pairPhone(
  { page }: Phone,
  depot: Depot,
  driverId: string,
  {
    begin = "Show my deliveries",
    url = depot.url,
    beforeBegin = async () => {},
  }: { begin?: string | undefined; /** Where the phone goes. */ url?: string; /** Looks at the welcome. */ beforeBegin?: () => Promise<void> } = {},
): Promise<void> {
  const tell = (command: object) => depot.call("POST", "/api/commands", { command: { entity: "phone", command } });
  const pairing = async (id: string) => (await depot.call("POST", "/api/queries", { query: "pairing", id })).answer;
  const { id: pairingId } = await tell({ type: "startPairing" });
  const { hash, pathname } = new URL((await pairing(pairingId)).url);
  await page.goto(new URL(pathname + hash, url).href);
  const digits = await page.getByTestId("digits").innerText();
  if ((await pairing(pairingId)).digits !== digits) throw new Error("the two screens show different digits");
  await tell({ type: "confirmPairing", pairingId, driverId });
  await page.getByRole("button", { name: begin }).waitFor();
  await beforeBegin();
  await page.getByRole("button", { name: begin }).click();
  await page.getByRole("heading", { level: 1, name: /^(?:Today|Heute)$/u }).waitFor();
}

/** Draws a stroke on the pad for signatures. */
export async function sign(page: Page): Promise<void> {
  const pad = page.getByRole("img", { name: "Sign here" });
  await pad.scrollIntoViewIfNeeded();
  const box = await pad.boundingBox();
  if (box === null) throw new Error("there is nowhere to sign");
  const at = (x: number, y: number) => [box.x + box.width * x, box.y + box.height * y] as const;
  await page.mouse.move(...at(0.1, 0.7));
  await page.mouse.down();
  for (const [x, y] of [[0.3, 0.2], [0.45, 0.8], [0.6, 0.3], [0.9, 0.6]] as const) await page.mouse.move(...at(x, y), { steps: 6 });
  await page.mouse.up();
}

/** A picture as a camera gives it, each of another colour. */
export function picture(number: number, side_px = 320): { name: string; mimeType: string; buffer: Buffer } {
  const row = Buffer.alloc(1 + side_px * 3);
  for (let x = 0; x < side_px; x += 1) row.set([(number * 37) % 256, (x * 3) % 256, (number * 91) % 256], 1 + x * 3);
  const pixels = Buffer.concat(Array.from({ length: side_px }, () => row));
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side_px, 0);
  header.writeUInt32BE(side_px, 4);
  header.set([8, 2], 8);
  const buffer = Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(pixels)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
  return { name: `photo-${number}.png`, mimeType: "image/png", buffer };
}

function chunk(name: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, "latin1"), content]);
  const framed = Buffer.alloc(named.length + 8);
  framed.writeUInt32BE(content.length, 0);
  framed.set(named, 4);
  framed.writeUInt32BE(crc32(named), named.length + 4);
  return framed;
}

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
