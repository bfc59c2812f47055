// The rules of a route's times, as the depot has them, so that they can be shown before it refuses.
import type { RouteDetail } from "@bindings/RouteDetail";
import type { CheckpointView } from "@bindings/CheckpointView";
import { laterDay } from "@kit/days";
import { clockOf, instantsAt, localDay, zoneChange } from "@kit/time";

const USUAL_STEP_MS = 30 * 60_000;

/** A time that another time must stay on one side of, and whose it is; the route's start where it is nobody's. */
export interface Bound {
  readonly at: string;
  readonly location?: string;
}

export interface Bounds {
  readonly after: Bound;
  readonly before?: Bound;
}

type Timed = Pick<RouteDetail, "scheduledStartTime" | "checkpoints">;

/** Between which times a checkpoint must lie; a new one comes last. */
export function boundsOf(route: Timed, sequence?: number): Bounds {
  const { checkpoints } = route;
  const index = sequence === undefined ? checkpoints.length : checkpoints.findIndex((checkpoint) => checkpoint.sequence === sequence);
  const previous = checkpoints[index - 1];
  const next = checkpoints[index + 1];
  return {
    after: previous === undefined ? { at: route.scheduledStartTime } : boundOf(previous),
    ...(next !== undefined && { before: boundOf(next) }),
  };
}

/** Which bound a time breaks, if it breaks one. */
export function brokenBound({ after, before }: Bounds, expectedTime: string): "after" | "before" | undefined {
  const at_ms = Date.parse(expectedTime);
  if (at_ms <= Date.parse(after.at)) return "after";
  return before !== undefined && at_ms >= Date.parse(before.at) ? "before" : undefined;
}

/** When the next checkpoint probably is: as long after the last as that was after the one before it. */
export function nextTime({ scheduledStartTime, checkpoints }: Timed): string {
  const times_ms = [scheduledStartTime, ...checkpoints.map(({ expectedTime }) => expectedTime)].map(Date.parse);
  const last_ms = times_ms.at(-1) ?? 0;
  const step_ms = times_ms.length < 2 ? USUAL_STEP_MS : last_ms - (times_ms.at(-2) ?? 0);
  return new Date(last_ms + step_ms).toISOString();
}

/** The sequences once the place at `from` is visited at `to`; the others keep their order. */
export function movedOrder(checkpoints: readonly CheckpointView[], from: number, to: number): number[] {
  const order = checkpoints.map(({ sequence }) => sequence);
  const [moved] = order.splice(from, 1);
  if (moved !== undefined) order.splice(to, 0, moved);
  return order;
}

/** The times of a copy, and what a clock change does to them. */
export interface CopiedTimes {
  readonly times: readonly string[];
  /** `forward`: the clock skips one of them. `back`: the clock shows one of them twice. */
  readonly change?: "forward" | "back";
}

/**
 * The same times by the clock, `days` later. From a time that the clock skips on they keep their distances instead, for a
 * drive takes as long as it takes; of two that the clock shows alike it is the first.
 */
export function copiedTimes(times: readonly string[], days: number): CopiedTimes {
  const copied: string[] = [];
  let change: CopiedTimes["change"];
  for (const [index, time] of times.entries()) {
    const [day, clock] = [laterDay(localDay(new Date(time)), days), clockOf(time)];
    const previous = copied.at(-1);
    const found = instantsAt(day, clock);
    const withinMinute_ms = Date.parse(time) % 60_000;
    const fit = found.map((at) => Date.parse(at) + withinMinute_ms).find((at_ms) => previous === undefined || at_ms > Date.parse(previous));
    if (change !== "forward" && fit !== undefined) {
      if (found.length > 1) change = "back";
      copied.push(new Date(fit).toISOString());
      continue;
    }
    change = "forward";
    const distance_ms = Date.parse(time) - Date.parse(times[index - 1] ?? time);
    copied.push(previous === undefined ? zoneChange(day, clock).next : new Date(Date.parse(previous) + distance_ms).toISOString());
  }
  return { times: copied, ...(change !== undefined && { change }) };
}

function boundOf({ expectedTime, location }: CheckpointView): Bound {
  return { at: expectedTime, location };
}
