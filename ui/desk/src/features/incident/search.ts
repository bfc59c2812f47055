// What the list of incidents keeps in its address.
import { compact, flagIn, textIn } from "@kit/search";

export interface IncidentSearch {
  text?: string;
  /** The dialog for a new one is open. */
  create?: true;
}

export function readIncidentSearch(raw: Record<string, unknown>): IncidentSearch {
  return compact<IncidentSearch>({ text: textIn(raw["text"]), create: flagIn(raw["create"]) });
}
