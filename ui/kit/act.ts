// A command that a button gives: said aloud when done, kept as a problem to be shown in place when refused.
// What can be taken back offers so for some seconds, by a command of its own: nothing that happened is ever deleted.
import type { CommandOutcome } from "@bindings/CommandOutcome";
import type { DepotCommand } from "@bindings/DepotCommand";
import { notifications } from "@mantine/notifications";
import { useRef } from "react";
import { useDepotCommand } from "@kit/depot";
import { useOncePerPress } from "@kit/press";
import type { DepotError } from "@kit/problem";
import { offerUndo } from "@kit/undo";

export interface Act {
  readonly run: (
    command: DepotCommand,
    options?: {
      expectedVersion?: number;
      /** What takes it back, where something does. */
      undo?: DepotCommand | undefined;
      onDone?: (outcome: CommandOutcome) => void;
      /** What is said of this one when it is done, where that differs from one to the next. */
      done?: string;
    },
  ) => void;
  readonly isBusy: boolean;
  readonly problem: DepotError | null;
  /** Forgets the problem. */
  readonly reset: () => void;
}

/** One press gives one command, and none while another is under way. `usualDone` is what is said when it is done. */
export function useAct(usualDone?: string): Act {
  const command = useDepotCommand();
  const announce = useAnnouncement();
  const isNewPress = useOncePerPress();
  // At once, and not with the next rendering: a second click comes before that.
  const isRunning = useRef(false);
  return {
    run: (wanted, { expectedVersion, undo, onDone, done = usualDone } = {}) => {
      if (isRunning.current || !isNewPress()) return;
      isRunning.current = true;
      command
        .mutateAsync({ command: wanted, ...(expectedVersion !== undefined && { expectedVersion }) })
        .then((outcome) => {
          if (done !== undefined) announce(done, outcome, undo);
          onDone?.(outcome);
        })
        // The refusal stands in `problem`.
        .catch(() => undefined)
        .finally(() => {
          isRunning.current = false;
        });
    },
    isBusy: command.isPending,
    problem: command.error,
    reset: command.reset,
  };
}

/** Says what was done, and offers to take it back. */
export function useAnnouncement(): (done: string, outcome: CommandOutcome, undo?: DepotCommand) => void {
  const takeBack = useDepotCommand();
  return (done, { changed, version }, undo) => {
    if (!changed) return;
    if (undo === undefined) notifications.show({ message: done, color: "green", autoClose: 3000 });
    // Taken back only as it was left: what somebody did to it since would be lost otherwise.
    else offerUndo(done, () => takeBack.mutateAsync({ command: undo, expectedVersion: version }));
  };
}
