// All that was recorded of an event, in words where the desk has some, and field by field.
import type { EntityKind } from "@bindings/EntityKind";
import type { EventView } from "@bindings/EventView";
import { CloseButton, Code, Group, Text } from "@mantine/core";
import type { ComponentType, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { formatNumber } from "@kit/conventions";
import { DriverName, RouteLink, VehicleName } from "@kit/EntityLink";
import { EventSentence, incidentWord } from "@kit/EventSentence";
import { EventSubject } from "@kit/EventSubject";
import { LinkButton } from "@kit/links";
import { Panel } from "@kit/Panel";
import { formatFull } from "@kit/time";
import classes from "./LogPage.module.css";

export function EventDetails({ event, onClose }: { event: EventView; onClose: () => void }) {
  const { t } = useTranslation("log");
  const { t: kit } = useTranslation("kit");
  const actor = event.actorName ?? t(event.actor === "desk" ? "actor.desk" : "actor.device");
  return (
    <Panel title={t("event", { sequence: formatNumber(event.sequence) })} action={<CloseButton aria-label={t("close")} onClick={onClose} />}>
      <Text size="sm" mb="sm">
        <EventSubject event={event} /> <EventSentence event={event} />
      </Text>
      <dl className={classes["fields"]}>
        <Field name={t("field.type")}>{t(`type.${event.type}`, { defaultValue: event.type })}</Field>
        <Field name={t("field.occurredAt")}>
          {formatFull(event.occurredAt)}
          {event.uncertain && ` · ${t("field.uncertain")}`}
        </Field>
        <Field name={t("field.recordedAt")}>
          {formatFull(event.recordedAt)}
          {event.backdated && ` · ${t("field.backdated")}`}
        </Field>
        <Field name={t("field.actor")}>{actor}</Field>
        <Field name={t("field.version")}>{t("field.versionOf", { version: event.version, entity: kit(`entity.${event.entity}`) })}</Field>
        {Object.entries(event.data).map(([name, value]) => (
          <Field key={name} name={t(`data.${name}`, { defaultValue: name })}>
            <Recorded name={name} value={value} entity={event.entity} />
          </Field>
        ))}
        <Field name={t("field.hash")}>
          <Code>{event.hash}</Code>
        </Field>
        <Field name={t("field.schema")}>{`${event.type}, ${event.schemaVersion}`}</Field>
        <Field name={t("field.entity")}>
          <Code>{event.entityId}</Code>
        </Field>
        <Field name={t("field.correlation")}>
          <Code>{event.correlationId}</Code>
        </Field>
        <Field name={t("field.causation")}>
          <Code>{event.causationId}</Code>
        </Field>
      </dl>
      <Group mt="md">
        <LinkButton to="/log" search={{ entity: event.entityId, kind: event.entity }} variant="default" size="xs">
          {t("onlyThis")}
        </LinkButton>
      </Group>
    </Panel>
  );
}

function Field({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <Text component="dt" size="sm" c="dimmed">
        {name}
      </Text>
      <Text component="dd" size="sm" className={classes["value"]}>
        {children}
      </Text>
    </>
  );
}

/** Fields that hold the id of something. */
const NAMED: Readonly<Record<string, ComponentType<{ id: string }>>> = {
  routeId: RouteLink,
  driverId: DriverName,
  previousDriverId: DriverName,
  vehicleId: VehicleName,
  previousVehicleId: VehicleName,
};

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/u;
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/u;

/** What a field holds: instants in words, what has a name by its name, the rest as it was recorded. */
function Recorded({ name, value, entity }: { name: string; value: unknown; entity: EntityKind }) {
  const { t } = useTranslation("kit");
  const Named = NAMED[name];
  if (value === null) return "–";
  if (Named !== undefined && typeof value === "string") return <Named id={value} />;
  if (typeof value !== "string") return typeof value === "object" ? <Code block>{JSON.stringify(value, null, 2)}</Code> : String(value);
  if (INSTANT.test(value)) return formatFull(value);
  if (name === "old" || name === "new" || name === "status") return t(`status.${entity}.${value}`, { defaultValue: value });
  if (name === "severity") return t(`severity.${value}`, { defaultValue: value });
  if (name === "type" || name === "incidentType") return incidentWord(t, value);
  return ID.test(value) ? <Code>{value}</Code> : value;
}
