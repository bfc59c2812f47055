// Many commands, one after the other: each has a key of its own and an outcome of its own, so nothing is half-done unseen.
// What was refused can be tried again; what is done is not done twice, for a command keeps its key until its outcome is known.
import type { DepotCommand } from "@bindings/DepotCommand";
import { useRef, useState } from "react";
import { useDepotCommand } from "@kit/depot";
import { useOncePerPress } from "@kit/press";
import { DepotError } from "@kit/problem";

/** The most that are given at once: people read what became of each. */
export const BATCH_MOST = 500;
/** How often the depot is asked to take one that came too soon after the others. */
const TOO_SOON_MOST = 10;

/** `same`: it was so already, and nothing changed. */
export type Outcome = "busy" | "done" | "same" | DepotError;

export interface Order {
  /** Of what it is about; unique within the batch. */
  readonly key: string;
  readonly command: DepotCommand;
  readonly expectedVersion?: number;
}

export interface Batch {
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** The version that something has since its command was done. */
  readonly versionOf: (key: string) => number | undefined;
  readonly isBusy: boolean;
  /** Gives them in their order; resolves to how many were refused. */
  readonly run: (orders: readonly Order[]) => Promise<number>;
  /** Gives none after the one that is under way. */
  readonly stop: () => void;
}

export function useBatch(): Batch {
  const { mutateAsync } = useDepotCommand();
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome>>(new Map());
  const [isBusy, setIsBusy] = useState(false);
  const isStopped = useRef(false);
  const isRunning = useRef(false);
  const isNewPress = useOncePerPress();
  const versions = useRef(new Map<string, number>());
  const set = (key: string, outcome: Outcome) => setOutcomes((known) => new Map(known).set(key, outcome));
  const give = async ({ key, command, expectedVersion }: Order): Promise<Outcome> => {
    for (let tries = 1; ; tries += 1) {
      try {
        const { changed, version } = await mutateAsync({ command, ...(expectedVersion !== undefined && { expectedVersion }) });
        versions.current.set(key, version);
        return changed ? "done" : "same";
      } catch (error) {
        const problem = DepotError.from(error);
        if (problem.comeBackIn_ms !== undefined && tries < TOO_SOON_MOST && !isStopped.current) {
          await after(problem.comeBackIn_ms);
          continue;
        }
        return problem;
      }
    }
  };
  return {
    outcomes,
    versionOf: (key) => versions.current.get(key),
    isBusy,
    run: async (orders) => {
      if (isRunning.current || !isNewPress()) return orders.length;
      isRunning.current = true;
      isStopped.current = false;
      setIsBusy(true);
      let refused = 0;
      for (const order of orders) {
        if (isStopped.current) break;
        set(order.key, "busy");
        const outcome = await give(order);
        if (outcome instanceof DepotError) refused += 1;
        set(order.key, outcome);
      }
      isRunning.current = false;
      setIsBusy(false);
      return refused;
    },
    stop: () => {
      isStopped.current = true;
    },
  };
}

export function isRefused(outcome: Outcome | undefined): outcome is DepotError {
  return outcome instanceof DepotError;
}

function after(delay_ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delay_ms));
}
