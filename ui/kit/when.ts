// A day and a time as they stand in two fields, and the instant that they name. Where there is none, or two, or a year that
// is probably mistyped, the fields ask: nothing is guessed.
import { readClock } from "@kit/clocks";
import { daysBetween } from "@kit/days";
import { formatClock, instantsAt, localDay, zoneChange } from "@kit/time";
import type { ZoneChange } from "@kit/time";

/** What stands in the fields, readable or not yet. */
export interface When {
  readonly day: string | null;
  readonly clock: string;
  /** The day that is meant although it is far from now. */
  readonly sureOf?: string;
  /** Which of two instants is meant where the clock shows the time twice. */
  readonly turn?: "first" | "second";
}

export type ReadWhen =
  | { readonly instant: string }
  | { readonly problem: "missing" | "unreadable" }
  /** The clock is put forward over it. */
  | { readonly problem: "skipped"; readonly change: ZoneChange }
  /** The clock is put back and shows it twice. */
  | { readonly problem: "twice"; readonly instants: readonly [string, string] }
  | { readonly problem: "far"; readonly day: string };

/** Plans are not made so many years ahead, nor for so long ago. */
const YEARS_NEAR = 3;

/** The fields for an instant that is known. */
export function whenOf(timestamp: string): When {
  const day = localDay(new Date(timestamp));
  const clock = formatClock(timestamp);
  const time = readClock(clock);
  const [first, second] = time === undefined ? [] : instantsAt(day, time);
  if (first === undefined || second === undefined) return { day, clock, sureOf: day };
  const isFirst = Date.parse(timestamp) - Date.parse(first) < Date.parse(second) - Date.parse(first);
  return { day, clock, sureOf: day, turn: isFirst ? "first" : "second" };
}

/** What the fields name, and what they have to ask first. */
export function readWhen({ day, clock, sureOf, turn }: When, now_ms: number = Date.now()): ReadWhen {
  const time = readClock(clock);
  if (day === null || clock.trim() === "") return { problem: "missing" };
  if (time === undefined) return { problem: "unreadable" };
  if (isFar(day, now_ms) && sureOf !== day) return { problem: "far", day };
  const [first, second] = instantsAt(day, time);
  if (first === undefined) return { problem: "skipped", change: zoneChange(day, time) };
  if (second === undefined) return { instant: first };
  if (turn === undefined) return { problem: "twice", instants: [first, second] };
  return { instant: turn === "first" ? first : second };
}

/** The instant that the fields name; undefined while they name none. */
export function instantOf(when: When): string | undefined {
  const found = readWhen(when);
  return "instant" in found ? found.instant : undefined;
}

/** Whether a day's year looks mistyped. */
export function isFar(day: string, now_ms: number): boolean {
  return Math.abs(daysBetween(localDay(new Date(now_ms)), day)) > YEARS_NEAR * 366;
}
