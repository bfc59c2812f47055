// One key for one intention: the same command keeps its idempotency key until its outcome is known, so that it is done once
// however often it is sent.
import type { DepotCommand } from "@bindings/DepotCommand";
import { newKey } from "@kit/ids";
import { UNEXPECTED } from "@kit/problem";
import type { DepotError } from "@kit/problem";

/** Keys by the command that was sent under each. */
export type OpenKeys = Record<string, string>;

/** The key under which to send a command; `open` remembers it. */
export function keyFor(open: OpenKeys, command: DepotCommand): string {
  return (open[JSON.stringify(command)] ??= newKey());
}

/** Forgets a key: the outcome of its command is known. */
export function settle(open: OpenKeys, command: DepotCommand): void {
  delete open[JSON.stringify(command)];
}

/** Whether a command may have been done although no answer says so. */
export function isOutcomeUnknown(problem: DepotError): boolean {
  return problem.isUnreachable || problem.code === "unknown" || problem.code === "timeout" || problem.code === UNEXPECTED;
}
