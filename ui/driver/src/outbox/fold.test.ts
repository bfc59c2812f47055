// What is shown before the depot knows it, and after.
import { describe, expect, it } from "vitest";
import type { DriverCommand } from "../depot/contract";
import type { Action } from "./action";
import { apply, fold } from "./fold";
import { deliveryOf } from "./testing";

const AT = "2026-11-25T09:00:00.000Z";
let order = 0;

function action(command: DriverCommand, part: Partial<Action> = {}): Action {
  order += 1;
  return {
    order,
    state: "waiting",
    deliveryId: "d1",
    command,
    idempotencyKey: String(order),
    device: { sequence: order, time: AT },
    files: [],
    where: "Depot → Harbour",
    ...part,
  };
}

const start: DriverCommand = { type: "changeDeliveryStatus", status: "InTransit" };
const reach = (sequence: number): DriverCommand => ({ type: "reachCheckpoint", routeId: "r1", sequence });
const prove: DriverCommand = { type: "captureProof", receiverName: "Ms Frei", photos: [] };

function folded(actions: readonly Action[], delivery = deliveryOf(), sequence = 10) {
  const [first] = fold({ deliveries: [delivery] }, sequence, actions);
  if (first === undefined) throw new Error("It is gone.");
  return first;
}

describe("the fold", () => {
  it("carries a delivery through its day", () => {
    const day = [start, reach(1), reach(2), prove].map((command) => action(command));
    expect(folded(day.slice(0, 1)).status).toBe("InTransit");
    expect(folded(day.slice(0, 2))).toMatchObject({ status: "InTransit", checkpointsReached: 1, lastLocation: "Stop 1" });
    // The last checkpoint moves it on in the same step.
    expect(folded(day.slice(0, 3)).status).toBe("OutForDelivery");
    expect(folded(day)).toMatchObject({ status: "Delivered", receiverName: "Ms Frei", deliveredAt: AT });
  });

  it("corrects the device's time by its offset", () => {
    const late = action(reach(1), { device: { sequence: 1, time: AT, offsetMs: 60_000 } });
    expect(folded([action(start), late]).plan[0]?.reachedAt).toBe("2026-11-25T09:01:00.000Z");
  });

  it("leaves out what the depot's answer knows, and what it refused", () => {
    const known = action(start, { state: "stored", storedAs: 10 });
    expect(folded([known]).status).toBe("PickedUp");
    expect(folded([{ ...known, storedAs: 11 }]).status).toBe("InTransit");
    expect(folded([{ ...known, state: "refused" }]).status).toBe("PickedUp");
    expect(folded([{ ...known, state: "discarded" }]).status).toBe("PickedUp");
  });

  it("never moves back what the depot has moved on meanwhile", () => {
    const delivered = deliveryOf({ status: "Delivered", validStatuses: [] });
    const day = [start, reach(1), prove].map((command) => action(command));
    expect(folded(day, delivered)).toEqual(delivered);
  });

  it("shows the same when an action is folded in twice, as when its acknowledgement got lost", () => {
    const report: DriverCommand = { type: "reportIncident", incidentId: "i", incidentType: "Delay", description: "Jam" };
    for (const command of [start, reach(1), report, { type: "resolveIncident", incidentId: "i" } as const]) {
      const before = apply(apply(deliveryOf(), start, AT), report, AT);
      const once = apply(before, command, AT);
      expect(apply(once, command, "2026-11-25T10:00:00.000Z")).toEqual(once);
    }
  });

  it("touches no other delivery", () => {
    const other = deliveryOf({ id: "d2" });
    expect(fold({ deliveries: [other] }, 10, [action(start)])).toEqual([other]);
  });
});
