// What the list of routes keeps in its address.
import { compact, flagIn, manyOf, textIn } from "@kit/search";
import { ROUTE_STATUSES } from "@kit/words";

export interface RouteSearch {
  status?: string;
  text?: string;
  /** The dialog for a new one is open. */
  create?: true;
}

export function readRouteSearch(raw: Record<string, unknown>): RouteSearch {
  return compact<RouteSearch>({
    status: manyOf(ROUTE_STATUSES, raw["status"]),
    text: textIn(raw["text"]),
    create: flagIn(raw["create"]),
  });
}
