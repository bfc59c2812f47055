// What a backup is, whether it is whole, and what its restore would set aside; and the click that restores it.
import type { BackupReport } from "@bindings/BackupReport";
import type { Restored } from "@bindings/Restored";
import { Alert, Button, Checkbox, Code, Group, Loader, Stack, Table, Text } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { UseMutationResult } from "@tanstack/react-query";
import { useState } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { formatBytes, formatNumber } from "@kit/conventions";
import { useDepotQuery } from "@kit/depot";
import { EventSentence } from "@kit/EventSentence";
import { EventSubject } from "@kit/EventSubject";
import { Moment } from "@kit/Moment";
import type { DepotError } from "@kit/problem";
import type { Native } from "@kit/protocol";
import { Refusal } from "@kit/Refusal";
import type { Chosen } from "./RestoreModal";

/** Enough to recognise a day by. */
const SINCE_SHOWN = 5;

interface ReportProps {
  native: Native;
  folder: string;
  restore: UseMutationResult<Restored, DepotError, Chosen>;
  /** To choose another one, where this one was chosen here. */
  onBack?: () => void;
  onCancel: () => void;
}

export function Report({ native, folder, restore, onBack, onCancel }: ReportProps) {
  const { t } = useTranslation("restore");
  const [isSure, setSure] = useState(false);
  const [keepAccess, setKeepAccess] = useState(false);
  const [isForeignWanted, setForeignWanted] = useState(false);
  // Every byte is read for it, and what it says of the present record is of this moment.
  const look = useQuery<BackupReport, DepotError>({
    queryKey: ["backup", folder],
    queryFn: () => native.inspectBackup(folder),
    gcTime: 0,
    staleTime: Infinity,
    retry: false,
  });
  const report = look.data;
  const isWhole = report !== undefined && report.problem === null;
  // An empty depot has nothing to be sure about.
  const mustBeSure = report !== undefined && report.eventsNow > 0;
  const isForeign = report !== undefined && report.foreign;
  const isAllowed = (!mustBeSure || isSure) && (!isForeign || isForeignWanted);
  return (
    <Stack>
      {look.isPending && (
        <Group gap="sm" role="status">
          <Loader size="sm" aria-hidden />
          <Text size="sm">{t("looking")}</Text>
        </Group>
      )}
      {report !== undefined && <Facts of={report} />}
      {isWhole && <Aside of={report} />}
      {isWhole && !report.signed && (
        <Alert color="yellow" variant="light" p="sm" icon={<IconAlertTriangle aria-hidden />} title={t("unsigned")}>
          <Text size="sm">{t("unsignedHint")}</Text>
        </Alert>
      )}
      {isWhole && (
        <Checkbox
          label={t("keepAccess")}
          description={t("keepAccessHint")}
          checked={keepAccess}
          disabled={restore.isPending}
          onChange={(event) => setKeepAccess(event.currentTarget.checked)}
        />
      )}
      {isWhole && isForeign && (
        <Checkbox
          label={t("foreign")}
          description={t("foreignHint")}
          checked={isForeignWanted}
          disabled={restore.isPending}
          onChange={(event) => setForeignWanted(event.currentTarget.checked)}
        />
      )}
      {isWhole && mustBeSure && (
        <Checkbox
          label={t("sure")}
          checked={isSure}
          disabled={restore.isPending}
          onChange={(event) => setSure(event.currentTarget.checked)}
        />
      )}
      <Refusal problem={look.error ?? restore.error} />
      {restore.isPending && (
        <Text size="sm" role="status">
          {t("restoring")}
        </Text>
      )}
      <Group justify="flex-end">
        {onBack !== undefined && (
          <Button variant="subtle" mr="auto" disabled={restore.isPending} onClick={onBack}>
            {t("another")}
          </Button>
        )}
        <Button variant="default" disabled={restore.isPending} onClick={onCancel}>
          {t("cancel")}
        </Button>
        <Button
          loading={restore.isPending}
          disabled={!isWhole || !isAllowed}
          {...(mustBeSure && { color: "red.8" })}
          onClick={() => restore.mutate({ folder, options: { keepAccess, foreign: isForeignWanted } })}
        >
          {t("submit")}
        </Button>
      </Group>
    </Stack>
  );
}

function Facts({ of: { backup, depotName, problem } }: { of: BackupReport }) {
  const { t } = useTranslation("restore");
  const facts: ReadonlyArray<readonly [string, ReactNode]> = [
    [t("depot"), depotName],
    [t("made"), <Moment key="made" at={backup.begunAt} />],
    [t("events"), formatNumber(backup.events)],
    [t("size"), formatBytes(backup.bytes)],
    [t("code"), <Code key="code">{backup.code}</Code>],
    [
      t("folder"),
      <Code key="folder" style={{ overflowWrap: "anywhere" }}>
        {backup.folder}
      </Code>,
    ],
  ];
  return (
    <>
      <Table variant="vertical" layout="fixed" withRowBorders={false} verticalSpacing={4}>
        <Table.Tbody>
          {facts.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th w={140}>{name}</Table.Th>
              <Table.Td style={{ overflowWrap: "anywhere" }}>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {problem === null ? (
        <Alert color="green" variant="light" p="sm" icon={<IconCircleCheck aria-hidden />} title={t("whole")}>
          <Text size="sm">{t("wholeHint")}</Text>
        </Alert>
      ) : (
        <Alert role="alert" color="red" variant="light" p="sm" icon={<IconAlertTriangle aria-hidden />} title={t("notWhole")}>
          <Text size="sm">{problem}</Text>
        </Alert>
      )}
    </>
  );
}

/** What of the present record would be set aside. */
function Aside({ of: { backup, eventsNow, eventsSince } }: { of: BackupReport }) {
  const { t } = useTranslation("restore");
  if (eventsNow === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t("nothingHere")}
      </Text>
    );
  }
  return (
    <Stack gap="xs">
      <Text size="sm">
        {eventsSince === null
          ? t("otherRecord", { count: eventsNow, events: formatNumber(eventsNow) })
          : t("since", { count: eventsSince, events: formatNumber(eventsSince) })}
      </Text>
      {eventsSince !== null && eventsSince > 0 && <Since after={backup.events} />}
      <Text size="sm" c="dimmed">
        {t("asideHint")}
      </Text>
    </Stack>
  );
}

/** The last things that happened after the backup. */
function Since({ after }: { after: number }) {
  const { t } = useTranslation("restore");
  const events = useDepotQuery({ query: "events", limit: SINCE_SHOWN });
  const since = events.data?.items.filter(({ sequence }) => sequence > after) ?? [];
  return (
    <Stack gap={4} component="ul" m={0} pl="md" aria-label={t("sinceLast")}>
      {since.map((event) => (
        <Text key={event.sequence} size="sm" component="li">
          <EventSubject event={event} /> <EventSentence event={event} />{" "}
          <Text span size="xs" c="dimmed">
            <Moment at={event.recordedAt} />
          </Text>
        </Text>
      ))}
    </Stack>
  );
}
