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

export type PhoneDatabase = IDBPDatabase<PhoneSchema>;

/**
 * Why nothing can be kept any more, until the page is opened again:
 * - `superseded`: another tab needs a newer version of the database than this one knows
 * - `closed`: the browser closed it, as iOS does to pages that were long in the background
 */
export type Lost = "superseded" | "closed";

/** Opens the database; `onLost` is called when it is closed from outside. */
export function openDatabase(name: string, onLost: (why: Lost) => void = () => {}): Promise<PhoneDatabase> {
  return openDB<PhoneSchema>(name, VERSION, {
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
    terminated() {
      onLost("closed");
    },
  });
}
