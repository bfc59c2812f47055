// The data folder: where it is, its backups, and whether the record is whole. The code of a seal can be printed and kept.
import type { BackupView } from "@bindings/BackupView";
import type { DataView } from "@bindings/DataView";
import type { JobView } from "@bindings/JobView";
import { Alert, Button, Code, Group, Stack, Table, Text, VisuallyHidden } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconPrinter } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";
import { useAct } from "@kit/act";
import { formatBytes, formatNumber } from "@kit/conventions";
import { useDepotQuery, useSession, useTransport } from "@kit/depot";
import { Loaded } from "@kit/Loaded";
import { Moment } from "@kit/Moment";
import { Panel } from "@kit/Panel";
import { printPage } from "@kit/print";
import { Refusal } from "@kit/Refusal";
import { Sentence } from "@kit/Sentence";
import { formatFull } from "@kit/time";
import classes from "./DataPanel.module.css";
import { RestoreButton } from "../restore/RestoreButton";
import { SettingsSection } from "./DepotSettings";

const BACKUPS = ["backup.folder", "backup.every_minutes", "backup.keep_hours", "backup.keep_days"];

/** Only for admins: nobody else may ask for it. */
export function DataPanel() {
  const { t } = useTranslation("settings");
  const data = useDepotQuery({ query: "data" });
  return (
    <>
      <Panel title={t("data.folder")}>
        <Loaded of={data} lines={2}>
          {(shown) => <Folder of={shown} />}
        </Loaded>
      </Panel>
      <Panel title={t("data.record")} action={<CheckButton job={data.data?.check} />}>
        <Loaded of={data} lines={2}>
          {(shown) => <Record of={shown} />}
        </Loaded>
      </Panel>
      <Panel title={t("data.backups")} action={<BackupButton job={data.data?.backup} />}>
        <Loaded of={data}>{(shown) => <Backups of={shown} />}</Loaded>
      </Panel>
      <SettingsSection title={t("data.when")} keys={BACKUPS} />
    </>
  );
}

function Folder({ of: { folder, databaseBytes, fileBytes, events } }: { of: DataView }) {
  const { t } = useTranslation("settings");
  const { native } = useTransport();
  return (
    <Stack gap="xs" align="flex-start">
      <Code fz="sm" style={{ overflowWrap: "anywhere" }}>
        {folder}
      </Code>
      <Text size="sm" c="dimmed">
        {t("data.size", { events: formatNumber(events), database: formatBytes(databaseBytes), files: formatBytes(fileBytes) })}
      </Text>
      {native !== undefined && (
        <Button size="compact-sm" variant="default" onClick={() => void native.openDataFolder()}>
          {t("native.openFolder")}
        </Button>
      )}
    </Stack>
  );
}

function CheckButton({ job }: { job: JobView | undefined }) {
  const { t } = useTranslation("settings");
  const act = useAct(t("data.checking"));
  return (
    <Button
      size="compact-sm"
      variant="default"
      loading={act.isBusy || job?.running === true}
      onClick={() => act.run({ entity: "depot", command: { type: "checkData" } })}
    >
      {t("data.check")}
    </Button>
  );
}

function BackupButton({ job }: { job: JobView | undefined }) {
  const { t } = useTranslation("settings");
  const act = useAct(t("data.backingUp"));
  return (
    <Button
      size="compact-sm"
      variant="default"
      loading={act.isBusy || job?.running === true}
      onClick={() => act.run({ entity: "depot", command: { type: "backUp" } })}
    >
      {t("data.backUp")}
    </Button>
  );
}

function Record({ of: { check, seal, events: present } }: { of: DataView }) {
  const { t } = useTranslation("settings");
  const since = present - (check.events ?? 0);
  return (
    <Stack gap="md">
      {check.endedAt !== null && check.problem === null && since > 0 ? (
        <Text size="sm" c="dimmed">
          <Sentence
            text={t("data.checkedBefore", { count: since, since: formatNumber(since) })}
            parts={{ at: <Moment at={check.endedAt} /> }}
          />
        </Text>
      ) : (
        <Outcome of={check} none="data.unchecked" bad="data.notWhole">
          {(events, endedAt) => (
            <>
              {t("data.whole", { count: events, events: formatNumber(events) })} <Moment at={endedAt} />
            </>
          )}
        </Outcome>
      )}
      <Text size="sm" c="dimmed">
        {t("data.checkHint")}
      </Text>
      <Seal of={seal} />
    </Stack>
  );
}

interface OutcomeProps {
  of: JobView;
  none: "data.unchecked" | "data.noneMade" | "data.noneSince";
  bad: "data.notWhole" | "data.failed";
  children: (events: number, endedAt: string) => ReactNode;
}

function Outcome({ of: { endedAt, events, problem }, none, bad, children }: OutcomeProps) {
  const { t } = useTranslation("settings");
  if (endedAt === null) {
    return (
      <Text size="sm" c="dimmed">
        {t(none)}
      </Text>
    );
  }
  if (problem !== null) {
    return (
      <Alert role="alert" color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} title={t(bad)}>
        <Text size="sm">
          <Moment at={endedAt} />
          {": "}
          {problem}
        </Text>
      </Alert>
    );
  }
  return (
    <Group gap={8} wrap="nowrap" align="flex-start">
      <IconCircleCheck size={18} color="var(--mantine-color-green-7)" aria-hidden style={{ flex: "none" }} />
      <Text size="sm">{children(events ?? 0, endedAt)}</Text>
    </Group>
  );
}

function Seal({ of: seal }: { of: DataView["seal"] }) {
  const { t } = useTranslation("settings");
  const transport = useTransport();
  const act = useAct(t("data.sealed"));
  return (
    <Stack gap="xs" align="flex-start">
      {seal === null ? (
        <Text size="sm" c="dimmed">
          {t("data.noSeal")}
        </Text>
      ) : (
        <>
          <Text size="sm">
            {t("data.seal", { sequence: formatNumber(seal.sequence) })} <Moment at={seal.at} />
          </Text>
          <Code className={classes["code"] ?? ""}>{seal.code}</Code>
        </>
      )}
      <Text size="sm" c="dimmed">
        {t("data.sealHint")}
      </Text>
      <Refusal problem={act.problem} />
      <Group gap="xs">
        <Button size="compact-sm" variant="default" loading={act.isBusy} onClick={() => act.run({ entity: "depot", command: { type: "seal" } })}>
          {t("data.sealNow")}
        </Button>
        {seal !== null && (
          <Button size="compact-sm" variant="default" leftSection={<IconPrinter size={14} aria-hidden />} onClick={() => void printPage(transport)}>
            {t("data.print")}
          </Button>
        )}
      </Group>
      {seal !== null && <SealSheet of={seal} />}
    </Stack>
  );
}

/** What is printed in place of the page. */
function SealSheet({ of: { sequence, at, code } }: { of: NonNullable<DataView["seal"]> }) {
  const { t } = useTranslation("settings");
  const depotName = useSession().data?.depotName ?? "";
  return createPortal(
    <section className={classes["sheet"]} aria-hidden>
      <h1>{depotName}</h1>
      <p>{t("data.seal", { sequence: formatNumber(sequence) })}</p>
      <p>{formatFull(at)}</p>
      <p className={classes["printed"]}>{code}</p>
      <p>{t("data.sealHint")}</p>
    </section>,
    document.body,
  );
}

function Backups({ of: { backups, backup, backupFolder, backupFolderProblem } }: { of: DataView }) {
  const { t } = useTranslation("settings");
  return (
    <Stack gap="md">
      <Outcome of={backup} none={backups.length === 0 ? "data.noneMade" : "data.noneSince"} bad="data.failed">
        {(events, endedAt) => (
          <>
            {t("data.made", { count: events, events: formatNumber(events) })} <Moment at={endedAt} />
          </>
        )}
      </Outcome>
      <div>
        <Text size="sm">{t("data.liesIn")}</Text>
        <Code fz="sm" style={{ overflowWrap: "anywhere" }}>
          {backupFolder}
        </Code>
      </div>
      {backupFolderProblem !== null && (
        <Alert role="alert" color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} title={t("data.folderProblem")}>
          <Text size="sm">{backupFolderProblem}</Text>
        </Alert>
      )}
      {backups.length > 0 && (
        <Table.ScrollContainer minWidth={700} mah={360}>
          <Table verticalSpacing={6} stickyHeader aria-label={t("data.backups")}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("data.begun")}</Table.Th>
                <Table.Th ta="right">{t("data.events")}</Table.Th>
                <Table.Th ta="right">{t("data.bytes")}</Table.Th>
                <Table.Th>{t("data.code")}</Table.Th>
                <Table.Th>{t("data.state")}</Table.Th>
                <Table.Th>
                  <VisuallyHidden>{t("restore:title")}</VisuallyHidden>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {backups.map((one) => (
                <Table.Tr key={one.folder}>
                  <Table.Td title={one.folder}>
                    <Moment at={one.begunAt} />
                  </Table.Td>
                  <Table.Td ta="right">{formatNumber(one.events)}</Table.Td>
                  <Table.Td ta="right">{formatBytes(one.bytes)}</Table.Td>
                  <Table.Td className="tabular">{one.code}</Table.Td>
                  <Table.Td>
                    <State of={one.checked} />
                  </Table.Td>
                  <Table.Td ta="right">
                    <RestoreButton
                      folder={one.folder}
                      size="compact-sm"
                      label={t("restore:restoreOf", { time: formatFull(one.begunAt) })}
                    />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <Text size="sm" c="dimmed">
          {t("data.restore")}
        </Text>
        <RestoreButton size="compact-sm" style={{ flex: "none" }} />
      </Group>
    </Stack>
  );
}

/** Each was verified when it was made; some were looked into again. */
function State({ of: checked }: { of: BackupView["checked"] }) {
  const { t } = useTranslation("settings");
  if (checked === null) return <>{t("data.verified")}</>;
  if (checked.problem === null) {
    return (
      <>
        {t("data.verifiedAgain")} <Moment at={checked.at} />
      </>
    );
  }
  return (
    <Text span size="sm" c="red" title={checked.problem}>
      {t("data.damaged")}
    </Text>
  );
}
