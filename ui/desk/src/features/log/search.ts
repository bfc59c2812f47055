// What the log keeps in its address: which events are shown, and before which one the page begins.
import { compact, oneOf, textIn } from "@kit/search";

export const LOG_KINDS = ["delivery", "route", "driver", "vehicle"] as const;
export const CATEGORIES = ["delivery-tracking-events", "route-management-events", "fleet-management-events"] as const;

export interface LogSearch {
  category?: (typeof CATEGORIES)[number];
  /** Only of this thing, and what sort of thing it is, so that it can be picked by name. */
  entity?: string;
  kind?: (typeof LOG_KINDS)[number];
  /** Only events before this sequence. */
  before?: number;
}

export function readLogSearch(raw: Record<string, unknown>): LogSearch {
  const before = Number(raw["before"]);
  return compact<LogSearch>({
    category: oneOf(CATEGORIES, raw["category"]),
    entity: textIn(raw["entity"]),
    kind: oneOf(LOG_KINDS, raw["kind"]),
    before: Number.isSafeInteger(before) && before > 1 ? before : undefined,
  });
}
