// All that was recorded of an event, field by field.
import type { EventView } from "@bindings/EventView";
import { Code, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { LinkButton } from "@kit/links";
import { formatFull } from "@kit/time";
import classes from "./LogPage.module.css";

export function EventDetails({ event }: { event: EventView }) {
  const { t } = useTranslation("log");
  return (
    <div className={classes["details"]}>
      <dl className={classes["fields"]}>
        <Field name={t("field.type")}>{`${event.type}, ${t("field.schema", { version: event.schemaVersion })}`}</Field>
        <Field name={t("field.occurredAt")}>{formatFull(event.occurredAt)}</Field>
        <Field name={t("field.recordedAt")}>{formatFull(event.recordedAt)}</Field>
        <Field name={t("field.actor")}>{event.actorName === null ? event.actor : `${event.actorName} (${event.actor})`}</Field>
        <Field name={t("field.version")}>{t("field.versionOf", { version: event.version })}</Field>
        <Field name={t("field.entity")}>
          <Code>{event.entityId}</Code>
        </Field>
        <Field name={t("field.correlation")}>
          <Code>{event.correlationId}</Code>
        </Field>
        <Field name={t("field.causation")}>
          <Code>{event.causationId}</Code>
        </Field>
        {Object.entries(event.data).map(([name, value]) => (
          <Field key={name} name={name} isRecorded>
            {shown(value)}
          </Field>
        ))}
      </dl>
      <LinkButton to="/log" search={{ entity: event.entityId, kind: event.entity }} variant="default" size="xs">
        {t("onlyThis")}
      </LinkButton>
    </div>
  );
}

/** A name from the record stands in the type of the record, to be told apart from the desk's own words. */
function Field({ name, isRecorded = false, children }: { name: string; isRecorded?: boolean; children: ReactNode }) {
  return (
    <>
      <Text component="dt" size="sm" c="dimmed" {...(isRecorded && { ff: "monospace", fz: "xs" })}>
        {name}
      </Text>
      <Text component="dd" size="sm" m={0} className={classes["value"]}>
        {children}
      </Text>
    </>
  );
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
