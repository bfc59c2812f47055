// A command that somebody at the desk gives: said aloud when done, kept as a problem to be shown in place when refused.
import type { CommandOutcome } from "@bindings/CommandOutcome";
import type { DepotCommand } from "@bindings/DepotCommand";
import { notifications } from "@mantine/notifications";
import { useDepotCommand } from "@kit/depot";
import type { DepotError } from "@kit/problem";

export interface Act {
  readonly run: (
    command: DepotCommand,
    options?: { expectedVersion?: number; onDone?: (outcome: CommandOutcome) => void },
  ) => void;
  readonly isBusy: boolean;
  readonly problem: DepotError | null;
  /** Forgets the problem, as when its form is closed. */
  readonly reset: () => void;
}

export function useAct(done: string): Act {
  const command = useDepotCommand();
  return {
    run: (wanted, { expectedVersion, onDone } = {}) =>
      command.mutate(
        { command: wanted, ...(expectedVersion !== undefined && { expectedVersion }) },
        {
          onSuccess: (outcome) => {
            if (outcome.changed) notifications.show({ message: done, color: "green", autoClose: 3000 });
            onDone?.(outcome);
          },
        },
      ),
    isBusy: command.isPending,
    problem: command.error,
    reset: command.reset,
  };
}
