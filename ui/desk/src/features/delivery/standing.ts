// What a delivery still lacks before it can move on.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import type { PlannedCheckpoint } from "@bindings/PlannedCheckpoint";

export function isStaffed({ driverId, vehicleId }: DeliveryDetail): boolean {
  return driverId !== null && vehicleId !== null;
}

export function nextCheckpoint({ plan }: DeliveryDetail): PlannedCheckpoint | undefined {
  return plan.find(({ reachedAt }) => reachedAt === null);
}
