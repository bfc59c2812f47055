// The phone's own database: deeds, pictures and the depot's last answer. Opens it, and knows nothing of what they mean.
import { openDB } from "idb";
import type { DBSchema, IDBPDatabase } from "idb";
import type { Action, ActionState, KeptFile } from "./action";

const VERSION = 1;

interface PhoneSchema extends DBSchema {
  actions: { key: number; value: Action; indexes: { byState: ActionState } };
  files: { key: string; value: KeptFile; indexes: { byState: KeptFile["state"] } };
  /** Single values by name. */
  kept: { key: string; value: unknown };
}

type Connection = IDBPDatabase<PhoneSchema>;

/**
 * Why nothing can be kept any more, until the page is opened again:
 * - `superseded`: another tab needs a newer version of the database than this one knows
 * - `closed`: the browser closed it, and does not open it again
 */
export type Lost = "superseded" | "closed";

export class PhoneDatabase {
  readonly #name: string;
  readonly #onLost: (why: Lost) => void;
  #connection: Promise<Connection>;

  private constructor(name: string, onLost: (why: Lost) => void) {
    this.#name = name;
    this.#onLost = onLost;
    this.#connection = this.#connect();
  }

  /** Opens the database; `onLost` is called when nothing can be kept in it any more. */
  static async open(name: string, onLost: (why: Lost) => void = () => {}): Promise<PhoneDatabase> {
    const database = new PhoneDatabase(name, onLost);
    await database.#connection;
    return database;
  }

  /** What to work on now. Another one after the browser closed it, as iOS does to pages in the background. */
  connection(): Promise<Connection> {
    return this.#connection;
  }

  /** A single value. */
  async get<Value>(name: string): Promise<Value | undefined> {
    return (await (await this.#connection).get("kept", name)) as Value | undefined;
  }

  async put(name: string, value: unknown): Promise<void> {
    await (await this.#connection).put("kept", value, name);
  }

  async delete(name: string): Promise<void> {
    await (await this.#connection).delete("kept", name);
  }

  async close(): Promise<void> {
    (await this.#connection).close();
  }

  #connect(): Promise<Connection> {
    const onLost = this.#onLost;
    return openDB<PhoneSchema>(this.#name, VERSION, {
      upgrade(database) {
        const actions = database.createObjectStore("actions", { keyPath: "order", autoIncrement: true });
        actions.createIndex("byState", "state");
        const files = database.createObjectStore("files", { keyPath: "hash" });
        files.createIndex("byState", "state");
        database.createObjectStore("kept");
      },
      blocking(_current, _blocked, event) {
        (event.target as IDBDatabase).close();
        onLost("superseded");
      },
      terminated: () => {
        this.#connection = this.#connect();
        this.#connection.catch(() => onLost("closed"));
      },
    });
  }
}
