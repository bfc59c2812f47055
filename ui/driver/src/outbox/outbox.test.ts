// The outbox and its sender over a database that is really kept: nothing is lost, doubled or reordered, whenever the
// page dies and whatever the network does.
import "fake-indexeddb/auto";
import { forceCloseDatabase } from "fake-indexeddb";
import { unwrap } from "idb";
import { describe, expect, it } from "vitest";
import type { DriverCommand } from "../depot/contract";
import type { Deed, NewFile } from "./action";
import { Clock } from "./clock";
import { PhoneDatabase } from "./database";
import { asOnlySender } from "./onlySender";
import { Outbox } from "./outbox";
import { Sender } from "./sender";
import type { Destination } from "./sender";
import { randomFrom, UnreliableDepot } from "./testing";

let databases = 0;
const freshName = () => `test-${(databases += 1)}`;

async function open(name: string): Promise<{ database: PhoneDatabase; clock: Clock; outbox: Outbox }> {
  const database = await PhoneDatabase.open(name);
  const clock = new Clock(database);
  return { database, clock, outbox: new Outbox(database, clock) };
}

function deedOn(deliveryId: string, sequence: number, files: readonly NewFile[] = []): Deed {
  const command: DriverCommand = {
    type: "reportIncident",
    incidentId: `${deliveryId}-${sequence}`,
    incidentType: "Delay",
    description: String(sequence),
    photos: files.map(({ ref }) => ref),
  };
  return { deliveryId, command, where: "Depot → Harbour", files };
}

function photo(name: string): NewFile {
  return { ref: { hash: name, mediaType: "image/jpeg", bytes: 3 }, content: new ArrayBuffer(3) };
}

/** Sends until everything that can be settled is, and then stops. */
async function sendAll(outbox: Outbox, destination: Destination): Promise<void> {
  const stop = new AbortController();
  const sender = new Sender({
    outbox,
    destination,
    backoffFirst_ms: 0,
    onState: (state) => state === "idle" && stop.abort(),
  });
  await sender.run(async () => !stop.signal.aborted, stop.signal);
}

/** A destination of a page that dies: after so many calls it never answers again, nor does anything that follows. */
function dying(depot: UnreliableDepot, calls: number): Destination & { died: Promise<void> } {
  let left = calls;
  let onDeath: () => void;
  const died = new Promise<void>((resolve) => (onDeath = resolve));
  const live = async <Answer>(call: () => Promise<Answer>): Promise<Answer> => {
    left -= 1;
    if (left >= 0) return call();
    // The depot may have got it all the same.
    if (depot.random() < 0.5) await call().catch(() => {});
    onDeath();
    return new Promise<Answer>(() => {});
  };
  return {
    died,
    send: (request) => live(() => depot.send(request)),
    upload: (deliveryId, ref) => live(() => depot.upload(deliveryId, ref)),
  };
}

const sent = (depot: UnreliableDepot) =>
  depot.done.map(({ command }) => [command.id, "description" in command.command ? Number(command.command.description) : 0]);

describe("the outbox", () => {
  it("has kept a deed and its pictures when it says so", async () => {
    const name = freshName();
    const first = await open(name);
    await first.outbox.add(deedOn("a", 1, [photo("p")]));
    await first.database.close();
    const { outbox } = await open(name);
    const [action] = await outbox.actions();
    expect(action).toMatchObject({ state: "waiting", deliveryId: "a", device: { sequence: 1 } });
    expect(await outbox.unsentFiles()).toMatchObject({ waiting: 1 });
  });

  it("goes on after the browser closed its database", async () => {
    const { database, outbox } = await open(freshName());
    await outbox.add(deedOn("a", 1));
    const depot = new UnreliableDepot();
    const stop = new AbortController();
    const sender = new Sender({ outbox, destination: depot, backoffFirst_ms: 0 });
    const sending = sender.run(async () => !stop.signal.aborted, stop.signal);
    await expect.poll(() => depot.done.length).toBe(1);
    const closed = unwrap(await database.connection());
    // It takes a real database, which its types deny.
    forceCloseDatabase(closed as unknown as Parameters<typeof forceCloseDatabase>[0]);
    await expect.poll(async () => unwrap(await database.connection()) !== closed).toBe(true);
    await outbox.add(deedOn("a", 2));
    sender.wake();
    await expect.poll(() => depot.done.length).toBe(2);
    stop.abort();
    await sending;
    expect((await outbox.actions()).map(({ state, device }) => [state, device.sequence])).toEqual([["stored", 1], ["stored", 2]]);
  });

  it("sends in order, and pictures after the facts that name them", async () => {
    const { outbox } = await open(freshName());
    await outbox.add(deedOn("a", 1, [photo("p1")]));
    await outbox.add(deedOn("b", 2));
    await outbox.add(deedOn("a", 3));
    const asked: string[] = [];
    const depot = new UnreliableDepot();
    await sendAll(outbox, {
      send: (request) => (asked.push(String(request.device.sequence)), depot.send(request)),
      upload: (deliveryId, ref) => (asked.push(ref.hash), depot.upload(deliveryId, ref)),
    });
    expect(asked).toEqual(["1", "2", "3", "p1"]);
    expect((await outbox.actions()).map(({ state, storedAs }) => [state, storedAs])).toEqual([["stored", 1], ["stored", 2], ["stored", 3]]);
    expect(await outbox.unsentFiles()).toEqual({ waiting: 0, refused: [] });
  });

  it("holds up a delivery by a refusal, and no other", async () => {
    const { outbox } = await open(freshName());
    for (const [delivery, number] of [["a", 1], ["a", 2], ["b", 3]] as const) await outbox.add(deedOn(delivery, number));
    const depot = new UnreliableDepot();
    depot.refuses = ({ command }) => (command.id === "a" ? "ruleBroken" : undefined);
    await sendAll(outbox, depot);
    expect((await outbox.actions()).map(({ state }) => state)).toEqual(["refused", "waiting", "stored"]);
    // Nothing is sent again by itself.
    await sendAll(outbox, depot);
    expect(sent(depot)).toEqual([["b", 3]]);
    depot.refuses = () => undefined;
    await outbox.retry(1);
    await sendAll(outbox, depot);
    expect(sent(depot)).toEqual([["b", 3], ["a", 1], ["a", 2]]);
    expect(depot.faults).toEqual([]);
  });

  it("keeps a picture that the depot does not expect yet, and sends it when it does", async () => {
    const { outbox } = await open(freshName());
    await outbox.add(deedOn("a", 1, [photo("p")]));
    const depot = new UnreliableDepot();
    let tries = 0;
    const upload: Destination["upload"] = async (deliveryId, ref) => {
      tries += 1;
      if (tries < 3) throw Object.assign(new Error(), { code: "notFound", detail: "No proof names it." });
      await depot.upload(deliveryId, ref);
    };
    await sendAll(outbox, { send: (request) => depot.send(request), upload });
    expect(depot.files).toEqual(["p"]);
    expect(await outbox.unsentFiles()).toEqual({ waiting: 0, refused: [] });
  });

  it("goes on with the next when a refused one is discarded, and drops its pictures", async () => {
    const { outbox } = await open(freshName());
    await outbox.add(deedOn("a", 1, [photo("p")]));
    await outbox.add(deedOn("a", 2));
    const depot = new UnreliableDepot();
    depot.refuses = ({ device }) => (device.sequence === 1 ? "forbidden" : undefined);
    await sendAll(outbox, depot);
    await outbox.discard(1);
    await sendAll(outbox, depot);
    expect((await outbox.actions()).map(({ state }) => state)).toEqual(["discarded", "stored"]);
    expect(await outbox.unsentFiles()).toEqual({ waiting: 0, refused: [] });
  });

  it("keeps everything while the depot does not know the phone", async () => {
    const { outbox } = await open(freshName());
    await outbox.add(deedOn("a", 1));
    const stop = new AbortController();
    const states: string[] = [];
    const sender = new Sender({
      outbox,
      destination: {
        send: async () => {
          throw Object.assign(new Error(), { code: "revoked", detail: "Revoked" });
        },
        upload: async () => {},
      },
      onState: (state) => {
        states.push(state);
        if (state === "shutOut") stop.abort();
      },
    });
    await sender.run(async () => !stop.signal.aborted, stop.signal);
    expect(states).toEqual(["sending", "shutOut"]);
    expect((await outbox.actions()).map(({ state }) => state)).toEqual(["waiting"]);
  });

  it("stamps what happens with the device's time and the offset measured before", async () => {
    const { database } = await open(freshName());
    const clock = new Clock(database, () => Date.parse("2026-11-25T10:00:00Z"));
    const outbox = new Outbox(database, clock);
    await outbox.add(deedOn("a", 1));
    await clock.compare("2026-11-25T10:00:05Z", Date.parse("2026-11-25T09:59:59Z"), Date.parse("2026-11-25T10:00:01Z"));
    // A slower answer tells less and changes nothing.
    await clock.compare("2026-11-25T10:00:07Z", Date.parse("2026-11-25T10:00:00Z"), Date.parse("2026-11-25T10:00:10Z"));
    await outbox.add(deedOn("a", 2));
    expect((await outbox.actions()).map(({ device }) => device)).toEqual([
      { sequence: 1, time: "2026-11-25T10:00:00.000Z" },
      { sequence: 2, time: "2026-11-25T10:00:00.000Z", offsetMs: 5_000 },
    ]);
  });

  it("has one sender among tabs that have no locks", async () => {
    const { database } = await open(freshName());
    const stop = new AbortController();
    const working: string[] = [];
    const work = (name: string) => async (isStillMine: () => Promise<boolean>) => {
      working.push(name);
      while (await isStillMine()) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    const tabs = ["one", "two"].map((name) => asOnlySender(database, work(name), stop.signal));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(working).toHaveLength(1);
    stop.abort();
    await Promise.all(tabs);
  });
});

describe("whatever happens", () => {
  it.each(Array.from({ length: 25 }, (_, seed) => seed))("each deed arrives exactly once and in order (seed %i)", async (seed) => {
    const random = randomFrom(seed);
    const name = freshName();
    const depot = new UnreliableDepot(random);
    const refusedOnce = new Set<string>();
    depot.refuses = ({ idempotencyKey }) => {
      if (random() > 0.1) return undefined;
      refusedOnce.add(idempotencyKey);
      return "ruleBroken";
    };
    let made = 0;
    let pictures = 0;
    for (let life = 0; life < 8; life += 1) {
      const { database, outbox } = await open(name);
      const destination = dying(depot, Math.floor(random() * 12));
      const stop = new AbortController();
      const sender = new Sender({ outbox, destination, backoffFirst_ms: 0 });
      outbox.subscribe(sender.wake);
      void sender.run(async () => !stop.signal.aborted, stop.signal).catch(() => {});
      const deeds = Math.floor(random() * 8);
      for (let index = 0; index < deeds; index += 1) {
        made += 1;
        const files = random() < 0.3 ? [photo(`photo-${(pictures += 1)}`)] : [];
        await outbox.add(deedOn("abc".charAt(Math.floor(random() * 3)), made, files));
      }
      for (const { order, state } of await outbox.actions()) if (state === "refused") await outbox.retry(order);
      await Promise.race([destination.died, new Promise((resolve) => setTimeout(resolve, 20))]);
      // The page dies: nothing that it still waits for comes back to it.
      await database.close();
      stop.abort();
    }
    const { outbox } = await open(name);
    for (let rounds = 0; rounds < 50; rounds += 1) {
      await sendAll(outbox, depot);
      const refused = (await outbox.actions()).filter(({ state }) => state === "refused");
      if (refused.length === 0) break;
      for (const { order } of refused) await outbox.retry(order);
    }
    expect(depot.faults).toEqual([]);
    const numbers = sent(depot).map(([, number]) => number as number);
    expect(numbers.toSorted((one, other) => one - other)).toEqual(Array.from({ length: made }, (_, index) => index + 1));
    for (const delivery of "abc") {
      const own = sent(depot).filter(([id]) => id === delivery).map(([, number]) => number as number);
      expect(own).toEqual(own.toSorted((one, other) => one - other));
    }
    expect(depot.files).toHaveLength(pictures);
    expect((await outbox.actions()).every(({ state }) => state === "stored")).toBe(true);
  });
});
