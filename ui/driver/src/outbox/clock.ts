// The device's clock beside the depot's: how far they are apart, and whether the device's was set since that was measured.
//
// A page has two clocks: the wall's, which people set, and one that only counts. While neither is disturbed they keep their
// distance. A phone that sleeps stops the counter on some systems, so a jump ahead may be a sleep; a jump back is none.
import type { DeviceStamp } from "@bindings/DeviceStamp";
import { newKey } from "@kit/ids";
import type { PhoneDatabase } from "./database";

const KEY = "clock";
/** A quick measurement is kept so long; after that even a slow one is better. */
const TRUSTED_MS = 60 * 60_000;
/** How far the two clocks of a page drift apart at most while nobody sets one. */
const STEADY_MS = 2_000;
/** Two measurements that differ by more show that the clock was set in between. */
const SAME_MS = 60_000;
/** No page sleeps longer: a jump ahead by more is a clock that was set. */
const SLEEP_MAX_MS = 3 * 24 * 60 * 60_000;

/** How the two clocks of a page stood. */
export interface ClockReading {
  /** The page: its counter means nothing to another one. */
  readonly page: string;
  /** How far the wall clock is ahead of the counter. */
  readonly skew_ms: number;
}

/** A comparison of the device's clock with the depot's. */
export interface Measurement {
  /** What to add to the device's clock to get the depot's. */
  readonly offset_ms: number;
  /** How long the depot's answer took, which bounds the error. */
  readonly roundTrip_ms: number;
  /** When, by the device's clock. */
  readonly at_ms: number;
  /** How the page's clocks stood; absent where an older version measured. */
  readonly reading?: ClockReading;
}

/** What happens now, as it is stamped. */
export interface Stamp {
  readonly time: string;
  readonly offsetMs?: number;
  /** How the clocks stood, where the offset has to be checked before anything is sent. */
  readonly clock?: ClockReading;
}

export class Clock {
  readonly #database: PhoneDatabase;
  readonly #device: () => number;
  readonly #counter: () => number;
  readonly #page = newKey();

  constructor(database: PhoneDatabase, device: () => number = Date.now, counter: () => number = () => performance.now()) {
    this.#database = database;
    this.#device = device;
    this.#counter = counter;
  }

  /** The device's time, and what to add to it where that is known. */
  async stamp(): Promise<Stamp> {
    const measured = await this.measured();
    const reading = this.#read();
    const time = new Date(this.#device()).toISOString();
    if (measured === undefined) return { time, clock: reading };
    const offsetMs = offsetAt(measured, reading);
    return isSteady(measured.reading, reading) ? { time, offsetMs } : { time, offsetMs, clock: reading };
  }

  async measured(): Promise<Measurement | undefined> {
    return this.#database.get(KEY);
  }

  /** What to add to the device's clock now; 0 while nothing was measured. */
  async offset_ms(): Promise<number> {
    const measured = await this.measured();
    return measured === undefined ? 0 : offsetAt(measured, this.#read());
  }

  /** Whether the clocks stand as they did when they were compared. */
  async isCompared(): Promise<boolean> {
    return isSteady((await this.measured())?.reading, this.#read());
  }

  /** Takes a comparison into account: the depot's clock was read between two readings of the device's. */
  async compare(depot: string, before_ms: number, after_ms: number): Promise<void> {
    const taken: Measurement = {
      offset_ms: Math.round(Date.parse(depot) - (before_ms + after_ms) / 2),
      roundTrip_ms: after_ms - before_ms,
      at_ms: after_ms,
      reading: this.#read(),
    };
    const kept = await this.measured();
    if (kept === undefined || isBetter(taken, kept)) await this.#database.put(KEY, taken);
  }

  /** A stamp as it is sent, once the clocks were compared after it: put right where that is possible, else marked. */
  async settled(stamp: DeviceStamp, reading: ClockReading): Promise<DeviceStamp> {
    const measured = await this.measured();
    if (measured === undefined) return stamp;
    const offsetMs = measured.offset_ms;
    // Nobody set the clock between the action and the comparison, so what was measured then held already.
    if (isSteady(measured.reading, reading)) return { ...stamp, offsetMs };
    const known = stamp.offsetMs ?? undefined;
    if (known !== undefined && Math.abs(offsetMs - known) <= SAME_MS) return stamp;
    return { ...stamp, offsetMs: known ?? offsetMs, uncertain: true };
  }

  #read(): ClockReading {
    return { page: this.#page, skew_ms: this.#device() - this.#counter() };
  }
}

function isSteady(one: ClockReading | undefined, other: ClockReading): boolean {
  return one !== undefined && one.page === other.page && Math.abs(one.skew_ms - other.skew_ms) <= STEADY_MS;
}

/** The offset now: what was measured, less a jump of the clock that cannot have been a sleep. */
function offsetAt({ offset_ms, reading }: Measurement, now: ClockReading): number {
  if (reading === undefined || reading.page !== now.page) return offset_ms;
  const jump_ms = now.skew_ms - reading.skew_ms;
  const wasSet = jump_ms < -STEADY_MS || jump_ms > SLEEP_MAX_MS;
  return wasSet ? Math.round(offset_ms - jump_ms) : offset_ms;
}

/** The quicker answer tells the time more exactly, unless a clock was set meanwhile or they drifted apart. */
function isBetter(taken: Measurement, kept: Measurement): boolean {
  const apart_ms = Math.abs(taken.offset_ms - kept.offset_ms);
  return (
    taken.roundTrip_ms <= kept.roundTrip_ms ||
    taken.at_ms - kept.at_ms > TRUSTED_MS ||
    taken.at_ms < kept.at_ms ||
    (taken.reading !== undefined && !isSteady(kept.reading, taken.reading)) ||
    // Further apart than both measurements can be wrong.
    apart_ms > (taken.roundTrip_ms + kept.roundTrip_ms) / 2 + 1
  );
}
