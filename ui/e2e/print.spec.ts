// What is printed: a driver's run sheet and a proof of delivery, on paper of A4, without the frame around the page.
import { deflateSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBrowser, openDesk } from "./browser";
import { Depot } from "./depot";

const MINUTE_MS = 60_000;

let browser: Browser;
let depot: Depot;

beforeAll(async () => {
  [browser, depot] = await Promise.all([openBrowser(), Depot.open({ settings: ["depot.name=Harbour Depot", "depot.time_zone=Europe/Berlin"] })]);
});
afterAll(async () => {
  await browser?.close();
  await depot?.close();
});

/** A PNG of one colour on white paper: a broad stroke, since a picture of one colour alone is no signature. */
function picture(width: number, height: number, colour: readonly [number, number, number]): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const row = (pixel: readonly number[]) => Buffer.concat([Buffer.from([0]), ...Array.from({ length: width }, () => Buffer.from(pixel))]);
  const [paper, stroke] = [row([255, 255, 255]), row(colour)];
  const rows = Buffer.concat(Array.from({ length: height }, (_, line) => (line < height / 4 ? paper : stroke)));
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk("IHDR", head), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  crc.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, crc]);
}

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

async function told(id: string, at: Date, command: object): Promise<void> {
  await depot.call("POST", "/api/commands", { command: { entity: "delivery", id, command }, occurredAt: at.toISOString() });
}

/** Counts how often the page asks to be printed, instead of asking. */
async function countPrints(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript("globalThis.prints = 0; globalThis.print = () => { globalThis.prints += 1; };");
  return () => page.evaluate<number>("globalThis.prints");
}

it("prints a driver's day with its stops in order, and nothing of the frame around it", async () => {
  const [ana, van] = [await depot.addDriver("Ana Costa"), await depot.addVehicle("EV-07")];
  const morning = new Date("2040-05-01T06:00:00Z");
  const noon = new Date("2040-05-01T10:00:00Z");
  const late = await depot.addDelivery(await depot.addRoute("Gate", "Station", noon, ["Mill", "Station"]), ana, van);
  await depot.addDelivery(await depot.addRoute("Gate", "Harbour", morning, ["Market", "Harbour"]), ana, van);
  await depot.call("POST", `/api/deliveries/${late}/incidents`, { type: "AddressProblem", description: "Ring twice" });

  const { context, page, complaints } = await openDesk(browser, depot);
  const prints = await countPrints(page);
  await page.goto(`${depot.url}/fleet/drivers/${ana}`);
  await page.getByRole("link", { name: "Run sheet" }).click();
  await page.getByText("None on this day").waitFor();
  await page.goto(`${depot.url}/print/run-sheet/${ana}?day=2040-05-01`);
  const sheet = page.getByRole("article", { name: "Run sheet" });
  await sheet.getByText(/Tuesday,? 1 May 2040/u).waitFor();
  await sheet.getByText("Harbour Depot").waitFor();
  expect(await sheet.getByRole("heading", { level: 2 }).allInnerTexts()).toEqual(["1. Gate → Harbour", "2. Gate → Station"]);
  const stops = sheet.getByRole("table", { name: "Stops of delivery 1" });
  expect((await stops.getByRole("row").nth(1).getByRole("cell").allInnerTexts()).slice(0, 3)).toEqual(["1", "Market", "08:30"]);
  await sheet.getByText("Ring twice").waitFor();
  expect(await sheet.getByText("EV-07").count()).toBe(2);

  await page.getByRole("button", { name: "Print" }).click();
  await expect.poll(prints).toBe(1);
  await page.emulateMedia({ media: "print" });
  expect(await page.getByRole("banner").isVisible()).toBe(false);
  expect(await page.getByRole("button", { name: "Print" }).isVisible()).toBe(false);
  expect(await sheet.isVisible()).toBe(true);
  expect(complaints).toEqual([]);
  await context.close();
});

it("prints what proves a delivery, with the times of both clocks and its pictures", async () => {
  const start = new Date(Date.now() - 300 * MINUTE_MS);
  const routeId = await depot.addRoute("Gate", "Quay", start, ["Market", "Quay"]);
  const id = await depot.addDelivery(routeId, await depot.addDriver("Ben Okafor"), await depot.addVehicle("EV-08"));
  const after = (minutes: number) => new Date(start.getTime() + minutes * MINUTE_MS);
  await told(id, after(1), { type: "changeDeliveryStatus", status: "InTransit" });
  await told(id, after(40), { type: "reachCheckpoint", routeId, sequence: 1 });
  await told(id, after(60), { type: "reachCheckpoint", routeId, sequence: 2 });
  const form = new FormData();
  form.set("receiverName", "Ida Møller");
  form.set("signature", new Blob([new Uint8Array(picture(300, 80, [20, 20, 60]))], { type: "image/png" }), "signature.png");
  form.append("photos", new Blob([new Uint8Array(picture(320, 200, [180, 120, 40]))], { type: "image/png" }), "photo.png");
  const answer = await fetch(`${depot.url}/api/deliveries/${id}/proof-of-delivery`, {
    method: "POST",
    headers: { authorization: `Bearer ${depot.token}`, "x-occurred-at": after(66).toISOString() },
    body: form,
  });
  expect(answer.status, await answer.text()).toBe(200);

  const { context, page, complaints } = await openDesk(browser, depot, { colorScheme: "dark" });
  const prints = await countPrints(page);
  await page.goto(`${depot.url}/deliveries/${id}`);
  await page.getByRole("link", { name: "Print sheet" }).click();
  const sheet = page.getByRole("article", { name: "Proof of delivery" });
  await sheet.getByText("Ida Møller").waitFor();
  await sheet.getByText("10 min late").waitFor();
  await sheet.getByText("Time by the device").waitFor();
  expect(await sheet.getByText(/^SHA-256 [0-9a-f]{64}$/u).count()).toBe(2);
  await page.getByRole("button", { name: "Print" }).click();
  await expect.poll(prints).toBe(1);
  // It waits for the pictures: whatever is printed has them.
  const widths = await sheet.locator("img").evaluateAll((images) => images.map((image) => (image as HTMLImageElement).naturalWidth));
  expect(widths).toEqual([300, 320]);
  // Paper is white, whatever the scheme.
  expect(await sheet.evaluate((paper) => getComputedStyle(paper).backgroundColor)).toBe("rgb(255, 255, 255)");
  const pdf = await page.pdf({ preferCSSPageSize: true });
  expect(pdf.toString("latin1")).toMatch(/\/MediaBox \[0 0 59[45](?:\.\d+)? 84[12](?:\.\d+)?\]/u);
  expect(complaints).toEqual([]);
  await context.close();
});

it("prints all rows of a list, also those that were not loaded, and nothing around them", async () => {
  const plates = Array.from({ length: 230 }, (_, index) => `LP-${index + 1}`);
  for (const plate of plates) await depot.addVehicle(plate, "Lister");
  const { page, context, complaints } = await openDesk(browser, depot);
  await page.addInitScript(`globalThis.print = () => {
    globalThis.printed = {
      plates: [...document.querySelectorAll("tr[data-index] td:first-child")].map((cell) => cell.textContent),
      around: [...document.querySelectorAll("h1, nav, header, [type=search], [role=radiogroup]")].filter((one) => one.checkVisibility()).length,
    };
  };`);
  await page.goto(`${depot.url}/fleet?part=vehicle&text=lister`);
  await page.getByRole("button", { name: "Print list" }).waitFor();
  await page.emulateMedia({ media: "print" });
  await page.keyboard.press("Control+p");
  await expect.poll(() => page.evaluate("globalThis.printed?.plates.length"), { timeout: 20_000 }).toBe(plates.length);
  expect(await page.evaluate("globalThis.printed")).toEqual({ plates, around: 0 });
  await page.emulateMedia({ media: "screen" });
  await page.getByRole("heading", { name: "Fleet" }).waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});
