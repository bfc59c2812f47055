import { afterEach, expect, test } from "vitest";
import { setConventions } from "@kit/conventions";
import { readWhen, whenOf } from "@kit/when";

const NOW_MS = Date.parse("2026-11-30T08:00:00Z");

afterEach(() => setConventions({ locale: undefined, timeZone: undefined }));

function at(timeZone: string, day: string, clock: string, answers: { turn?: "first" | "second"; sureOf?: string } = {}) {
  setConventions({ locale: "en-GB", timeZone });
  return readWhen({ day, clock, ...answers }, NOW_MS);
}

test.each([
  ["Europe/Berlin", "2027-03-28", "02:30", "2027-03-28T00:59:00.000Z", "2027-03-28T01:00:00.000Z"],
  ["America/New_York", "2027-03-14", "02:00", "2027-03-14T06:59:00.000Z", "2027-03-14T07:00:00.000Z"],
  ["Australia/Lord_Howe", "2027-10-03", "02:15", "2027-10-02T15:29:00.000Z", "2027-10-02T15:30:00.000Z"],
])("in %s on %s there is no %s", (zone, day, clock, last, next) => {
  expect(at(zone, day, clock)).toEqual({ problem: "skipped", change: { last, next } });
});

test("a zone that skips a day has no time on it", () => {
  expect(at("Pacific/Apia", "2011-12-30", "10:00", { sureOf: "2011-12-30" })).toMatchObject({
    problem: "skipped",
    change: { next: "2011-12-30T10:00:00.000Z" },
  });
});

test.each([
  ["Europe/Berlin", "2027-10-31", "02:30", "2027-10-31T00:30:00.000Z", "2027-10-31T01:30:00.000Z"],
  ["Australia/Lord_Howe", "2027-04-04", "01:45", "2027-04-03T14:45:00.000Z", "2027-04-03T15:15:00.000Z"],
])("in %s on %s there are two %s, and it is asked which", (zone, day, clock, first, second) => {
  expect(at(zone, day, clock)).toEqual({ problem: "twice", instants: [first, second] });
  expect(at(zone, day, clock, { turn: "first" })).toEqual({ instant: first });
  expect(at(zone, day, clock, { turn: "second" })).toEqual({ instant: second });
});

test("the hours beside a clock change are what they are", () => {
  expect(at("Europe/Berlin", "2027-03-28", "01:59")).toEqual({ instant: "2027-03-28T00:59:00.000Z" });
  expect(at("Europe/Berlin", "2027-03-28", "03:00")).toEqual({ instant: "2027-03-28T01:00:00.000Z" });
  expect(at("Europe/Berlin", "2027-10-31", "03:00")).toEqual({ instant: "2027-10-31T02:00:00.000Z" });
});

test.each(["2072-01-05", "1927-01-05", "2001-03-03"])("the year of %s is asked about", (day) => {
  expect(at("Europe/Berlin", day, "08:00")).toEqual({ problem: "far", day });
  expect(at("Europe/Berlin", day, "08:00", { sureOf: day })).toHaveProperty("instant");
  expect(at("Europe/Berlin", day, "08:00", { sureOf: "2070-01-01" })).toHaveProperty("problem", "far");
});

test("an instant that is known keeps its place, also in the hour that comes twice", () => {
  setConventions({ locale: "de-DE", timeZone: "Europe/Berlin" });
  for (const instant of ["2027-10-31T00:30:00.000Z", "2027-10-31T01:30:00.000Z", "1999-05-05T10:00:00.000Z"]) {
    expect(readWhen(whenOf(instant), NOW_MS)).toEqual({ instant });
  }
});
