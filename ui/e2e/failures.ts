// What the pages showed when a test failed: on a machine that nobody can look at, the output is all there is.
import { afterEach } from "vitest";
import { openPages } from "./browser";

const SHOWN_MAX_CHARS = 2_000;

afterEach(async ({ task }) => {
  if (task.result?.state !== "fail") return;
  for (const page of openPages()) {
    const shown = await page.locator("body").innerText({ timeout: 2_000 }).catch(String);
    process.stderr.write(`${page.url()} showed:\n${shown.slice(0, SHOWN_MAX_CHARS)}\n`);
  }
});
