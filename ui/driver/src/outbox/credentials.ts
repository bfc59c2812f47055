// The credentials of this phone: the one whose driver it shows, and earlier ones under which something is still unsent. The
// secrets are in cookies that no page reads; here are their ids, which requests name.
import type { Owner } from "./action";
import type { PhoneDatabase } from "./database";

const ALL = "credentials";
const PRESENT = "credential";
/** What the page keeps of a driver beside their work: it goes with the driver. */
const OF_DRIVER = ["day", "seen", "sharing"] as const;

export interface Credential extends Owner {
  /** Why the depot does not take it any more, where that is so. */
  readonly shutOut?: string;
}

/** The credential that somebody's work is sent with: its own, or another one of the same driver. */
export function credentialOf(owner: Owner | undefined, credentials: readonly Credential[], present: string | undefined): Credential | undefined {
  const good = credentials.filter(({ shutOut }) => shutOut === undefined);
  if (owner === undefined) return good.find(({ deviceId }) => deviceId === present);
  return good.find(({ deviceId }) => deviceId === owner.deviceId) ?? good.findLast(({ driverId }) => driverId === owner.driverId);
}

export class Credentials {
  readonly #database: PhoneDatabase;

  constructor(database: PhoneDatabase) {
    this.#database = database;
  }

  async all(): Promise<Credential[]> {
    return (await this.#database.get<Credential[]>(ALL)) ?? [];
  }

  /** The one whose driver the phone shows. */
  async present(): Promise<Credential | undefined> {
    const [all, present] = await Promise.all([this.all(), this.#database.get<string>(PRESENT)]);
    return all.find(({ deviceId }) => deviceId === present);
  }

  /** From now on the phone shows this driver. What was kept of another one beside their work is forgotten. */
  async enter({ deviceId, driverId, driverName }: Owner): Promise<void> {
    const writing = (await this.#database.connection()).transaction("kept", "readwrite", { durability: "strict" });
    const { store } = writing;
    const all = ((await store.get(ALL)) as Credential[] | undefined) ?? [];
    const present = (await store.get(PRESENT)) as string | undefined;
    const before = all.find((credential) => credential.deviceId === present);
    if (before?.driverId !== driverId) await Promise.all(OF_DRIVER.map((name) => store.delete(name)));
    await store.put([...all.filter((credential) => credential.deviceId !== deviceId), { deviceId, driverId, driverName }], ALL);
    await store.put(deviceId, PRESENT);
    await writing.done;
  }

  /** The depot does not take it any more. */
  async shutOut(deviceId: string, code: string): Promise<void> {
    await this.#change((all) => all.map((each) => (each.deviceId === deviceId ? { ...each, shutOut: code } : each)));
  }

  /** Nothing is sent with it any more. */
  async release(deviceId: string): Promise<void> {
    await this.#change((all) => all.filter((each) => each.deviceId !== deviceId));
  }

  async #change(change: (all: Credential[]) => Credential[]): Promise<void> {
    const writing = (await this.#database.connection()).transaction("kept", "readwrite", { durability: "strict" });
    await writing.store.put(change(((await writing.store.get(ALL)) as Credential[] | undefined) ?? []), ALL);
    await writing.done;
  }
}
