// What travels between a phone and its depot: docs/phone-contract.md.
import type { DeliveryCommand } from "@bindings/DeliveryCommand";
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import type { FileRef } from "@bindings/FileRef";
import type { IncidentId } from "@bindings/IncidentId";

/** The commands that a driver gives. */
export type DriverCommand =
  | Extract<DeliveryCommand, { type: "changeDeliveryStatus" | "reachCheckpoint" | "resolveIncident" | "captureProof" }>
  | (Extract<DeliveryCommand, { type: "reportIncident" }> & { readonly incidentId: IncidentId; readonly photos?: FileRef[] });

/** Where an action stands among those of this phone, and when it happened. */
export interface DeviceStamp {
  /** 1, 2, 3 …, never used twice. */
  readonly sequence: number;
  /** The device's clock when the driver acted. */
  readonly time: string;
  /** What was to be added to the device's clock then; left out where it was never measured. */
  readonly offsetMs?: number;
}

/** The body of `POST /api/commands`. */
export interface PhoneRequest {
  readonly command: { readonly entity: "delivery"; readonly id: string; readonly command: DriverCommand };
  readonly idempotencyKey: string;
  readonly device: DeviceStamp;
}

/** What the depot wants a driver to know. */
export interface PhoneMessage {
  readonly id: string;
  readonly kind: "given" | "taken" | "failed" | "reopened";
  readonly deliveryId: string;
  readonly routeOrigin: string;
  readonly routeDestination: string;
  readonly reason: string | null;
  readonly at: string;
  readonly seenAt: string | null;
}

/** All that a phone needs to work for the rest of the day without the depot. */
export interface PhoneDay {
  readonly deviceId: string;
  readonly driverId: string;
  readonly driverName: string;
  readonly depotName: string | null;
  /** The depot's clock when it answered. */
  readonly now: string;
  readonly positions: { readonly depotAllows: boolean; readonly driverShares: boolean };
  /** How many actions of this phone the depot has. */
  readonly actions: { readonly received: number; readonly lastSequence: number };
  readonly deliveries: readonly DeliveryDetail[];
  readonly messages: readonly PhoneMessage[];
}

/** How a pairing stands. */
export interface Pairing {
  readonly state: "open" | "waiting" | "confirmed" | "refused" | "expired" | "exhausted";
  readonly digits: string;
  readonly expiresAt: string;
  readonly driverName: string | null;
}
