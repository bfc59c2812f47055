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
}

export class Depot implements Destination {
  /** The credential that requests name unless they are given another one: that of the driver whose phone it is. */
  credential: string | undefined;
  /** What is told of each answer that has the depot's clock in it. */
  onClock: (depot: string, before_ms: number, after_ms: number) => Promise<void> = async () => {};

  async send(request: PhoneRequest, credential = this.credential): Promise<{ sequence: number; isLate: boolean }> {
    const outcome = await this.#post("/api/commands", request, credential);
    // A captive portal answers 200, too: only the depot names a sequence.
    if (!isRecord(outcome) || typeof outcome["sequence"] !== "number") throw DepotError.unexpectedStatus(200);
    return { sequence: outcome["sequence"], isLate: typeof outcome["lateFactId"] === "string" };
  }

  async upload(deliveryId: string, { hash, mediaType }: FileRef, content: ArrayBuffer, credential = this.credential): Promise<void> {
    const kept = await ask(`/api/deliveries/${deliveryId}/files/${hash}`, {
      method: "PUT",
      headers: { "Content-Type": mediaType, ...named(credential) },
      body: content,
      signal: timeout(UPLOAD_TIMEOUT_MS),
    });
    if (!isRecord(kept) || kept["hash"] !== hash) throw DepotError.unexpectedStatus(200);
  }

  /** A command about the phone itself, which needs no place in the outbox: giving it twice changes nothing. */
  async tell(command: object, credential = this.credential): Promise<void> {
    await this.#post("/api/commands", { command: { entity: "phone", command } }, credential);
  }

  /** The day of the driver whose phone it is; `null` names no credential, so that the cookie alone decides whose it is. */
  async day(most?: number, credential: string | null = this.credential ?? null): Promise<DayAnswer> {
    const { answer, sequence } = await this.#timed({ query: "phoneDay", ...(most !== undefined && { most }) }, credential ?? undefined);
    return { day: answer as unknown as PhoneDay, sequence };
  }

  async compareClocks(credential = this.credential): Promise<void> {
    await this.#timed({ query: "session" }, credential);
  }

  async claimPairing(claim: { code: string; nonce: string; device: string; appVersion: string }): Promise<Pairing> {
    return (await this.#post("/api/phone/pairing", claim)) as Pairing;
  }

  async pairing(): Promise<Pairing> {
    return (await ask("/api/phone/pairing", { signal: timeout(REQUEST_TIMEOUT_MS) })) as Pairing;
  }

  /** Gives a credential up: the depot refuses it from then on. */
  async unpair(credential = this.credential): Promise<void> {
    await ask("/api/session", { method: "DELETE", headers: named(credential), signal: timeout(REQUEST_TIMEOUT_MS) });
  }

  /** Asks for something that has the depot's clock in it. */
  async #timed(query: object, credential: string | undefined): Promise<{ answer: Record<string, unknown>; sequence: number }> {
    const before_ms = Date.now();
    const answered = await this.#post("/api/queries", query, credential);
    const after_ms = Date.now();
    if (!isRecord(answered) || !isRecord(answered["answer"])) throw DepotError.unexpectedStatus(200);
    const { answer, sequence } = answered;
    if (typeof answer["now"] === "string") await this.onClock(answer["now"], before_ms, after_ms);
    return { answer, sequence: Number(sequence) };
  }

  #post(path: string, body: object, credential?: string): Promise<unknown> {
    return ask(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...named(credential) },
      body: JSON.stringify(body),
      signal: timeout(REQUEST_TIMEOUT_MS),
    });
  }
}

/** The header that names the credential: cookies are shared by all tabs, and no page can read them. */
function named(credential: string | undefined): Record<string, string> {
  return credential === undefined ? {} : { "X-Credential": credential };
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
