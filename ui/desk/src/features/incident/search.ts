// What the list of incidents keeps in its address.
import { compact, flagIn, textIn } from "@kit/search";

export interface IncidentSearch {
  text?: string;
  /** Those that are resolved, rather than those that are open. */
  resolved?: true;
}

export function readIncidentSearch(raw: Record<string, unknown>): IncidentSearch {
  return compact<IncidentSearch>({ text: textIn(raw["text"]), resolved: flagIn(raw["resolved"]) });
}
