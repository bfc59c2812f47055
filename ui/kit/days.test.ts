import { afterEach, describe, expect, test } from "vitest";
import { setConventions } from "@kit/conventions";
import { readDay, showDay } from "@kit/days";
import type { ReadDay } from "@kit/days";
import { LOCALES } from "@kit/testing/locales";

const TODAY = "2026-11-30";
const DAY_MS = 86_400_000;
const FIRST_MS = Date.parse("2026-01-01");
const THREE_YEARS = Array.from({ length: 3 * 365 }, (_, day) => new Date(FIRST_MS + day * DAY_MS).toISOString().slice(0, 10));
/** Every month, with days below and above twelve and its last. */
const SOME_DAYS = THREE_YEARS.filter((day) => /-(?:01|05|11|12|13|28|31)$/u.test(day));
/** A day of every month and of every weekday. */
const FIRST_WEEKS = THREE_YEARS.filter((day, index) => index < 7 || day.endsWith("-22")).slice(0, 19);
const STYLES = ["short", "medium", "long", "full"] as const;

afterEach(() => setConventions({ locale: undefined, timeZone: undefined }));

function read(locale: string, text: string): string | null {
  setConventions({ locale, timeZone: undefined });
  return dayOf(readDay(text, TODAY));
}

function dayOf(found: ReadDay): string | null {
  return "day" in found ? found.day : null;
}

test.each([
  ["de-DE", "05.01.2027", "2027-01-05"],
  ["de-DE", "5.1.2027", "2027-01-05"],
  ["de-DE", "05.01.27", "2027-01-05"],
  ["de-DE", "1.2.", "2027-02-01"],
  ["de-DE", "20.11.", "2026-11-20"],
  ["de-DE", "050127", "2027-01-05"],
  ["de-DE", "05012027", "2027-01-05"],
  ["de-DE", "5. Januar 2027", "2027-01-05"],
  ["de-DE", "5. März 27", "2027-03-05"],
  ["de-DE", "5 maerz 2027", null],
  ["de-DE", "Di., 05.01.2027", "2027-01-05"],
  ["de-DE", "Mo., 05.01.2027", null],
  ["de-AT", "5. Jänner 2027", "2027-01-05"],
  ["en-GB", "05/01/2027", "2027-01-05"],
  ["en-GB", "5/1/27", "2027-01-05"],
  ["en-GB", "5 Jan 2027", "2027-01-05"],
  ["en-GB", "January 5, 2027", "2027-01-05"],
  ["en-GB", "5 Jan", "2027-01-05"],
  ["en-US", "01/05/2027", "2027-01-05"],
  ["en-US", "1/5/27", "2027-01-05"],
  ["en-US", "Jan 5, 2027", "2027-01-05"],
  ["en-CA", "05/01/2027", "2027-01-05"],
  ["sv-SE", "5/1 2027", "2027-01-05"],
  ["ja-JP", "2027年1月5日", "2027-01-05"],
  ["fr-FR", "1er févr. 2027", "2027-02-01"],
  ["fr-FR", "1 fevrier 2027", "2027-02-01"],
  ["ar-EG", "٥/١/٢٠٢٧", "2027-01-05"],
  ["fa-IR", "۲۰۲۷/۱/۵", "2027-01-05"],
  ["hi-IN", "५/१/२०२७", "2027-01-05"],
  ["th-TH", "5 ม.ค. 2027", "2027-01-05"],
  ["en-GB", "2027-01-05", "2027-01-05"],
  ["en-GB", "  5 / 1 / 2027 ", "2027-01-05"],
])("%s: %s is %s", (locale, text, day) => {
  expect(read(locale, text)).toBe(day);
});

test.each([
  ["de-DE", "31.02.2027", "noSuchDay"],
  ["de-DE", "29.2.", "noSuchDay"],
  ["en-GB", "01/25/2027", "noSuchDay"],
  ["en-GB", "2027-02-30", "noSuchDay"],
  ["en-GB", "30 Feb 2027", "noSuchDay"],
  ["en-US", "25/01/2027", "noSuchDay"],
  ["en-GB", "5/1/027", "unreadable"],
  ["en-GB", "5/1/20277", "unreadable"],
  ["en-GB", "tomorrow", "unreadable"],
  ["en-GB", "5 Foo 2027", "unreadable"],
  ["en-GB", "Jan 2027", "unreadable"],
  ["en-GB", "5", "unreadable"],
  ["en-GB", "5/2027/1", "unreadable"],
  ["en-GB", "5:1:2027", "unreadable"],
  ["en-GB", "1/2/3/2027", "unreadable"],
  ["en-GB", "5 Jan Feb 2027", "unreadable"],
  ["de-DE", "", "unreadable"],
])("%s: %s is refused as %s", (locale, text, problem) => {
  setConventions({ locale, timeZone: undefined });
  expect(readDay(text, TODAY)).toEqual({ problem });
});

/** One locale of all that write days alike. */
function distinct(): readonly string[] {
  const byWriting = new Map<string, string>();
  for (const locale of LOCALES) {
    const formats = [...STYLES.map((dateStyle) => ({ dateStyle })), { day: "numeric", month: "short", year: "numeric" } as const].map(
      (style) => new Intl.DateTimeFormat(locale, { ...style, calendar: "gregory", timeZone: "UTC" }),
    );
    const written = FIRST_WEEKS.map((day) => formats.map((format) => format.format(Date.parse(day))).join());
    // What a locale's field shows goes by its language, too.
    const key = `${locale.split("-")[0]} ${written.join()}`;
    if (!byWriting.has(key)) byWriting.set(key, locale);
  }
  return [...byWriting.values()];
}

describe("every locale", () => {
  test("reads every day of three years as its field shows it", () => {
    const wrong: string[] = [];
    for (const locale of distinct()) {
      setConventions({ locale, timeZone: undefined });
      const texts = [...THREE_YEARS.map((day) => [day, showDay(day)]), ...SOME_DAYS.map((day) => [day, showDay(day, true)])];
      for (const [day = "", text = ""] of texts) {
        if (dayOf(readDay(text, TODAY)) !== day) wrong.push(`${locale} ${day} ${text}`);
      }
    }
    expect(wrong).toEqual([]);
  }, 1_200_000);

  test("reads what it writes itself, in all its styles", () => {
    const wrong: string[] = [];
    const refusing = new Set<string>();
    for (const locale of distinct()) {
      setConventions({ locale, timeZone: undefined });
      for (const dateStyle of STYLES) {
        const format = new Intl.DateTimeFormat(locale, { dateStyle, calendar: "gregory", timeZone: "UTC" });
        for (const day of SOME_DAYS) {
          const text = format.format(Date.parse(day));
          const found = dayOf(readDay(text, TODAY));
          if (found === null) refusing.add(locale);
          else if (found !== day) wrong.push(`${locale} ${day} ${text}`);
        }
      }
    }
    expect(wrong).toEqual([]);
    // Jola-Fonyi has one short name for two months: the text says no day.
    expect([...refusing]).toEqual(["dyo"]);
  }, 1_200_000);
});
