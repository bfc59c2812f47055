// What the log keeps in its address: which events are shown, and which one is looked at.
import type { QueryOf } from "@kit/protocol";
import { compact, dayIn, oneOf, textIn } from "@kit/search";
import { startOfDay } from "@kit/time";
import { EVENT_TYPES } from "@kit/words";

export const LOG_KINDS = ["delivery", "route", "driver", "vehicle"] as const;
export const CATEGORIES = ["delivery-tracking-events", "route-management-events", "fleet-management-events"] as const;

export interface LogSearch {
  category?: (typeof CATEGORIES)[number];
  type?: (typeof EVENT_TYPES)[number];
  /** As events name who did it. */
  actor?: string;
  /** Days of recording, the last one included. */
  from?: string;
  to?: string;
  /** Only of this thing, and what sort of thing it is, so that it can be picked by name. */
  entity?: string;
  kind?: (typeof LOG_KINDS)[number];
  /** The event whose details are shown. */
  event?: number;
}

export function readLogSearch(raw: Record<string, unknown>): LogSearch {
  const event = Number(raw["event"]);
  return compact<LogSearch>({
    category: oneOf(CATEGORIES, raw["category"]),
    type: oneOf(EVENT_TYPES, raw["type"]),
    actor: textIn(raw["actor"]),
    from: dayIn(raw["from"]),
    to: dayIn(raw["to"]),
    entity: textIn(raw["entity"]),
    kind: oneOf(LOG_KINDS, raw["kind"]),
    event: Number.isSafeInteger(event) && event >= 1 ? event : undefined,
  });
}

const EVENTS_A_PAGE = 100;

export function eventsQuery(search: LogSearch): QueryOf<"events"> {
  return {
    query: "events",
    category: search.category ?? null,
    type: search.type ?? null,
    actor: search.actor ?? null,
    from: search.from === undefined ? null : startOfDay(search.from),
    to: search.to === undefined ? null : startOfDay(search.to, 1),
    entityId: search.entity ?? null,
    limit: EVENTS_A_PAGE,
  };
}

export function isFiltered({ event: _event, ...filters }: LogSearch): boolean {
  return Object.keys(filters).length > 0;
}
