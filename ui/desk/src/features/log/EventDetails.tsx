// All that was recorded of an event, in words where the desk has some, and field by field.
import type { EventView } from "@bindings/EventView";
import { CloseButton, Code, Group, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { formatNumber } from "@kit/conventions";
import { EventSentence } from "@kit/EventSentence";
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
        <Field name={t("field.occurredAt")}>{formatFull(event.occurredAt)}</Field>
        <Field name={t("field.recordedAt")}>
          {formatFull(event.recordedAt)}
          {event.backdated && ` · ${t("field.backdated")}`}
        </Field>
        <Field name={t("field.actor")}>{actor}</Field>
        <Field name={t("field.version")}>{t("field.versionOf", { version: event.version, entity: kit(`entity.${event.entity}`) })}</Field>
        {Object.entries(event.data).map(([name, value]) => (
          <Field key={name} name={t(`data.${name}`, { defaultValue: name })}>
            <Recorded value={value} />
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

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/u;
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/u;

/** What a field holds: instants in words, ids and what has an inner structure as they were recorded. */
function Recorded({ value }: { value: unknown }) {
  if (value === null) return "–";
  if (typeof value !== "string") return typeof value === "object" ? <Code block>{JSON.stringify(value, null, 2)}</Code> : String(value);
  if (INSTANT.test(value)) return formatFull(value);
  return ID.test(value) ? <Code>{value}</Code> : value;
}
