// What a driver did, as the phone keeps it until the depot has it. Everything sent is fixed when it is kept: the same
// action sent twice is the same request, byte for byte, so that the depot recognises it.
import type { FileRef } from "@bindings/FileRef";
import type { DeviceStamp } from "@bindings/DeviceStamp";
import type { DriverCommand, PhoneRequest } from "../depot/contract";

/** What the depot said against it, as it can be kept. */
export interface Refused {
  readonly code: string;
  readonly detail: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/**
 * - `waiting`: not yet at the depot
 * - `stored`: the depot acknowledged it
 * - `refused`: the depot did not take it, and the driver has not chosen yet what becomes of it
 * - `discarded`: refused, and given up by the driver
 */
export type ActionState = "waiting" | "stored" | "refused" | "discarded";

export interface Action {
  /** Given by the database: the order in which things were done on this phone, in whichever tab. */
  readonly order: number;
  readonly state: ActionState;
  readonly deliveryId: string;
  readonly command: DriverCommand;
  /** Under which the depot does it once. A retry after a refusal gets a new one: the refusal is final for the old. */
  readonly idempotencyKey: string;
  readonly device: DeviceStamp;
  /** The files that the command names by their hash. */
  readonly files: readonly FileRef[];
  /** What the list of deeds calls it later, when the depot may not show the delivery any more. */
  readonly where: string;
  /** The depot's sequence when it was stored. */
  readonly storedAs?: number;
  readonly refusal?: Refused;
}

/** An action that is still to be kept. */
export interface Deed {
  readonly deliveryId: string;
  readonly command: DriverCommand;
  readonly where: string;
  readonly files?: readonly NewFile[];
}

/** A picture as it was taken or drawn. */
export interface NewFile {
  readonly ref: FileRef;
  readonly content: ArrayBuffer;
}

/**
 * A file on its way to the depot: `waiting`, then `stored`, when its content is dropped here. A file that the depot does
 * not take is `refused`.
 */
export interface KeptFile {
  readonly hash: string;
  readonly ref: FileRef;
  readonly deliveryId: string;
  /** The `order` of the action that names it. */
  readonly action: number;
  readonly state: "waiting" | "stored" | "refused";
  readonly content: ArrayBuffer | null;
  readonly refusal?: Refused;
}

export function isUnsent(action: Action): boolean {
  return action.state === "waiting" || action.state === "refused";
}

/** When it happened, by the depot's clock as far as the device knew it. */
export function occurredAt({ device }: Action): string {
  return new Date(Date.parse(device.time) + (device.offsetMs ?? 0)).toISOString();
}

/** The request that takes it to the depot. */
export function requestOf({ deliveryId, command, idempotencyKey, device }: Action): PhoneRequest {
  return { command: { entity: "delivery", id: deliveryId, command }, idempotencyKey, device };
}
