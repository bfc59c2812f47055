import { afterEach, expect, test } from "vitest";
import { formatNumber, setConventions } from "@kit/conventions";
import { languageAmong } from "@kit/language";
import { daysLater, formatClock, formatMoment, localDay, startOfDay, toInstant } from "@kit/time";

afterEach(() => setConventions({ locale: undefined, timeZone: undefined }));

const inBerlin = (locale: string) => setConventions({ locale, timeZone: "Europe/Berlin" });

test("the clock is the depot's, in the user's way of writing it", () => {
  inBerlin("de");
  expect(formatClock("2026-07-01T12:30:00Z")).toBe("14:30");
  inBerlin("en-US");
  expect(formatClock("2026-07-01T12:30:00Z").replaceAll(/\s/gu, " ")).toBe("02:30 PM");
});

test("a day begins at the depot's midnight, not at the machine's", () => {
  inBerlin("en");
  expect(startOfDay("2026-07-01")).toBe("2026-06-30T22:00:00.000Z");
  expect(startOfDay("2026-12-31", 1)).toBe("2026-12-31T23:00:00.000Z");
  expect(localDay(new Date("2026-06-30T22:30:00Z"))).toBe("2026-07-01");
});

test.each([
  ["2026-01-10", "8:15", "2026-01-10T07:15:00.000Z"],
  ["2026-03-29", "01:59", "2026-03-29T00:59:00.000Z"],
  ["2026-03-29", "03:00", "2026-03-29T01:00:00.000Z"],
  ["2026-10-25", "12:00", "2026-10-25T11:00:00.000Z"],
])("%s %s in Berlin is %s, also around a clock change", (day, clock, instant) => {
  inBerlin("de");
  expect(toInstant(day, clock)).toBe(instant);
});

test("a time that a clock change skips is one that exists", () => {
  inBerlin("de");
  expect(Number.isNaN(Date.parse(toInstant("2026-03-29", "02:30") ?? ""))).toBe(false);
});

test("another day is named, and the year where it is another", () => {
  inBerlin("de");
  const now_ms = Date.parse("2026-11-25T12:00:00Z");
  expect(formatMoment("2026-11-25T07:00:00Z", now_ms)).toBe("08:00");
  expect(formatMoment("2025-11-25T07:00:00Z", now_ms)).toContain("2025");
});

test("a zone nobody knows is the machine's own", () => {
  setConventions({ locale: "en", timeZone: "Nowhere/Atall" });
  expect(localDay(new Date(2026, 4, 5, 12))).toBe("2026-05-05");
});

test("a language is found among the wanted, and numbers are written its way", () => {
  expect(languageAmong(["fr-FR", "de-CH", "en"])).toBe("de");
  expect(languageAmong(["fr-FR"])).toBe("en");
  setConventions({ locale: "de", timeZone: undefined });
  expect(formatNumber(12345.5)).toBe("12.345,5");
});

test("days later the clock shows the same, also across a clock change", () => {
  inBerlin("de");
  expect(daysLater("2026-03-28T07:00:30.000Z", 1)).toBe("2026-03-29T06:00:30.000Z");
  expect(daysLater("2026-10-24T22:30:00.000Z", 2)).toBe("2026-10-26T23:30:00.000Z");
});
