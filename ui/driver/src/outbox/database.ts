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

/** Opens the database; `onSuperseded` is called when another tab needs a newer version of it than this one knows. */
export function openDatabase(name: string, onSuperseded: () => void = () => {}): Promise<PhoneDatabase> {
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
      onSuperseded();
    },
  });
}
