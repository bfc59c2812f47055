// The way to a depot from a browser: JSON over HTTP, changes as server-sent events.
import type { CommandOutcome } from "@bindings/CommandOutcome";
import type { DepotCommand } from "@bindings/DepotCommand";
import type { ExportFormat } from "@bindings/ExportFormat";
import { ConnectionCell } from "@kit/connection";
import { DepotError, isRecord } from "@kit/problem";
import type {
  AnswerTo,
  Answered,
  Change,
  CommandRequest,
  Credential,
  ExecuteOptions,
  QueryName,
  QueryOf,
  Saved,
  Transport,
} from "@kit/protocol";

const CHANGES = "/api/changes";
const SESSION = "/api/session";
/** The name of the server-sent event. */
const CHANGED = "changed";
/** Longer than the depot's own 30 s, so that its answer about a time-out is the one people read. */
const REQUEST_TIMEOUT_MS = 35_000;
/** Photos get as long as a slow network needs. */
const UPLOAD_TIMEOUT_MS = 120_000;
const RECONNECT_FIRST_MS = 500;
const RECONNECT_MOST_MS = 15_000;

export class HttpTransport implements Transport {
  readonly kind = "browser";
  readonly connection = new ConnectionCell("connecting");
  readonly #listeners = new Set<(change: Change) => void>();
  #feed: EventSource | undefined;
  #reconnectTimer: ReturnType<typeof setTimeout> | undefined;
  #reconnectDelayMs = RECONNECT_FIRST_MS;
  /** Which credential the feed must come with, where the page may have several cookies. */
  readonly #credential: () => string | undefined;

  constructor(credential: () => string | undefined = () => undefined) {
    this.#credential = credential;
  }

  async execute(command: DepotCommand, options: ExecuteOptions): Promise<CommandOutcome> {
    const { photos = [], ...rest } = options;
    if (photos.length > 0) return this.#executeWith(photos, command, rest);
    const request: CommandRequest = { command, ...rest };
    return (await this.#send("POST", "/api/commands", request)) as CommandOutcome;
  }

  async query<Name extends QueryName>(query: QueryOf<Name>): Promise<Answered<AnswerTo<Name>>> {
    return (await this.#send("POST", "/api/queries", query)) as Answered<AnswerTo<Name>>;
  }

  async save<Name extends QueryName>(query: QueryOf<Name>, format: ExportFormat): Promise<Saved> {
    const wanted = new URLSearchParams({ query: JSON.stringify(query), format });
    // Fetched rather than gone to, so that a refusal can be told in place.
    const response = await this.#ask("GET", `/api/export?${wanted}`);
    if (!response.ok) throw this.#refusal(response, await readJson(response));
    const name = /filename="(?<name>[^"]+)"/u.exec(response.headers.get("Content-Disposition") ?? "")?.groups?.["name"];
    const url = URL.createObjectURL(await response.blob());
    const link = document.createElement("a");
    Object.assign(link, { href: url, download: name ?? `export.${format}` });
    link.click();
    // The browser has taken hold of it by then.
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
    return { name: link.download };
  }

  async signIn(credential: Credential): Promise<void> {
    await this.#send("POST", SESSION, credential);
    this.connection.set("connecting");
    this.#open();
  }

  fileUrl(hash: string): string {
    return `/api/files/${hash}`;
  }

  async signOut(): Promise<void> {
    await this.#send("DELETE", SESSION);
    this.#close();
    this.connection.set("signedOut");
  }

  readonly subscribe = (listener: (change: Change) => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#feed === undefined) this.#open();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#close();
    };
  };

  /** Only a proof comes with photos. The depot keeps them once it took the proof. */
  async #executeWith(photos: readonly Blob[], command: DepotCommand, options: ExecuteOptions): Promise<CommandOutcome> {
    if (command.entity !== "delivery" || command.command.type !== "captureProof") {
      throw new Error("Photos go with a proof of delivery alone.");
    }
    const { receiverName, signatureUrl } = command.command;
    const form = new FormData();
    form.append("receiverName", receiverName);
    if (signatureUrl !== undefined && signatureUrl !== null) form.append("signatureUrl", signatureUrl);
    for (const [index, photo] of photos.entries()) form.append("photos", photo, `photo-${index + 1}.jpg`);
    const version = options.expectedVersion === undefined ? "" : `?expectedVersion=${options.expectedVersion}`;
    const path = `/api/deliveries/${command.id}/proof-of-delivery${version}`;
    const response = await this.#ask("POST", path, form, { "Idempotency-Key": options.idempotencyKey }, UPLOAD_TIMEOUT_MS);
    const reply = await readJson(response);
    if (!response.ok || !isRecord(reply)) throw this.#refusal(response, reply);
    return { message: "", changed: true, ...reply } as unknown as CommandOutcome;
  }

  async #send(method: "POST" | "DELETE", path: string, body?: unknown): Promise<unknown> {
    const response = await this.#ask(method, path, body);
    const reply = await readJson(response);
    if (response.ok) return reply;
    throw this.#refusal(response, reply);
  }

  async #ask(
    method: "GET" | "POST" | "DELETE",
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
    timeout_ms = REQUEST_TIMEOUT_MS,
  ): Promise<Response> {
    // A form brings its own type, with the mark between its parts.
    const isForm = body instanceof FormData;
    const content = body === undefined ? {} : isForm ? { body } : { body: JSON.stringify(body) };
    try {
      return await fetch(path, {
        method,
        credentials: "same-origin",
        headers: { ...(body !== undefined && !isForm && { "Content-Type": "application/json" }), ...headers },
        ...content,
        signal: AbortSignal.timeout(timeout_ms),
      });
    } catch (cause) {
      throw DepotError.unreachable(cause);
    }
  }

  #refusal(response: Response, reply: unknown): DepotError {
    if (response.status === 401) this.connection.set("signedOut");
    return isRecord(reply) && typeof reply["code"] === "string"
      ? DepotError.from(reply)
      : DepotError.unexpectedStatus(response.status);
  }

  #open(): void {
    this.#close();
    const credential = this.#credential();
    const feed = new EventSource(credential === undefined ? CHANGES : `${CHANGES}?credential=${credential}`);
    this.#feed = feed;
    feed.addEventListener("open", () => {
      this.#reconnectDelayMs = RECONNECT_FIRST_MS;
      this.connection.set("live");
    });
    feed.addEventListener(CHANGED, (event: MessageEvent<string>) => {
      const change = JSON.parse(event.data) as Change;
      for (const listener of this.#listeners) listener(change);
    });
    feed.addEventListener("error", () => {
      if (this.connection.get() !== "signedOut") this.connection.set("lost");
      // A dropped connection is resumed by the browser. A refusal is not: it closes the feed for good.
      if (feed.readyState === EventSource.CLOSED) void this.#onRefused(feed);
    });
  }

  async #onRefused(feed: EventSource): Promise<void> {
    // An EventSource does not tell the status it was refused with.
    const credential = this.#credential();
    const headers: HeadersInit = credential === undefined ? {} : { "X-Credential": credential };
    const status = await fetch(SESSION, { credentials: "same-origin", headers }).then(
      (response) => response.status,
      () => undefined,
    );
    if (this.#feed !== feed) return;
    // Signing in opens the feed again; until then each try would only be refused.
    if (status === 401) return this.connection.set("signedOut");
    this.#reconnectTimer = setTimeout(() => this.#open(), this.#reconnectDelayMs);
    this.#reconnectDelayMs = Math.min(this.#reconnectDelayMs * 2, RECONNECT_MOST_MS);
  }

  #close(): void {
    clearTimeout(this.#reconnectTimer);
    this.#feed?.close();
    this.#feed = undefined;
  }
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}
