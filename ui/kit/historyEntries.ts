// Which events of a history are told in one line.
import type { EventView } from "@bindings/EventView";

export interface Entry {
  readonly event: EventView;
  /** What only follows from it, of the same request: a route's end from its checkpoint. */
  readonly follower: EventView | undefined;
}

/** Newest first, as the events are. */
export function entriesOf(events: readonly EventView[]): readonly Entry[] {
  const isFollower = (index: number) => {
    const [event, before] = [events[index], events[index + 1]];
    return event?.type === "RouteScheduledEndTimeUpdated" && before?.type.startsWith("Checkpoint") && before.causationId === event.causationId;
  };
  return events.flatMap((event, index) => (isFollower(index) ? [] : [{ event, follower: isFollower(index - 1) ? events[index - 1] : undefined }]));
}

/** Changes of a plan that came one after the other, which are shown as one line until somebody opens it. */
export interface Changes {
  readonly changes: readonly Entry[];
}

const PLANNING: ReadonlySet<string> = new Set([
  "RouteUpdated",
  "CheckpointAdded",
  "CheckpointUpdated",
  "CheckpointRemoved",
  "CheckpointsReordered",
  "RouteScheduledEndTimeUpdated",
]);
/** Fewer stand as they are: they take no more room than the line that would hide them. */
const CHANGES_LEAST = 3;

export function isChanges(line: Entry | Changes): line is Changes {
  return "changes" in line;
}

/** The entries in their order, with runs of planning gathered. */
export function linesOf(entries: readonly Entry[]): ReadonlyArray<Entry | Changes> {
  const runs: Entry[][] = [];
  for (const entry of entries) {
    const run = runs.at(-1);
    const continues = run?.[0] !== undefined && PLANNING.has(run[0].event.type) && PLANNING.has(entry.event.type);
    if (continues) run.push(entry);
    else runs.push([entry]);
  }
  return runs.flatMap((run): ReadonlyArray<Entry | Changes> => (run.length < CHANGES_LEAST ? run : [{ changes: run }]));
}
