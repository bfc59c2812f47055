// What a browser must load before it shows anything, packed as it travels: the desk's and the driver's scripts keep to a budget.
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";

const DIST = fileURLToPath(new URL("../dist/", import.meta.url));
const KB = 1000;

/** The scripts that a page names itself; what it loads later it loads when somebody goes there. */
function scriptsOf(page: string): readonly string[] {
  const html = readFileSync(path.join(DIST, page), "utf8");
  return [...html.matchAll(/(?:src|href)="(?<at>[^"]+\.js)"/gu)].map(({ groups }) => groups?.["at"] ?? "");
}

function packedKB(scripts: readonly string[]): number {
  // A page names what it loads from the root of the depot.
  const sizes = scripts.map((at) => gzipSync(readFileSync(path.join(DIST, at))).length);
  return sizes.reduce((sum, size) => sum + size, 0) / KB;
}

it.each([
  ["index.html", 250],
  ["phone/index.html", 160],
] as const)("%s loads at most %i KB of scripts at first", (page, budget_KB) => {
  const scripts = scriptsOf(page);
  expect(scripts.some((at) => /assets\/index-[^/]+\.js$/u.test(at))).toBe(true);
  expect(packedKB(scripts)).toBeLessThanOrEqual(budget_KB);
});
