// Takes the pictures of the README from a depot with the demo day:
//   node scripts/screenshots.mjs SIGN_IN_LINK FOLDER [CHROMIUM]
import { mkdir } from "node:fs/promises";
import { chromium } from "playwright-core";

const [link, folder, executablePath = "/usr/bin/chromium"] = process.argv.slice(2);
if (link === undefined || folder === undefined) throw new Error("usage: screenshots.mjs SIGN_IN_LINK FOLDER [CHROMIUM]");

const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const SIZES = [
  { width: 1440, height: 900 },
  { width: 1024, height: 700 },
];

await mkdir(folder, { recursive: true });
const browser = await chromium.launch({ executablePath, args: FLAGS });
const context = await browser.newContext({ viewport: SIZES[0], locale: "en-GB" });
const page = await context.newPage();
await page.goto(link);
await page.getByRole("heading", { name: "Today" }).waitFor();
// From here on: before the sign-in, being turned away is no fault.
const complaints = [];
page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
page.on("pageerror", (error) => complaints.push(String(error)));
const origin = new URL(link).origin;

const first = async (name, list) => {
  await page.goto(`${origin}${list}`);
  const row = page.getByRole("table").getByRole("link").first();
  await row.waitFor();
  return { name, path: await row.getAttribute("href") };
};
const places = [
  { name: "board", path: "/" },
  { name: "deliveries", path: "/deliveries" },
  await first("delivery", "/deliveries?status=InTransit"),
  { name: "routes", path: "/routes" },
  await first("route", "/routes?status=Planning"),
  { name: "fleet", path: "/fleet" },
  { name: "incidents", path: "/incidents" },
  { name: "settings", path: "/settings" },
];
for (const scheme of ["light", "dark"]) {
  await page.evaluate((value) => localStorage.setItem("mantine-color-scheme-value", value), scheme);
  for (const size of SIZES) {
    await page.setViewportSize(size);
    for (const { name, path } of places) {
      await page.goto(origin + path);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.waitForFunction(() => document.querySelector("[aria-busy]") === null);
      await page.screenshot({ path: `${folder}/${name}-${scheme}-${size.width}.png` });
    }
  }
}
await browser.close();
if (complaints.length > 0) throw new Error(`the console complains: ${complaints.join("\n")}`);
