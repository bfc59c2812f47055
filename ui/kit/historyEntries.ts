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
