import { afterEach, expect, test } from "vitest";
import { readClock } from "@kit/clocks";
import { setConventions } from "@kit/conventions";
import { LOCALES } from "@kit/testing/locales";
import { formatClock } from "@kit/time";

afterEach(() => setConventions({ locale: undefined, timeZone: undefined }));

test.each([
  ["7", "07:00"],
  ["730", "07:30"],
  ["1930", "19:30"],
  ["7:30", "07:30"],
  ["07.30", "07:30"],
  ["7h30", "07:30"],
  ["7 h", "07:00"],
  ["19.30 Uhr", "19:30"],
  ["7 Uhr 30", "07:30"],
  ["7:30 pm", "19:30"],
  ["12:30 am", "00:30"],
  ["٠٧:٣٠", "07:30"],
])("%s is %s", (text, clock) => {
  setConventions({ locale: "de-DE", timeZone: undefined });
  const { hours = 0, minutes = 0 } = readClock(text) ?? {};
  expect([hours, minutes].map((part) => String(part).padStart(2, "0")).join(":")).toBe(clock);
});

test.each(["", "24:00", "7:60", "7:5", "13 pm", "7:30 foo", "soon", "12345", "7-30", "7:30:15", "-7"])("%s is no time", (text) => {
  setConventions({ locale: "en-GB", timeZone: undefined });
  expect(readClock(text)).toBeUndefined();
});

test("every locale reads the times that it writes", () => {
  const wrong: string[] = [];
  for (const locale of LOCALES) {
    setConventions({ locale, timeZone: "UTC" });
    for (let minute = 0; minute < 24 * 60; minute += 29) {
      const text = formatClock(new Date(Date.UTC(2027, 0, 5, 0, minute)).toISOString());
      const { hours = -1, minutes = -1 } = readClock(text) ?? {};
      if (hours * 60 + minutes !== minute) wrong.push(`${locale} ${text}`);
    }
  }
  expect(wrong).toEqual([]);
}, 1_200_000);
