import { afterEach, beforeEach, expect, test } from "vitest";
import { setConventions } from "@kit/conventions";
import { END, ROUTE, START, rowOf } from "../delivery/sample";
import { OPEN_LANE, barsOf, dropOf, hoursOf, startAt } from "./laneBars";

const DAY = "2026-03-02";

beforeEach(() => setConventions({ locale: "en-GB", timeZone: "Europe/Berlin" }));
afterEach(() => setConventions({ locale: undefined, timeZone: undefined }));

test("bars stand at the depot's clock, on the lane of their driver or vehicle, and end with the day", () => {
  const rows = [rowOf({ driverId: "ana" }), rowOf({ id: "d2", scheduledStartTime: "2026-03-01T20:00:00Z", scheduledEndTime: "2026-03-03T01:00:00Z" })];
  expect(barsOf(rows, "driver", DAY)).toMatchObject([
    { id: "d1", start: "2026-03-02 09:00:00", end: "2026-03-02 11:00:00", resourceId: "ana" },
    { id: "d2", start: "2026-03-02 00:00:00", end: "2026-03-02 23:59:59", resourceId: OPEN_LANE },
  ]);
  expect(barsOf(rows, "vehicle", DAY).map(({ resourceId }) => resourceId)).toEqual([OPEN_LANE, OPEN_LANE]);
});

test("the lanes reach from six to twenty, and further where something happens then", () => {
  expect(hoursOf(barsOf([rowOf()], "driver", DAY))).toEqual(["06:00:00", "20:00:00"]);
  const night = rowOf({ scheduledStartTime: "2026-03-02T03:30:00Z", scheduledEndTime: "2026-03-02T22:10:00Z" });
  expect(hoursOf(barsOf([night], "driver", DAY))).toEqual(["04:00:00", "23:59:59"]);
});

const assign = (driverId: string) => ({ entity: "delivery", id: "d1", command: { type: "assignDriver", driverId } });
const move = (from: string, scheduledStartTime: string) => ({ entity: "route", id: ROUTE.routeId, command: { type: "moveRoute", from, scheduledStartTime } });

function drop(delivery: ReturnType<typeof rowOf>, grouping: "driver" | "vehicle", lane: string, newStart: string) {
  const [bar] = barsOf([delivery], grouping, DAY);
  return bar === undefined ? undefined : dropOf(bar, grouping, lane, newStart);
}

test("a drop on another lane assigns, and can be taken back to who was there", () => {
  const delivery = rowOf({ driverId: "ana", vehicleId: "van" });
  expect(drop(delivery, "driver", "ben", "2026-03-02 15:00:00")).toEqual({ command: assign("ben"), undo: assign("ana") });
  expect(drop(rowOf(), "vehicle", "truck", "2026-03-02 09:00:00")).toEqual({
    command: { entity: "delivery", id: "d1", command: { type: "assignVehicle", vehicleId: "truck" } },
    undo: undefined,
  });
  expect(drop(delivery, "driver", OPEN_LANE, "2026-03-02 09:00:00")).toBe("takenAway");
});

test("a drop along the lane moves the route as far as its bar was moved", () => {
  const delivery = rowOf({ driverId: "ana" });
  expect(drop(delivery, "driver", "ana", "2026-03-02 08:45:00")).toEqual({
    command: move(START, "2026-03-02T07:45:00.000Z"),
    undo: move("2026-03-02T07:45:00.000Z", START),
  });
  expect(drop(delivery, "driver", "ana", "2026-03-02 09:00:00")).toBeUndefined();
  const overnight = rowOf({ driverId: "ana", scheduledStartTime: "2026-03-01T21:00:00Z", scheduledEndTime: END });
  expect(drop(overnight, "driver", "ana", "2026-03-02 01:00:00")).toMatchObject({ command: move("2026-03-01T21:00:00Z", "2026-03-01T22:00:00.000Z") });
});

test("a place of a lane is the half hour that it stands for", () => {
  expect([0, 0.25, 1].map((across) => startAt(DAY, across, "06:00:00", "20:00:00"))).toEqual(["2026-03-02T05:00:00.000Z", "2026-03-02T08:30:00.000Z", "2026-03-02T18:30:00.000Z"]);
});
