// What the list of incidents keeps in its address.
import type { IncidentSort } from "@bindings/IncidentSort";
import { compact, dayIn, flagIn, manyOf, oneOf, textIn } from "@kit/search";
import { SEVERITIES } from "@kit/words";

export interface IncidentSearch {
  text?: string;
  type?: string;
  severity?: string;
  /** Those that are resolved, rather than those that are open. */
  resolved?: true;
  /** Days of the depot on which they were reported, the last one included. */
  from?: string;
  to?: string;
  sort?: IncidentSort;
  /** The earliest, the mildest or A first. */
  ascending?: true;
}

const SORTS: readonly IncidentSort[] = ["reportedTimestamp", "type", "severity"];

export function readIncidentSearch(raw: Record<string, unknown>): IncidentSearch {
  return compact<IncidentSearch>({
    text: textIn(raw["text"]),
    type: textIn(raw["type"]),
    severity: manyOf(SEVERITIES, raw["severity"]),
    resolved: flagIn(raw["resolved"]),
    from: dayIn(raw["from"]),
    to: dayIn(raw["to"]),
    sort: oneOf(SORTS, raw["sort"]),
    ascending: flagIn(raw["ascending"]),
  });
}
