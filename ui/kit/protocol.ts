// What travels between a desk and its depot, whichever way it travels.

/** A command as the depot's Rust types define it: an object tagged with its kind. */
export type CommandMessage = object;

/** A query as the depot's Rust types define it. Equal queries have equal JSON, so a query is its own cache key. */
export type QueryMessage = object;

/** An answer, and what would make it out of date. */
export interface Answered<Answer> {
  readonly answer: Answer;
  /** What the depot read to answer; a change that touches one of these may change the answer. */
  readonly topics: readonly string[];
  /** The last event the answer has seen. */
  readonly sequence: number;
}

/** Says that events were stored, and which topics they touched. */
export interface Change {
  readonly topics: readonly string[];
  readonly sequence: number;
}

export interface ExecuteOptions {
  /** Refuse the command when the aggregate has moved on from this version. */
  readonly expectedVersion?: number;
  /** The same key and command get the first answer again, so a lost reply can be asked for once more. */
  readonly idempotencyKey?: string;
}

/** What both adapters of the depot take for a command. */
export interface CommandRequest extends ExecuteOptions {
  readonly command: CommandMessage;
}

export interface Transport {
  /** How this desk is joined to its depot. */
  readonly kind: "window" | "browser";
  execute(command: CommandMessage, options?: ExecuteOptions): Promise<unknown>;
  query<Answer>(query: QueryMessage): Promise<Answered<Answer>>;
  /** Tells of every change until the returned function is called. */
  subscribe(listener: (change: Change) => void): () => void;
  /** Trades a token for a session. A window needs none: it is signed in by being the depot. */
  signIn(token: string): Promise<void>;
  readonly connection: ConnectionStore;
}

/**
 * - `connecting`: no word from the depot yet
 * - `live`: changes arrive
 * - `lost`: changes stopped arriving; what is on screen may be out of date
 * - `signedOut`: the depot answers, and does not know us
 */
export type Connection = "connecting" | "live" | "lost" | "signedOut";

/** The connection's present state, shaped for `useSyncExternalStore`. */
export interface ConnectionStore {
  get(): Connection;
  subscribe(listener: () => void): () => void;
}
