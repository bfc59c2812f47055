// Instants in people's words: the clock in the user's locale and the depot's time zone, distances in the language of the texts.
import type { Clock } from "@kit/clocks";
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

/** The zone's name at an instant, such as CEST: what tells the two hours of a clock change apart. */
export function formatZone(timestamp: string): string {
  const parts = dateFormat({ hour: "2-digit", timeZoneName: "short" }).formatToParts(new Date(timestamp));
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
}

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

/** The time of day that the depot's clock shows. */
export function clockOf(timestamp: string): Clock {
  const [hours = 0, minutes = 0] = wallTime(timestamp).slice(11, 16).split(":").map(Number);
  return { hours, minutes };
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

/** Every instant at which the depot's wall clock shows this, the earlier one first: none where the clock skips it. */
function instantsWhen(asUtc_ms: number): number[] {
  const found = offsetsAround(asUtc_ms).map((offset_ms) => asUtc_ms - offset_ms);
  return found.filter((at_ms) => wallClock(at_ms).asUtc_ms === asUtc_ms).toSorted((one, other) => one - other);
}

/** The zone's distances from UTC near a time: two where it changes, as for summer time or over the date line. */
function offsetsAround(asUtc_ms: number): number[] {
  return [...new Set([-2, -1, 0, 1, 2].map((days) => offsetAt(asUtc_ms + days * DAY_MS * 0.75)))];
}

function offsetAt(at_ms: number): number {
  const second_ms = Math.floor(at_ms / 1_000) * 1_000;
  return wallClock(second_ms).asUtc_ms - second_ms;
}

/** When the depot's wall clock shows this; where it skips it, the first instant after. */
function instantAt(year: number, month: number, day: number, hours: number, minutes: number): number {
  const asUtc_ms = Date.UTC(year, month - 1, day, hours, minutes);
  if (Number.isNaN(asUtc_ms)) return asUtc_ms;
  return instantsWhen(asUtc_ms)[0] ?? changeNear(asUtc_ms);
}

/** The instant at which the zone's distance from UTC changes near a time that its clock skips. */
function changeNear(asUtc_ms: number): number {
  let [before_ms, after_ms] = [asUtc_ms - 1.5 * DAY_MS, asUtc_ms + 1.5 * DAY_MS];
  const offset_ms = offsetAt(before_ms);
  while (after_ms - before_ms > 1_000) {
    const middle_ms = Math.floor((before_ms + after_ms) / 2_000) * 1_000;
    if (offsetAt(middle_ms) === offset_ms) before_ms = middle_ms;
    else after_ms = middle_ms;
  }
  return after_ms;
}

/** What a clock is put forward from and to. */
export interface ZoneChange {
  /** The last minute before it. */
  readonly last: string;
  /** The first instant after it. */
  readonly next: string;
}

/** The change that skips a time of a day. */
export function zoneChange(yyyy_mm_dd: string, { hours, minutes }: Clock): ZoneChange {
  const at_ms = changeNear(asUtcOf(yyyy_mm_dd, hours, minutes));
  return { last: new Date(at_ms - MINUTE_MS).toISOString(), next: new Date(at_ms).toISOString() };
}

/** Every instant at which the depot's clock shows a time on a day: mostly one, none or two where the clock changes. */
export function instantsAt(yyyy_mm_dd: string, { hours, minutes }: Clock): readonly string[] {
  return instantsWhen(asUtcOf(yyyy_mm_dd, hours, minutes)).map((at_ms) => new Date(at_ms).toISOString());
}

function asUtcOf(yyyy_mm_dd: string, hours: number, minutes: number): number {
  const [year = 0, month = 1, day = 1] = yyyy_mm_dd.split("-").map(Number);
  return Date.UTC(year, month - 1, day, hours, minutes);
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
