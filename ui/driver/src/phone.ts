// The phone: its database, its outbox and its depot put together, and what the screens show of them. One a tab.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import { HttpTransport } from "@kit/httpTransport";
import { DepotError, UNEXPECTED, UNREACHABLE } from "@kit/problem";
import { createContext, useContext, useSyncExternalStore } from "react";
import type { PhoneDay } from "@bindings/PhoneDay";
import { Depot } from "./depot/depot";
import type { Deed, Owner } from "./outbox/action";
import { isOf, isUnsent } from "./outbox/action";
import { conventions, setConventions } from "@kit/conventions";
import { Clock } from "./outbox/clock";
import type { Credential } from "./outbox/credentials";
import { screenAt } from "./navigation";
import { PhoneDatabase } from "./outbox/database";
import { fold } from "./outbox/fold";
import { asOnlySender } from "./outbox/onlySender";
import { Outbox } from "./outbox/outbox";
import { Sender, SHUT_OUT } from "./outbox/sender";
import type { SenderState } from "./outbox/sender";
import { PositionSharing } from "./positions";
import type { Fix } from "./positions";
import { EMPTY, othersIn, ownerOf } from "./view";
import type { PhoneView } from "./view";
import { VERSION } from "./version";

const DATABASE = "eroad-phone";
/** What other tabs are told when something changed here. */
const CHANNEL = "eroad-phone";
const DAY = "day";
const SEEN = "seen";
/** What the driver chose about positions, until the depot knows it. */
const SHARING = "sharing";
/** How often the day is asked for while nothing tells of a change, and while the depot does not answer. */
const REFRESH_MS = 60_000;
const RETRY_MS = 8_000;
/** How soon it is asked for once more, where something happened while it was asked for. */
const AGAIN_MS = 250;
/** Screens are drawn anew no more often than this while the outbox empties itself. */
const REDRAW_MS = 120;
const REPORT_MS = 10_000;

/** How the names of drafts begin, and how long one is kept whose delivery is gone. */
const DRAFTS = "draft:";
const DRAFT_KEPT_MS = 7 * 24 * 60 * 60_000;

interface Draft<Value> {
  readonly value: Value;
  readonly at_ms: number;
}

interface KeptDay {
  readonly day: PhoneDay;
  readonly sequence: number;
}

/** How many more deliveries are asked for at a time. */
const PAGE = 100;

export class Phone {
  readonly outbox: Outbox;
  readonly depot = new Depot();
  readonly #database: PhoneDatabase;
  readonly #clock: Clock;
  readonly #sender: Sender;
  readonly #transport = new HttpTransport(() => this.depot.credential);
  readonly #others: BroadcastChannel | undefined;
  readonly positions = new PositionSharing({
    geolocation: window.isSecureContext ? navigator.geolocation : undefined,
    send: (fix) => this.#tellPosition(fix),
    onState: (sharing) => this.show({ sharing }),
  });
  readonly #listeners = new Set<() => void>();
  #view = EMPTY;
  #unfollow: () => void = () => {};
  #isSending = false;
  #isStale = false;
  #isRedrawing = false;
  #isAsking = false;
  #isToAskAgain = false;
  #isFollowing = false;
  #askTimer: ReturnType<typeof setTimeout> | undefined;
  /** How many deliveries are asked for; the usual number where nobody wanted more. */
  #most: number | undefined;
  #reported = "";
  #reportedAt_ms = 0;

  static async open(name = DATABASE): Promise<Phone> {
    let phone: Phone | undefined;
    const database = await PhoneDatabase.open(name, (lost) => phone?.show({ lost }));
    phone = new Phone(database);
    await phone.reload();
    return phone;
  }

  private constructor(database: PhoneDatabase) {
    this.#database = database;
    this.#clock = new Clock(database);
    this.outbox = new Outbox(database, this.#clock);
    this.depot.onClock = (depot, before_ms, after_ms) => this.#clock.compare(depot, before_ms, after_ms);
    this.#sender = new Sender({ outbox: this.outbox, destination: this.depot, onState: this.#onSender });
    this.#others = "BroadcastChannel" in window ? new BroadcastChannel(CHANNEL) : undefined;
  }

  /** Keeps a deed, or throws. When this resolves, it is on the disk and on the screen. */
  async act(deed: Deed): Promise<void> {
    // What is done belongs to the driver whose deliveries this tab shows, whatever another tab is paired as meanwhile.
    const { day } = this.#view;
    await this.outbox.add(day === undefined ? deed : { ...deed, owner: ownerOf(day) });
    // What is kept stays kept, whether or not it can be read and shown now.
    await this.reload().catch(() => {});
  }

  /** Takes back what was just kept and is not sent yet. Says whether it was in time. */
  async undo(order: number): Promise<boolean> {
    const isInTime = await this.outbox.undo(order);
    await this.reload();
    return isInTime;
  }

  /** Asks for more deliveries than the day has now. */
  showMore(): void {
    this.#most = (this.#view.day?.deliveries.length ?? 0) + PAGE;
    this.refresh();
  }

  /** The phone was paired: from now on it shows the driver whom the depot confirmed. Says whose it is, and whose it was. */
  async enter(): Promise<Owner> {
    const { day, sequence } = await this.depot.day(undefined, null);
    const owner = ownerOf(day);
    await this.#take(owner);
    await this.#keepDay({ day, sequence });
    await this.reload();
    return owner;
  }

  /** The phone was paired with the wrong driver: that credential is given up, and an earlier one is used again. */
  async goBackTo(owner: Owner): Promise<void> {
    const wrong = this.depot.credential;
    await this.#take(owner);
    if (wrong !== undefined && wrong !== owner.deviceId) await this.#release(wrong);
    this.refresh();
  }

  async #take(owner: Owner): Promise<void> {
    await this.outbox.credentials.enter(owner);
    this.depot.credential = owner.deviceId;
    this.show({ shutOut: undefined });
    await this.reload();
    if (this.#isFollowing) this.#follow();
    this.#others?.postMessage("changed");
    this.#sender.wake();
  }

  /** Keeps the day, unless another tab has made this the phone of somebody else meanwhile. */
  async #keepDay(kept: KeptDay): Promise<void> {
    const writing = (await this.#database.connection()).transaction("kept", "readwrite");
    if ((await writing.store.get("credential")) === kept.day.deviceId) await writing.store.put(kept, DAY);
    await writing.done;
  }

  async #release(deviceId: string): Promise<void> {
    try {
      await this.depot.unpair(deviceId);
    } catch (cause) {
      // One that the depot does not take is released already.
      if (!SHUT_OUT.has(DepotError.from(cause).code)) throw cause;
    }
    await this.outbox.credentials.release(deviceId);
  }

  /** Gives up earlier credentials under which nothing is unsent any more. */
  async #releaseDone(): Promise<void> {
    const isStillNeeded = (deviceId: string) =>
      this.#view.others.some(({ owner, actions }) => owner.deviceId === deviceId || actions.some((action) => action.owner?.deviceId === deviceId));
    for (const { deviceId } of await this.outbox.credentials.all()) {
      const ofPresent = this.#view.actions.some((action) => isUnsent(action) && action.owner?.deviceId === deviceId) || this.#view.waitingFiles > 0;
      if (deviceId !== this.depot.credential && !isStillNeeded(deviceId) && !ofPresent) await this.#release(deviceId);
    }
  }

  /** What the driver began and did not send. */
  async draft<Value>(name: string): Promise<Value | undefined> {
    return (await this.#database.get<Draft<Value>>(name))?.value;
  }

  /** Keeps what the driver began; undefined gives it up. A phone that cannot keep it says so when it is sent. */
  keepDraft(name: string, value: unknown): void {
    const draft: Draft<unknown> = { value, at_ms: Date.now() };
    void (value === undefined ? this.#database.delete(name) : this.#database.put(name, draft)).catch(() => {});
  }

  /** Removes drafts of deliveries that are no longer this driver's, some days after they were begun. */
  async #pruneDrafts(day: PhoneDay): Promise<void> {
    for (const name of await this.#database.names(DRAFTS)) {
      const isShown = day.deliveries.some(({ id }) => name.startsWith(`${DRAFTS}${id}:`));
      const draft = isShown ? undefined : await this.#database.get<Draft<unknown>>(name);
      if (draft !== undefined && Math.abs(Date.now() - draft.at_ms) > DRAFT_KEPT_MS) await this.#database.delete(name);
    }
  }

  /** The driver has seen these messages. */
  async see(ids: readonly string[]): Promise<void> {
    const writing = (await this.#database.connection()).transaction("kept", "readwrite", { durability: "strict" });
    const seen = ((await writing.store.get(SEEN)) as string[] | undefined) ?? [];
    await writing.store.put([...new Set([...seen, ...ids])], SEEN);
    await writing.done;
    await this.reload();
    this.refresh();
  }

  /** The driver lets the depot see where they are, or no longer does: here at once, at the depot as soon as it answers. */
  async share(shares: boolean): Promise<void> {
    await this.#database.put(SHARING, shares);
    await this.reload();
    this.refresh();
  }

  /** Begins to send, and to follow the depot; the returned function ends both. */
  start(): () => void {
    const stop = new AbortController();
    const unsubscribe = [
      this.outbox.subscribe(() => {
        this.#others?.postMessage("changed");
        this.#sender.wake();
        this.#redraw();
      }),
      // Back in reach, out of reach, or shut out: what it means is in the depot's answer.
      this.#transport.connection.subscribe(() => this.refresh()),
      () => this.#unfollow(),
    ];
    if (this.#view.day !== undefined) this.#follow();
    this.#others?.addEventListener("message", () => {
      // Another tab was paired again, perhaps as somebody else.
      if (this.#view.shutOut !== undefined) this.refresh();
      this.#sender.wake();
      this.#redraw();
    });
    const look = () => {
      if (document.visibilityState === "visible") this.refresh();
    };
    document.addEventListener("visibilitychange", look);
    window.addEventListener("online", look);
    // A phone that is just being paired is known when that is done.
    if (this.#view.day !== undefined || screenAt(location.pathname).name !== "pair") this.refresh();
    void asOnlySender(this.#database, (isMine) => this.#sender.run(isMine, stop.signal), stop.signal);
    return () => {
      stop.abort();
      clearTimeout(this.#askTimer);
      document.removeEventListener("visibilitychange", look);
      window.removeEventListener("online", look);
      this.positions.want(false);
      for (const end of unsubscribe) end();
    };
  }

  /** Follows what changes at the depot, from now on with the credential that this phone has now. */
  #follow(): void {
    this.#isFollowing = true;
    this.#unfollow();
    this.#unfollow = this.#transport.subscribe(() => this.refresh());
  }

  /** Asks the depot for the day, now; while it is being asked, once more afterwards: its answer may be older than the reason. */
  refresh(): void {
    if (this.#isAsking) this.#isToAskAgain = true;
    else void this.#ask();
  }

  /** Forgets everything, as when the phone is handed to somebody else. */
  async forget(): Promise<void> {
    await this.outbox.forget(this.#view.day?.driverId);
    const others = new Set(this.#view.others.map(({ owner }) => owner.driverId));
    const writing = (await this.#database.connection()).transaction("kept", "readwrite", { durability: "strict" });
    const credentials = ((await writing.store.get("credentials")) as Credential[] | undefined) ?? [];
    await writing.store.clear();
    // What others left here is sent as theirs.
    await writing.store.put(credentials.filter(({ driverId }) => others.has(driverId)), "credentials");
    await writing.done;
    this.depot.credential = undefined;
    await this.reload();
  }

  /** What a pairing needs to be taken up again after the page was closed. */
  async pairing(): Promise<{ code: string; nonce: string } | undefined> {
    return this.#database.get("pairing");
  }

  async keepPairing(pairing: { code: string; nonce: string } | undefined): Promise<void> {
    if (pairing === undefined) await this.#database.delete("pairing");
    else await this.#database.put("pairing", pairing);
  }

  readonly get = (): PhoneView => this.#view;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  show(part: Partial<PhoneView>): void {
    this.#view = { ...this.#view, ...part };
    for (const listener of this.#listeners) listener();
  }

  /** Reads the database and shows what is in it. */
  async reload(): Promise<void> {
    const [kept, seen = [], chosen, all, files, offset_ms, credentials, present] = await Promise.all([
      this.#database.get<KeptDay>(DAY),
      this.#database.get<string[]>(SEEN),
      this.#database.get<boolean>(SHARING),
      this.outbox.actions(),
      this.outbox.filesUnsent(),
      this.#clock.offset_ms(),
      this.outbox.credentials.all(),
      this.outbox.credentials.present(),
    ]);
    if (this.depot.credential !== present?.deviceId) {
      this.depot.credential = present?.deviceId;
      // Another tab was paired as somebody else.
      if (this.#isFollowing) this.#follow();
    }
    // Times are the depot's, wherever the phone is; a day that an older version kept does not name its zone.
    const timeZone = (kept?.day as Partial<PhoneDay> | undefined)?.timeZone;
    if (timeZone !== conventions().timeZone) setConventions({ locale: undefined, timeZone });
    const isOwn = isOf((kept?.day ?? present)?.driverId);
    const actions = all.filter(isOwn);
    const ownFiles = new Set(actions.flatMap((action) => action.files.map(({ hash }) => hash)));
    const unsentFiles = new Set([...files.waiting, ...files.refused.map(({ hash }) => hash)]);
    this.show({
      day: kept?.day,
      deliveries: kept === undefined ? [] : fold(kept.day, kept.sequence, actions),
      others: othersIn(all.filter((action) => !isOwn(action)), unsentFiles, credentials),
      messages: kept?.day.messages.filter(({ id, seenAt }) => seenAt === null && !seen.includes(id)) ?? [],
      actions,
      unsent: actions.filter(isUnsent).length,
      refused: actions.filter(({ state }) => state === "refused"),
      waitingFiles: files.waiting.filter((hash) => ownFiles.has(hash)).length,
      refusedFiles: files.refused.filter(({ hash }) => ownFiles.has(hash)),
      offset_ms,
      shares: chosen ?? kept?.day.positions?.on ?? false,
    });
    this.positions.want(this.#isPositionWanted());
  }

  #isPositionWanted(): boolean {
    const { day, deliveries, shares, shutOut } = this.#view;
    // A day that an older version kept says nothing of positions.
    const allows = day?.positions?.depotAllows ?? false;
    return allows && shares && shutOut === undefined && this.positions.isPossible && deliveries.some(isUnderWay);
  }

  async #tellPosition({ at_ms, ...place }: Fix): Promise<void> {
    const at = new Date(at_ms + this.#view.offset_ms).toISOString();
    // A depot that does not want it says why in the day.
    await this.depot.tell({ type: "reportPosition", ...place, at }).catch(() => this.refresh());
  }

  #redraw(): void {
    this.#isStale = true;
    if (!this.#isRedrawing) void this.#redrawWhileStale();
  }

  async #redrawWhileStale(): Promise<void> {
    this.#isRedrawing = true;
    while (this.#isStale) {
      this.#isStale = false;
      // A database that was just closed for a newer tab has nothing to show any more.
      const before = this.#view.refused.length;
      await this.reload().catch(() => {});
      // Both sides are shown: what the depot says now is asked for.
      if (this.#view.refused.length > before) this.refresh();
      await new Promise((resolve) => setTimeout(resolve, REDRAW_MS));
    }
    this.#isRedrawing = false;
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    this.#isToAskAgain = false;
    clearTimeout(this.#askTimer);
    let next_ms: number | undefined = REFRESH_MS;
    try {
      const { day, sequence } = await this.depot.day(this.#most);
      // A phone that has no credential yet belongs to whoever its cookie does; one that was shut out is let in again.
      const present = await this.outbox.credentials.present();
      if (present === undefined || (present.deviceId === day.deviceId && present.shutOut !== undefined)) await this.#take(ownerOf(day));
      await this.#keepDay({ day, sequence });
      this.show({ reach: "reached", shutOut: undefined });
      // A phone that the depot does not know is told of nothing; a feed that was refused is not tried again by itself.
      if (!this.#isFollowing || this.#transport.connection.get() === "signedOut") this.#follow();
      await this.reload();
      this.#others?.postMessage("changed");
      this.#sender.wake();
      await this.#tellSharing(day);
      await this.#tellSeen(day);
      await this.#report();
      await this.#releaseDone();
      await this.outbox.prune(Date.parse(day.now), sequence);
      await this.#pruneDrafts(day);
    } catch (cause) {
      const problem = DepotError.from(cause);
      const isShutOut = SHUT_OUT.has(problem.code);
      if (isShutOut) {
        if (this.depot.credential !== undefined) await this.outbox.credentials.shutOut(this.depot.credential, problem.code);
        this.show({ reach: "reached", shutOut: problem.code });
      }
      else if (this.#view.reach !== "outOfReach") this.show({ reach: "outOfReach" });
      // Nothing but a pairing changes that, and whoever pairs asks.
      next_ms = isShutOut ? undefined : RETRY_MS * (0.75 + Math.random() / 2);
    }
    this.#isAsking = false;
    if (this.#isToAskAgain && this.#view.reach === "reached") next_ms = AGAIN_MS;
    if (next_ms !== undefined) this.#askTimer = setTimeout(() => this.refresh(), next_ms);
  }

  /** Tells the depot what the driver chose, where it does not know that yet. */
  async #tellSharing(day: PhoneDay): Promise<void> {
    const writing = (await this.#database.connection()).transaction("kept", "readwrite");
    const chosen = (await writing.store.get(SHARING)) as boolean | undefined;
    const isNews = chosen !== undefined && chosen !== day.positions.on && (!chosen || day.positions.depotAllows);
    // Kept until the day says it, too: what is shown must not fall back in between. Forgotten in the step that looked, so
    // that a choice made meanwhile is not.
    if (!isNews) await writing.store.delete(SHARING);
    await writing.done;
    if (isNews) await this.depot.tell({ type: "sharePositions", on: chosen });
  }

  /** Tells the depot what the driver has seen, and forgets what it knows. */
  async #tellSeen(day: PhoneDay): Promise<void> {
    const seen = (await this.#database.get<string[]>(SEEN)) ?? [];
    const unknown = seen.filter((id) => day.messages.some((message) => message.id === id && message.seenAt === null));
    if (unknown.length > 0) await this.depot.tell({ type: "seeMessages", ids: unknown });
    if (unknown.length === seen.length) return;
    const writing = (await this.#database.connection()).transaction("kept", "readwrite");
    // What was seen while the depot was told is kept.
    const kept = ((await writing.store.get(SEEN)) as string[] | undefined) ?? [];
    await writing.store.put(kept.filter((id) => !seen.includes(id) || unknown.includes(id)), SEEN);
    await writing.done;
  }

  /** Tells the depot how much is still on this phone, when that changed and not too often. */
  async #report(): Promise<void> {
    const { others, unsent: unsentActions, waitingFiles, refusedFiles } = this.#view;
    const held = others.map(({ owner: { driverId }, actions, files }) => ({ driverId, actions: actions.length, files }));
    const state = { type: "reportState", unsentActions, unsentFiles: waitingFiles + refusedFiles.length, appVersion: VERSION, held };
    const told = JSON.stringify(state);
    const now_ms = Date.now();
    if (told === this.#reported || now_ms - this.#reportedAt_ms < REPORT_MS) return;
    this.#reportedAt_ms = now_ms;
    await this.depot.tell(state);
    this.#reported = told;
  }

  readonly #onSender = (state: SenderState, code?: string, credential?: string): void => {
    if (state === "shutOut" && (credential === undefined || credential === this.depot.credential)) {
      this.show({ reach: "reached", shutOut: code });
    }
    // Any other answer came from the depot, which only has no time or no place for it now.
    if (state === "waiting" && (code === UNREACHABLE || code === UNEXPECTED)) this.show({ reach: "outOfReach" });
    // All is sent: the depot's own view of it replaces what was foretold.
    if (state === "idle" && this.#isSending) this.refresh();
    this.#isSending = state === "sending";
  };
}

function isUnderWay({ status }: DeliveryDetail): boolean {
  return status === "InTransit" || status === "OutForDelivery";
}

const PhoneContext = createContext<Phone | undefined>(undefined);
export const PhoneProvider = PhoneContext;

export function usePhone(): Phone {
  const phone = useContext(PhoneContext);
  if (phone === undefined) throw new Error("There is no phone around this component.");
  return phone;
}

export function usePhoneView(): PhoneView {
  const phone = usePhone();
  return useSyncExternalStore(phone.subscribe, phone.get);
}
