// Depot and phones on machines of their own, as network namespaces make them: each with an address, joined by one network that
// can be cut. Needs root and slowhttptest. A phone pairs, works, loses the network, works on, and finds the depot again; and
// one machine holds hundreds of slow connections open while another is answered as if nothing was.
import { spawn, spawnSync } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createHash, X509Certificate } from "node:crypto";
import https from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { CHROMIUM, openProgram } from "./browser";
import { Depot, DEPOTD } from "./depot";
import { expectAllThere, patience, workOffline } from "./long-day";
import { openPhone, pairPhone } from "./phone";

const SLOWHTTPTEST = process.env["SLOWHTTPTEST_BIN"] ?? "slowhttptest";
const CONNECTIONS = Number(process.env["SLOW_CONNECTIONS"] ?? 500);
const LENGTH_S = 30;
const QUIET_S = 15;
/** A healthy request begins so long after the one before: two thirds of what the depot allows an address. */
const EVERY_MS = 150;
const P99_MOST_MS = 200;
const DAY = { actions: Number(process.env["NETWORK_ACTIONS"] ?? 20), kills: Number(process.env["NETWORK_KILLS"] ?? 2) };
/** Addresses for documentation (RFC 5737), so that no network of this machine is meant. */
const NET = "198.51.100";
const HERE = `${NET}.1`;
const [DEPOT, ANA, BEN] = [10, 21, 22].map((last) => ({ space: `eroad-${last}`, link: `er${last}`, address: `${NET}.${last}` })) as [Machine, Machine, Machine];
const BRIDGE = "eroad-br";

interface Machine {
  readonly space: string;
  /** The end of its cable at the bridge. */
  readonly link: string;
  readonly address: string;
}

let folder: string;
let depot: Depot;
const browsers: Browser[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "network-"));
  takeDown();
  ip("link", "add", BRIDGE, "type", "bridge");
  ip("addr", "add", `${HERE}/24`, "dev", BRIDGE);
  ip("link", "set", BRIDGE, "up");
  for (const { space, link, address } of [DEPOT, ANA, BEN]) {
    ip("netns", "add", space);
    ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", space);
    ip("link", "set", link, "master", BRIDGE, "up");
    ip("-n", space, "addr", "add", `${address}/24`, "dev", "eth0");
    ip("-n", space, "link", "set", "eth0", "up");
    ip("-n", space, "link", "set", "lo", "up");
    ip("-n", space, "route", "add", "default", "dev", "eth0");
  }
  process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
  depot = await Depot.open({ settings: ["endpoint.tls.setup_port=5080", "limits.rate.permits=100"], listen: `${DEPOT.address}:5000`, program: await within(DEPOT, DEPOTD) });
});
afterAll(async () => {
  for (const browser of browsers) await browser.close();
  await depot?.close();
  takeDown();
  await rm(folder, { recursive: true, force: true });
});

it("works from phones at addresses of their own, and through a cut", async () => {
  const van = await depot.addVehicle("EV-07");
  const [ana, ben] = [await depot.addDriver("Ana Costa"), await depot.addDriver("Ben Okafor")];
  const route = await depot.addRoute("Gate", "Harbour", new Date(Date.now() - 20 * 60_000), ["Market", "Harbour"]);
  const delivery = await depot.addDelivery(route, ana, van);
  // The page over plain HTTP, as the phone reaches it; what it trusts from then on is that certificate alone.
  const setup = `http://${DEPOT.address}:5080`;
  const authority = new X509Certificate(Buffer.from(await (await fetch(`${setup}/eroad-depot-ca.crt`)).arrayBuffer()));
  const pin = createHash("sha256").update(authority.publicKey.export({ type: "spki", format: "der" })).digest("base64");
  const [phone, other] = [await openPhone(await browserOn(ANA, pin), depot), await openPhone(await browserOn(BEN, pin), depot)];
  await phone.page.goto(setup);
  await phone.page.getByText(authority.fingerprint256).waitFor();
  await pairPhone(phone, depot, ana);
  await pairPhone(other, depot, ben);
  await other.page.getByText("No deliveries for you today").waitFor();
  const followers = (await depot.call("POST", "/api/queries", { query: "endpoint" })).answer.followers;
  expect(followers.map(({ address }: { address: string }) => address).toSorted()).toEqual([ANA.address, BEN.address]);

  const { page } = phone;
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.getByRole("button", { name: "Harbour" }).tap();
  await page.getByRole("button", { name: "Start the delivery" }).tap();
  await page.getByRole("button", { name: "All sent" }).waitFor();
  // Out of the Wi-Fi: not refused, but silent, as a radio is.
  ip("link", "set", ANA.link, "down");
  const worked = await workOffline(phone, delivery, DAY);
  await worked.page.getByRole("button", { name: /unsent/u }).waitFor();
  ip("link", "set", ANA.link, "up");
  await expectAllThere(depot, delivery, worked);
  const { phones } = (await depot.call("POST", "/api/queries", { query: "phones" })).answer;
  expect(phones.map(({ driverName }: { driverName: string }) => driverName).toSorted()).toEqual(["Ana Costa", "Ben Okafor"]);
}, patience(DAY));

/** What is dawdled with: the head of a request, its body, or the reading of the answer. */
it.each([
  ["heads", ["-H", "-i", "2", "-t", "GET"], "/api/docs/"],
  ["bodies", ["-B", "-i", "2", "-s", "65536", "-t", "POST"], "/api/session"],
  ["reading", ["-X", "-w", "8", "-y", "16", "-n", "2", "-z", "8", "-k", "1"], "/api/openapi.json"],
] as const)("answers others while a machine holds connections open and dawdles with %s", async (_, flags, at) => {
  // What this machine, and what else runs on it, makes of the same requests when nobody dawdles.
  const quiet = await work(QUIET_S);
  const slow = ["-c", String(CONNECTIONS), "-r", "250", "-l", String(LENGTH_S), "-p", "3", "-v", "1", "-u", depot.url + at];
  const attack = spawn("ip", ["netns", "exec", BEN.space, SLOWHTTPTEST, ...flags, ...slow], { stdio: "ignore" });
  const ended = new Promise((resolve) => attack.once("exit", resolve));
  const busy = await work(LENGTH_S);
  attack.kill("SIGKILL");
  await ended;
  // oxlint-disable-next-line no-console -- the figures are what this is for
  console.log(`${CONNECTIONS} slow connections, ${busy.count} healthy requests: p50 ${busy.p50} ms, p99 ${busy.p99} ms; without them p50 ${quiet.p50} ms, p99 ${quiet.p99} ms`);
  expect(busy.p99).toBeLessThan(Math.max(P99_MOST_MS, 2 * quiet.p99));
});

/** Asks again and again from this machine, and says how long it took, in milliseconds. */
async function work(length_s: number): Promise<{ count: number; p50: number; p99: number }> {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 4, rejectUnauthorized: false });
  const until = Date.now() + length_s * 1_000;
  const asked: Promise<number>[] = [];
  while (Date.now() < until) {
    asked.push(timed(agent));
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
  const took = (await Promise.all(asked)).toSorted((one, other) => one - other);
  agent.destroy();
  const share = (of: number) => Math.round(took[Math.min(took.length - 1, Math.floor(took.length * of))] ?? Number.NaN);
  return { count: took.length, p50: share(0.5), p99: share(0.99) };
}

/** How long a query from this machine takes, in milliseconds. It must succeed. */
function timed(agent: https.Agent, begun = performance.now()): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${depot.token}`, "content-type": "application/json" };
    const request = https.request(`${depot.url}/api/queries`, { method: "POST", agent, headers }, (response) => {
      response.resume();
      response.once("end", () => (response.statusCode === 200 ? resolve(performance.now() - begun) : reject(new Error(`answered ${response.statusCode}`))));
    });
    // A connection that was idle may be closed in the moment in which it is used again: clients then ask again.
    request.once("error", (cause) => (request.reusedSocket ? resolve(timed(agent, begun)) : reject(cause)));
    request.end(JSON.stringify({ query: "board" }));
  });
}

/** A browser on that machine, which trusts what the depot's CA signed. */
async function browserOn(machine: Machine, pin: string): Promise<Browser> {
  const browser = await openProgram(await within(machine, CHROMIUM), `--ignore-certificate-errors-spki-list=${pin}`);
  browsers.push(browser);
  return browser;
}

/** A program that runs on that machine. */
async function within({ space }: Machine, program: string): Promise<string> {
  const file = path.join(folder, `${space}-${path.basename(program)}`);
  await writeFile(file, `#!/bin/sh\nexec ip netns exec ${space} ${program} "$@"\n`);
  await chmod(file, 0o755);
  return file;
}

function takeDown(): void {
  for (const { space } of [DEPOT, ANA, BEN]) spawnSync("ip", ["netns", "del", space]);
  spawnSync("ip", ["link", "del", BRIDGE]);
}

function ip(...args: readonly string[]): void {
  const run = spawnSync("ip", args, { encoding: "utf8" });
  if (run.status !== 0) throw new Error(`ip ${args.join(" ")}: ${run.stderr}`);
}
