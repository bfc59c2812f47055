// A driver's day without the depot: reports and photos, through tabs that are killed at random moments; and whether all of
// it is at the depot afterwards, once and in order.
import type { Page } from "playwright-core";
import { expect } from "vitest";
import type { Depot } from "./depot";
import { picture } from "./phone";
import type { Phone } from "./phone";

export interface LongDay {
  readonly actions: number;
  /** How many tabs crash on the way. */
  readonly kills: number;
}

/** What a day came to. */
export interface Worked {
  /** The tab that is left. */
  readonly page: Page;
  /** What the driver saw kept, in order. */
  readonly told: readonly string[];
  readonly photos: number;
}

/** What a tap by a machine that does much else may take in all. */
export function patience({ actions }: LongDay): number {
  return 240_000 + actions * 4_000;
}

/** Reports problems on a delivery that has begun, some with a photo, and crashes the tab now and then. */
export async function workOffline(phone: Phone, delivery: string, { actions, kills }: LongDay): Promise<Worked> {
  const photoEvery = actions > 100 ? 10 : 4;
  const killEvery = Math.max(1, Math.floor(actions / (kills + 1)));
  const told: string[] = [];
  let { page } = phone;
  let [killed, photos] = [0, 0];
  while (told.length < actions) {
    const text = `report ${told.length + 1}`;
    const hasPhoto = told.length % photoEvery === 0;
    await report(page, delivery, text, hasPhoto ? told.length : undefined);
    photos += Number(hasPhoto);
    told.push(text);
    if (told.length % killEvery === 0 && killed < kills) {
      killed += 1;
      page = await crashedWhileReporting(phone, page, delivery, killed);
    }
  }
  expect(killed).toBe(kills);
  return { page, told, photos };
}

/** Waits until the phone says that everything is at the depot, and compares both sides. `url` is where the phone goes. */
export async function expectAllThere(depot: Depot, delivery: string, { page, told, photos }: Worked, url = depot.url): Promise<void> {
  const patience_ms = 120_000 + told.length * 500;
  await page.goto(`${url}/phone/outbox`);
  await page.getByText(/^All \d+ of \d+ at the depot$/u).waitFor({ timeout: patience_ms });
  await page.getByText("still on").waitFor({ state: "hidden", timeout: patience_ms });
  const { incidents, filesAwaited } = (await depot.call("POST", "/api/queries", { query: "delivery", id: delivery })).answer;
  const descriptions: string[] = incidents.map(({ description }: { description: string }) => description);
  // What was tapped in the moment of a kill may be there or not, but never twice.
  expect(new Set(descriptions).size).toBe(descriptions.length);
  expect(descriptions.filter((text) => !text.startsWith("unsure"))).toEqual(told);
  expect(filesAwaited).toEqual([]);
  expect(incidents.flatMap(({ photos: of }: { photos: { hash: string }[] }) => of).length).toBe(photos);
  // The start of the delivery is one, too.
  await page.getByText(`The depot has counted ${descriptions.length + 1} actions of this phone.`).waitFor();
}

export async function report(page: Page, delivery: string, text: string, photo?: number): Promise<void> {
  if (!page.url().endsWith(delivery)) await page.goto(new URL(`/phone/deliveries/${delivery}`, page.url()).href);
  await fillIn(page, text);
  if (photo !== undefined) {
    await page.locator("input[type=file]").setInputFiles(picture(photo, 64));
    await page.getByRole("img", { name: "Photo 1" }).waitFor();
  }
  await page.getByRole("button", { name: "Report it" }).tap();
  // Only what is shown as kept counts as done: the form is left then, and the report stands on the delivery.
  await page.waitForURL(`**/deliveries/${delivery}`);
  await page.getByRole("listitem").filter({ hasText: text }).last().waitFor();
}

/** Crashes the tab and opens another on the delivery. */
export async function crashed(phone: Phone, page: Page, delivery: string): Promise<Page> {
  const session = await phone.context.newCDPSession(page);
  const at = new URL(`/phone/deliveries/${delivery}`, page.url()).href;
  const crash = page.waitForEvent("crash");
  session.send("Page.crash").catch(() => {});
  await crash;
  await page.close();
  const next = await phone.context.newPage();
  await next.goto(at);
  await next.getByRole("button", { name: "Report a problem" }).waitFor();
  return next;
}

/** Crashes the tab in the middle of a report, at a moment that differs from kill to kill. */
async function crashedWhileReporting(phone: Phone, page: Page, delivery: string, kill: number): Promise<Page> {
  await fillIn(page, `unsure ${kill}`);
  await page.getByRole("button", { name: "Report it" }).tap();
  await new Promise((resolve) => setTimeout(resolve, (kill * 37) % 90));
  return crashed(phone, page, delivery);
}

async function fillIn(page: Page, text: string): Promise<void> {
  await page.getByRole("button", { name: "Report a problem" }).tap();
  await page.getByRole("button", { name: "Traffic" }).tap();
  await page.getByLabel("What happened").fill(text);
}
