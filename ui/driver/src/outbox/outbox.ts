// The outbox: keeps what was done on the disk before anybody is told that it is done, and what became of it since.
// It sends nothing itself.
import { newKey } from "@kit/ids";
import type { Action, Deed, KeptFile, Refused } from "./action";
import { isUnsent } from "./action";
import type { Clock } from "./clock";
import type { PhoneDatabase } from "./database";

/** Settled actions stay this long, as what the driver did lately. */
const KEPT_SETTLED_MS = 3 * 24 * 60 * 60_000;
/** The last `device.sequence` given. */
const SEQUENCE = "deviceSequence";

/** What is sent next. */
export type Next =
  | { readonly action: Action }
  | { readonly file: KeptFile }
  | undefined;

export class Outbox {
  readonly #database: PhoneDatabase;
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();

  constructor(database: PhoneDatabase, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Keeps a deed with its pictures. When this resolves, it is on the disk and survives whatever happens to the page. */
  async add({ files = [], ...what }: Deed): Promise<void> {
    const stamp = await this.#clock.stamp();
    // Strict: a phone whose battery falls out a moment later still has it.
    const writing = (await this.#database.connection()).transaction(["actions", "files", "kept"], "readwrite", { durability: "strict" });
    const kept = writing.objectStore("kept");
    const sequence = (((await kept.get(SEQUENCE)) as number | undefined) ?? 0) + 1;
    await kept.put(sequence, SEQUENCE);
    const action: Omit<Action, "order"> = {
      ...what,
      state: "waiting",
      idempotencyKey: newKey(),
      device: { sequence, ...stamp },
      files: files.map(({ ref }) => ref),
    };
    // `order` is the database's to give, which the types cannot say.
    const order = await writing.objectStore("actions").add(action as Action);
    for (const { ref, content } of files) {
      const known = await writing.objectStore("files").get(ref.hash);
      // The same picture again: the depot has it already, or will.
      if (known !== undefined && known.state !== "refused") continue;
      const { deliveryId } = what;
      const file: KeptFile = { hash: ref.hash, ref, deliveryId, action: order, state: "waiting", content };
      await writing.objectStore("files").put(file);
    }
    await writing.done;
    this.#tell();
  }

  /**
   * What is to be sent next: the oldest action that nothing holds up, or a picture when no action is left. A refused
   * action holds up the later ones of its own delivery, which rest on it, and no other's.
   */
  async next(): Promise<Next> {
    const reading = (await this.#database.connection()).transaction(["actions", "files"], "readonly");
    const byState = reading.objectStore("actions").index("byState");
    const refused = await byState.getAll("refused");
    const held = new Set(refused.map(({ deliveryId }) => deliveryId));
    let cursor = await byState.openCursor("waiting");
    while (cursor !== null && held.has(cursor.value.deliveryId)) cursor = await cursor.continue();
    if (cursor !== null) return { action: cursor.value };
    let file = await reading.objectStore("files").index("byState").openCursor("waiting");
    while (file !== null) {
      const action = await reading.objectStore("actions").get(file.value.action);
      // The depot takes a picture only once it knows of it.
      if (action?.state === "stored") return { file: file.value };
      file = await file.continue();
    }
    return undefined;
  }

  /** The depot has it. */
  async markStored(order: number, storedAs: number): Promise<void> {
    await this.#change(order, (action) => ({ ...action, state: "stored", storedAs }), "waiting");
  }

  /** The depot does not take it. */
  async markRefused(order: number, refusal: Refused): Promise<void> {
    await this.#change(order, (action) => ({ ...action, state: "refused", refusal }), "waiting");
  }

  /** The driver wants it sent once more, now that something changed: to the depot it is another action. */
  async retry(order: number): Promise<void> {
    const writing = (await this.#database.connection()).transaction(["actions", "kept"], "readwrite", { durability: "strict" });
    const action = await writing.objectStore("actions").get(order);
    if (action?.state === "refused") {
      const { refusal: _, ...rest } = action;
      const kept = writing.objectStore("kept");
      const sequence = (((await kept.get(SEQUENCE)) as number | undefined) ?? 0) + 1;
      await kept.put(sequence, SEQUENCE);
      const device = { ...rest.device, sequence };
      await writing.objectStore("actions").put({ ...rest, state: "waiting", idempotencyKey: newKey(), device });
    }
    await writing.done;
    this.#tell();
  }

  /** The driver gives it up. Its pictures go with it. */
  async discard(order: number): Promise<void> {
    const writing = (await this.#database.connection()).transaction(["actions", "files"], "readwrite", { durability: "strict" });
    const action = await writing.objectStore("actions").get(order);
    if (action?.state === "refused") {
      await writing.objectStore("actions").put({ ...action, state: "discarded" });
      for (const { hash } of action.files) {
        const file = await writing.objectStore("files").get(hash);
        if (file?.action === order) await writing.objectStore("files").delete(hash);
      }
    }
    await writing.done;
    this.#tell();
  }

  /** The depot has the picture, or does not want it. */
  async settleFile(hash: string, refusal?: Refused): Promise<void> {
    const writing = (await this.#database.connection()).transaction("files", "readwrite", { durability: "strict" });
    const file = await writing.store.get(hash);
    if (file !== undefined) {
      await writing.store.put(
        refusal === undefined ? { ...file, state: "stored", content: null } : { ...file, state: "refused", refusal },
      );
    }
    await writing.done;
    this.#tell();
  }

  /** The driver wants a refused picture sent once more. */
  async retryFile(hash: string): Promise<void> {
    const writing = (await this.#database.connection()).transaction("files", "readwrite");
    const file = await writing.store.get(hash);
    if (file?.state === "refused") {
      const { refusal: _, ...rest } = file;
      await writing.store.put({ ...rest, state: "waiting" });
    }
    await writing.done;
    this.#tell();
  }

  /** The driver gives a refused picture up. */
  async discardFile(hash: string): Promise<void> {
    await (await this.#database.connection()).delete("files", hash);
    this.#tell();
  }

  /** Everything kept, in the order in which it was done. */
  async actions(): Promise<Action[]> {
    return (await this.#database.connection()).getAll("actions");
  }

  /** The pictures that are not yet at the depot: how many wait, and those that it does not take. */
  async unsentFiles(): Promise<{ waiting: number; refused: KeptFile[] }> {
    const byState = (await this.#database.connection()).transaction("files").store.index("byState");
    const [waiting, refused] = await Promise.all([byState.count("waiting"), byState.getAll("refused")]);
    return { waiting, refused };
  }

  /** The last `device.sequence` given. */
  async lastSequence(): Promise<number> {
    return (await this.#database.get<number>(SEQUENCE)) ?? 0;
  }

  /** Forgets what was settled days ago. `upTo` is the depot's sequence that its last answer knows. */
  async prune(now_ms: number, upTo: number): Promise<void> {
    const writing = (await this.#database.connection()).transaction(["actions", "files"], "readwrite");
    for (const action of await writing.objectStore("actions").getAll()) {
      const isKnown = action.storedAs === undefined || action.storedAs <= upTo;
      if (isUnsent(action) || !isKnown || Date.parse(action.device.time) > now_ms - KEPT_SETTLED_MS) continue;
      const files = await Promise.all(action.files.map(({ hash }) => writing.objectStore("files").get(hash)));
      if (files.some((file) => file !== undefined && file.state !== "stored")) continue;
      await writing.objectStore("actions").delete(action.order);
      await Promise.all(action.files.map(({ hash }) => writing.objectStore("files").delete(hash)));
    }
    await writing.done;
  }

  /** Tells when anything changed here, until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #change(order: number, change: (action: Action) => Action, from: Action["state"]): Promise<void> {
    const writing = (await this.#database.connection()).transaction("actions", "readwrite", { durability: "strict" });
    const action = await writing.store.get(order);
    // Another tab may have been faster: what is settled stays as it was settled.
    if (action?.state === from) await writing.store.put(change(action));
    await writing.done;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
