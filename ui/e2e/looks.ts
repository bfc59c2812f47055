// Looking at a screen: what axe finds, whether it fits, and its picture for people to look at.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type Axe from "axe-core";
import type { Page } from "playwright-core";

/** Whether this run draws the pictures anew. */
export const IS_DRAWING = process.env["UPDATE_SCREENS"] === "1";

const SCREENS = fileURLToPath(new URL("../../docs/screens/", import.meta.url));
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const QUALITY = 75;

/** What axe finds on a page, and whether it is wider than its window; nothing where all is well. */
export async function findingsOn(page: Page): Promise<string[]> {
  return [...(await axeOn(page)), ...(await tooWideOn(page))];
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

/** Writes what is in sight to `docs/screens/NAME.webp`. */
export async function draw(page: Page, name: string): Promise<void> {
  const file = path.join(SCREENS, `${name}.webp`);
  await mkdir(path.dirname(file), { recursive: true });
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: QUALITY });
  await writeFile(file, Buffer.from(data, "base64"));
  await session.detach();
}
