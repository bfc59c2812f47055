// What a day's lanes are made of, and which command a drop means. Draws nothing.
import type { DeliveryRow } from "@bindings/DeliveryRow";
import type { DepotCommand } from "@bindings/DepotCommand";
import { isUnderWay } from "@kit/status";
import { instantsAt, wallTime } from "@kit/time";

export type Grouping = "driver" | "vehicle";

/** The lane of deliveries that lack a driver, or a vehicle. */
export const OPEN_LANE = "open";

/** The hours that every day shows; it shows more where there is more. */
const HOURS = { first: 6, last: 20 } as const;

export interface Bar {
  readonly id: string;
  readonly title: string;
  readonly start: string;
  readonly end: string;
  readonly color: string;
  readonly resourceId: string;
  readonly payload: { readonly delivery: DeliveryRow };
}

/** The deliveries as bars within one day of the depot. */
export function barsOf(deliveries: readonly DeliveryRow[], grouping: Grouping, day: string): Bar[] {
  const [first, last] = [`${day} 00:00:00`, `${day} 23:59:59`];
  return deliveries.map((delivery) => {
    const start = wallTime(delivery.heldFrom ?? delivery.scheduledStartTime);
    const end = wallTime(delivery.heldUntil ?? delivery.scheduledEndTime);
    return {
      id: delivery.id,
      title: delivery.routeDestination,
      // Times of this form sort like text.
      start: start < first ? first : start,
      end: end > last ? last : end,
      color: "gray",
      resourceId: laneOf(delivery, grouping),
      payload: { delivery },
    };
  });
}

export function laneOf({ driverId, vehicleId }: DeliveryRow, grouping: Grouping): string {
  return (grouping === "driver" ? driverId : vehicleId) ?? OPEN_LANE;
}

/** Who drives in each lane that has somebody on the road. */
export function onRoadOf(deliveries: readonly DeliveryRow[], grouping: Grouping): ReadonlyMap<string, string | null> {
  return new Map(deliveries.filter(isUnderWay).map((delivery) => [laneOf(delivery, grouping), delivery.driverId]));
}

/** From which to which hour the lanes reach. */
export function hoursOf(bars: readonly Bar[]): [startTime: string, endTime: string] {
  const first = Math.min(HOURS.first, ...bars.map(({ start }) => hour(start)));
  const last = Math.max(HOURS.last, ...bars.map(({ end }) => hour(end) + 1));
  return [`${twoDigits(first)}:00:00`, last > 23 ? "23:59:59" : `${twoDigits(last)}:00:00`];
}

/** How many hours' columns the lanes have between two of their ends. */
export function hoursBetween(startTime: string, endTime: string): number {
  return (endTime > "23:59" ? 24 : Number(endTime.slice(0, 2))) - Number(startTime.slice(0, 2));
}

/** A command, and what takes it back, where something does. */
export interface Drop {
  readonly command: DepotCommand;
  readonly undo: DepotCommand | undefined;
}

/** What a drop asks for that moves a bar to a lane and to another start; undefined where it asks for nothing. */
export function dropOf(bar: Bar, grouping: Grouping, lane: string, newStart: string): Drop | "takenAway" | undefined {
  const { delivery } = bar.payload;
  const { id, routeId, driverId, vehicleId, scheduledStartTime: from } = delivery;
  if (lane !== laneOf(delivery, grouping)) {
    if (lane === OPEN_LANE) return "takenAway";
    const assign = (driver: string | null, vehicle: string | null): DepotCommand | undefined => {
      if (grouping === "driver") return driver === null ? undefined : { entity: "delivery", id, command: { type: "assignDriver", driverId: driver } };
      return vehicle === null ? undefined : { entity: "delivery", id, command: { type: "assignVehicle", vehicleId: vehicle } };
    };
    const command = assign(lane, lane);
    return command && { command, undo: assign(driverId, vehicleId) };
  }
  // A bar that began the day before is drawn from midnight: what counts is how far it was moved.
  const moved_ms = asUtc(newStart) - asUtc(bar.start);
  const wanted = new Date(asUtc(wallTime(from)) + moved_ms);
  const [scheduledStartTime] = instantsAt(wanted.toISOString().slice(0, 10), { hours: wanted.getUTCHours(), minutes: wanted.getUTCMinutes() });
  if (moved_ms === 0 || scheduledStartTime === undefined) return undefined;
  const move = (before: string, after: string): DepotCommand => ({ entity: "route", id: routeId, command: { type: "moveRoute", from: before, scheduledStartTime: after } });
  return { command: move(from, scheduledStartTime), undo: move(scheduledStartTime, from) };
}

/** A wall time as if it were told in UTC. */
function asUtc(time: string): number {
  return Date.parse(`${time.replace(" ", "T")}Z`);
}

/** The beginning of the half hour at a place of a lane, 0 at its left end and 1 at its right. */
export function startAt(day: string, across: number, startTime: string, endTime: string): string | undefined {
  const halfHours = Math.floor(Math.min(Math.max(across, 0), 0.999) * hoursBetween(startTime, endTime) * 2);
  const minutes = Number(startTime.slice(0, 2)) * 60 + halfHours * 30;
  return instantsAt(day, { hours: Math.floor(minutes / 60), minutes: minutes % 60 })[0];
}

function hour(time: string): number {
  return Number(time.slice(11, 13));
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
