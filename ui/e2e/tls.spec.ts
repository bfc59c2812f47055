// The depot over TLS as a phone meets it: with the certificate trusted, clicked through, and from the page over plain HTTP
// on which it learns to trust.
import { createHash, X509Certificate } from "node:crypto";
import https from "node:https";
import tls from "node:tls";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBrowser } from "./browser";
import { Depot } from "./depot";
import { draw, findingsOn, IS_DRAWING } from "./looks";
import { openPhone, pairPhone } from "./phone";
import type { Phone } from "./phone";

let depot: Depot;
let authority: X509Certificate;

beforeAll(async () => {
  // For the admin's own calls alone: what is tested says for itself whom it trusts.
  process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
  depot = await Depot.open({ flags: ["--tls"], settings: ["endpoint.tls.setup_port=0"] });
  const answer = await fetch(`${depot.setupUrl}/eroad-depot-ca.crt`);
  authority = new X509Certificate(Buffer.from(await answer.arrayBuffer()));
});
afterAll(() => depot?.close());

it.each(["light", "dark"] as const)("shows the steps in pictures, in %s", async (scheme) => {
  const browser = await openBrowser();
  const locale = scheme === "dark" ? "de-DE" : "en-GB";
  const page = await browser.newPage({ viewport: { width: 360, height: 640 }, deviceScaleFactor: 2, colorScheme: scheme, locale });
  await page.goto(depot.setupUrl);
  expect(await page.locator("li svg").count()).toBe(6);
  expect(await findingsOn(page)).toEqual([]);
  if (IS_DRAWING) {
    for (const [part, heading] of [["top", 0], ["android", 1], ["iphone", 2]] as const) {
      await page.getByRole("heading").nth(heading).evaluate((found) => found.scrollIntoView());
      await draw(page, `phone/setup-${part}-${scheme}-360`);
    }
  }
  await browser.close();
});

it("tells over plain HTTP how to trust it, and nothing else", async () => {
  const page = await (await fetch(depot.setupUrl)).text();
  expect(page).toContain(authority.fingerprint256);
  expect(page).toContain("Certificate Trust Settings");
  const german = await (await fetch(depot.setupUrl, { headers: { "accept-language": "de-DE,de" } })).text();
  expect(german).toContain("Dieses Telefon soll dem Depot vertrauen");
  for (const at of ["/phone/", "/api/session", "/pair", "/health/live", "/api/commands"]) {
    expect((await fetch(depot.setupUrl + at)).status, at).toBe(404);
  }
});

it("shows a certificate for its addresses that its own authority signed, over TLS 1.2 or later", async () => {
  expect([authority.ca, authority.checkIssued(authority)]).toEqual([true, true]);
  const { hostname, port } = new URL(depot.url);
  const shown = await connect({ host: hostname, port: Number(port), ca: authority.toString() });
  expect(shown.authorized).toBe(true);
  const leaf = shown.certificate;
  const days = (Date.parse(leaf.validTo) - Date.parse(leaf.validFrom)) / 86_400_000;
  expect(days).toBeLessThanOrEqual(366);
  expect(leaf.subjectAltName).toContain("IP Address:127.0.0.1");
  await expect(connect({ host: hostname, port: Number(port), ca: authority.toString(), maxVersion: "TLSv1.1", minVersion: "TLSv1" })).rejects.toThrow();
  expect((await connect({ host: hostname, port: Number(port), ca: authority.toString(), maxVersion: "TLSv1.2" })).protocol).toBe("TLSv1.2");
  // A credential over TLS is a cookie that no other connection gets.
  const answer = await post("/api/session", { token: depot.token });
  expect(answer.headers["set-cookie"]?.[0]).toMatch(/^__Host-depot_session=[^;]+;.*Secure/u);
});

it("keeps the app for use without the depot where the phone trusts the certificate", async () => {
  const key = authority.publicKey.export({ type: "spki", format: "der" });
  const pin = createHash("sha256").update(key).digest("base64");
  const browser = await openBrowser(`--ignore-certificate-errors-spki-list=${pin}`);
  await look(await openPhone(browser, depot), "Everything: the app opens without the depot, too.");
  await browser.close();
});

it("works while it is open where the warning was clicked through, and says what is missing", async () => {
  const browser = await openBrowser();
  const phone = await openPhone(browser, depot);
  const { page } = phone;
  await page.goto(`${depot.url}/phone/`).catch((cause: unknown) => expect(String(cause)).toContain("ERR_CERT_AUTHORITY_INVALID"));
  const join = page.getByText("Join this phone to a depot");
  await expect
    .poll(async () => {
      // What Chromium takes for a click on "Proceed" on its warning, once that listens.
      if (!(await join.isVisible())) await page.keyboard.type("thisisunsafe");
      return join.isVisible();
    }, { timeout: 30_000, interval: 500 })
    .toBe(true);
  await look(phone, "The phone does not trust the depot's certificate. While the app is open it works without the depot, but it cannot be opened without it.");
  await page.getByRole("link", { name: "How to trust the certificate" }).tap();
  await page.getByRole("heading", { name: "Let this phone trust the depot" }).waitFor();
  await browser.close();
});

/** Pairs, looks that what is done arrives, and what the app says about the connection. */
async function look(phone: Phone, says: string): Promise<void> {
  await pairPhone(phone, depot, await depot.addDriver("Ana Costa"));
  await phone.page.getByRole("button", { name: "All sent" }).waitFor();
  await phone.page.getByRole("button", { name: "Settings" }).tap();
  await phone.page.getByText(says).waitFor();
  expect(await phone.page.evaluate(() => isSecureContext)).toBe(true);
}

interface Connected {
  readonly authorized: boolean;
  readonly certificate: X509Certificate;
  readonly protocol: string | null;
}

function connect(options: tls.ConnectionOptions): Promise<Connected> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ ...options, rejectUnauthorized: true }, () => {
      const certificate = new X509Certificate(socket.getPeerCertificate().raw);
      resolve({ authorized: socket.authorized, certificate, protocol: socket.getProtocol() });
      socket.end();
    });
    socket.once("error", reject);
  });
}

function post(at: string, body: object): Promise<{ headers: Record<string, string[] | undefined> }> {
  return new Promise((resolve, reject) => {
    const request = https.request(
      depot.url + at,
      { method: "POST", ca: authority.toString(), rejectUnauthorized: true, headers: { "content-type": "application/json" } },
      (response) => {
        response.resume();
        response.once("end", () => resolve({ headers: response.headersDistinct }));
      },
    );
    request.once("error", reject);
    request.end(JSON.stringify(body));
  });
}
