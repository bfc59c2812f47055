// What the driver sees: the depot's last answer with everything folded over it that the depot did not know then. It
// foretells what the depot will make of each action; what the depot says goes before it as soon as it says it.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import type { DeliveryStatus } from "@bindings/DeliveryStatus";
import type { IncidentView } from "@bindings/IncidentView";
import type { PhoneDay } from "@bindings/PhoneDay";
import type { DriverCommand } from "../depot/contract";
import { isOf, occurredAt } from "./action";
import type { Action } from "./action";

/** The rules' table of what a status may become, which the phone needs where it cannot ask. */
const NEXT: Readonly<Record<DeliveryStatus, readonly DeliveryStatus[]>> = {
  PickedUp: ["InTransit", "Failed"],
  InTransit: ["OutForDelivery", "Failed"],
  OutForDelivery: ["Delivered", "Failed"],
  Delivered: [],
  Failed: ["PickedUp"],
};

/** The deliveries with every action of their driver folded in that an answer of this sequence cannot know. */
export function fold(
  day: Pick<PhoneDay, "deliveries"> & Partial<Pick<PhoneDay, "driverId">>,
  sequence: number,
  actions: readonly Action[],
): DeliveryDetail[] {
  const pending = actions
    .filter(isOf(day.driverId))
    .filter(({ state, storedAs, isLate }) => state === "waiting" || (state === "stored" && isLate !== true && (storedAs ?? 0) > sequence));
  return day.deliveries.map((delivery) =>
    pending.filter(({ deliveryId }) => deliveryId === delivery.id).reduce(applied, delivery),
  );
}

function applied(delivery: DeliveryDetail, action: Action): DeliveryDetail {
  return apply(delivery, action.command, occurredAt(action));
}

/** A delivery after a command, where it may be given; the same again where it may not. */
export function apply(delivery: DeliveryDetail, command: DriverCommand, at: string): DeliveryDetail {
  switch (command.type) {
    case "changeDeliveryStatus":
      return moved(delivery, command.status);
    case "reachCheckpoint":
      return reached(delivery, command.sequence, at);
    case "reportIncident":
      return reported(delivery, command, at);
    case "resolveIncident":
      return resolved(delivery, command.incidentId, command.note ?? null, at);
    case "captureProof": {
      if (delivery.status !== "OutForDelivery") return delivery;
      const { receiverName, signature = null, photos = [] } = command;
      return { ...moved(delivery, "Delivered"), receiverName, signature, photos, deliveredAt: at };
    }
  }
}

function moved(delivery: DeliveryDetail, status: DeliveryStatus): DeliveryDetail {
  if (!NEXT[delivery.status].includes(status)) return delivery;
  const hasEnded = NEXT[status].length === 0 || status === "Failed";
  return { ...delivery, status, validStatuses: [...NEXT[status]], ...(hasEnded && { lateSince: null, atRisk: null }) };
}

function reached(delivery: DeliveryDetail, sequence: number, at: string): DeliveryDetail {
  const checkpoint = delivery.plan.find((planned) => planned.sequence === sequence);
  if (checkpoint === undefined || checkpoint.reachedAt !== null || delivery.status !== "InTransit") return delivery;
  const plan = delivery.plan.map((planned) => (planned === checkpoint ? { ...planned, reachedAt: at } : planned));
  const reachedNow = plan.filter(({ reachedAt }) => reachedAt !== null);
  const after: DeliveryDetail = {
    ...delivery,
    plan,
    checkpointsReached: reachedNow.length,
    lastLocation: reachedNow.at(-1)?.location ?? null,
    lateSince: null,
    atRisk: null,
  };
  return reachedNow.length === plan.length ? moved(after, "OutForDelivery") : after;
}

type Report = Extract<DriverCommand, { type: "reportIncident" }>;

function reported(delivery: DeliveryDetail, report: Report, at: string): DeliveryDetail {
  const { incidentId, incidentType, description, severity } = report;
  if (delivery.incidents.some(({ id }) => id === incidentId)) return delivery;
  const incident: IncidentView = {
    id: incidentId,
    deliveryId: delivery.id,
    type: incidentType,
    severity: severity ?? "Medium",
    description,
    reportedTimestamp: at,
    resolvedTimestamp: null,
    resolved: false,
    note: null,
    routeOrigin: delivery.routeOrigin,
    routeDestination: delivery.routeDestination,
    driverName: delivery.driverName,
    vehicleNo: delivery.vehicleNo,
    photos: report.photos ?? [],
  };
  const incidents = [...delivery.incidents, incident];
  return { ...delivery, incidents, openIncidents: delivery.openIncidents + 1 };
}

function resolved(delivery: DeliveryDetail, incidentId: string, note: string | null, at: string): DeliveryDetail {
  const incident = delivery.incidents.find(({ id }) => id === incidentId);
  if (incident === undefined || incident.resolved) return delivery;
  const incidents = delivery.incidents.map((each) =>
    each === incident ? { ...each, resolved: true, resolvedTimestamp: at, note } : each,
  );
  return { ...delivery, incidents, openIncidents: delivery.openIncidents - 1 };
}
