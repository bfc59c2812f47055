// A phone whose clock is set, while its page is open and while it is closed; and one that only slept.
import "fake-indexeddb/auto";
import { describe, expect, it } from "vitest";
import { Clock } from "./clock";
import { PhoneDatabase } from "./database";
import { Outbox } from "./outbox";
import { Sender } from "./sender";
import { UnreliableDepot } from "./testing";

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;
const NOON_MS = Date.parse("2026-11-25T12:00:00Z");

let databases = 0;

/** A device with the depot's time beside it. A page may be closed and opened again over the same database. */
class Device {
  wall_ms = NOON_MS;
  counter_ms = 0;
  depot_ms = NOON_MS;
  clock!: Clock;
  outbox!: Outbox;
  readonly name = `clock-${(databases += 1)}`;

  async page(): Promise<this> {
    const database = await PhoneDatabase.open(this.name);
    this.counter_ms = 0;
    this.clock = new Clock(database, () => this.wall_ms, () => this.counter_ms);
    this.outbox = new Outbox(database, this.clock);
    return this;
  }

  passes(ms: number): void {
    this.wall_ms += ms;
    this.counter_ms += ms;
    this.depot_ms += ms;
  }

  /** Time passes, and the page does not count it. */
  sleeps(ms: number): void {
    this.wall_ms += ms;
    this.depot_ms += ms;
  }

  isSet(by_ms: number): void {
    this.wall_ms += by_ms;
  }

  compare(): Promise<void> {
    return this.clock.compare(new Date(this.depot_ms).toISOString(), this.wall_ms, this.wall_ms);
  }

  async acts(): Promise<void> {
    await this.outbox.add({ deliveryId: "a", command: { type: "resolveIncident", incidentId: "i" }, where: "" });
  }

  /** Sends everything; how far each action is off the depot's time now, and whether it is marked. */
  async sends(): Promise<{ off_ms: number; isUncertain: boolean }[]> {
    const depot = new UnreliableDepot();
    const stop = new AbortController();
    const destination = {
      send: depot.send.bind(depot),
      upload: depot.upload.bind(depot),
      compareClocks: () => this.compare(),
    };
    const sender = new Sender({ outbox: this.outbox, destination, backoffFirst_ms: 0, onState: (state) => state === "idle" && stop.abort() });
    await sender.run(async () => !stop.signal.aborted, stop.signal);
    return depot.done.map(({ device: { time, offsetMs, uncertain } }) => ({
      off_ms: Date.parse(time) + (offsetMs ?? 0) - this.depot_ms,
      isUncertain: uncertain === true,
    }));
  }
}

describe("a clock that was set while the page was open", () => {
  it.each([HOUR_MS, -HOUR_MS, 3 * YEAR_MS, -2 * YEAR_MS, 90_000])("set_by_%i_ms_is_put_right_before_sending", async (by_ms) => {
    const device = await new Device().page();
    await device.compare();
    device.passes(60_000);
    device.isSet(by_ms);
    await device.acts();
    device.passes(30_000);
    expect(await device.sends()).toEqual([{ off_ms: -30_000, isUncertain: false }]);
  });

  it("step_before_the_clock_was_set_keeps_its_time", async () => {
    const device = await new Device().page();
    await device.compare();
    await device.acts();
    device.passes(30_000);
    device.isSet(HOUR_MS);
    expect(await device.sends()).toEqual([{ off_ms: -30_000, isUncertain: false }]);
  });

  it("clock_set_back_is_seen_before_the_depot_answers", async () => {
    const device = await new Device().page();
    await device.compare();
    for (const by_ms of [-HOUR_MS, 3 * YEAR_MS]) {
      device.isSet(by_ms);
      expect(device.wall_ms + (await device.clock.offset_ms())).toBe(device.depot_ms);
    }
  });
});

describe("a phone that slept", () => {
  it("sleep_is_no_clock_that_was_set", async () => {
    const device = await new Device().page();
    await device.compare();
    device.sleeps(5 * HOUR_MS);
    await device.acts();
    device.passes(1_000);
    expect(device.wall_ms + (await device.clock.offset_ms())).toBe(device.depot_ms);
    expect(await device.sends()).toEqual([{ off_ms: -1_000, isUncertain: false }]);
  });
});

describe("a page that was closed", () => {
  it("reload_without_a_set_clock_stays_sure", async () => {
    const device = await new Device().page();
    await device.compare();
    device.passes(HOUR_MS);
    await device.page();
    await device.acts();
    device.passes(5_000);
    expect(await device.sends()).toEqual([{ off_ms: -5_000, isUncertain: false }]);
  });

  it.each([HOUR_MS, -HOUR_MS, 3 * YEAR_MS])("clock_set_by_%i_ms_while_closed_is_put_right", async (by_ms) => {
    const device = await new Device().page();
    await device.compare();
    device.isSet(by_ms);
    await device.page();
    await device.acts();
    expect(await device.sends()).toEqual([{ off_ms: 0, isUncertain: false }]);
  });

  it("step_before_an_unseen_set_clock_is_marked", async () => {
    const device = await new Device().page();
    await device.compare();
    await device.page();
    await device.acts();
    device.isSet(HOUR_MS);
    await device.page();
    const [sent] = await device.sends();
    expect(sent?.isUncertain).toBe(true);
  });
});

describe("what is kept on the phone", () => {
  it("wrong_clock_prunes_nothing_that_is_new", async () => {
    const device = await new Device().page();
    await device.compare();
    device.isSet(-2 * YEAR_MS);
    await device.acts();
    await device.sends();
    await device.outbox.prune(device.depot_ms, 99);
    await device.outbox.prune(device.depot_ms + HOUR_MS, 99);
    expect(await device.outbox.actions()).toHaveLength(1);
  });

  it("newest_ones_stay_whatever_the_clock_says", async () => {
    const device = await new Device().page();
    for (let number = 0; number < 102; number += 1) await device.acts();
    await device.sends();
    await device.outbox.prune(device.depot_ms, 999);
    await device.outbox.prune(device.depot_ms + 10 * YEAR_MS, 999);
    expect(await device.outbox.actions()).toHaveLength(100);
  });
});

describe("a step that can be taken back", () => {
  const HOLD_MS = 5_000;
  const held = (deliveryId: string) =>
    ({ deliveryId, command: { type: "changeDeliveryStatus", status: "InTransit" }, where: "", hold_ms: HOLD_MS }) as const;

  it("held_step_is_not_sent_and_can_be_undone", async () => {
    const { outbox, wall_ms } = await new Device().page();
    await outbox.add(held("a"));
    expect(await outbox.next(wall_ms)).toEqual({ wait_ms: HOLD_MS });
    expect(await outbox.undo(1)).toBe(true);
    expect(await outbox.actions()).toEqual([]);
  });

  it("step_is_sent_when_its_time_is_over", async () => {
    const { outbox, wall_ms } = await new Device().page();
    await outbox.add(held("a"));
    expect(await outbox.next(wall_ms + HOLD_MS)).toMatchObject({ action: { order: 1 } });
    await outbox.markTried(1);
    expect(await outbox.undo(1)).toBe(false);
  });

  it("next_step_on_the_delivery_ends_the_hold", async () => {
    const { outbox, wall_ms } = await new Device().page();
    await outbox.add(held("a"));
    await outbox.add({ deliveryId: "a", command: { type: "reachCheckpoint", routeId: "r", sequence: 1 }, where: "" });
    expect(await outbox.next(wall_ms)).toMatchObject({ action: { order: 1 } });
    expect(await outbox.undo(1)).toBe(false);
  });

  it("held_step_holds_no_other_delivery_up", async () => {
    const { outbox, wall_ms } = await new Device().page();
    await outbox.add(held("a"));
    await outbox.add({ deliveryId: "b", command: { type: "reachCheckpoint", routeId: "r", sequence: 1 }, where: "" });
    expect(await outbox.next(wall_ms)).toMatchObject({ action: { order: 2 } });
  });

  it("clock_that_was_set_back_holds_nothing_for_long", async () => {
    const { outbox, wall_ms } = await new Device().page();
    await outbox.add(held("a"));
    expect(await outbox.next(wall_ms - YEAR_MS)).toMatchObject({ action: { order: 1 } });
  });
});
