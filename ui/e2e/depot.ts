// A depot that really runs: `depotd` on a folder of its own, and somebody who calls it over HTTP.
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const PATIENCE_MS = 60_000;

export const DEPOTD = process.env["DEPOTD_BIN"] ?? fileURLToPath(new URL("../../target/debug/depotd", import.meta.url));

export interface Opening {
  /** `KEY=VALUE` each. */
  readonly settings?: readonly string[];
  /** Further flags of `depotd serve`, e.g. `--demo`. */
  readonly flags?: readonly string[];
  /** `ADDRESS:PORT`; any port of this machine alone unless given. */
  readonly listen?: string;
  /** What serves it instead of `depotd` itself, e.g. on another machine. */
  readonly program?: string;
}

interface Running {
  readonly process: ChildProcess;
  readonly url: string;
  /** Signs one browser in, once. */
  readonly signInLink: string;
  /** The page over plain HTTP on which phones learn to trust it; empty without TLS. */
  readonly setupUrl: string;
}

export class Depot {
  private constructor(
    /** The data folder. */
    readonly folder: string,
    private readonly opening: Opening,
    /** An admin's. */
    readonly token: string,
    private running: Running,
  ) {}

  /** Opens a depot on an empty folder. No test runs into its rate limit unless it sets one. */
  static async open(opening: Opening = {}): Promise<Depot> {
    if (!existsSync(DEPOTD)) throw new Error(`${DEPOTD} is missing: \`cargo xtask test\` builds everything the tests need`);
    const folder = await mkdtemp(path.join(tmpdir(), "depot-"));
    const token = depotd(folder, ["token", "create"], ["--role", "admin", "--name", "Test"]);
    return new Depot(folder, opening, token, await serve(folder, opening, opening.listen ?? "127.0.0.1:0"));
  }

  /** Opens a depot that is there already. It is the caller's to remove. */
  static async of(folder: string, opening: Opening = {}): Promise<Depot> {
    const token = depotd(folder, ["token", "create"], ["--role", "admin", "--name", `Measure ${randomUUID().slice(0, 8)}`]);
    return new Depot(folder, opening, token, await serve(folder, opening, "127.0.0.1:0"));
  }

  get url(): string {
    return this.running.url;
  }

  get signInLink(): string {
    return this.running.signInLink;
  }

  get setupUrl(): string {
    return this.running.setupUrl;
  }

  /** A new token, e.g. `["--role", "driver", "--name", "A phone", "--driver", id]`. */
  createToken(args: readonly string[]): string {
    return depotd(this.folder, ["token", "create"], args);
  }

  /** Runs `depotd VERBS --data-dir FOLDER ARGS` and gives what it prints. */
  run(verbs: readonly string[], args: readonly string[] = []): string {
    return depotd(this.folder, verbs, args);
  }

  /** Ends the process; the folder stays. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const { process: child } = this.running;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  }

  /** Starts it again on its folder, at the same address so that open pages find it. */
  async startAgain(): Promise<void> {
    this.running = await serve(this.folder, this.opening, new URL(this.url).host);
  }

  /** Ends it and removes the folder. */
  async close(): Promise<void> {
    await this.stop("SIGKILL");
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Calls the depot as an admin, or as the bearer of `token`. Fails unless it succeeds. */
  // oxlint-disable-next-line typescript/no-explicit-any -- the shapes are the tests' to look at
  async call(method: string, at: string, body?: unknown, token: string = this.token): Promise<any> {
    const response = await fetch(this.url + at, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${at}: ${response.status} ${text}`);
    return JSON.parse(text);
  }

  async addDriver(name: string): Promise<string> {
    return (await this.call("POST", "/api/fleet/drivers", { name, driverLicense: randomUUID().slice(0, 13) })).id;
  }

  async addVehicle(registration: string, vehicleType = "Van"): Promise<string> {
    return (await this.call("POST", "/api/fleet/vehicles", { registration, vehicleType })).id;
  }

  /** An active route that starts at `start` and has a checkpoint every half hour at each of `stops`. */
  async addRoute(origin: string, destination: string, start: Date, stops: readonly string[]): Promise<string> {
    const { id } = await this.call("POST", "/api/routes", { origin, destination, scheduledStartTime: start.toISOString() });
    for (const [index, location] of stops.entries()) {
      const expectedTime = new Date(start.getTime() + (index + 1) * 30 * 60_000).toISOString();
      await this.call("POST", `/api/routes/${id}/checkpoints`, { sequence: index + 1, location, expectedTime });
    }
    await this.call("PATCH", `/api/routes/${id}/status`, { status: "Active" });
    return id;
  }

  async addDelivery(routeId: string, driverId?: string, vehicleId?: string): Promise<string> {
    return (await this.call("POST", "/api/deliveries", { routeId, driverId, vehicleId })).id;
  }
}

function depotd(folder: string, verbs: readonly string[], args: readonly string[]): string {
  const run = spawnSync(DEPOTD, [...verbs, "--data-dir", folder, ...args], { encoding: "utf8", env: environment() });
  if (run.status !== 0) throw new Error(`depotd ${verbs.join(" ")} failed: ${run.stderr}`);
  return run.stdout.trim();
}

async function serve(folder: string, { settings = [], flags = [], program = DEPOTD }: Opening, listen: string): Promise<Running> {
  const set = ["limits.rate.permits=1000000", ...settings].flatMap((assignment) => ["--set", assignment]);
  const child = spawn(program, ["serve", "--data-dir", folder, "--listen", listen, "--sign-in-link", ...set, ...flags], {
    stdio: ["ignore", "pipe", "inherit"],
    env: environment(),
  });
  const lines = createInterface({ input: child.stdout });
  const printed = { url: "", signInLink: "", setupUrl: "" };
  const ready = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("depotd did not say where it listens")), PATIENCE_MS);
    child.once("exit", (code) => reject(new Error(`depotd ended with ${code}`)));
    lines.on("line", (line) => {
      if (line.startsWith("listening on ")) printed.url ||= line.slice("listening on ".length).trim().replace(/\/$/u, "");
      if (line.startsWith("phones learn to trust it at ")) printed.setupUrl = line.slice("phones learn to trust it at ".length).trim();
      if (line.startsWith("sign in at ")) printed.signInLink = line.slice("sign in at ".length).trim();
      if (printed.url === "" || printed.signInLink === "") return;
      clearTimeout(timer);
      resolve();
    });
  });
  await ready;
  return { process: child, ...printed };
}

/** Without what might set the depot up in another way. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("DEPOT_")));
}
