// Deliveries and what they name, for tests.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import type { DeliveryRow } from "@bindings/DeliveryRow";
import type { DriverView } from "@bindings/DriverView";
import type { RouteSummary } from "@bindings/RouteSummary";
import type { Session } from "@bindings/Session";
import type { VehicleView } from "@bindings/VehicleView";

export const START = "2026-03-02T08:00:00Z";
export const END = "2026-03-02T10:00:00Z";

export const SESSION: Session = {
  actor: { role: "dispatcher", credential: "", name: "Desk", driverId: null },
  mayChange: true,
  version: "0",
  depotName: "Depot",
  timeZone: "UTC",
  language: "en",
  empty: false,
  demo: false,
  eventsBesideDemo: 0,
  endpoint: null,
  now: "2026-03-02T09:00:00Z",
  readOnly: false,
};

export const ROUTE: RouteSummary = {
  routeId: "r1",
  origin: "Pier",
  destination: "Hill",
  status: "Active",
  scheduledStartTime: START,
  scheduledEndTime: END,
  openDeliveries: 0,
  checkpoints: [],
  version: 2,
};

export const ANA: DriverView = {
  driverId: "ana",
  name: "Ana",
  driverLicense: "L1",
  phone: null,
  status: "Available",
  statusReason: null,
  statusSince: null,
  openDeliveries: 0,
  updatedAt: START,
  version: 1,
  erased: false,
  sameLicense: [],
};

export const VAN: VehicleView = {
  vehicleId: "van",
  registration: "VAN-1",
  vehicleType: "Van",
  status: "Available",
  statusReason: null,
  statusSince: null,
  openDeliveries: 0,
  updatedAt: START,
  version: 1,
  sameRegistration: [],
};

const ROW: DeliveryRow = {
  id: "d1",
  status: "PickedUp",
  routeId: ROUTE.routeId,
  routeOrigin: ROUTE.origin,
  routeDestination: ROUTE.destination,
  scheduledStartTime: START,
  scheduledEndTime: END,
  heldFrom: null,
  heldUntil: null,
  alsoUnderWay: null,
  driverId: null,
  driverName: null,
  vehicleId: null,
  vehicleNo: null,
  lastLocation: null,
  checkpointsReached: 0,
  checkpointsTotal: 2,
  openIncidents: 0,
  lateSince: null,
  atRisk: null,
  receiverName: null,
  createdAt: START,
  updatedAt: START,
  deliveredAt: null,
  deliveredUncertain: false,
  version: 4,
};

export function rowOf(changed: Partial<DeliveryRow> = {}): DeliveryRow {
  return { ...ROW, ...changed };
}

export function detailOf(changed: Partial<DeliveryDetail> = {}): DeliveryDetail {
  return {
    ...ROW,
    validStatuses: ["InTransit", "Failed"],
    driverLicense: "L1",
    vehicleType: "Van",
    signatureUrl: null,
    signature: null,
    photos: [],
    incidents: [],
    checkpoints: [],
    filesAwaited: [],
    filesMissing: [],
    erased: false,
    plan: [
      { sequence: 1, location: "Mill", expectedTime: "2026-03-02T08:30:00Z", reachedAt: "2026-03-02T08:38:00Z", uncertain: false },
      { sequence: 2, location: "Bridge", expectedTime: END, reachedAt: null, uncertain: false },
    ],
    ...changed,
  };
}

export const STAFFED = {
  driverId: ANA.driverId,
  driverName: ANA.name,
  vehicleId: VAN.vehicleId,
  vehicleNo: VAN.registration,
} as const;
