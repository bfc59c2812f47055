// What comes next on a delivery, of all that may: the one step that is offered big.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import type { PlannedCheckpoint } from "@bindings/PlannedCheckpoint";
import { localDay } from "@kit/time";
import type { DriverCommand } from "../depot/contract";

export type Step =
  | { readonly kind: "start" | "out" | "deliver" | "retry" | "noCrew" | "none" }
  | { readonly kind: "reach"; readonly checkpoint: PlannedCheckpoint };

export function stepOf(delivery: DeliveryDetail): Step {
  switch (delivery.status) {
    case "PickedUp":
      return { kind: delivery.vehicleId === null || delivery.driverId === null ? "noCrew" : "start" };
    case "InTransit": {
      const checkpoint = delivery.plan.find(({ reachedAt }) => reachedAt === null);
      return checkpoint === undefined ? { kind: "out" } : { kind: "reach", checkpoint };
    }
    case "OutForDelivery":
      return { kind: "deliver" };
    case "Failed":
      return { kind: "retry" };
    case "Delivered":
      return { kind: "none" };
  }
}

/** The command of a step that needs nothing more from the driver. */
export function commandOf(step: Step, delivery: DeliveryDetail): DriverCommand | undefined {
  switch (step.kind) {
    case "start":
      return { type: "changeDeliveryStatus", status: "InTransit" };
    case "out":
      return { type: "changeDeliveryStatus", status: "OutForDelivery" };
    case "retry":
      return { type: "changeDeliveryStatus", status: "PickedUp" };
    case "reach":
      return reachCommand(delivery, step.checkpoint);
    case "deliver":
    case "noCrew":
    case "none":
      return undefined;
  }
}

export function reachCommand(delivery: DeliveryDetail, { sequence }: PlannedCheckpoint): DriverCommand {
  return { type: "reachCheckpoint", routeId: delivery.routeId, sequence };
}

export function isEnded({ status }: DeliveryDetail): boolean {
  return status === "Delivered" || status === "Failed";
}

export function whereOf({ routeOrigin, routeDestination }: Pick<DeliveryDetail, "routeOrigin" | "routeDestination">): string {
  return `${routeOrigin} → ${routeDestination}`;
}

const HOUR_MS = 3_600_000;
/** A start sooner than this is asked about. */
const EARLY_MS = HOUR_MS;
/** What begins within this long belongs to today's work, on whichever side of midnight. */
const NIGHT_MS = 6 * HOUR_MS;

/** Whether it is planned for a later day of the depot and has not been started. */
export function isLaterDay({ status, scheduledStartTime }: DeliveryDetail, now_ms: number): boolean {
  const start_ms = Date.parse(scheduledStartTime);
  if (status !== "PickedUp" || start_ms - now_ms <= NIGHT_MS) return false;
  return localDay(new Date(start_ms)) > localDay(new Date(now_ms));
}

/** Whether starting it now is so early that it may be a mistake. */
export function isEarly({ scheduledStartTime }: DeliveryDetail, now_ms: number): boolean {
  return Date.parse(scheduledStartTime) - now_ms > EARLY_MS;
}
