// A form that gives a command. It pins the version that its fields came from, sends one intention once, and keeps what was
// typed until the depot has it. Every form of the desk is one of these.
import type { CommandOutcome } from "@bindings/CommandOutcome";
import type { DepotCommand } from "@bindings/DepotCommand";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { useAnnouncement } from "@kit/act";
import { useDepotCommand } from "@kit/depot";
import { useDraft } from "@kit/draft";
import type { Draft, Shown } from "@kit/draft";
import { isOutcomeUnknown, keyFor, settle } from "@kit/intention";
import { useOncePerPress } from "@kit/press";
import { DepotError } from "@kit/problem";

/** How long to wait for the page to show what somebody else stored. */
const FRESH_TRIES_MOST = 60;
const FRESH_PAUSE_MS = 50;
/** How often a form follows changes of what it does not show. */
const FOLLOWED_MOST = 5;

interface Versioned {
  readonly version: number;
}

export interface FormOptions<Fields extends object, Thing extends Versioned> {
  /** Names the draft: one for each thing that is made or changed, such as `route.ID.edit`. */
  readonly name: string;
  /** The thing that is changed, as it is now; undefined where something new is made. */
  readonly source?: Thing | undefined;
  readonly initial: (source: Thing | undefined) => Fields;
  /** What people see of the thing in this form, to say what somebody else changed of it. */
  readonly shown?: (source: Thing) => Shown;
}

/** What somebody else changed while the form was open. */
export interface Change {
  readonly label: string;
  readonly before: string;
  readonly after: string;
}

interface SubmitOptions {
  /** What is said once it is stored. */
  readonly done: string;
  /** What takes it back, where something does. */
  readonly undo?: DepotCommand | undefined;
  /** Photos that go with a captured proof. */
  readonly photos?: readonly Blob[];
  /** Called while the form is still on show. */
  readonly onDone?: (outcome: CommandOutcome) => void;
}

export interface Form<Fields> extends Pick<Draft<Fields>, "fields" | "id" | "set" | "isTouched" | "isRestored" | "startOver" | "drop"> {
  readonly isBusy: boolean;
  /** Whether something was sent whose outcome is not known. */
  readonly isUnsettled: boolean;
  readonly problem: DepotError | null;
  readonly changes: readonly Change[];
  /** Sends the commands one after the other, each only if the one before it was done. */
  readonly submit: (commands: DepotCommand | readonly DepotCommand[], options: SubmitOptions) => void;
  /** Forgets what the depot had against it. */
  readonly dismiss: () => void;
}

export function useForm<Fields extends object, Thing extends Versioned = Versioned>(options: FormOptions<Fields, Thing>): Form<Fields> {
  const { name, source, initial, shown } = options;
  const seenOf = (thing: Thing | undefined) => (thing === undefined ? undefined : shown?.(thing));
  const draft = useDraft<Fields>(name, () => ({ fields: initial(source), version: source?.version, seen: seenOf(source) }));
  const { mutateAsync } = useDepotCommand();
  const queries = useQueryClient();
  const announce = useAnnouncement();
  const isNewPress = useOncePerPress();
  const live = useRef(source);
  useLayoutEffect(() => {
    live.current = source;
  });
  const isMounted = useRef(true);
  useEffect(() => {
    isMounted.current = true;
    return () => void (isMounted.current = false);
  }, []);
  // At once, and not with the next rendering: a second click comes before that.
  const isClosed = useRef(false);
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<DepotError | null>(null);
  const [changes, setChanges] = useState<readonly Change[]>([]);

  const send = async (commands: readonly DepotCommand[], photos: readonly Blob[]): Promise<CommandOutcome> => {
    const { keys, version } = draft.now();
    let outcome: CommandOutcome | undefined;
    for (const [index, command] of commands.entries()) {
      const idempotencyKey = keyFor(keys, command);
      draft.keep();
      try {
        // In their order by design: each stands on the one before it.
        // oxlint-disable-next-line no-await-in-loop
        outcome = await mutateAsync({ command, idempotencyKey, photos, ...(index === 0 && version !== undefined && { expectedVersion: version }) });
        settle(keys, command);
      } catch (error) {
        if (!isOutcomeUnknown(DepotError.from(error))) settle(keys, command);
        throw error;
      } finally {
        draft.keep();
      }
    }
    if (outcome === undefined) throw new Error("A form gives at least one command.");
    return outcome;
  };

  /** The thing once the page shows it as it is by now. */
  const freshSource = async (version: number): Promise<Thing | undefined> => {
    void queries.invalidateQueries();
    for (let tries = 0; tries < FRESH_TRIES_MOST; tries += 1) {
      if (live.current !== undefined && live.current.version >= version) return live.current;
      // oxlint-disable-next-line no-await-in-loop
      await new Promise((resolve) => setTimeout(resolve, FRESH_PAUSE_MS));
    }
    return undefined;
  };

  /** Takes up what somebody else stored beside what was typed here. Returns what of it people see; undefined for nothing. */
  const catchUp = (thing: Thing): readonly Change[] | undefined => {
    const { fields, base, seen = [] } = draft.now();
    const next = initial(thing);
    const nextSeen = seenOf(thing) ?? [];
    const merged = Object.fromEntries(
      Object.entries(fields).map(([field, typed]) => {
        const isUntouched = JSON.stringify(typed) === JSON.stringify(base[field as keyof Fields]);
        return [field, isUntouched ? next[field as keyof Fields] : typed];
      }),
    ) as Fields;
    draft.rebase({ fields: merged, version: thing.version, seen: nextSeen }, next);
    const others = seen.flatMap(([label, before], index) => {
      const after = nextSeen[index]?.[1] ?? "";
      return after === before ? [] : [{ label, before, after }];
    });
    return others.length === 0 && JSON.stringify(merged) === JSON.stringify(fields) ? undefined : others;
  };

  const give = async (commands: readonly DepotCommand[], { done, undo, photos = [], onDone }: SubmitOptions) => {
    for (let followed = 0; ; followed += 1) {
      try {
        // oxlint-disable-next-line no-await-in-loop
        const outcome = await send(commands, photos);
        draft.drop();
        announce(done, outcome, undo);
        if (isMounted.current) onDone?.(outcome);
        return;
      } catch (error) {
        const refusal = DepotError.from(error);
        const version = refusal.facts["version"];
        const isStale = refusal.code === "staleVersion" && typeof version === "number";
        // oxlint-disable-next-line no-await-in-loop
        const thing = isStale ? await freshSource(version) : undefined;
        const others = thing === undefined ? [] : catchUp(thing);
        // Somebody changed what this form does not show: nothing of it can be lost.
        if (others === undefined && followed < FOLLOWED_MOST) continue;
        isClosed.current = false;
        setChanges(others ?? []);
        setProblem(refusal);
        return;
      }
    }
  };

  return {
    fields: draft.fields,
    id: draft.id,
    set: draft.set,
    isTouched: draft.isTouched,
    isRestored: draft.isRestored,
    startOver: draft.startOver,
    drop: draft.drop,
    isBusy,
    isUnsettled: Object.keys(draft.keys).length > 0,
    problem,
    changes,
    submit: (commands, submitOptions) => {
      if (isClosed.current || !isNewPress()) return;
      isClosed.current = true;
      setIsBusy(true);
      setProblem(null);
      setChanges([]);
      void give([commands].flat() as readonly DepotCommand[], submitOptions).finally(() => setIsBusy(false));
    },
    dismiss: () => {
      setProblem(null);
      setChanges([]);
    },
  };
}
