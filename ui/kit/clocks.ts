// Times of day as people write them: 7, 730, 7:30, 07.30, 7h30, 19.30 Uhr, 7:30 pm, and as the locale itself writes them.
import { conventions } from "@kit/conventions";
import { plainText } from "@kit/text";

export interface Clock {
  readonly hours: number;
  readonly minutes: number;
}

/** Between or after the numbers, whatever the locale. */
const UNITS = new Set(["h", "uhr", "u", "hrs", "min"]);

/** A time of day in its usual forms; undefined where the text is none. */
export function readClock(text: string): Clock | undefined {
  const plain = plainText(text);
  const written = /^([^\d]*)(\d{1,4})(?:([^\d]+)(\d{2}))?([^\d]*)$/u.exec(plain);
  if (written === null) return undefined;
  const [, before = "", first = "", between = "", second, after = ""] = written;
  // 730 and 1930 have no separator, so nothing else may stand between their two parts.
  if (first.length > 2 && second !== undefined) return undefined;
  const [hourText, minuteText] = first.length > 2 ? [first.slice(0, -2), first.slice(-2)] : [first, second ?? "00"];
  const [hour, minutes] = [Number(hourText), Number(minuteText)];
  if (minutes > 59 || !isSeparator(between) || isStray(before) || isStray(after)) return undefined;
  const words = `${before} ${after}`.split(/[^\p{L}\p{M}]+/u).filter((word) => word !== "");
  const half = words.filter((word) => !UNITS.has(word) && !writingOf(conventions().locale).words.has(word)).join("");
  const hours = half === "" ? hour : hourIn(half, hour);
  return hours !== undefined && hours < 24 ? { hours, minutes } : undefined;
}

/** Marks without a word, such as the sign of a number. */
function isStray(beside: string): boolean {
  return !/^\s*\.?\s*$/u.test(beside) && !/\p{L}/u.test(beside);
}

function isSeparator(between: string): boolean {
  const text = between.trim();
  return /^[:.]?$/u.test(text) || UNITS.has(text) || writingOf(conventions().locale).separators.has(text);
}

/** The hour of the day that a half of it, such as pm, makes of one of twelve. */
function hourIn(half: string, hour: number): number | undefined {
  const known = writingOf(conventions().locale).hours.get(`${half} ${hour}`);
  if (known !== undefined || (half !== "am" && half !== "pm") || hour < 1 || hour > 12) return known;
  return (hour % 12) + (half === "pm" ? 12 : 0);
}

interface Writing {
  /** Hours of the day by the half of it and the number that is written. */
  readonly hours: ReadonlyMap<string, number>;
  /** What stands beside a time without saying when: "Uhr", "ч". */
  readonly words: ReadonlySet<string>;
  readonly separators: ReadonlySet<string>;
}

const writings = new Map<string | undefined, Writing>();

function writingOf(locale: string | undefined): Writing {
  const known = writings.get(locale) ?? learn(locale);
  writings.set(locale, known);
  return known;
}

/** Has the locale write every hour in its own way and in that of twelve hours, and keeps the words. */
function learn(locale: string | undefined): Writing {
  const hours = new Map<string, number>();
  const words = new Set<string>();
  const separators = new Set<string>();
  const styles: Intl.DateTimeFormatOptions[] = [
    { hour: "2-digit", minute: "2-digit" },
    { timeStyle: "short" },
    { hour: "numeric", minute: "2-digit", hour12: true },
  ];
  for (const style of styles) {
    const format = new Intl.DateTimeFormat(locale, { ...style, timeZone: "UTC" });
    for (let hour = 0; hour < 24; hour += 1) {
      const parts = format.formatToParts(Date.UTC(2027, 0, 5, hour, 30));
      const half = lettersOf(parts.filter(({ type }) => type === "dayPeriod").map(({ value }) => value).join(""));
      const number = Number(plainText(parts.find(({ type }) => type === "hour")?.value ?? ""));
      if (half !== "" && !hours.has(`${half} ${number}`)) hours.set(`${half} ${number}`, hour);
      for (const [index, { type, value }] of parts.entries()) {
        if (type !== "literal") continue;
        if (parts[index - 1]?.type === "hour" && parts[index + 1]?.type === "minute") separators.add(plainText(value));
        for (const word of plainText(value).split(/[^\p{L}\p{M}]+/u)) if (word !== "") words.add(word);
      }
    }
  }
  return { hours, words, separators };
}

function lettersOf(text: string): string {
  return plainText(text).replace(/[^\p{L}\p{M}]/gu, "");
}
