// What the list of routes keeps in its address.
import { compact, flagIn, textIn } from "@kit/search";

export interface RouteSearch {
  text?: string;
  /** The dialog for a new one is open. */
  create?: true;
}

export function readRouteSearch(raw: Record<string, unknown>): RouteSearch {
  return compact<RouteSearch>({ text: textIn(raw["text"]), create: flagIn(raw["create"]) });
}
