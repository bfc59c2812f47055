// What somebody set in a form of settings and did not save yet. A setting that somebody else saves meanwhile is told before it
// is overwritten; those that were not touched here show through.
import type { SettingView } from "@bindings/SettingView";
import { useState } from "react";
import type { Change } from "@kit/form";

interface Touched {
  readonly value: string;
  /** What the depot had when it was touched. */
  readonly seen: string;
}

export interface SettingsDraft {
  readonly valueOf: (key: string) => string;
  readonly set: (key: string, value: string) => void;
  readonly changes: ReadonlyArray<{ readonly key: string; readonly value: string }>;
  /** What somebody else saved of what was touched here, once saving met it. */
  readonly others: readonly Change[];
  /** Calls `send`, unless there is something to look at first. */
  readonly save: (send: () => void) => void;
  readonly clear: () => void;
}

export function useSettingsDraft(settings: readonly SettingView[], labelOf: (key: string) => string): SettingsDraft {
  const [touched, setTouched] = useState<Readonly<Record<string, Touched>>>({});
  const [others, setOthers] = useState<readonly Change[]>([]);
  const present = new Map(settings.map(({ key, value }) => [key, value]));
  const presentOf = (key: string) => present.get(key) ?? "";
  const valueOf = (key: string) => touched[key]?.value ?? presentOf(key);
  return {
    valueOf,
    set: (key, value) => setTouched((known) => ({ ...known, [key]: { value, seen: known[key]?.seen ?? presentOf(key) } })),
    changes: settings.flatMap(({ key, value }) => (valueOf(key) === value ? [] : [{ key, value: valueOf(key) }])),
    others,
    save: (send) => {
      const moved = Object.entries(touched).filter(([key, { seen, value }]) => seen !== presentOf(key) && value !== presentOf(key));
      setOthers(moved.map(([key, { seen }]) => ({ label: labelOf(key), before: seen, after: presentOf(key) })));
      setTouched((known) => Object.fromEntries(Object.entries(known).map(([key, { value }]) => [key, { value, seen: presentOf(key) }])));
      if (moved.length === 0) send();
    },
    clear: () => {
      setTouched({});
      setOthers([]);
    },
  };
}
