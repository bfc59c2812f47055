// What travels between a phone and its depot: docs/phone-contract.md.
import type { DeliveryCommand } from "@bindings/DeliveryCommand";
import type { DeviceStamp } from "@bindings/DeviceStamp";
import type { IncidentId } from "@bindings/IncidentId";
import type { PairingState } from "@bindings/PairingState";

/** The commands that a driver gives. */
export type DriverCommand =
  | Extract<DeliveryCommand, { type: "changeDeliveryStatus" | "reachCheckpoint" | "resolveIncident" | "captureProof" }>
  | (Extract<DeliveryCommand, { type: "reportIncident" }> & { readonly incidentId: IncidentId });

/** The body of `POST /api/commands`. */
export interface PhoneRequest {
  readonly command: { readonly entity: "delivery"; readonly id: string; readonly command: DriverCommand };
  readonly idempotencyKey: string;
  readonly device: DeviceStamp;
}

/** How a pairing stands. */
export interface Pairing {
  readonly state: PairingState;
  readonly digits: string;
  readonly expiresAt: string;
  readonly driverName: string | null;
}
