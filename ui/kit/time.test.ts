import { afterEach, expect, test } from "vitest";
import { formatNumber, setConventions } from "@kit/conventions";
import { languageAmong } from "@kit/language";
import { formatClock, formatMoment, instantsAt, localDay, startOfDay } from "@kit/time";

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
  ["2026-01-10", 8, 15, ["2026-01-10T07:15:00.000Z"]],
  ["2026-03-29", 1, 59, ["2026-03-29T00:59:00.000Z"]],
  ["2026-03-29", 2, 30, []],
  ["2026-03-29", 3, 0, ["2026-03-29T01:00:00.000Z"]],
  ["2026-10-25", 2, 30, ["2026-10-25T00:30:00.000Z", "2026-10-25T01:30:00.000Z"]],
  ["2026-10-25", 12, 0, ["2026-10-25T11:00:00.000Z"]],
])("%s %s:%s in Berlin is at %s", (day, hours, minutes, instants) => {
  inBerlin("de");
  expect(instantsAt(day, { hours, minutes })).toEqual(instants);
});

test("a day that begins within a clock change begins with its first instant", () => {
  setConventions({ locale: "pt", timeZone: "America/Sao_Paulo" });
  expect(startOfDay("2018-11-04")).toBe("2018-11-04T03:00:00.000Z");
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
