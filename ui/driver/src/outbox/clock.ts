// The two clocks: how far this device's is from the depot's, as last measured.
import type { PhoneDatabase } from "./database";

const KEY = "clock";
/** A quick measurement is kept so long; after that even a slow one is better. */
const TRUSTED_MS = 60 * 60_000;

/** A comparison of the two clocks. */
export interface Measurement {
  /** What to add to the device's clock to get the depot's. */
  readonly offset_ms: number;
  /** How long the depot's answer took, which bounds the error. */
  readonly roundTrip_ms: number;
  /** When, by the device's clock. */
  readonly at_ms: number;
}

export class Clock {
  readonly #database: PhoneDatabase;
  readonly #device: () => number;

  constructor(database: PhoneDatabase, device: () => number = Date.now) {
    this.#database = database;
    this.#device = device;
  }

  /** The device's time, and what to add to it where that is known. */
  async stamp(): Promise<{ time: string; offsetMs?: number }> {
    const measured = await this.measured();
    const time = new Date(this.#device()).toISOString();
    return measured === undefined ? { time } : { time, offsetMs: measured.offset_ms };
  }

  async measured(): Promise<Measurement | undefined> {
    return this.#database.get(KEY);
  }

  /** Takes a comparison into account: the depot's clock was read between two readings of the device's. */
  async compare(depot: string, before_ms: number, after_ms: number): Promise<void> {
    const taken: Measurement = {
      offset_ms: Math.round(Date.parse(depot) - (before_ms + after_ms) / 2),
      roundTrip_ms: after_ms - before_ms,
      at_ms: after_ms,
    };
    const kept = await this.measured();
    if (kept === undefined || isBetter(taken, kept)) await this.#database.put(KEY, taken);
  }
}

/** The quicker answer tells the time more exactly, unless a clock was set meanwhile or they drifted apart. */
function isBetter(taken: Measurement, kept: Measurement): boolean {
  const apart_ms = Math.abs(taken.offset_ms - kept.offset_ms);
  return (
    taken.roundTrip_ms <= kept.roundTrip_ms ||
    taken.at_ms - kept.at_ms > TRUSTED_MS ||
    taken.at_ms < kept.at_ms ||
    // Further apart than both measurements can be wrong.
    apart_ms > (taken.roundTrip_ms + kept.roundTrip_ms) / 2 + 1
  );
}
