// What the fleet's lists keep in their address.
import { compact, flagIn, oneOf, textIn } from "@kit/search";

export type Part = "driver" | "vehicle";

export interface FleetSearch {
  /** Drivers unless it says vehicles. */
  part?: "vehicle";
  status?: string;
  text?: string;
  /** The dialog for a new one is open. */
  create?: true;
}

export function readFleetSearch(raw: Record<string, unknown>): FleetSearch {
  return compact<FleetSearch>({
    part: oneOf(["vehicle"] as const, raw["part"]),
    status: textIn(raw["status"]),
    text: textIn(raw["text"]),
    create: flagIn(raw["create"]),
  });
}
