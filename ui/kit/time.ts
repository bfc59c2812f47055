// Instants in people's words: the clock in the user's locale and the depot's time zone, distances in the language of the texts.
import { dateFormat } from "@kit/conventions";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const CLOCK = { hour: "2-digit", minute: "2-digit" } as const;
const DAY = { weekday: "short", day: "numeric", month: "short" } as const;
const DAY_OF_YEAR = { day: "numeric", month: "short", year: "numeric" } as const;
const WHOLE_DAY = { weekday: "long", day: "numeric", month: "long", year: "numeric" } as const;
const FULL = { dateStyle: "full", timeStyle: "medium" } as const;
/** The fields of a wall clock, whatever the locale writes them like. */
const FIELDS = {
  calendar: "gregory",
  numberingSystem: "latn",
  hourCycle: "h23",
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "numeric",
  second: "numeric",
} as const;

export function formatClock(timestamp: string): string {
  return dateFormat(CLOCK).format(new Date(timestamp));
}

/** A day without its time, with the year where it is another than now's. */
export function formatDay(timestamp: string, now_ms: number): string {
  const date = new Date(timestamp);
  const isThisYear = wallClock(date.getTime()).year === wallClock(now_ms).year;
  return dateFormat(isThisYear ? DAY : DAY_OF_YEAR).format(date);
}

/** A day of the depot's calendar, `YYYY-MM-DD`, with nothing left out. */
export function formatWholeDay(day: string): string {
  return dateFormat(WHOLE_DAY).format(new Date(startOfDay(day)));
}

/** Days of the depot's calendar, `YYYY-MM-DD`, from the first to the last. */
export function formatDays(first: string, last: string, now_ms: number): string {
  const [from, to] = [first, last].map((day) => formatDay(startOfDay(day), now_ms));
  return first === last ? `${from}` : `${from} – ${to}`;
}

/** As short as it can be told: the clock alone today, else with the day. */
export function formatMoment(timestamp: string, now_ms: number): string {
  return isSameDay(Date.parse(timestamp), now_ms)
    ? formatClock(timestamp)
    : `${formatDay(timestamp, now_ms)}, ${formatClock(timestamp)}`;
}

/** From when to when, naming a day only where it is not plain. */
export function formatSpan(start: string, end: string, now_ms: number): string {
  if (start === end) return formatMoment(start, now_ms);
  const isOneDay = isSameDay(Date.parse(start), Date.parse(end));
  return `${formatMoment(start, now_ms)} – ${isOneDay ? formatClock(end) : formatMoment(end, now_ms)}`;
}

/** Everything there is to say about an instant, for a tooltip. */
export function formatFull(timestamp: string): string {
  return dateFormat(FULL).format(new Date(timestamp));
}

/** How far away it is: "3 min ago", "in 2 hr". */
export function formatDistance(timestamp: string, now_ms: number, language: string): string {
  const distance_ms = Date.parse(timestamp) - now_ms;
  const words = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  const size_ms = Math.abs(distance_ms);
  if (size_ms < MINUTE_MS) return words.format(0, "second");
  if (size_ms < HOUR_MS) return words.format(Math.trunc(distance_ms / MINUTE_MS), "minute");
  if (size_ms < DAY_MS) return words.format(Math.trunc(distance_ms / HOUR_MS), "hour");
  return words.format(Math.trunc(distance_ms / DAY_MS), "day");
}

/** Whole minutes from one instant to another; negative where the other is earlier. */
export function minutesBetween(from: string, to: string | number): number {
  const to_ms = typeof to === "number" ? to : Date.parse(to);
  return Math.trunc((to_ms - Date.parse(from)) / MINUTE_MS);
}

export function isSameDay(one_ms: number, other_ms: number): boolean {
  return localDay(new Date(one_ms)) === localDay(new Date(other_ms));
}

/** The depot's calendar day as `YYYY-MM-DD`, the form in which date fields and addresses keep it. */
export function localDay(date: Date): string {
  const { year, month, day } = wallClock(date.getTime());
  return [year, twoDigits(month), twoDigits(day)].join("-");
}

/** The Monday of the depot's week, as a day. */
export function mondayOf(now_ms: number): string {
  const today = localDay(new Date(now_ms));
  const weekday = (new Date(`${today}T12:00:00Z`).getUTCDay() + 6) % 7;
  return localDay(new Date(startOfDay(today, -weekday)));
}

/** The instant at which a day of the depot begins, `days` later. */
export function startOfDay(yyyy_mm_dd: string, days = 0): string {
  const [year = 0, month = 1, day = 1] = yyyy_mm_dd.split("-").map(Number);
  return new Date(instantAt(year, month, day + days, 0, 0)).toISOString();
}

/** The same time of the depot's clock, `days` later. */
export function daysLater(timestamp: string, days: number): string {
  const at_ms = Date.parse(timestamp);
  const { year, month, day, asUtc_ms } = wallClock(at_ms);
  const sinceMidnight_ms = asUtc_ms - Date.UTC(year, month - 1, day);
  const minutes = Math.floor(sinceMidnight_ms / MINUTE_MS);
  const withinMinute_ms = at_ms - Math.floor(at_ms / MINUTE_MS) * MINUTE_MS;
  return new Date(instantAt(year, month, day + days, 0, minutes) + withinMinute_ms).toISOString();
}

/** A day of the depot and a clock time as an instant; undefined while one of them is not readable. */
export function toInstant(yyyy_mm_dd: string | null, clockText: string): string | undefined {
  const time = parseClock(clockText);
  if (yyyy_mm_dd === null || time === undefined) return undefined;
  const [year = 0, month = 1, day = 1] = yyyy_mm_dd.split("-").map(Number);
  const instant_ms = instantAt(year, month, day, time.hours, time.minutes);
  return Number.isNaN(instant_ms) ? undefined : new Date(instant_ms).toISOString();
}

/** What the depot's wall clock shows, as `YYYY-MM-DD HH:mm:ss`: the form in which a schedule places things. */
export function wallTime(timestamp: string | number): string {
  return new Date(wallClock(new Date(timestamp).getTime()).asUtc_ms).toISOString().slice(0, 19).replace("T", " ");
}

interface WallClock {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** The same fields as if they were told in UTC. */
  readonly asUtc_ms: number;
}

/** What the clock on the depot's wall shows at an instant. */
function wallClock(at_ms: number): WallClock {
  const fields = Object.fromEntries(
    dateFormat(FIELDS).formatToParts(at_ms).map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = fields;
  return { year, month, day, asUtc_ms: Date.UTC(year, month - 1, day, hour, minute, second) };
}

/** When the depot's wall clock shows this. A time that a clock change skips is taken as if the clock had not changed. */
function instantAt(year: number, month: number, day: number, hours: number, minutes: number): number {
  const asUtc_ms = Date.UTC(year, month - 1, day, hours, minutes);
  if (Number.isNaN(asUtc_ms)) return asUtc_ms;
  const offset_ms = (at_ms: number) => wallClock(at_ms).asUtc_ms - at_ms;
  const guess_ms = asUtc_ms - offset_ms(asUtc_ms);
  const again_ms = asUtc_ms - offset_ms(guess_ms);
  // Where the two differ, a clock change lies between: the one that reads back as asked for is right.
  return wallClock(again_ms).asUtc_ms === asUtc_ms ? again_ms : guess_ms;
}

/** Reads a time as people type it: 8, 830, 8:30, 8.30, 20:30, 8:30 pm. */
export function parseClock(text: string): { hours: number; minutes: number } | undefined {
  const match = /^\s*(\d{1,2})(?:\s*[:.h]?\s*(\d{2}))?\s*(?:([ap])\.?\s*m\.?)?\s*$/iu.exec(text);
  if (match === null) return undefined;
  const [, hoursText = "", minutesText = "0", half] = match;
  const minutes = Number(minutesText);
  let hours = Number(hoursText);
  if (half !== undefined) {
    if (hours < 1 || hours > 12) return undefined;
    hours = (hours % 12) + (half.toLowerCase() === "p" ? 12 : 0);
  }
  return hours < 24 && minutes < 60 ? { hours, minutes } : undefined;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
