// The rules of a route's times, as the depot has them, so that they can be shown before it refuses.
import type { RouteDetail } from "@bindings/RouteDetail";
import type { CheckpointView } from "@bindings/CheckpointView";

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

function boundOf({ expectedTime, location }: CheckpointView): Bound {
  return { at: expectedTime, location };
}
