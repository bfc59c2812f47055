import type { CheckpointView } from "@bindings/CheckpointView";
import { expect, test } from "vitest";
import { boundsOf, brokenBound, movedOrder, nextTime } from "./plan";

const at = (clock: string) => `2026-03-02T${clock}:00.000Z`;
const stop = (sequence: number, location: string, clock: string): CheckpointView => ({
  sequence,
  location,
  expectedTime: at(clock),
  status: "Pending",
});
const EMPTY = { scheduledStartTime: at("08:00"), checkpoints: [] };
const ROUTE = { ...EMPTY, checkpoints: [stop(1, "Mill", "08:20"), stop(3, "Bridge", "09:00"), stop(4, "Gate", "10:00")] };

test("a checkpoint lies strictly between its neighbours, the first after the start", () => {
  expect(boundsOf(EMPTY)).toEqual({ after: { at: at("08:00") } });
  expect(boundsOf(ROUTE)).toEqual({ after: { at: at("10:00"), location: "Gate" } });
  expect(boundsOf(ROUTE, 1)).toEqual({ after: { at: at("08:00") }, before: { at: at("09:00"), location: "Bridge" } });
  const bounds = boundsOf(ROUTE, 3);
  const broken = ["08:20", "08:21", "09:59", "10:00"].map((clock) => brokenBound(bounds, at(clock)));
  expect(broken).toEqual(["after", undefined, undefined, "before"]);
});

test("the next checkpoint is suggested as long after the last as that was after the one before", () => {
  expect(nextTime(EMPTY)).toBe(at("08:30"));
  expect(nextTime(ROUTE)).toBe(at("11:00"));
});

test("a place moves among the others, which keep their order", () => {
  expect(movedOrder(ROUTE.checkpoints, 2, 0)).toEqual([4, 1, 3]);
  expect(movedOrder(ROUTE.checkpoints, 0, 1)).toEqual([3, 1, 4]);
});
