// What happened, in plain words, from an event as it was recorded.
import type { DeliveryCreated } from "@bindings/DeliveryCreated";
import type { DeliveryEvent } from "@bindings/DeliveryEvent";
import type { DriverEvent } from "@bindings/DriverEvent";
import type { EventView } from "@bindings/EventView";
import type { LateDeed } from "@bindings/LateDeed";
import type { LateWords } from "@bindings/LateWords";
import type { RouteEvent } from "@bindings/RouteEvent";
import type { VehicleEvent } from "@bindings/VehicleEvent";
import type { TFunction } from "i18next";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { DeliveryLink, DriverName, VehicleName } from "@kit/EntityLink";
import { Moment } from "@kit/Moment";
import { Person } from "@kit/Person";
import { Sentence, withinSentence } from "@kit/Sentence";

type DepotEvent = DriverEvent | VehicleEvent | RouteEvent | DeliveryEvent;

/** The sentence without its subject, which is the thing that the event belongs to. */
export function EventSentence({ event }: { event: EventView }): ReactNode {
  const { t } = useTranslation("kit");
  // The depot's types say which data a type of event has.
  const happened = { type: event.type, data: event.data } as unknown as DepotEvent;
  const parts = partsOf(happened, event.entity, t);
  return <Sentence text={textOf(happened, t)} parts={parts} />;
}

/** Some events say quite different things by what is in them. */
function textOf(event: DepotEvent, t: TFunction<"kit">): string {
  switch (event.type) {
    case "DeliveryStatusChanged":
      return t([
        `event.DeliveryBecame.${event.data.new}${event.data.alsoUnderWay === undefined ? "" : "Too"}`,
        "event.DeliveryStatusChanged",
      ]);
    case "DriverPhoneChanged":
      return t(event.data.phone === undefined ? "event.DriverPhoneRemoved" : "event.DriverPhoneChanged");
    case "DeliveryCreated":
      return t(`event.DeliveryCreatedWith.${crewOf(event.data)}`);
    default:
      return t(`event.${event.type}`, { defaultValue: event.type });
  }
}

function crewOf({ driverId, vehicleId }: DeliveryCreated): "both" | "driver" | "vehicle" | "nobody" {
  if (driverId !== undefined) return vehicleId === undefined ? "driver" : "both";
  return vehicleId === undefined ? "nobody" : "vehicle";
}

function partsOf(event: DepotEvent, entity: string, t: TFunction<"kit">): Record<string, ReactNode> {
  const word = (status: string) => withinSentence(t(`status.${entity}.${status}`, { defaultValue: status }));
  switch (event.type) {
    case "DriverAdded":
    case "DriverUpdated":
      return { name: <Person of={event.data.name} />, license: <Person of={event.data.driverLicense} /> };
    case "VehicleAdded":
    case "VehicleUpdated":
      return { registration: event.data.registration, type: event.data.vehicleType };
    case "DeliveryStatusChanged":
      return {
        old: word(event.data.old),
        new: word(event.data.new),
        reason: because(event.data.reason),
        other: event.data.alsoUnderWay !== undefined && <DeliveryLink id={event.data.alsoUnderWay} />,
      };
    case "DriverStatusChanged":
    case "VehicleStatusChanged":
      return { old: word(event.data.old), new: word(event.data.new), reason: because(event.data.reason) };
    case "RouteStatusChanged":
      return { old: word(event.data.old), new: word(event.data.new) };
    case "RouteCreated":
    case "RouteUpdated":
      return {
        origin: event.data.origin,
        destination: event.data.destination,
        start: <Moment at={event.data.scheduledStartTime} />,
      };
    case "RouteMoved":
      return { start: <Moment at={event.data.scheduledStartTime} />, end: <Moment at={event.data.scheduledEndTime} /> };
    case "CheckpointAdded":
    case "CheckpointUpdated":
      return {
        sequence: event.data.sequence,
        location: event.data.location,
        time: <Moment at={event.data.expectedTime} />,
      };
    case "CheckpointRemoved":
      return { sequence: event.data.sequence };
    case "CheckpointReached":
      return { sequence: event.data.sequence, location: event.data.location };
    case "RouteScheduledEndTimeUpdated":
      return { end: <Moment at={event.data.scheduledEndTime} /> };
    case "DriverAssigned":
      return { driver: <DriverName id={event.data.driverId} /> };
    case "VehicleAssigned":
      return { vehicle: <VehicleName id={event.data.vehicleId} /> };
    case "IncidentReported":
      return { type: incidentWord(t, event.data.type), description: <Person of={event.data.description} /> };
    case "DriverPhoneChanged":
      return { phone: event.data.phone !== undefined && <Person of={event.data.phone} /> };
    case "IncidentResolved":
      return { note: because(event.data.note) };
    case "ProofOfDeliveryCaptured":
      return { receiver: <Person of={event.data.receiverName} /> };
    case "AwaitedFileClosed":
      return { reason: <Person of={event.data.reason} /> };
    case "DeliveryCreated":
      return {
        driver: event.data.driverId !== undefined && <DriverName id={event.data.driverId} />,
        vehicle: event.data.vehicleId !== undefined && <VehicleName id={event.data.vehicleId} />,
      };
    case "LateFactKept":
      return { driver: <DriverName id={event.data.driverId} />, deed: deedWords(t, event.data.deed, event.data.words) };
    case "LateFactSettled":
      return { note: because(event.data.note) };
    case "CheckpointsReordered":
    case "DriverErased":
    case "ReceiverErased":
      return {};
    default:
      return {};
  }
}

/** What a driver did, in words. */
export function deedWords(t: TFunction<"kit">, deed: LateDeed, words: LateWords | null | undefined): string {
  switch (deed.type) {
    case "statusChanged":
      return t("deed.statusChanged", { status: t(`status.delivery.${deed.status}`, { defaultValue: deed.status }), reason: because(words?.reason) });
    case "checkpointReached":
      return t("deed.checkpointReached", { sequence: deed.sequence });
    case "incidentReported":
      return t("deed.incidentReported", { type: incidentWord(t, words?.incidentType ?? t("erased")), description: because(words?.description) });
    case "incidentResolved":
      return t("deed.incidentResolved", { note: because(words?.note) });
    case "proofCaptured":
      return t("deed.proofCaptured", { receiver: words?.receiverName ?? t("erased") });
  }
}

function because(reason: string | undefined): string {
  return reason === undefined ? "" : `: ${reason}`;
}

/** A known type in words; any other as it was written. */
export function incidentWord(t: TFunction<"kit">, type: string): string {
  return t(`incidentType.${type}`, { defaultValue: type });
}
