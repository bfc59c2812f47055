// The phone's own database: deeds, pictures and the depot's last answer. Opens it, and knows nothing of what they mean.
import { openDB } from "idb";
import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from "idb";
import type { PhoneDay } from "@bindings/PhoneDay";
import type { Action, ActionState, KeptFile, Owner } from "./action";

const VERSION = 2;

export interface PhoneSchema extends DBSchema {
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

/** The names of single values that begin so. */
export function namesFrom(start: string): IDBKeyRange {
  return IDBKeyRange.bound(start, `${start}\uffff`);
}

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

  /** The names of single values that begin so. */
  async names(start: string): Promise<string[]> {
    return (await this.#connection).getAllKeys("kept", namesFrom(start));
  }

  async close(): Promise<void> {
    (await this.#connection).close();
  }

  #connect(): Promise<Connection> {
    const onLost = this.#onLost;
    return openDB<PhoneSchema>(this.#name, VERSION, {
      async upgrade(database, before, _after, writing) {
        if (before === 1) return ownAll(writing);
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

/** Version 1 knew one driver a phone: all that it kept is that driver's. */
async function ownAll(writing: IDBPTransaction<PhoneSchema, StoreNames<PhoneSchema>[], "versionchange">): Promise<void> {
  const kept = writing.objectStore("kept");
  const day = ((await kept.get("day")) as { day?: PhoneDay } | undefined)?.day;
  if (day === undefined) return;
  const owner: Owner = { deviceId: day.deviceId, driverId: day.driverId, driverName: day.driverName };
  await kept.put([owner], "credentials");
  await kept.put(owner.deviceId, "credential");
  let cursor = await writing.objectStore("actions").openCursor();
  while (cursor !== null) {
    await cursor.update({ ...cursor.value, owner });
    cursor = await cursor.continue();
  }
}
