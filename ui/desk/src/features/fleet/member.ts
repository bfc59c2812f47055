// What drivers and vehicles have in common on the screen, so that one list, one form and one dialog serve both.
import type { DepotCommand } from "@bindings/DepotCommand";
import type { DriverStatus } from "@bindings/DriverStatus";
import type { DriverView } from "@bindings/DriverView";
import type { VehicleStatus } from "@bindings/VehicleStatus";
import type { VehicleView } from "@bindings/VehicleView";
import type { SubjectStatus } from "@kit/status";
import type { Part } from "./search";

export interface Member {
  readonly part: Part;
  readonly id: string;
  /** A name or a registration: unique enough for people. */
  readonly name: string;
  /** A licence or a type. */
  readonly detail: string;
  /** Of a driver, where it is known. */
  readonly phone: string | null;
  readonly standing: SubjectStatus;
  /** Why and since when the status that was set by hand holds. */
  readonly statusReason: string | null;
  readonly statusSince: string | null;
  readonly openDeliveries: number;
  readonly version: number;
  /** Whether who it was has been erased. */
  readonly erased: boolean;
  /** How many others have the same licence or registration, however it is written. */
  readonly twins: number;
}

export function memberOfDriver(driver: DriverView): Member {
  return {
    part: "driver",
    id: driver.driverId,
    name: driver.name,
    detail: driver.driverLicense,
    phone: driver.phone,
    standing: { of: "driver", status: driver.status },
    statusReason: driver.statusReason,
    statusSince: driver.statusSince,
    openDeliveries: driver.openDeliveries,
    version: driver.version,
    erased: driver.erased,
    twins: driver.sameLicense.length,
  };
}

export function memberOfVehicle(vehicle: VehicleView): Member {
  return {
    part: "vehicle",
    id: vehicle.vehicleId,
    name: vehicle.registration,
    detail: vehicle.vehicleType,
    phone: null,
    standing: { of: "vehicle", status: vehicle.status },
    statusReason: vehicle.statusReason,
    statusSince: vehicle.statusSince,
    openDeliveries: vehicle.openDeliveries,
    version: vehicle.version,
    erased: false,
    twins: vehicle.sameRegistration.length,
  };
}

export function addCommand(part: Part, id: string, name: string, detail: string): DepotCommand {
  return part === "driver"
    ? { entity: "driver", id, command: { type: "addDriver", name, driverLicense: detail } }
    : { entity: "vehicle", id, command: { type: "addVehicle", registration: name, vehicleType: detail } };
}

export function updateCommand(part: Part, id: string, name: string, detail: string): DepotCommand {
  return part === "driver"
    ? { entity: "driver", id, command: { type: "updateDriver", name, driverLicense: detail } }
    : { entity: "vehicle", id, command: { type: "updateVehicle", registration: name, vehicleType: detail } };
}

/** An empty number removes the one that is known. */
export function phoneCommand(id: string, phone: string): DepotCommand {
  return { entity: "driver", id, command: { type: "setDriverPhone", phone: phone.trim() === "" ? null : phone.trim() } };
}

/** What can be set by hand. */
export const SETTABLE = {
  driver: ["Available", "Suspended", "Unavailable"],
  vehicle: ["Available", "Maintenance", "OutOfService"],
} as const satisfies { driver: readonly DriverStatus[]; vehicle: readonly VehicleStatus[] };

export function statusCommand(part: Part, id: string, status: string, reason: string | null): DepotCommand {
  return part === "driver"
    ? { entity: "driver", id, command: { type: "changeDriverStatus", status: status as DriverStatus, reason } }
    : { entity: "vehicle", id, command: { type: "changeVehicleStatus", status: status as VehicleStatus, reason } };
}
