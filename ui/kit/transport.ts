// The way to a depot from its own window, and the choice between the two ways. The only file that speaks to Tauri.
import type { CommandOutcome } from "@bindings/CommandOutcome";
import type { DepotCommand } from "@bindings/DepotCommand";
import type { ExportFormat } from "@bindings/ExportFormat";
import { convertFileSrc, invoke, isTauri } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import { ConnectionCell } from "@kit/connection";
import { HttpTransport } from "@kit/httpTransport";
import { DepotError } from "@kit/problem";
import type {
  AnswerTo,
  Answered,
  Change,
  CommandRequest,
  ExecuteOptions,
  Native,
  QueryName,
  QueryOf,
  Saved,
  Transport,
} from "@kit/protocol";

/** The name of the event the window's adapter emits after a commit. */
const CHANGED = "changed";
/** And the one it emits when something is chosen from the menus. */
const MENU = "menu";

/** Chosen once, at start: a page does not move between a window and a browser. */
export function openTransport(): Transport {
  return isTauri() ? new WindowTransport() : new HttpTransport();
}

export class WindowTransport implements Transport {
  readonly kind = "window";
  // Becomes live when the listener stands, and stays so: the depot is this very process.
  readonly connection = new ConnectionCell("connecting");

  readonly native: Native = {
    state: () => call("native_state", {}),
    setAutostart: (on) => call("set_autostart", { on }),
    notify: (title, body, deliveryId) => call("notify", { title, body, deliveryId }),
    print: () => call("print", {}),
    setLook: (scheme, language) => call("set_look", { scheme, language }),
    openDataFolder: () => call("open_data_folder", {}),
    chooseBackup: () => call("choose_backup", {}),
    findBackups: (folder) => call("find_backups", { folder }),
    inspectBackup: (folder) => call("inspect_backup", { folder }),
    restoreBackup: (folder, options) => call("restore_backup", { folder, options }),
    beginNewDepot: () => call("begin_new_depot", {}),
    onMenu: (listener) => {
      const listening = listen<string>(MENU, (event) => listener(event.payload));
      return () => void listening.then((stop) => stop());
    },
  };

  async execute(command: DepotCommand, options: ExecuteOptions): Promise<CommandOutcome> {
    const { photos = [], ...rest } = options;
    const request: CommandRequest = { command, ...rest };
    if (photos.length === 0) return call("execute", { request });
    return call("execute", { request, photos: await Promise.all(photos.map(base64)) });
  }

  async query<Name extends QueryName>(query: QueryOf<Name>): Promise<Answered<AnswerTo<Name>>> {
    return call("query", { query });
  }

  readonly subscribe = (listener: (change: Change) => void): (() => void) => {
    const listening = listen<Change>(CHANGED, (event) => listener(event.payload));
    void listening.then(() => this.connection.set("live"));
    return () => void listening.then((stop) => stop());
  };

  async signIn(): Promise<void> {}

  async signOut(): Promise<void> {}

  async save<Name extends QueryName>(query: QueryOf<Name>, format: ExportFormat): Promise<Saved> {
    const name = await call<string>("export", { query, format });
    return { name, show: () => call("show_export", { path: name }) };
  }

  fileUrl(hash: string): string {
    return convertFileSrc(hash, "depot-file");
  }
}

async function base64(photo: Blob): Promise<string> {
  const bytes = new Uint8Array(await photo.arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCodePoint(byte);
  return btoa(text);
}

async function call<Reply>(command: string, args: Record<string, unknown>): Promise<Reply> {
  try {
    return await invoke<Reply>(command, args);
  } catch (problem) {
    throw DepotError.from(problem);
  }
}
