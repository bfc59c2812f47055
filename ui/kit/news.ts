// What a dispatcher wants to be told of without looking for it, each thing once. Kept in the browser, so that neither a
// reload nor a second window tells it again; what came while nobody looked waits in the list. No name of anybody is kept: an
// erasure would not reach it there.
import type { DeliveryRow } from "@bindings/DeliveryRow";
import type { EventView } from "@bindings/EventView";
import type { PhoneView } from "@bindings/PhoneView";
import { journey } from "@kit/Journey";

const KEY = "depot.news";
const ITEMS_MOST = 50;
/** Lateness is remembered longer than it is listed: a delivery can stay late for days. */
const LATE_MOST = 500;

/** More of one kind than this within `BURST_MS` stand in the list as one entry with their count. */
const APART_MOST = 3;
const BURST_MS = 10_000;

export const NEWS_KINDS = ["incident", "late", "failed", "delivered", "phone"] as const;
/** How long a phone with work to do may be silent. It speaks every half minute while its app is open. */
const SILENCE_MOST_MS = 15 * 60_000;

export type NewsKind = (typeof NEWS_KINDS)[number];

/** One thing that happened. */
export interface News {
  readonly id: string;
  readonly kind: NewsKind;
  readonly at: string;
  readonly deliveryId: string;
  /** Where the delivery goes, from where. */
  readonly journey: string;
  /** Whose it is, where that matters: several drive the same route, and are late on it together. */
  readonly driverId?: string;
  /** An incident's type. */
  readonly incidentType?: string;
}

/** Many things of one kind that came at once, such as while nobody had the desk open. */
export interface Burst {
  readonly id: string;
  readonly kind: NewsKind;
  /** When the latest of them was. */
  readonly at: string;
  readonly count: number;
}

type Item = (News | Burst) & { /** In milliseconds since 1970, by this desk's clock. */ readonly toldAt_ms: number };

export function isBurst(item: News | Burst): item is Burst {
  return "count" in item;
}

interface Kept {
  /** The last event that was looked at; undefined until the first look, which tells nothing. */
  readonly upTo?: number;
  readonly late?: readonly string[];
  /** Phones that were told of as lost, with when they were last seen. */
  readonly lost?: readonly string[];
  /** By when each happened, latest first. */
  readonly items: readonly Item[];
  /** How many of them nobody has seen. */
  readonly unread: number;
  /** What was noticed after this nobody has seen, in milliseconds since 1970, by this desk's clock. */
  readonly readAt_ms: number;
  readonly off: readonly NewsKind[];
}

const NOTHING: Kept = { items: [], unread: 0, readAt_ms: 0, off: [] };

/** One for a page; others over the same storage learn of what it keeps. */
export class NewsDesk {
  #kept: Kept;
  readonly #listeners = new Set<() => void>();

  constructor(private readonly storage: Storage) {
    this.#kept = this.#read();
    // Written anew without what `#read` leaves out.
    if (storage.getItem(KEY) !== null) this.#keep(this.#kept);
    globalThis.addEventListener("storage", ({ key }) => {
      if (key === KEY) this.#take(this.#read());
    });
  }

  readonly get = (): Kept => this.#kept;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Gives what is new among the newest events, newest first, and never again. `isOwn` is what the person did themselves. */
  takeEvents(events: readonly EventView[], isOwn: (event: EventView) => boolean): readonly News[] {
    const kept = this.#read();
    const head = events[0]?.sequence ?? 0;
    // With the demo day removed the log begins anew, and what was kept is of another one.
    if (kept.upTo === undefined || head < kept.upTo) {
      this.#keep({ ...NOTHING, off: kept.off, upTo: head });
      return [];
    }
    const { upTo } = kept;
    const fresh = events.filter((event) => event.sequence > upTo && !isOwn(event)).map(newsOf).filter((news) => news !== undefined);
    if (head > upTo) this.#add({ ...kept, upTo: head }, fresh);
    return this.#wanted(fresh);
  }

  /**
   * Returns the deliveries that became late since the last look, each once. The entry of one that was told before keeps up
   * with the checkpoint for which it is late now. `isOld` notes those that are new without an entry.
   */
  takeLate(deliveries: readonly DeliveryRow[], isOld = false): readonly News[] {
    const standing = deliveries.map(latenessOf).filter((news) => news !== undefined);
    this.#updateTimes(standing);
    return this.#takeStanding("late", standing, isOld);
  }

  /** Gives the phones that fell silent while their drivers have deliveries under way, and never again. */
  takePhones(phones: readonly PhoneView[], underWay: readonly DeliveryRow[], now_ms: number): readonly News[] {
    return this.#takeStanding("lost", phones.map((phone) => lossOf(phone, underWay, now_ms)).filter((news) => news !== undefined));
  }

  /** Of what stands rather than happens: what was not so at an earlier look. */
  #takeStanding(place: "late" | "lost", standing: readonly News[], isOld = false): readonly News[] {
    const kept = this.#read();
    const before = kept[place];
    const fresh = standing.filter(({ id }) => before?.includes(id) !== true);
    if (before !== undefined && fresh.length === 0) return [];
    const ids = [...fresh.map(({ id }) => id), ...(before ?? [])].slice(0, LATE_MOST);
    // What was so before anybody looked is on the board anyway.
    const told = before === undefined || isOld ? [] : fresh;
    this.#add({ ...kept, [place]: ids }, told);
    return this.#wanted(told);
  }

  /** Moves entries that stand already to the time that they have now. */
  #updateTimes(standing: readonly News[]): void {
    const kept = this.#read();
    const atOf = new Map(standing.map(({ id, at }) => [id, at]));
    if (!kept.items.some(({ id, at }) => (atOf.get(id) ?? at) !== at)) return;
    this.#keep({ ...kept, items: inOrder(kept.items.map((item) => movedTo(item, atOf.get(item.id)))) });
  }

  markRead(): void {
    if (this.#kept.unread > 0) this.#keep({ ...this.#read(), unread: 0, readAt_ms: Date.now() });
  }

  setOn(kind: NewsKind, isOn: boolean): void {
    const kept = this.#read();
    const others = kept.off.filter((off) => off !== kind);
    this.#keep({ ...kept, off: isOn ? others : [...others, kind] });
  }

  #wanted(news: readonly News[]): readonly News[] {
    return news.filter(({ kind }) => !this.#kept.off.includes(kind));
  }

  #add(kept: Kept, news: readonly News[]): void {
    this.#keep(gather(kept, news.filter(({ kind }) => !kept.off.includes(kind)), Date.now()));
  }

  #read(): Kept {
    try {
      const kept = { ...NOTHING, ...(JSON.parse(this.storage.getItem(KEY) ?? "{}") as Partial<Kept>) };
      // Earlier versions kept drivers' names, and did not keep when something was told.
      const items = kept.items.filter(({ toldAt_ms }) => toldAt_ms !== undefined);
      return { ...kept, items: inOrder(items), unread: countUnread(items, kept.readAt_ms) };
    } catch {
      return NOTHING;
    }
  }

  #keep(kept: Kept): void {
    this.storage.setItem(KEY, JSON.stringify(kept));
    this.#take(kept);
  }

  #take(kept: Kept): void {
    this.#kept = kept;
    for (const listener of this.#listeners) listener();
  }
}

/** Adds fresh news to what is kept. */
function gather(kept: Kept, fresh: readonly News[], now_ms: number): Kept {
  const gathered = NEWS_KINDS.toReversed().reduce((items, kind) => gatherKind(items, fresh.filter((news) => news.kind === kind), now_ms), kept.items);
  const items = inOrder(gathered).slice(0, ITEMS_MOST);
  return { ...kept, items, unread: countUnread(items, kept.readAt_ms) };
}

/** Those of one kind, latest first. Where they have become a burst they go into one entry, with the ones told just before. */
function gatherKind(items: readonly Item[], fresh: readonly News[], now_ms: number): readonly Item[] {
  const [latest] = fresh;
  if (latest === undefined) return items;
  const justBefore = new Set(items.filter(({ kind, toldAt_ms }) => kind === latest.kind && now_ms - toldAt_ms < BURST_MS));
  const count = [...justBefore].reduce((sum, item) => sum + (isBurst(item) ? item.count : 1), fresh.length);
  const isCrowd = count > APART_MOST;
  // From the first of them on, or a steady stream would be a burst without end.
  const toldAt_ms = isCrowd ? Math.min(now_ms, ...[...justBefore].map((item) => item.toldAt_ms)) : now_ms;
  const entries: readonly (News | Burst)[] = isCrowd ? [{ id: `burst ${latest.id}`, kind: latest.kind, at: latest.at, count }] : fresh;
  const rest = isCrowd ? items.filter((item) => !justBefore.has(item)) : items;
  return [...entries.map((entry) => stamped(entry, toldAt_ms)), ...rest];
}

function stamped(entry: News | Burst, toldAt_ms: number): Item {
  return { ...entry, toldAt_ms };
}

function movedTo(item: Item, at: string | undefined): Item {
  return at === undefined ? item : { ...item, at };
}

function inOrder(items: readonly Item[]): readonly Item[] {
  return items.toSorted((one, other) => Date.parse(other.at) - Date.parse(one.at));
}

function countUnread(items: readonly Item[], readAt_ms: number): number {
  return items.filter(({ toldAt_ms }) => toldAt_ms > readAt_ms).length;
}

function newsOf(event: EventView): News | undefined {
  const kind = kindOf(event);
  if (kind === undefined) return undefined;
  const { sequence, occurredAt, entityId, entityName, data } = event;
  const incidentType = data["type"];
  return {
    id: `event ${sequence}`,
    kind,
    at: occurredAt,
    deliveryId: entityId,
    journey: entityName ?? "",
    ...(typeof incidentType === "string" && { incidentType }),
  };
}

function kindOf({ type, data }: EventView): NewsKind | undefined {
  if (type === "IncidentReported") return "incident";
  if (type !== "DeliveryStatusChanged") return undefined;
  if (data["new"] === "Failed") return "failed";
  return data["new"] === "Delivered" ? "delivered" : undefined;
}

function latenessOf(row: DeliveryRow): News | undefined {
  return row.lateSince === null ? undefined : standingOf(row, "late", `late ${row.id}`, row.lateSince);
}

function lossOf({ deviceId, driverId, seenAt, revokedAt }: PhoneView, underWay: readonly DeliveryRow[], now_ms: number): News | undefined {
  if (seenAt === null || revokedAt !== null || now_ms - Date.parse(seenAt) < SILENCE_MOST_MS) return undefined;
  const delivery = underWay.find((row) => row.driverId === driverId);
  return delivery && standingOf(delivery, "phone", `phone ${deviceId} ${seenAt}`, seenAt);
}

function standingOf({ id: deliveryId, routeOrigin, routeDestination, driverId }: DeliveryRow, kind: NewsKind, id: string, at: string): News {
  return { id, kind, at, deliveryId, journey: journey(routeOrigin, routeDestination), ...(driverId !== null && { driverId }) };
}

/** The one of this page. */
export const newsDesk = new NewsDesk(localStorage);
