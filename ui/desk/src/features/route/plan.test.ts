import type { CheckpointView } from "@bindings/CheckpointView";
import { afterEach, expect, test } from "vitest";
import { setConventions } from "@kit/conventions";
import { boundsOf, brokenBound, copiedTimes, movedOrder, nextTime } from "./plan";

afterEach(() => setConventions({ locale: undefined, timeZone: undefined }));

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

const HALF_HOURS = Array.from({ length: 9 }, (_, index) => new Date(Date.parse("2027-03-20T23:30:00Z") + index * 30 * 60_000).toISOString());
const clocks = (times: readonly string[]) => times.map((time) => time.slice(11, 16)).join(" ");

test("a copied round is at the same times by the clock", () => {
  setConventions({ locale: "de-DE", timeZone: "Europe/Berlin" });
  expect(copiedTimes(["2027-03-20T07:00:30.000Z"], 10)).toEqual({ times: ["2027-03-30T06:00:30.000Z"] });
});

test("a round copied onto the night that skips an hour keeps its distances from there on", () => {
  setConventions({ locale: "de-DE", timeZone: "Europe/Berlin" });
  const { times, change } = copiedTimes(HALF_HOURS, 7);
  expect(change).toBe("forward");
  expect(clocks(times)).toBe("23:30 00:00 00:30 01:00 01:30 02:00 02:30 03:00 03:30");
});

test("a round copied onto the night with an hour twice takes the first of it", () => {
  setConventions({ locale: "de-DE", timeZone: "Europe/Berlin" });
  const { times, change } = copiedTimes(HALF_HOURS, 224);
  expect(change).toBe("back");
  expect(clocks(times)).toBe("22:30 23:00 23:30 00:00 00:30 02:00 02:30 03:00 03:30");
});

test("a round that would start in the hour that is skipped starts after it", () => {
  setConventions({ locale: "de-DE", timeZone: "Europe/Berlin" });
  expect(copiedTimes(["2027-03-21T01:30:00.000Z", "2027-03-21T02:30:00.000Z"], 7)).toEqual({
    times: ["2027-03-28T01:00:00.000Z", "2027-03-28T02:00:00.000Z"],
    change: "forward",
  });
});
