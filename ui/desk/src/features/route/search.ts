// What the list of routes keeps in its address.
import { compact, dayIn, flagIn, manyOf, textIn } from "@kit/search";
import { ROUTE_STATUSES } from "@kit/words";

export interface RouteSearch {
  status?: string;
  text?: string;
  /** The days, both included, on which the route starts. */
  from?: string;
  to?: string;
  delayed?: true;
  /** The dialog for a new one is open. */
  create?: true;
}

export function readRouteSearch(raw: Record<string, unknown>): RouteSearch {
  return compact<RouteSearch>({
    status: manyOf(ROUTE_STATUSES, raw["status"]),
    text: textIn(raw["text"]),
    from: dayIn(raw["from"]),
    to: dayIn(raw["to"]),
    delayed: flagIn(raw["delayed"]),
    create: flagIn(raw["create"]),
  });
}
