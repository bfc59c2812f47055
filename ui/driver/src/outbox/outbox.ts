// The outbox: keeps what was done on the disk before anybody is told that it is done, and what became of it since.
// It sends nothing itself.
import { newKey } from "@kit/ids";
import type { IDBPObjectStore } from "idb";
import type { Action, Deed, KeptFile, Refused } from "./action";
import { isOf, isUnsent } from "./action";
import type { Clock } from "./clock";
import { namesFrom } from "./database";
import { credentialOf, Credentials } from "./credentials";
import type { Credential } from "./credentials";
import type { PhoneDatabase, PhoneSchema } from "./database";

/** Settled actions stay this long by the depot's clock, and the newest ones whatever a clock says. */
const KEPT_SETTLED_MS = 3 * 24 * 60 * 60_000;
const KEPT_NEWEST = 100;
/** Longer than anything is held: a clock that was set back must not hold a step for years. */
const HOLD_MAX_MS = 60_000;
/** The last `device.sequence` given. */
const SEQUENCE = "deviceSequence";

/** What is sent next and with which credential, or how long the next thing is held. */
export type Next =
  | { readonly action: Action; readonly credential: Credential | undefined }
  | { readonly file: KeptFile; readonly credential: Credential | undefined }
  | { readonly wait_ms: number }
  | undefined;

export class Outbox {
  readonly #database: PhoneDatabase;
  readonly #clock: Clock;
  readonly credentials: Credentials;
  readonly #listeners = new Set<() => void>();

  constructor(database: PhoneDatabase, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.credentials = new Credentials(database);
  }

  /** Keeps a deed with its pictures. When this resolves, it is on the disk and survives whatever happens to the page. */
  async add({ files = [], hold_ms, drafts, ...what }: Deed): Promise<void> {
    const { clock, ...stamp } = await this.#clock.stamp();
    // Strict: a phone whose battery falls out a moment later still has it.
    const writing = (await this.#database.connection()).transaction(["actions", "files", "kept"], "readwrite", { durability: "strict" });
    const kept = writing.objectStore("kept");
    const sequence = (((await kept.get(SEQUENCE)) as number | undefined) ?? 0) + 1;
    await kept.put(sequence, SEQUENCE);
    await release(writing.objectStore("actions"), what.deliveryId);
    const action: Omit<Action, "order"> = {
      ...what,
      ...(clock !== undefined && { clock }),
      ...(hold_ms !== undefined && { heldUntil_ms: Date.parse(stamp.time) + hold_ms }),
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
    if (drafts !== undefined) await kept.delete(namesFrom(drafts));
    await writing.done;
    this.#tell();
  }

  /**
   * What is to be sent next: the oldest action that nothing holds up, or a picture when no action is left. A refused
   * action holds up the later ones of its own driver and delivery, which rest on it, and no other's. What no credential of
   * its driver can send stays.
   */
  async next(now_ms = Date.now()): Promise<Next> {
    const reading = (await this.#database.connection()).transaction(["actions", "files", "kept"], "readonly");
    const kept = reading.objectStore("kept");
    const credentials = ((await kept.get("credentials")) as Credential[] | undefined) ?? [];
    const present = (await kept.get("credential")) as string | undefined;
    const byState = reading.objectStore("actions").index("byState");
    const held = new Set((await byState.getAll("refused")).map(trainOf));
    let wait_ms: number | undefined;
    for (let cursor = await byState.openCursor("waiting"); cursor !== null; cursor = await cursor.continue()) {
      const action = cursor.value;
      const credential = credentialOf(action.owner, credentials, present);
      if (held.has(trainOf(action)) || !isSendable(action, credential)) continue;
      const left_ms = (action.heldUntil_ms ?? 0) - now_ms;
      if (left_ms <= 0 || left_ms > HOLD_MAX_MS) return { action, credential };
      held.add(trainOf(action));
      wait_ms = Math.min(wait_ms ?? left_ms, left_ms);
    }
    let file = await reading.objectStore("files").index("byState").openCursor("waiting");
    while (file !== null) {
      const action = await reading.objectStore("actions").get(file.value.action);
      // The depot takes a picture only once it knows of it.
      if (action?.state === "stored") {
        const credential = credentialOf(action.owner, credentials, present);
        if (isSendable(action, credential)) return { file: file.value, credential };
      }
      file = await file.continue();
    }
    return wait_ms === undefined ? undefined : { wait_ms };
  }

  /** Whether the clocks have to be compared before this is sent for the first time. */
  async isClockDue({ clock, isTried }: Action): Promise<boolean> {
    return clock !== undefined && isTried !== true && !(await this.#clock.isCompared());
  }

  /** Notes that it is sent now: from here on it is the same request each time, and cannot be taken back. */
  async markTried(order: number): Promise<Action | undefined> {
    const action = await (await this.#database.connection()).get("actions", order);
    if (action?.state !== "waiting") return undefined;
    if (action.isTried === true) return action;
    const { clock, heldUntil_ms: _, ...rest } = action;
    const device = clock === undefined ? action.device : await this.#clock.settled(action.device, clock);
    const tried: Action = { ...rest, device, isTried: true };
    const writing = (await this.#database.connection()).transaction("actions", "readwrite", { durability: "strict" });
    // Meanwhile another tab may have sent it, or the driver may have taken it back.
    const now = await writing.store.get(order);
    const isStillSo = now?.state === "waiting" && now.isTried !== true;
    if (isStillSo) await writing.store.put(tried);
    await writing.done;
    this.#tell();
    return isStillSo ? tried : now?.state === "waiting" ? now : undefined;
  }

  /** Takes back what was not sent yet. Says whether it was in time. */
  async undo(order: number): Promise<boolean> {
    const writing = (await this.#database.connection()).transaction("actions", "readwrite", { durability: "strict" });
    const action = await writing.store.get(order);
    const isInTime = action?.state === "waiting" && action.heldUntil_ms !== undefined && action.isTried !== true;
    if (isInTime) await writing.store.delete(order);
    await writing.done;
    this.#tell();
    return isInTime;
  }

  /** The depot has it; `isLate` where the delivery could not take it and the desk decides. */
  async markStored(order: number, storedAs: number, isLate = false): Promise<void> {
    await this.#change(order, (action) => ({ ...action, state: "stored", storedAs, ...(isLate && { isLate }) }), "waiting");
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
      const { refusal: _refusal, isTried: _isTried, ...rest } = action;
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

  /** The pictures of an action whose content is still on this phone. */
  async filesOf(order: number): Promise<KeptFile[]> {
    const files = await (await this.#database.connection()).getAll("files");
    return files.filter(({ action, content }) => action === order && content !== null);
  }

  /** Everything kept, in the order in which it was done. */
  async actions(): Promise<Action[]> {
    return (await this.#database.connection()).getAll("actions");
  }

  /** The pictures that are not yet at the depot: how many wait, and those that it does not take. */
  async unsentFiles(): Promise<{ waiting: number; refused: KeptFile[] }> {
    const { waiting, refused } = await this.filesUnsent();
    return { waiting: waiting.length, refused };
  }

  /** The same with the hashes of those that wait; their content stays on the disk. */
  async filesUnsent(): Promise<{ waiting: string[]; refused: KeptFile[] }> {
    const byState = (await this.#database.connection()).transaction("files").store.index("byState");
    const [waiting, refused] = await Promise.all([byState.getAllKeys("waiting"), byState.getAll("refused")]);
    return { waiting, refused };
  }

  /** The last `device.sequence` given. */
  async lastSequence(): Promise<number> {
    return (await this.#database.get<number>(SEQUENCE)) ?? 0;
  }

  /**
   * Forgets what was settled days ago by the depot's clock, which is `now_ms`. `upTo` is the depot's sequence that its last
   * answer knows.
   */
  async prune(now_ms: number, upTo: number): Promise<void> {
    const writing = (await this.#database.connection()).transaction(["actions", "files"], "readwrite");
    const actions = await writing.objectStore("actions").getAll();
    const newest = actions.at(-KEPT_NEWEST)?.order ?? 0;
    for (const action of actions) {
      const isKnown = action.storedAs === undefined || action.storedAs <= upTo;
      if (isUnsent(action) || !isKnown) continue;
      if (action.settledAt_ms === undefined) {
        await writing.objectStore("actions").put({ ...action, settledAt_ms: now_ms });
        continue;
      }
      if (action.order >= newest || action.settledAt_ms > now_ms - KEPT_SETTLED_MS) continue;
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

  /** Forgets what the driver whose phone it was has settled; what is unsent of others stays. */
  async forget(driverId: string | undefined): Promise<void> {
    const writing = (await this.#database.connection()).transaction(["actions", "files"], "readwrite", { durability: "strict" });
    const isOwn = isOf(driverId);
    for (const action of await writing.objectStore("actions").getAll()) {
      if (!isOwn(action)) continue;
      await writing.objectStore("actions").delete(action.order);
      for (const { hash } of action.files) {
        const file = await writing.objectStore("files").get(hash);
        if (file?.action === action.order) await writing.objectStore("files").delete(hash);
      }
    }
    await writing.done;
    this.#tell();
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

/** Work without an owner is sent with whatever cookie there is. */
function isSendable({ owner }: Action, credential: Credential | undefined): boolean {
  return owner === undefined || credential !== undefined;
}

/** What rests on each other: the actions of one driver on one delivery. */
function trainOf({ owner, deliveryId }: Action): string {
  return `${owner?.driverId ?? ""} ${deliveryId}`;
}

type Actions = IDBPObjectStore<PhoneSchema, ("actions" | "files" | "kept")[], "actions", "readwrite">;

/** Ends the time in which an earlier step could be taken back: who goes on has meant it. */
async function release(actions: Actions, deliveryId: string): Promise<void> {
  for (let cursor = await actions.index("byState").openCursor("waiting"); cursor !== null; cursor = await cursor.continue()) {
    const { heldUntil_ms, ...rest } = cursor.value;
    if (rest.deliveryId === deliveryId && heldUntil_ms !== undefined) await cursor.update(rest);
  }
}
