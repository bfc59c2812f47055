import type { DeliveryRow } from "@bindings/DeliveryRow";
import type { EventView } from "@bindings/EventView";
import type { PhoneView } from "@bindings/PhoneView";
import { beforeEach, expect, test, vi } from "vitest";
import { NewsDesk } from "@kit/news";

const NOBODY = () => false;

function eventOf(sequence: number, type: string, data: Record<string, unknown> = {}): EventView {
  return { sequence, type, data, entityId: "d1", entityName: "Depot → Harbour", occurredAt: "2026-11-25T08:00:00Z", actor: "driver:1" } as unknown as EventView;
}

const incident = (sequence: number) => eventOf(sequence, "IncidentReported", { type: "Traffic" });
const delivered = (sequence: number) => eventOf(sequence, "DeliveryStatusChanged", { new: "Delivered" });
const late = (id: string) => ({ id, lateSince: "2026-11-25T08:00:00Z", routeOrigin: "Depot", routeDestination: id, driverId: null }) as DeliveryRow;

const phone = (seenAt: string) => ({ deviceId: "p1", name: "Ana (Chrome)", driverId: "d", seenAt, revokedAt: null }) as PhoneView;
const at = (clock: string) => Date.parse(`2026-11-25T${clock}Z`);

let desk: NewsDesk;

beforeEach(() => {
  localStorage.clear();
  desk = new NewsDesk(localStorage);
});

test("what happened before the first look is no news", () => {
  expect(desk.takeEvents([incident(7)], NOBODY)).toEqual([]);
  expect(desk.takeLate([late("a")])).toEqual([]);
});

test("each thing is told once, in every window and after a reload", () => {
  desk.takeEvents([incident(7)], NOBODY);
  const newest = [incident(9), eventOf(8, "DeliveryStatusChanged", { new: "Failed" }), incident(7)];
  expect(desk.takeEvents(newest, NOBODY).map(({ kind }) => kind)).toEqual(["incident", "failed"]);
  expect(desk.takeEvents(newest, NOBODY)).toEqual([]);
  const other = new NewsDesk(localStorage);
  expect(other.takeEvents(newest, NOBODY)).toEqual([]);
  expect(other.get()).toMatchObject({ unread: 2, items: [{ id: "event 9", incidentType: "Traffic" }, { id: "event 8" }] });
});

test("a delivery is told to be late once, however often it is looked at", () => {
  desk.takeLate([late("a")]);
  expect(desk.takeLate([late("a"), late("b")]).map(({ deliveryId }) => deliveryId)).toEqual(["b"]);
  expect(new NewsDesk(localStorage).takeLate([late("b")])).toEqual([]);
});

const lateAt = (id: string, clock: string) => ({ ...late(id), lateSince: `2026-11-25T${clock}:00Z` });

test("a run that is late at several checkpoints is one entry", () => {
  desk.takeLate([]);
  desk.takeLate([lateAt("a", "08:00")]);
  desk.takeLate([lateAt("a", "08:00"), lateAt("b", "08:10")]);
  expect(desk.get().items.map(({ at: told }) => told.slice(11, 16))).toEqual(["08:10", "08:00"]);
  expect(desk.takeLate([lateAt("a", "08:20"), lateAt("b", "08:10")])).toEqual([]);
  expect(desk.get()).toMatchObject({ unread: 2, items: [{ deliveryId: "a", at: "2026-11-25T08:20:00Z" }, { deliveryId: "b" }] });
});

const at8 = (sequence: number, minute: string) => ({ ...incident(sequence), occurredAt: `2026-11-25T08:${minute}:00Z` });

test("what is told stands in order of time", () => {
  desk.takeEvents([incident(1)], NOBODY);
  desk.takeEvents([at8(3, "51"), at8(2, "36")], NOBODY);
  desk.takeEvents([at8(4, "41")], NOBODY);
  expect(desk.get().items.map(({ id }) => id)).toEqual(["event 3", "event 4", "event 2"]);
});

test("a phone that falls silent with work to do is told once, and again when it falls silent again", () => {
  const row = { id: "a", driverId: "d" } as DeliveryRow;
  const eight = phone("2026-11-25T08:00:00Z");
  expect(desk.takePhones([eight], [row], at("08:05:00"))).toEqual([]);
  expect(desk.takePhones([eight], [], at("09:00:00"))).toEqual([]);
  expect(desk.takePhones([eight], [row], at("09:00:00"))).toMatchObject([{ kind: "phone", deliveryId: "a", driverId: "d" }]);
  expect(new NewsDesk(localStorage).takePhones([eight], [row], at("09:01:00"))).toEqual([]);
  expect(desk.takePhones([{ ...eight, revokedAt: "2026-11-25T09:01:00Z" }], [row], at("10:00:00"))).toEqual([]);
  expect(desk.takePhones([phone("2026-11-25T09:30:00Z")], [row], at("10:00:00"))).toHaveLength(1);
});

test("what is kept names no driver, and what an earlier version kept of them goes", () => {
  localStorage.setItem("depot.news", JSON.stringify({ upTo: 7, late: [], unread: 1, items: [{ id: "late x", kind: "late", name: "Depot → Harbour, Ana" }] }));
  const other = new NewsDesk(localStorage);
  expect(other.get()).toMatchObject({ unread: 0, items: [] });
  expect(localStorage.getItem("depot.news")).not.toContain("Ana");
  expect(other.takeEvents([incident(8), incident(7)], NOBODY)).toHaveLength(1);
  other.takeLate([{ ...late("b"), driverId: "d", driverName: "Ana" }]);
  expect(other.get().items[0]).toMatchObject({ kind: "late", journey: "Depot → b", driverId: "d" });
  expect(localStorage.getItem("depot.news")).not.toContain("Ana");
});

test("many of a kind at once are one entry with their number, others stand beside it", () => {
  desk.takeEvents([incident(1)], NOBODY);
  const told = desk.takeEvents([incident(9), ...[8, 7, 6, 5, 4].map(delivered), incident(1)], NOBODY);
  expect(told).toHaveLength(6);
  expect(desk.get()).toMatchObject({ unread: 2, items: [{ id: "event 9" }, { kind: "delivered", count: 5 }] });
  desk.takeEvents([delivered(10), incident(9)], NOBODY);
  expect(desk.get()).toMatchObject({ unread: 2, items: [{ kind: "delivered", count: 6 }, { id: "event 9" }] });
  vi.useFakeTimers({ now: Date.now() + 60_000 });
  desk.takeEvents([delivered(11), delivered(10)], NOBODY);
  vi.useRealTimers();
  expect(desk.get()).toMatchObject({ unread: 3, items: [{ id: "event 11" }, { count: 6 }, { id: "event 9" }] });
});

test("nobody is told of what they did themselves, of what moves on as planned, or of what they switched off", () => {
  desk.takeEvents([incident(1)], NOBODY);
  expect(desk.takeEvents([incident(2)], ({ actor }) => actor === "driver:1")).toEqual([]);
  expect(desk.takeEvents([eventOf(3, "DeliveryStatusChanged", { new: "InTransit" })], NOBODY)).toEqual([]);
  desk.setOn("incident", false);
  expect(desk.takeEvents([incident(4)], NOBODY)).toEqual([]);
  expect(desk.get().items).toEqual([]);
});

test("a log that begins anew begins the list anew", () => {
  desk.takeEvents([incident(50)], NOBODY);
  desk.takeEvents([incident(51)], NOBODY);
  expect(desk.takeEvents([incident(3)], NOBODY)).toEqual([]);
  expect(desk.get().items).toEqual([]);
  expect(desk.takeEvents([incident(4)], NOBODY)).toHaveLength(1);
});

test("the list is read when it was seen", () => {
  desk.takeEvents([incident(1)], NOBODY);
  desk.takeEvents([incident(2)], NOBODY);
  desk.markRead();
  expect(new NewsDesk(localStorage).get()).toMatchObject({ unread: 0, items: [{ id: "event 2" }] });
});
