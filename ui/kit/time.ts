// Instants in people's words: the clock in the user's locale, distances in the language of the texts.

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

// Undefined is the user's own locale, with its 12 or 24 hours.
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });
const dayOfYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

export function formatClock(timestamp: string): string {
  return clock.format(new Date(timestamp));
}

/** A day without its time, with the year where it is another than now's. */
export function formatDay(timestamp: string, now_ms: number): string {
  const date = new Date(timestamp);
  return (date.getFullYear() === new Date(now_ms).getFullYear() ? day : dayOfYear).format(date);
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
  return full.format(new Date(timestamp));
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

/** The local calendar day as `YYYY-MM-DD`, the form in which date fields and addresses keep it. */
export function localDay(date: Date): string {
  return [date.getFullYear(), twoDigits(date.getMonth() + 1), twoDigits(date.getDate())].join("-");
}

/** The instant at which a local day begins, `days` later. */
export function startOfDay(yyyy_mm_dd: string, days = 0): string {
  const [year = 0, month = 1, date = 1] = yyyy_mm_dd.split("-").map(Number);
  return new Date(year, month - 1, date + days).toISOString();
}

/** A local day and a clock time as an instant; undefined while one of them is not readable. */
export function toInstant(yyyy_mm_dd: string | null, clockText: string): string | undefined {
  const time = parseClock(clockText);
  if (yyyy_mm_dd === null || time === undefined) return undefined;
  const [year = 0, month = 1, date = 1] = yyyy_mm_dd.split("-").map(Number);
  const instant = new Date(year, month - 1, date, time.hours, time.minutes);
  return Number.isNaN(instant.getTime()) ? undefined : instant.toISOString();
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
