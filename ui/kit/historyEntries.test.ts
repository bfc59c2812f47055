import type { EventView } from "@bindings/EventView";
import { expect, test } from "vitest";
import { entriesOf, isChanges, linesOf } from "@kit/historyEntries";

function event(version: number, type: string, causationId: string): EventView {
  return { version, type, causationId } as EventView;
}

const told = (events: readonly EventView[]) => entriesOf(events).map(({ event: { version }, follower }) => [version, follower?.version]);

test("a route's new end is told with the checkpoint that moved it", () => {
  const events = [
    event(4, "RouteScheduledEndTimeUpdated", "b"),
    event(3, "CheckpointAdded", "b"),
    event(2, "RouteScheduledEndTimeUpdated", "a"),
    event(1, "RouteCreated", "a"),
  ];
  expect(told(events)).toEqual([[3, 4], [2, undefined], [1, undefined]]);
});

test("it stands alone where another request moved it", () => {
  const events = [event(2, "RouteScheduledEndTimeUpdated", "b"), event(1, "CheckpointAdded", "a")];
  expect(told(events)).toEqual([[2, undefined], [1, undefined]]);
});

test("a run of planning is one line, what it stands between is not", () => {
  const types = ["DeliveryCreated", "CheckpointAdded", "CheckpointAdded", "RouteUpdated", "RouteCreated", "CheckpointAdded", "RouteStatusChanged"];
  const lines = linesOf(entriesOf(types.map((type, index) => event(types.length - index, type, String(index)))));
  expect(lines.map((line) => (isChanges(line) ? line.changes.length : line.event.type))).toEqual([
    "DeliveryCreated",
    3,
    "RouteCreated",
    "CheckpointAdded",
    "RouteStatusChanged",
  ]);
});
