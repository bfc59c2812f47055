// Which part of the settings is open, kept in the address.
import { compact, oneOf } from "@kit/search";

/** In the order in which they stand; the first is open unless another is named. */
export const PARTS = ["desk", "depot", "endpoint", "people", "data"] as const;

export type SettingsPart = (typeof PARTS)[number];

export interface SettingsSearch {
  part?: SettingsPart;
}

export function readSettingsSearch(raw: Record<string, unknown>): SettingsSearch {
  return compact<SettingsSearch>({ part: oneOf(PARTS, raw["part"]) });
}
