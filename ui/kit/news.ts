// What a dispatcher wants to be told of without looking for it, each thing once. Kept in the browser, so that neither a
// reload nor a second window tells it again; what came while nobody looked waits in the list.
import type { DeliveryRow } from "@bindings/DeliveryRow";
import type { EventView } from "@bindings/EventView";
import type { PhoneView } from "@bindings/PhoneView";

const KEY = "depot.news";
const ITEMS_MOST = 50;
/** Lateness is remembered longer than it is listed: a delivery can stay late for days. */
const LATE_MOST = 500;

export const NEWS_KINDS = ["incident", "late", "failed", "delivered", "phone"] as const;
/** How long a phone with work to do may be silent. It speaks every half minute while its app is open. */
const SILENCE_MOST_MS = 15 * 60_000;

export type NewsKind = (typeof NEWS_KINDS)[number];

export interface News {
  readonly id: string;
  readonly kind: NewsKind;
  readonly at: string;
  readonly deliveryId: string;
  /** The delivery's, for people. */
  readonly name: string;
  /** An incident's type. */
  readonly incidentType?: string;
}

interface Kept {
  /** The last event that was looked at; undefined until the first look, which tells nothing. */
  readonly upTo?: number;
  readonly late?: readonly string[];
  /** Phones that were told of as lost, with when they were last seen. */
  readonly lost?: readonly string[];
  /** Newest first. */
  readonly items: readonly News[];
  readonly unread: number;
  readonly off: readonly NewsKind[];
}

const NOTHING: Kept = { items: [], unread: 0, off: [] };

/** One for a page; others over the same storage learn of what it keeps. */
export class NewsDesk {
  #kept: Kept;
  readonly #listeners = new Set<() => void>();

  constructor(private readonly storage: Storage) {
    this.#kept = this.#read();
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

  /** Gives the deliveries that became late since the last look, and never again. */
  takeLate(deliveries: readonly DeliveryRow[]): readonly News[] {
    return this.#takeStanding("late", deliveries.map(latenessOf).filter((news) => news !== undefined));
  }

  /** Gives the phones that fell silent while their drivers have deliveries under way, and never again. */
  takePhones(phones: readonly PhoneView[], underWay: readonly DeliveryRow[], now_ms: number): readonly News[] {
    return this.#takeStanding("lost", phones.map((phone) => lossOf(phone, underWay, now_ms)).filter((news) => news !== undefined));
  }

  /** Of what stands rather than happens: what was not so at an earlier look. */
  #takeStanding(place: "late" | "lost", standing: readonly News[]): readonly News[] {
    const kept = this.#read();
    const before = kept[place];
    const fresh = standing.filter(({ id }) => before?.includes(id) !== true);
    if (before !== undefined && fresh.length === 0) return [];
    const ids = [...fresh.map(({ id }) => id), ...(before ?? [])].slice(0, LATE_MOST);
    // What was so before anybody looked is on the board anyway.
    const told = before === undefined ? [] : fresh;
    this.#add({ ...kept, [place]: ids }, told);
    return this.#wanted(told);
  }

  markRead(): void {
    if (this.#kept.unread > 0) this.#keep({ ...this.#read(), unread: 0 });
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
    const wanted = news.filter(({ kind }) => !kept.off.includes(kind));
    const unread = Math.min(kept.unread + wanted.length, ITEMS_MOST);
    this.#keep({ ...kept, items: [...wanted, ...kept.items].slice(0, ITEMS_MOST), unread });
  }

  #read(): Kept {
    try {
      return { ...NOTHING, ...(JSON.parse(this.storage.getItem(KEY) ?? "{}") as Partial<Kept>) };
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
    name: entityName ?? "",
    ...(typeof incidentType === "string" && { incidentType }),
  };
}

function kindOf({ type, data }: EventView): NewsKind | undefined {
  if (type === "IncidentReported") return "incident";
  if (type !== "DeliveryStatusChanged") return undefined;
  if (data["new"] === "Failed") return "failed";
  return data["new"] === "Delivered" ? "delivered" : undefined;
}

function latenessOf({ id, lateSince, routeOrigin, routeDestination, driverName }: DeliveryRow): News | undefined {
  if (lateSince === null) return undefined;
  // Several drive the same route, and are late on it together.
  const name = [`${routeOrigin} → ${routeDestination}`, driverName].filter((part) => part !== null).join(", ");
  return { id: `late ${id} ${lateSince}`, kind: "late", at: lateSince, deliveryId: id, name };
}

function lossOf({ deviceId, name, driverId, seenAt, revokedAt }: PhoneView, underWay: readonly DeliveryRow[], now_ms: number): News | undefined {
  if (seenAt === null || revokedAt !== null || now_ms - Date.parse(seenAt) < SILENCE_MOST_MS) return undefined;
  const delivery = underWay.find((row) => row.driverId === driverId);
  return delivery && { id: `phone ${deviceId} ${seenAt}`, kind: "phone", at: seenAt, deliveryId: delivery.id, name };
}

/** The one of this page. */
export const newsDesk = new NewsDesk(localStorage);
