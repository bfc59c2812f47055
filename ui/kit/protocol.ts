// What travels between a desk and its depot, whichever way it travels.
import type { BackupReport } from "@bindings/BackupReport";
import type { BackupView } from "@bindings/BackupView";
import type { Change } from "@bindings/Change";
import type { CommandOutcome } from "@bindings/CommandOutcome";
import type { CommandRequest } from "@bindings/CommandRequest";
import type { DepotAnswer } from "@bindings/DepotAnswer";
import type { DepotCommand } from "@bindings/DepotCommand";
import type { DepotQuery } from "@bindings/DepotQuery";
import type { ExportFormat } from "@bindings/ExportFormat";
import type { RestoreOptions } from "@bindings/RestoreOptions";
import type { Restored } from "@bindings/Restored";
import type { Topic } from "@bindings/Topic";

export type QueryName = DepotQuery["query"];

/** The query of one name. Equal queries have equal JSON, so a query is its own cache key. */
export type QueryOf<Name extends QueryName> = Extract<DepotQuery, { query: Name }> & { readonly query: Name };

/** What the query of one name is answered with. */
export type AnswerTo<Name extends QueryName> = Extract<DepotAnswer, { query: Name }>["answer"];

/** An answer, and what would make it out of date. */
export interface Answered<Answer> {
  readonly answer: Answer;
  /** What the depot read to answer; a change that touches one of these may change the answer. */
  readonly topics: readonly Topic[];
  /** The last event the answer has seen. */
  readonly sequence: number;
}

export interface ExecuteOptions {
  /** Refuse the command when the entity has moved on from this version. */
  readonly expectedVersion?: number;
  /** The same key and command get the first answer again, so a lost reply can be asked for once more. */
  readonly idempotencyKey: string;
  /** Photos that go with a captured proof; the depot names them. */
  readonly photos?: readonly Blob[];
}

/** What a person signs in with: the code of a link, which is good once, or a token. */
export type Credential = { readonly code: string } | { readonly token: string };

export interface Transport {
  /** How this desk is joined to its depot. */
  readonly kind: "window" | "browser";
  execute(command: DepotCommand, options: ExecuteOptions): Promise<CommandOutcome>;
  query<Name extends QueryName>(query: QueryOf<Name>): Promise<Answered<AnswerTo<Name>>>;
  /** Tells of every change until the returned function is called. */
  subscribe(listener: (change: Change) => void): () => void;
  /** Trades a credential for a session. A window needs none: it is signed in by being the depot. */
  signIn(credential: Credential): Promise<void>;
  signOut(): Promise<void>;
  /** Has a file made of a list and keeps it where this person's files go. */
  save<Name extends QueryName>(query: QueryOf<Name>, format: ExportFormat): Promise<Saved>;
  /** Where a signature or a photo can be seen. */
  fileUrl(hash: string): string;
  readonly connection: ConnectionStore;
  /** What only the depot's own window has. */
  readonly native?: Native;
}

/** A file that was kept. */
export interface Saved {
  /** What it is called, or where it lies. */
  readonly name: string;
  /** Shows it among its neighbours, where that can be done from here. */
  readonly show?: () => Promise<void>;
}

/** What a window has and a browser has not. */
export interface Native {
  state(): Promise<NativeState>;
  setAutostart(on: boolean): Promise<void>;
  /** Tells something by way of the system; who clicks on it is led to the delivery, where there is one. */
  notify(title: string, body: string, deliveryId?: string): Promise<void>;
  /** Opens the system's dialog to print the page. */
  print(): Promise<void>;
  /** Has the window's frame and its menus in these colours, null for the system's, and in this language. */
  setLook(scheme: "light" | "dark" | null, language: "en" | "de"): Promise<void>;
  openDataFolder(): Promise<void>;
  /** Has somebody choose a folder in the system's dialog; null where they chose none. */
  chooseBackup(): Promise<string | null>;
  /** The backups that a folder is or has in it, the newest first. */
  findBackups(folder: string): Promise<BackupView[]>;
  /** Reads and compares every byte of a backup. */
  inspectBackup(folder: string): Promise<BackupReport>;
  /** Puts a backup in the place of the depot, which is another one then: the page has to begin anew. */
  restoreBackup(folder: string, options: RestoreOptions): Promise<Restored>;
  /** Begins a new depot where the database was lost; what is left of the old one is set aside. */
  beginNewDepot(): Promise<void>;
  /** Tells what is chosen from the menus or a notification, as the name of an action, until the returned function is called. */
  onMenu(listener: (action: string) => void): () => void;
}

export interface NativeState {
  /** Whether there is a tray to close the window to. */
  readonly tray: boolean;
  /** Whether the depot starts with the system; null where that cannot be told. */
  readonly autostart: boolean | null;
}

export type { Change, CommandRequest };

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
