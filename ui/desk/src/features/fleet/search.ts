// What the list of the fleet keeps in its address.
import { compact, flagIn, textIn } from "@kit/search";

export interface FleetSearch {
  text?: string;
  /** The dialog for a new one is open. */
  create?: true;
}

export function readFleetSearch(raw: Record<string, unknown>): FleetSearch {
  return compact<FleetSearch>({ text: textIn(raw["text"]), create: flagIn(raw["create"]) });
}
