import type { DeliveryRow } from "@bindings/DeliveryRow";
import type { EventView } from "@bindings/EventView";
import type { PhoneView } from "@bindings/PhoneView";
import { beforeEach, expect, test } from "vitest";
import { NewsDesk } from "@kit/news";

const NOBODY = () => false;

function eventOf(sequence: number, type: string, data: Record<string, unknown> = {}): EventView {
  return { sequence, type, data, entityId: "d1", entityName: "Depot → Harbour", occurredAt: "2026-11-25T08:00:00Z", actor: "driver:1" } as unknown as EventView;
}

const incident = (sequence: number) => eventOf(sequence, "IncidentReported", { type: "Traffic" });
const late = (id: string) => ({ id, lateSince: "2026-11-25T08:00:00Z", routeOrigin: "Depot", routeDestination: id }) as DeliveryRow;

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

test("a phone that falls silent with work to do is told once, and again when it falls silent again", () => {
  const row = { id: "a", driverId: "d" } as DeliveryRow;
  const eight = phone("2026-11-25T08:00:00Z");
  expect(desk.takePhones([eight], [row], at("08:05:00"))).toEqual([]);
  expect(desk.takePhones([eight], [], at("09:00:00"))).toEqual([]);
  expect(desk.takePhones([eight], [row], at("09:00:00"))).toMatchObject([{ kind: "phone", deliveryId: "a", name: "Ana (Chrome)" }]);
  expect(new NewsDesk(localStorage).takePhones([eight], [row], at("09:01:00"))).toEqual([]);
  expect(desk.takePhones([{ ...eight, revokedAt: "2026-11-25T09:01:00Z" }], [row], at("10:00:00"))).toEqual([]);
  expect(desk.takePhones([phone("2026-11-25T09:30:00Z")], [row], at("10:00:00"))).toHaveLength(1);
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
