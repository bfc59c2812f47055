// For tests: a depot that loses requests and answers at will, and deliveries to report on.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import type { FileRef } from "@bindings/FileRef";
import { DepotError } from "@kit/problem";
import type { PhoneRequest } from "../depot/contract";
import type { Destination } from "./sender";

/** Random numbers that are the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class UnreliableDepot implements Destination {
  /** What was done, in the order of doing. */
  readonly done: PhoneRequest[] = [];
  readonly files: string[] = [];
  /** Everything that was wrong with how it was spoken to. */
  readonly faults: string[] = [];
  refuses: (request: PhoneRequest) => string | undefined = () => undefined;
  /** Credentials that it does not take any more. */
  readonly revoked = new Set<string>();
  /** Under which credential each thing came, in the order of doing. */
  readonly credentials: (string | undefined)[] = [];
  readonly #answers = new Map<string, { body: string; sequence: number } | { body: string; refused: string }>();
  readonly #sequences = new Map<number, string>();

  constructor(readonly random: () => number = () => 1) {}

  async send(request: PhoneRequest, credential?: string): Promise<{ sequence: number }> {
    this.#maybeLose();
    this.#authenticate(credential);
    this.credentials.push(credential);
    const body = JSON.stringify(request);
    const known = this.#answers.get(request.idempotencyKey);
    if (known !== undefined && known.body !== body) this.faults.push(`another body under ${request.idempotencyKey}`);
    const of = this.#sequences.get(request.device.sequence);
    if (of !== undefined && of !== request.idempotencyKey) this.faults.push(`sequence ${request.device.sequence} used twice`);
    this.#sequences.set(request.device.sequence, request.idempotencyKey);
    const answer = known ?? this.#decide(request, body);
    this.#maybeLose();
    if ("refused" in answer) throw DepotError.from({ code: answer.refused, detail: "No." });
    return { sequence: answer.sequence };
  }

  async upload(deliveryId: string, { hash }: FileRef, _content?: ArrayBuffer, credential?: string): Promise<void> {
    this.#maybeLose();
    this.#authenticate(credential);
    const isNamed = this.done.some(({ command }) => command.id === deliveryId && JSON.stringify(command).includes(hash));
    if (!isNamed) throw DepotError.from({ code: "notFound", detail: "No fact names it." });
    if (!this.files.includes(hash)) this.files.push(hash);
    this.#maybeLose();
  }

  #authenticate(credential: string | undefined): void {
    if (credential !== undefined && this.revoked.has(credential)) throw DepotError.from({ code: "revoked", detail: "Revoked." });
  }

  #decide(request: PhoneRequest, body: string) {
    const refused = this.refuses(request);
    const answer = refused === undefined ? { body, sequence: this.done.push(request) } : { body, refused };
    this.#answers.set(request.idempotencyKey, answer);
    return answer;
  }

  #maybeLose(): void {
    const chance = this.random();
    if (chance < 0.12) throw DepotError.unreachable(undefined);
    if (chance < 0.15) throw DepotError.from({ code: "unknown", detail: "It cannot tell." });
    if (chance < 0.17) throw DepotError.unexpectedStatus(502);
  }
}

export function deliveryOf(part: Partial<DeliveryDetail> = {}): DeliveryDetail {
  const at = "2026-11-25T08:00:00Z";
  const stop = (sequence: number) => ({ sequence, location: `Stop ${sequence}`, expectedTime: at, reachedAt: null, uncertain: false });
  return {
    id: "d1",
    status: "PickedUp",
    routeId: "r1",
    routeOrigin: "Depot",
    routeDestination: "Harbour",
    scheduledStartTime: at,
    scheduledEndTime: at,
    heldFrom: at,
    heldUntil: at,
    alsoUnderWay: null,
    driverId: "ana",
    driverName: "Ana",
    vehicleId: "v1",
    vehicleNo: "AB-12",
    lastLocation: null,
    checkpointsReached: 0,
    checkpointsTotal: 2,
    openIncidents: 0,
    lateSince: null,
    atRisk: null,
    receiverName: null,
    createdAt: at,
    updatedAt: at,
    deliveredAt: null,
    deliveredUncertain: false,
    version: 1,
    validStatuses: ["InTransit", "Failed"],
    driverLicense: "L1",
    vehicleType: "Van",
    signatureUrl: null,
    signature: null,
    photos: [],
    incidents: [],
    checkpoints: [],
    plan: [stop(1), stop(2)],
    filesAwaited: [],
    filesMissing: [],
    erased: false,
    ...part,
  };
}
