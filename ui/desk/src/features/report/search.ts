// What the reports keep in their address: which days are looked at.
import { compact, dayIn, oneOf } from "@kit/search";
import { localDay, mondayOf, startOfDay } from "@kit/time";

export const PRESETS = ["today", "yesterday", "week", "month"] as const;
export type Preset = (typeof PRESETS)[number];

export interface ReportSearch {
  days?: Preset;
  /** Days of one's own choice, the last one included; they outdo a preset. */
  from?: string;
  to?: string;
}

export interface DayRange {
  readonly from: string;
  readonly to: string;
}

export const DEFAULT_PRESET: Preset = "today";
const MONTH_DAYS = 30;

export function readReportSearch(raw: Record<string, unknown>): ReportSearch {
  const [from, to] = [dayIn(raw["from"]), dayIn(raw["to"])];
  if (from !== undefined && to !== undefined) return from <= to ? { from, to } : { from: to, to: from };
  return compact<ReportSearch>({ days: oneOf(PRESETS, raw["days"]), from: undefined, to: undefined });
}

/** The days of the depot that an address means now. */
export function daysOf({ days = DEFAULT_PRESET, from, to }: ReportSearch, now_ms: number): DayRange {
  if (from !== undefined && to !== undefined) return { from, to };
  const today = localDay(new Date(now_ms));
  const before = (count: number) => localDay(new Date(startOfDay(today, -count)));
  switch (days) {
    case "today":
      return { from: today, to: today };
    case "yesterday":
      return { from: before(1), to: before(1) };
    case "week":
      return { from: mondayOf(now_ms), to: today };
    case "month":
      return { from: before(MONTH_DAYS - 1), to: today };
  }
}
