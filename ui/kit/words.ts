// The words of the depot that the desk lists by itself, in the order in which people meet them.
import type { DeliveryEvent } from "@bindings/DeliveryEvent";
import type { DeliveryStatus } from "@bindings/DeliveryStatus";
import type { DriverAvailability } from "@bindings/DriverAvailability";
import type { DriverEvent } from "@bindings/DriverEvent";
import type { RouteEvent } from "@bindings/RouteEvent";
import type { RouteStatus } from "@bindings/RouteStatus";
import type { Severity } from "@bindings/Severity";
import type { VehicleAvailability } from "@bindings/VehicleAvailability";
import type { VehicleEvent } from "@bindings/VehicleEvent";

// A Record of all words fails to compile when the depot learns a word that is missing here.
function wordsIn<Word extends string>(words: Record<Word, true>): readonly Word[] {
  return Object.keys(words) as Word[];
}

export const DELIVERY_STATUSES = wordsIn<DeliveryStatus>({
  PickedUp: true,
  InTransit: true,
  OutForDelivery: true,
  Delivered: true,
  Failed: true,
});
export const ROUTE_STATUSES = wordsIn<RouteStatus>({ Planning: true, Active: true, Deactivated: true });
export const DRIVER_STATUSES = wordsIn<DriverAvailability>({
  Available: true,
  Assigned: true,
  Suspended: true,
  Unavailable: true,
});
export const VEHICLE_STATUSES = wordsIn<VehicleAvailability>({
  Available: true,
  Assigned: true,
  Maintenance: true,
  OutOfService: true,
});
export const SEVERITIES = wordsIn<Severity>({ Low: true, Medium: true, High: true, Critical: true });

/** Any other text is an incident's type, too. */
export const INCIDENT_TYPES = [
  "Delay",
  "Traffic",
  "Weather",
  "Breakdown",
  "Accident",
  "CargoDamage",
  "AddressProblem",
  "RecipientUnavailable",
  "Security",
] as const;

/** What can be recorded, deliveries first. */
export const EVENT_TYPES = wordsIn<(DeliveryEvent | RouteEvent | DriverEvent | VehicleEvent)["type"]>({
  DeliveryCreated: true,
  DriverAssigned: true,
  VehicleAssigned: true,
  DeliveryStatusChanged: true,
  CheckpointReached: true,
  IncidentReported: true,
  IncidentResolved: true,
  ProofOfDeliveryCaptured: true,
  AwaitedFileClosed: true,
  ReceiverErased: true,
  LateFactKept: true,
  LateFactSettled: true,
  RouteCreated: true,
  RouteUpdated: true,
  RouteMoved: true,
  RouteStatusChanged: true,
  CheckpointAdded: true,
  CheckpointUpdated: true,
  CheckpointRemoved: true,
  CheckpointsReordered: true,
  RouteScheduledEndTimeUpdated: true,
  DriverAdded: true,
  DriverUpdated: true,
  DriverStatusChanged: true,
  DriverPhoneChanged: true,
  DriverErased: true,
  VehicleAdded: true,
  VehicleUpdated: true,
  VehicleStatusChanged: true,
});
