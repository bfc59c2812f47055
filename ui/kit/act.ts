// A command that somebody at the desk gives: said aloud when done, kept as a problem to be shown in place when refused.
// What can be taken back offers so for some seconds, by a command of its own: nothing that happened is ever deleted.
import type { CommandOutcome } from "@bindings/CommandOutcome";
import type { DepotCommand } from "@bindings/DepotCommand";
import { notifications } from "@mantine/notifications";
import { useDepotCommand } from "@kit/depot";
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
  /** Forgets the problem, as when its form is closed. */
  readonly reset: () => void;
}

/** `usualDone` is what is said when it is done. */
export function useAct(usualDone?: string): Act {
  const command = useDepotCommand();
  const takeBack = useDepotCommand();
  return {
    run: (wanted, { expectedVersion, undo, onDone, done = usualDone } = {}) =>
      command.mutate(
        { command: wanted, ...(expectedVersion !== undefined && { expectedVersion }) },
        {
          onSuccess: (outcome) => {
            if (outcome.changed && done !== undefined && undo !== undefined) {
              // Taken back only as it was left: what somebody did to it since would be lost otherwise.
              offerUndo(done, () => takeBack.mutateAsync({ command: undo, expectedVersion: outcome.version }));
            } else if (outcome.changed && done !== undefined) notifications.show({ message: done, color: "green", autoClose: 3000 });
            onDone?.(outcome);
          },
        },
      ),
    isBusy: command.isPending,
    problem: command.error,
    reset: command.reset,
  };
}
