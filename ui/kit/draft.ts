// What is typed into a form and not stored yet. It stays in this tab over F5, over a new sign-in and where a page is left.
import { useEffect, useRef, useState } from "react";
import { newId } from "@kit/ids";
import type { OpenKeys } from "@kit/intention";

const PREFIX = "depot.draft.";

/** A label and what stands beside it, as people see it. */
export type Shown = readonly (readonly [label: string, value: string])[];

/** What a form began with. */
export interface Beginning<Fields> {
  readonly fields: Fields;
  /** The version of what is changed; undefined for something new. */
  readonly version?: number | undefined;
  readonly seen?: Shown | undefined;
}

interface Kept<Fields> extends Beginning<Fields> {
  /** The fields before somebody typed. */
  readonly base: Fields;
  /** For what the form makes. */
  readonly id: string;
  /** Of commands whose outcome is not known. */
  readonly keys: OpenKeys;
  /** Whether the form was on show when the page was left. */
  readonly isOpen: boolean;
}

export interface Draft<Fields> extends Kept<Fields> {
  readonly isTouched: boolean;
  /** Whether it was begun before the form was opened. */
  readonly isRestored: boolean;
  /** The present fields, also between two renderings. */
  readonly now: () => Kept<Fields>;
  readonly set: (changed: Partial<Fields>) => void;
  /** Begins again from another version of the thing; what was typed stays as `fields` has it. */
  readonly rebase: (beginning: Beginning<Fields>, base: Fields) => void;
  /** Keeps what became of the keys. */
  readonly keep: () => void;
  /** Empties the form. */
  readonly startOver: () => void;
  /** Forgets it: it was stored, or somebody gave it up. */
  readonly drop: () => void;
}

/** What a dialog needs of a draft, whatever its fields. */
export type DraftState = Pick<Draft<unknown>, "isTouched" | "isRestored" | "startOver" | "drop">;

/** The draft of that name, as it was left; else a new one. */
export function useDraft<Fields extends object>(name: string, begin: () => Beginning<Fields>): Draft<Fields> {
  const [restored] = useState(() => read<Fields>(name));
  const [kept, setKept] = useState(() => restored ?? fresh(begin()));
  const [isRestored, setIsRestored] = useState(restored !== undefined);
  const latest = useRef(kept);
  const isDropped = useRef(false);
  const change = (changed: Partial<Kept<Fields>>) => {
    latest.current = { ...latest.current, ...changed };
    if (!isDropped.current) write(name, latest.current);
    setKept(latest.current);
  };
  useEffect(() => {
    latest.current = { ...latest.current, isOpen: true };
    if (!isDropped.current) write(name, latest.current);
    return () => {
      latest.current = { ...latest.current, isOpen: false };
      if (!isDropped.current) write(name, latest.current);
    };
  }, [name]);
  return {
    ...kept,
    isTouched: isTouched(kept),
    isRestored,
    now: () => latest.current,
    set: (changed) => change({ fields: { ...latest.current.fields, ...changed } }),
    rebase: (beginning, base) => change({ ...beginning, base }),
    keep: () => change({}),
    startOver: () => {
      setIsRestored(false);
      change(fresh(begin()));
    },
    drop: () => {
      isDropped.current = true;
      forget(name);
    },
  };
}

/** The dialog of a page that is open, by the last part of its draft's name; the one that F5 closed opens again. */
export function useDialog<Kind extends string>(place: string, kinds: readonly Kind[]) {
  return useState(() => kinds.find((kind) => read(`${place}.${kind}`)?.isOpen === true));
}

/** Forgets every draft of this tab, as when somebody signs out. */
export function dropDrafts(): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
}

function fresh<Fields>(beginning: Beginning<Fields>): Kept<Fields> {
  return { ...beginning, base: beginning.fields, id: newId(), keys: {}, isOpen: true };
}

function isTouched({ fields, base }: Pick<Kept<unknown>, "fields" | "base">): boolean {
  return JSON.stringify(fields) !== JSON.stringify(base);
}

function read<Fields>(name: string): Kept<Fields> | undefined {
  const text = sessionStorage.getItem(PREFIX + name);
  return text === null ? undefined : (JSON.parse(text) as Kept<Fields>);
}

function write(name: string, kept: Kept<unknown>): void {
  if (!isTouched(kept) && Object.keys(kept.keys).length === 0) return forget(name);
  try {
    sessionStorage.setItem(PREFIX + name, JSON.stringify(kept));
  } catch {
    // The tab's storage is full: the form works on, only without its draft.
  }
}

function forget(name: string): void {
  sessionStorage.removeItem(PREFIX + name);
}
