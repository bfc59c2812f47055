// Putting a backup back: it is chosen, looked into, and only then restored. Nothing changes before the last click, and the
// depot comes up with what was restored by itself. Only the depot's own window can do it; a browser is shown the command.
import type { BackupView } from "@bindings/BackupView";
import type { RestoreOptions } from "@bindings/RestoreOptions";
import type { Restored } from "@bindings/Restored";
import { Alert, Button, Code, Group, Modal, Stack, Table, Text, TextInput, VisuallyHidden } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { formatBytes, formatNumber } from "@kit/conventions";
import { useTransport } from "@kit/depot";
import { Moment } from "@kit/Moment";
import type { DepotError } from "@kit/problem";
import type { Native } from "@kit/protocol";
import { Refusal } from "@kit/Refusal";
import { ByCommand } from "./ByCommand";
import { Report } from "./Report";

/** What to restore, and how. */
export interface Chosen {
  folder: string;
  options: RestoreOptions;
}

interface RestoreModalProps {
  /** The backup to look into, where it was chosen before. */
  folder?: string;
  onClose: () => void;
}

export function RestoreModal({ folder, onClose }: RestoreModalProps) {
  const { t } = useTranslation("restore");
  const { native } = useTransport();
  const [chosen, setChosen] = useState(folder);
  const restore = useMutation<Restored, DepotError, Chosen>({
    mutationFn: async ({ folder: backup, options }) => needed(native).restoreBackup(backup, options),
  });
  const close = restore.isSuccess ? beginAnew : onClose;
  return (
    <Modal opened onClose={() => !restore.isPending && close()} title={t("title")} size="lg" centered>
      {native === undefined ? (
        <ByCommand folder={folder} />
      ) : restore.isSuccess ? (
        <Done of={restore.data} onOpen={beginAnew} />
      ) : chosen === undefined ? (
        <Choose native={native} onChosen={setChosen} onCancel={onClose} />
      ) : (
        <Report
          native={native}
          folder={chosen}
          restore={restore}
          {...(folder === undefined && {
            onBack: () => {
              restore.reset();
              setChosen(undefined);
            },
          })}
          onCancel={onClose}
        />
      )}
    </Modal>
  );
}

/** Everything on the page is of the depot that was. */
function beginAnew(): void {
  location.assign("/");
}

/** The dialog restores only where there is a window. */
function needed(native: Native | undefined): Native {
  if (native === undefined) throw new Error("Only the depot's own window restores.");
  return native;
}

interface ChooseProps {
  native: Native;
  onChosen: (folder: string) => void;
  onCancel: () => void;
}

function Choose({ native, onChosen, onCancel }: ChooseProps) {
  const { t } = useTranslation("restore");
  const [typed, setTyped] = useState("");
  const find = useMutation<BackupView[], DepotError, string>({
    mutationFn: (folder) => native.findBackups(folder),
    onSuccess: (found) => {
      const [only, ...more] = found;
      if (only !== undefined && more.length === 0) onChosen(only.folder);
    },
  });
  const ask = useMutation<string | null, DepotError>({
    mutationFn: () => native.chooseBackup(),
    onSuccess: (folder) => {
      if (folder === null) return;
      setTyped(folder);
      find.mutate(folder);
    },
  });
  const look = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    find.mutate(typed.trim());
  };
  return (
    <form onSubmit={look} noValidate>
      <Stack>
        <Text size="sm">{t("lead")}</Text>
        <Group align="flex-end" wrap="nowrap">
          <TextInput
            label={t("folder")}
            description={t("folderHint")}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            style={{ flex: 1 }}
            data-autofocus
          />
          <Button variant="default" loading={ask.isPending} onClick={() => ask.mutate()}>
            {t("choose")}
          </Button>
        </Group>
        <Refusal problem={ask.error ?? find.error} />
        {find.data !== undefined && find.data.length > 1 && <Found backups={find.data} onChosen={onChosen} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            {t("cancel")}
          </Button>
          <Button type="submit" loading={find.isPending} disabled={typed.trim() === ""}>
            {t("look")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Found({ backups, onChosen }: { backups: readonly BackupView[]; onChosen: (folder: string) => void }) {
  const { t } = useTranslation("restore");
  return (
    <Table.ScrollContainer minWidth={420} mah={280}>
      <Table verticalSpacing={4} stickyHeader aria-label={t("found")}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("made")}</Table.Th>
            <Table.Th ta="right">{t("events")}</Table.Th>
            <Table.Th ta="right">{t("size")}</Table.Th>
            <Table.Th>
              <VisuallyHidden>{t("look")}</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {backups.map(({ folder, begunAt, events, bytes }) => (
            <Table.Tr key={folder}>
              <Table.Td>
                <Moment at={begunAt} />
              </Table.Td>
              <Table.Td ta="right">{formatNumber(events)}</Table.Td>
              <Table.Td ta="right">{formatBytes(bytes)}</Table.Td>
              <Table.Td ta="right">
                <Button size="compact-sm" variant="default" onClick={() => onChosen(folder)}>
                  {t("look")}
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Done({ of: { events, aside }, onOpen }: { of: Restored; onOpen: () => void }) {
  const { t } = useTranslation("restore");
  return (
    <Stack>
      <Alert role="status" color="green" variant="light" icon={<IconCircleCheck aria-hidden />} title={t("done")}>
        <Text size="sm">{t("doneEvents", { count: events, events: formatNumber(events) })}</Text>
      </Alert>
      {aside !== null && (
        <Stack gap={4}>
          <Text size="sm">{t("aside")}</Text>
          <Code fz="sm" style={{ overflowWrap: "anywhere" }}>
            {aside}
          </Code>
        </Stack>
      )}
      <Group justify="flex-end">
        <Button onClick={onOpen} data-autofocus>
          {t("open")}
        </Button>
      </Group>
    </Stack>
  );
}

