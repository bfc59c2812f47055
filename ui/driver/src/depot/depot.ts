// The way to the depot from a phone: the requests of docs/phone-contract.md. Decides nothing about what to do with answers.
import type { FileRef } from "@bindings/FileRef";
import type { PhoneDay } from "@bindings/PhoneDay";
import { DepotError, isRecord } from "@kit/problem";
import type { Destination } from "../outbox/sender";
import type { Pairing, PhoneRequest } from "./contract";

/** Longer than the depot's own 30 s. Photos get as long as a slow radio needs. */
const REQUEST_TIMEOUT_MS = 35_000;
const UPLOAD_TIMEOUT_MS = 120_000;

export interface DayAnswer {
  readonly day: PhoneDay;
  readonly sequence: number;
  readonly before_ms: number;
  readonly after_ms: number;
}

export class Depot implements Destination {
  async send(request: PhoneRequest): Promise<{ sequence: number }> {
    const outcome = await this.#post("/api/commands", request);
    // A captive portal answers 200, too: only the depot names a sequence.
    if (!isRecord(outcome) || typeof outcome["sequence"] !== "number") throw DepotError.unexpectedStatus(200);
    return { sequence: outcome["sequence"] };
  }

  async upload(deliveryId: string, { hash, mediaType }: FileRef, content: ArrayBuffer): Promise<void> {
    const kept = await ask(`/api/deliveries/${deliveryId}/files/${hash}`, {
      method: "PUT",
      headers: { "Content-Type": mediaType },
      body: content,
      signal: timeout(UPLOAD_TIMEOUT_MS),
    });
    if (!isRecord(kept) || kept["hash"] !== hash) throw DepotError.unexpectedStatus(200);
  }

  /** A command about the phone itself, which needs no place in the outbox: giving it twice changes nothing. */
  async tell(command: object): Promise<void> {
    await this.#post("/api/commands", { command: { entity: "phone", command } });
  }

  async day(): Promise<DayAnswer> {
    const before_ms = Date.now();
    const answered = await this.#post("/api/queries", { query: "phoneDay" });
    const after_ms = Date.now();
    if (!isRecord(answered) || !isRecord(answered["answer"])) throw DepotError.unexpectedStatus(200);
    const day = answered["answer"] as unknown as PhoneDay;
    return { day, sequence: Number(answered["sequence"]), before_ms, after_ms };
  }

  async claimPairing(claim: { code: string; nonce: string; device: string; appVersion: string }): Promise<Pairing> {
    return (await this.#post("/api/phone/pairing", claim)) as Pairing;
  }

  async pairing(): Promise<Pairing> {
    return (await ask("/api/phone/pairing", { signal: timeout(REQUEST_TIMEOUT_MS) })) as Pairing;
  }

  async unpair(): Promise<void> {
    await ask("/api/session", { method: "DELETE", signal: timeout(REQUEST_TIMEOUT_MS) });
  }

  #post(path: string, body: object): Promise<unknown> {
    return ask(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal: timeout(REQUEST_TIMEOUT_MS),
    });
  }
}

async function ask(path: string, init: RequestInit): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: "same-origin", cache: "no-store", ...init });
  } catch (cause) {
    throw DepotError.unreachable(cause);
  }
  const reply: unknown = await response.json().catch(() => undefined);
  if (response.ok) return reply;
  if (isRecord(reply) && typeof reply["code"] === "string") throw DepotError.from(reply);
  throw DepotError.unexpectedStatus(response.status);
}

/** `AbortSignal.timeout` is younger than some phones. */
function timeout(wait_ms: number): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), wait_ms);
  return controller.signal;
}
