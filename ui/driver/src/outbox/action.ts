// What a driver did, as the phone keeps it until the depot has it. Everything sent is fixed when it is kept: the same
// action sent twice is the same request, byte for byte, so that the depot recognises it.
import type { FileRef } from "@bindings/FileRef";
import type { DeviceStamp } from "@bindings/DeviceStamp";
import type { DriverCommand, PhoneRequest } from "../depot/contract";
import type { ClockReading } from "./clock";

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

/** Whose work something is: the credential and the driver that it was done with. */
export interface Owner {
  /** The id of the credential, which the depot calls the device. */
  readonly deviceId: string;
  readonly driverId: string;
  readonly driverName: string;
}

export interface Action {
  /** Given by the database: the order in which things were done on this phone, in whichever tab. */
  readonly order: number;
  readonly state: ActionState;
  /** Absent on what an older version kept before there was a day. */
  readonly owner?: Owner;
  readonly deliveryId: string;
  readonly command: DriverCommand;
  /** Under which the depot does it once. A retry after a refusal gets a new one: the refusal is final for the old. */
  readonly idempotencyKey: string;
  readonly device: DeviceStamp;
  /** How the clock stood, where the stamp is checked against the depot's clock before it is sent for the first time. */
  readonly clock?: ClockReading;
  /** Until when it can be taken back, by the device's clock; then it is sent. */
  readonly heldUntil_ms?: number;
  /** It may be at the depot: it was sent at least once. */
  readonly isTried?: boolean;
  /** When it was settled, by the depot's clock, as far as a day answered since tells. */
  readonly settledAt_ms?: number;
  /** The delivery could not take it: the depot keeps it until somebody there decides. */
  readonly isLate?: boolean;
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
  readonly owner?: Owner;
  readonly deliveryId: string;
  readonly command: DriverCommand;
  readonly where: string;
  readonly files?: readonly NewFile[];
  /** How long it can be taken back before it is sent. */
  readonly hold_ms?: number;
  /** How the drafts begin that become this deed: they are removed in the step that keeps it. */
  readonly drafts?: string;
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

/** Whether the work of a driver; what has no owner is everybody's. */
export function isOf(driverId: string | undefined): (action: Action) => boolean {
  return ({ owner }) => owner === undefined || owner.driverId === driverId;
}

/** When it happened, by the depot's clock as far as the device knew it. */
export function occurredAt({ device }: Action): string {
  return new Date(Date.parse(device.time) + (device.offsetMs ?? 0)).toISOString();
}

/** The request that takes it to the depot. */
export function requestOf({ deliveryId, command, idempotencyKey, device }: Action): PhoneRequest {
  return { command: { entity: "delivery", id: deliveryId, command }, idempotencyKey, device };
}
