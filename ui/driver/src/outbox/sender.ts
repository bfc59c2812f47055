// Takes the outbox to the depot: one thing at a time, in order, again and again until there is a final answer.
import { DepotError } from "@kit/problem";
import type { FileRef } from "@bindings/FileRef";
import type { PhoneRequest } from "../depot/contract";
import { requestOf } from "./action";
import type { Action, KeptFile, Refused } from "./action";
import type { IsStillMine } from "./onlySender";
import { pause } from "./onlySender";
import type { Outbox } from "./outbox";

const BACKOFF_FIRST_MS = 500;
const BACKOFF_MOST_MS = 30_000;

/** Answers that are final. Whatever else is answered may be otherwise the next time. */
const FINAL = new Set([
  "ruleBroken",
  "notFound",
  "duplicate",
  "staleVersion",
  "forbidden",
  "malformed",
  "unfit",
  "keyReused",
  "tooLarge",
  "unsupportedMediaType",
]);
/** The depot does not know this phone, or not any more: everything waits for another pairing. */
export const SHUT_OUT: ReadonlySet<string> = new Set(["unauthenticated", "revoked", "expired", "otherCredential"]);

/** Where things are sent. Each call throws a `DepotError`. */
export interface Destination {
  /** Gives the depot's sequence after it, and whether it is kept for the desk to decide. Its pictures follow. */
  send(request: PhoneRequest, credential?: string): Promise<{ sequence: number; isLate?: boolean }>;
  upload(deliveryId: string, ref: FileRef, content: ArrayBuffer, credential?: string): Promise<void>;
  /** Compares the device's clock with the depot's. */
  compareClocks?(credential?: string): Promise<void>;
}

/**
 * - `idle`: all is at the depot, or held up by a refusal
 * - `sending`: something is on its way
 * - `waiting`: there was no final answer; it is tried again
 * - `shutOut`: the depot does not take anything from this phone
 */
export type SenderState = "idle" | "sending" | "waiting" | "shutOut";

interface SenderOptions {
  readonly outbox: Outbox;
  readonly destination: Destination;
  readonly onState?: (state: SenderState, code?: string, credential?: string) => void;
  readonly random?: () => number;
  readonly backoffFirst_ms?: number;
}

export class Sender {
  readonly #outbox: Outbox;
  readonly #destination: Destination;
  readonly #onState: (state: SenderState, code?: string, credential?: string) => void;
  readonly #random: () => number;
  readonly #backoffFirst_ms: number;
  #failures = 0;
  #wake = new AbortController();

  constructor({ outbox, destination, onState = () => {}, random = Math.random, backoffFirst_ms = BACKOFF_FIRST_MS }: SenderOptions) {
    this.#outbox = outbox;
    this.#destination = destination;
    this.#onState = onState;
    this.#random = random;
    this.#backoffFirst_ms = backoffFirst_ms;
  }

  /** Something is to be sent, or the depot seems to be in reach again: look now. */
  readonly wake = (): void => {
    this.#wake.abort();
  };

  /** Sends until `stop`, or until this tab is no longer the one that sends. */
  async run(isStillMine: IsStillMine, stop: AbortSignal): Promise<void> {
    stop.addEventListener("abort", this.wake);
    while (await isStillMine()) {
      // Before looking: what is kept while we look wakes us again.
      this.#wake = new AbortController();
      if (stop.aborted) break;
      const wait_ms = await this.#step();
      if (wait_ms > 0) await pause(wait_ms, this.#wake.signal);
    }
    stop.removeEventListener("abort", this.wake);
  }

  /** Sends one thing, and says how long to wait before the next. */
  async #step(): Promise<number> {
    let credential: string | undefined;
    try {
      const next = await this.#outbox.next();
      if (next === undefined || "wait_ms" in next) {
        this.#onState("idle");
        return next?.wait_ms ?? BACKOFF_MOST_MS;
      }
      credential = next.credential?.deviceId;
      this.#onState("sending");
      if ("action" in next) await this.#send(next.action, credential);
      else await this.#upload(next.file, credential);
      this.#failures = 0;
      return 0;
    } catch (cause) {
      const problem = DepotError.from(cause);
      if (SHUT_OUT.has(problem.code)) {
        this.#onState("shutOut", problem.code, credential);
        if (credential === undefined) return BACKOFF_MOST_MS;
        // Its own work waits; that of other credentials goes on.
        await this.#outbox.credentials.shutOut(credential, problem.code);
        return 0;
      }
      this.#onState("waiting", problem.code);
      return this.#backoff_ms(problem);
    }
  }

  async #send(action: Action, credential?: string): Promise<void> {
    if (await this.#outbox.isClockDue(action)) await this.#destination.compareClocks?.(credential);
    const tried = await this.#outbox.markTried(action.order);
    if (tried === undefined) return;
    try {
      const { sequence, isLate } = await this.#destination.send(requestOf(tried), credential);
      await this.#outbox.markStored(action.order, sequence, isLate);
    } catch (cause) {
      await this.#outbox.markRefused(action.order, refusalIn(cause));
    }
  }

  async #upload({ hash, ref, deliveryId, content }: KeptFile, credential?: string): Promise<void> {
    if (content === null) return this.#outbox.settleFile(hash);
    try {
      await this.#destination.upload(deliveryId, ref, content, credential);
      await this.#outbox.settleFile(hash);
    } catch (cause) {
      // A depot that does not expect the picture may do so later: the fact that names it was acknowledged.
      if (DepotError.from(cause).code === "notFound") throw cause;
      await this.#outbox.settleFile(hash, refusalIn(cause));
    }
  }

  /** Longer each time, and never the same for two phones: a depot that comes back is not run over. */
  #backoff_ms(problem: DepotError): number {
    const asked_s = problem.facts["retryAfter"];
    const grown_ms = Math.min(this.#backoffFirst_ms * 2 ** this.#failures, BACKOFF_MOST_MS);
    this.#failures += 1;
    const jittered_ms = grown_ms * (0.5 + this.#random() / 2);
    return typeof asked_s === "number" ? asked_s * 1000 + jittered_ms : jittered_ms;
  }
}

/** The final refusal that was thrown; anything else is thrown on. */
function refusalIn(cause: unknown): Refused {
  const { code, detail, facts } = DepotError.from(cause);
  if (!FINAL.has(code)) throw cause;
  return { code, detail, facts };
}
