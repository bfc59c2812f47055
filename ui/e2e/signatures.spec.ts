// Signatures as hands write them, through the phone's own pad: the depot takes each, whole, and none is lost by a tap.
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBrowser, openDesk } from "./browser";
import { Depot } from "./depot";
import { openPhone, pairPhone, picture, sign } from "./phone";
import type { Phone } from "./phone";

/** `SIGNATURES=5000` draws more. */
const SIGNATURES = Number(process.env["SIGNATURES"] ?? 1_000);
const AT_ONCE = 50;

let browser: Browser;
let depot: Depot;
let ana: string;
let phone: Phone;
let made = 0;

beforeAll(async () => {
  [browser, depot] = await Promise.all([openBrowser(), Depot.open()]);
  ana = await depot.addDriver("Ana Costa");
  phone = await openPhone(browser, depot);
  await pairPhone(phone, depot, ana);
});
afterAll(async () => {
  await browser?.close();
  await depot?.close();
});

it("takes whatever the pad draws", { timeout: 1_800_000 }, async () => {
  const { delivery } = await outForDelivery("Random");
  await depot.call("PATCH", `/api/deliveries/${delivery}/status`, { status: "Failed" });
  const context = await browser.newContext({ viewport: { width: 412, height: 915 }, deviceScaleFactor: 2 });
  const page = await context.newPage();
  await page.setContent('<!doctype html><style>.pad { display: block; width: 380px }</style><body></body>');
  await page.addScriptTag({ content: await padScript() });
  await page.locator("canvas").waitFor();
  const kinds = new Set<string>();
  const refused: string[] = [];
  let taken = 0;
  for (let from = 0; from < SIGNATURES; from += AT_ONCE) {
    const seeds = Array.from({ length: Math.min(AT_ONCE, SIGNATURES - from) }, (_, index) => from + index);
    // oxlint-disable-next-line no-await-in-loop -- a pad draws one signature at a time
    const drawn = await page.evaluate(async (all) => {
      const signatures: Array<{ label: string; svg: string | undefined }> = [];
      // oxlint-disable-next-line no-await-in-loop
      for (const seed of all) signatures.push(await window.signatureOf(seed));
      return signatures;
    }, seeds);
    for (const { label, svg } of drawn) {
      if (svg === undefined) throw new Error(`the pad shows nothing of: ${label}`);
      for (const element of svg.matchAll(/<(line|path|circle) /gu)) kinds.add(element[1] ?? "");
      expect(isWhole(svg), `${label}: ${svg}`).toBe(true);
      // oxlint-disable-next-line no-await-in-loop
      const code = await codeFor(delivery, svg);
      // The delivery has failed, so the proof itself is refused; a picture that is not taken is refused before.
      if (code === "ruleBroken") taken += 1;
      else refused.push(`${label}: ${code}: ${svg}`);
    }
  }
  expect(refused).toEqual([]);
  expect(taken).toBe(SIGNATURES);
  expect([...kinds].toSorted()).toEqual(["circle", "line", "path"]);
  await context.close();
});

it("keeps the whole signature when the phone is turned", async () => {
  const { page } = phone;
  const turns = [
    [{ width: 915, height: 412 }, { width: 412, height: 915 }],
    [{ width: 412, height: 915 }, { width: 915, height: 412 }],
  ] as const;
  for (const [first, then] of turns) {
    for (const isDown of [false, true]) {
      const { delivery, place } = await outForDelivery(`Turned ${first.width} ${isDown}`);
      await page.setViewportSize(first);
      await openProof(page, delivery, place);
      const pad = page.getByRole("img", { name: "Sign here" });
      await pad.evaluate((element) => element.scrollIntoView({ block: "center" }));
      const box = await boxOf(page);
      // From one end of the pad to the other.
      await stroke(page, box, [[0.02, 0.7], [0.3, 0.3], [0.6, 0.7], [0.98, 0.3]], isDown);
      await page.setViewportSize(then);
      await expect.poll(async () => (await boxOf(page)).width).not.toBe(box.width);
      if (isDown) await page.mouse.up();
      await pad.evaluate((element) => element.scrollIntoView({ block: "center" }));
      // The pad is not stuck: it takes another stroke.
      await stroke(page, await boxOf(page), [[0.2, 0.5], [0.3, 0.6], [0.4, 0.5]]);
      const { extent, svg } = await delivered(page, delivery);
      expect(isWhole(svg), svg).toBe(true);
      expect(extent, "all of it, from edge to edge").toBeGreaterThan(0.85);
      expect(svg.match(/<path /gu)?.length).toBeGreaterThan(3);
    }
  }
  await page.setViewportSize({ width: 412, height: 915 });
});

it("keeps a proof that was begun through a reload, and forgets it once it is sent", async () => {
  const { page } = phone;
  const { delivery, place } = await outForDelivery("Reload");
  await openProof(page, delivery, place);
  await sign(page);
  await page.locator("input[type=file]").setInputFiles(picture(4));
  await page.getByRole("img", { name: "Photo 1" }).waitFor();
  const before = await inkOn(page);
  await page.reload();
  expect(await page.getByLabel("Who received it?").inputValue()).toBe("Cleo Brandt");
  await page.getByRole("img", { name: "Photo 1" }).waitFor();
  expect(Math.abs((await inkOn(page)) - before)).toBeLessThan(before * 0.02);
  expect((await delivered(page, delivery)).photos).toBe(1);
  const kept = await page.evaluate(async () => {
    const opened = indexedDB.open("eroad-phone");
    await new Promise((resolve) => (opened.onsuccess = resolve));
    const names = opened.result.transaction("kept").objectStore("kept").getAllKeys();
    await new Promise((resolve) => (names.onsuccess = resolve));
    opened.result.close();
    return names.result.filter((name) => String(name).startsWith("draft:"));
  });
  expect(kept).toEqual([]);
});

it("loses no refused picture by a tap, and the desk closes what will not come", async () => {
  const { page } = phone;
  const { delivery, place } = await outForDelivery("Refused");
  await page.route("**/api/deliveries/*/files/*", (route) =>
    route.fulfill({ status: 400, contentType: "application/problem+json", body: JSON.stringify({ code: "unfit", detail: "The picture cannot be read" }) }),
  );
  await openProof(page, delivery, place);
  await sign(page);
  await page.getByRole("button", { name: "Delivered", exact: true }).tap();
  await page.getByText("Received by Cleo Brandt").waitFor();
  await page.goto(`${depot.url}/phone/outbox`);
  await page.getByText("The signature: The depot did not take this").waitFor();
  await page.getByRole("button", { name: "Discard this" }).dblclick();
  await page.getByText("It exists on this phone alone").waitFor();
  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save a copy first" }).tap();
  expect((await saving).suggestedFilename()).toMatch(/^[0-9a-f]{12}\.svg$/u);
  await page.getByRole("button", { name: "Keep it" }).tap();
  await page.getByRole("button", { name: "Try again" }).waitFor();

  const { desk, complaints } = await openedDesk();
  await desk.goto(`${depot.url}/phones`);
  await desk.getByRole("heading", { name: "Pictures that are still awaited" }).waitFor();
  await desk.getByRole("link", { name: `Gate → ${place}` }).click();
  await desk.getByText(/Still on its way from/u).waitFor();
  await desk.getByRole("button", { name: "Will not come …" }).click();
  await desk.getByLabel("Why will it not come?").fill("The phone fell into the harbour");
  await desk.getByRole("button", { name: "Record it" }).click();
  await desk.getByText("Will not come", { exact: true }).waitFor();
  await desk.getByText("The phone fell into the harbour").first().waitFor();
  expect((await detail(delivery)).filesAwaited).toEqual([]);

  await page.unroute("**/api/deliveries/*/files/*");
  await page.getByRole("button", { name: "Try again" }).tap();
  // It came after all: kept and shown, whatever was recorded before.
  await expect.poll(async () => (await detail(delivery)).filesMissing).toEqual([]);
  await desk.getByRole("img", { name: "Signature of Cleo Brandt" }).waitFor();
  expect(complaints).toEqual([]);
});

it("takes a scan at the desk, and no text for an address", async () => {
  const { delivery } = await outForDelivery("Desk");
  const { desk } = await openedDesk();
  await desk.goto(`${depot.url}/deliveries/${delivery}`);
  await desk.getByRole("button", { name: "Capture proof" }).click();
  const dialog = desk.getByRole("dialog");
  await dialog.getByLabel("Received by").fill("Dora Klee");
  await dialog.getByLabel("Signature URL").fill("signed on paper");
  await dialog.getByText("This is no address of a web page").waitFor();
  expect(await dialog.getByRole("button", { name: "Capture proof" }).isEnabled()).toBe(false);
  await dialog.getByLabel("Signature URL").fill("");
  // 48 megapixels, as a phone of today takes them.
  await desk.locator("input[type=file]").setInputFiles(picture(9, 6_928));
  await dialog.getByRole("button", { name: "Capture proof" }).click();
  await dialog.waitFor({ state: "hidden" });
  const { status, photos, filesAwaited } = await detail(delivery);
  expect([status, photos.length, filesAwaited]).toEqual(["Delivered", 1, []]);
  expect(photos[0].bytes).toBeLessThan(2_000_000);
});

async function padScript(): Promise<string> {
  // Under vitest it is "test", for which JSX is compiled otherwise than the React of a build expects.
  const environment = process.env["NODE_ENV"];
  process.env["NODE_ENV"] = "production";
  const bundle = await build({
    configFile: false,
    logLevel: "error",
    root: new URL("..", import.meta.url).pathname,
    resolve: { tsconfigPaths: true },
    define: { "process.env.NODE_ENV": '"production"' },
    build: { write: false, lib: { entry: "e2e/pad.entry.tsx", formats: ["iife"], name: "pad" } },
  });
  process.env["NODE_ENV"] = environment;
  const outputs = Array.isArray(bundle) ? bundle : [bundle];
  const chunks = outputs.flatMap((each) => ("output" in each ? each.output : []));
  return chunks.map((chunk) => (chunk.type === "chunk" ? chunk.code : "")).join("\n");
}

async function codeFor(delivery: string, svg: string): Promise<string> {
  const form = new FormData();
  form.append("receiverName", "Cleo Brandt");
  form.append("signature", new Blob([svg], { type: "image/svg+xml" }), "signature.svg");
  const response = await fetch(`${depot.url}/api/deliveries/${delivery}/proof-of-delivery`, {
    method: "POST",
    headers: { authorization: `Bearer ${depot.token}` },
    body: form,
  });
  const reply: { code?: string; detail?: string } = await response.json();
  return reply.code === "ruleBroken" ? reply.code : `${response.status} ${reply.detail ?? ""}`;
}

/** Whether all points of a drawing lie in its box. */
function isWhole(svg: string): boolean {
  const [left = 0, top = 0, width = 0, height = 0] = viewBox(svg);
  return points(svg).every(([x, y]) => x >= left - 1 && y >= top - 1 && x <= left + width + 1 && y <= top + height + 1);
}

function viewBox(svg: string): number[] {
  return (/viewBox="(?<box>[^"]+)"/u.exec(svg)?.groups?.["box"] ?? "").split(" ").map(Number);
}

/** Where strokes begin and end; what a curve is bent by may lie outside. */
function points(svg: string): Array<readonly [number, number]> {
  const lines = [...svg.matchAll(/x1="(?<x>[^"]+)" y1="(?<y>[^"]+)"/gu), ...svg.matchAll(/x2="(?<x>[^"]+)" y2="(?<y>[^"]+)"/gu)];
  const dots = [...svg.matchAll(/cx="(?<x>[^"]+)" cy="(?<y>[^"]+)"/gu)];
  const curves = [...svg.matchAll(/(?:M |\d )(?<x>-?[\d.]+),(?<y>-?[\d.]+)(?= C|")/gu)];
  return [...lines, ...dots, ...curves].map(({ groups }) => [Number(groups?.["x"]), Number(groups?.["y"])] as const);
}

async function outForDelivery(place: string): Promise<{ delivery: string; place: string }> {
  made += 1;
  const route = await depot.addRoute("Gate", place, new Date(Date.now() + made * 10 * 60_000), []);
  const delivery = await depot.addDelivery(route, ana, await depot.addVehicle(`EV-${made}`));
  for (const status of ["InTransit", "OutForDelivery"]) {
    // oxlint-disable-next-line no-await-in-loop -- one follows the other
    await depot.call("PATCH", `/api/deliveries/${delivery}/status`, { status });
  }
  return { delivery, place };
}

async function openProof(page: Page, delivery: string, place: string): Promise<void> {
  await page.goto(`${depot.url}/phone/`);
  await page.getByText(place, { exact: true }).first().waitFor();
  await page.goto(`${depot.url}/phone/deliveries/${delivery}/proof`);
  await page.getByLabel("Who received it?").fill("Cleo Brandt");
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

async function boxOf(page: Page): Promise<Place> {
  const box = await page.getByRole("img", { name: "Sign here" }).boundingBox();
  if (box === null) throw new Error("there is nowhere to sign");
  return box;
}

async function stroke(page: Page, box: Place, path: ReadonlyArray<readonly [number, number]>, staysDown = false): Promise<void> {
  const [first = [0, 0] as const, ...rest] = path.map(([x, y]) => [box.x + box.width * x, box.y + box.height * y] as const);
  await page.mouse.move(...first);
  await page.mouse.down();
  // oxlint-disable-next-line no-await-in-loop -- a hand moves from point to point
  for (const point of rest) await page.mouse.move(...point, { steps: 6 });
  if (!staysDown) await page.mouse.up();
}

/** How many pixels of the pad are inked. */
async function inkOn(page: Page): Promise<number> {
  return page.locator("canvas").evaluate((canvas: HTMLCanvasElement) => {
    const pixels = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    return pixels.filter((value, index) => index % 4 === 3 && value > 100).length;
  });
}

async function delivered(page: Page, delivery: string): Promise<{ svg: string; extent: number; photos: number }> {
  await page.getByRole("button", { name: "Delivered", exact: true }).tap();
  await page.getByText("Received by Cleo Brandt").waitFor();
  await expect.poll(async () => (await detail(delivery)).status, { timeout: 15_000 }).toBe("Delivered");
  await expect.poll(async () => (await detail(delivery)).filesAwaited, { timeout: 15_000 }).toEqual([]);
  const { signature, photos } = await detail(delivery);
  const response = await fetch(`${depot.url}/api/files/${signature.hash}`, { headers: { authorization: `Bearer ${depot.token}` } });
  const svg = await response.text();
  const xs = points(svg).map(([x]) => x);
  return { svg, extent: (Math.max(...xs) - Math.min(...xs)) / (viewBox(svg)[2] ?? 1), photos: photos.length };
}

async function detail(delivery: string) {
  return (await depot.call("POST", "/api/queries", { query: "delivery", id: delivery })).answer;
}

async function openedDesk() {
  const opened = await openDesk(browser, depot);
  return { desk: opened.page, complaints: opened.complaints };
}
