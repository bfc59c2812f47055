// What a run sheet keeps in its address: the day, which is the depot's today unless it is named.
import { compact, dayIn } from "@kit/search";

export interface RunSheetSearch {
  day?: string;
}

export function readRunSheetSearch(raw: Record<string, unknown>): RunSheetSearch {
  return compact<RunSheetSearch>({ day: dayIn(raw["day"]) });
}
