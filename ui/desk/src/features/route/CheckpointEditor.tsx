// A route's checkpoints: added, changed, moved and removed while the route is being planned.
import type { CheckpointView } from "@bindings/CheckpointView";
import type { RouteDetail } from "@bindings/RouteDetail";
import { ActionIcon, Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { IconAlarm, IconArrowDown, IconArrowUp, IconCheck, IconPencil, IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "@kit/act";
import { CommandModal } from "@kit/CommandModal";
import { Moment } from "@kit/Moment";
import { useNow } from "@kit/now";
import { Panel } from "@kit/Panel";
import { Refusal } from "@kit/Refusal";
import { formatMoment } from "@kit/time";
import { ToneBadge } from "@kit/ToneBadge";
import { Truncated } from "@kit/Truncated";
import { WhenField, instantOf, whenOf } from "@kit/WhenField";

const STEP_MS = 30 * 60_000;

export function CheckpointEditor({ route, mayChange }: { route: RouteDetail; mayChange: boolean }) {
  const { t } = useTranslation("route");
  const moved = useAct(t("checkpoint.moved"));
  const removed = useAct(t("checkpoint.removed"));
  const [editing, setEditing] = useState<CheckpointView | "new">();
  const canChange = mayChange && route.status === "Planning";
  const { checkpoints } = route;
  const swap = (index: number, other: number) => {
    const order = checkpoints.map(({ sequence }) => sequence);
    const [from, to] = [order[index], order[other]];
    if (from === undefined || to === undefined) return;
    order[index] = to;
    order[other] = from;
    moved.run({ entity: "route", id: route.routeId, command: { type: "reorderCheckpoints", order } }, { expectedVersion: route.version });
  };
  const remove = (sequence: number) =>
    removed.run({ entity: "route", id: route.routeId, command: { type: "removeCheckpoint", sequence } });
  const add = canChange && (
    <Button size="compact-sm" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setEditing("new")}>
      {t("checkpoint.add")}
    </Button>
  );
  return (
    <Panel title={t("checkpoint.title")} action={add}>
      <Stack gap="sm" component="ol" m={0} p={0} style={{ listStyle: "none" }}>
        {checkpoints.map((checkpoint, index) => (
          <Group key={checkpoint.sequence} component="li" justify="space-between" wrap="nowrap">
            <div style={{ minWidth: 0 }}>
              <Truncated fw={600} fz="sm">{`${checkpoint.sequence}. ${checkpoint.location}`}</Truncated>
              <Group gap={6}>
                <Text size="xs" c="dimmed">
                  <Moment at={checkpoint.expectedTime} />
                </Text>
                <Mark {...checkpoint} />
              </Group>
            </div>
            {canChange && (
              <Group gap={2} wrap="nowrap">
                <Tool label={t("checkpoint.up", checkpoint)} icon={IconArrowUp} isOff={index === 0} onClick={() => swap(index, index - 1)} />
                <Tool
                  label={t("checkpoint.down", checkpoint)}
                  icon={IconArrowDown}
                  isOff={index === checkpoints.length - 1}
                  onClick={() => swap(index, index + 1)}
                />
                <Tool label={t("checkpoint.editOne", checkpoint)} icon={IconPencil} onClick={() => setEditing(checkpoint)} />
                <Tool label={t("checkpoint.removeOne", checkpoint)} icon={IconTrash} onClick={() => remove(checkpoint.sequence)} />
              </Group>
            )}
          </Group>
        ))}
      </Stack>
      <Text size="xs" c="dimmed" mt={checkpoints.length === 0 || !canChange ? "xs" : 0}>
        {checkpoints.length === 0 && t("checkpoint.none")} {!canChange && mayChange && t("checkpoint.fixed")}
      </Text>
      <Refusal problem={moved.problem ?? removed.problem} />
      {editing !== undefined && (
        <CheckpointForm
          key={editing === "new" ? "new" : editing.sequence}
          route={route}
          {...(editing !== "new" && { checkpoint: editing })}
          onClose={() => setEditing(undefined)}
        />
      )}
    </Panel>
  );
}

function Mark({ status }: CheckpointView) {
  const { t } = useTranslation("route");
  if (status === "Delayed") {
    return (
      <ToneBadge tone="red" icon={IconAlarm}>
        {t("delayed")}
      </ToneBadge>
    );
  }
  return status === "Reached" ? <IconCheck size={14} aria-label="Reached" color="var(--mantine-color-green-6)" /> : null;
}

interface ToolProps {
  label: string;
  icon: typeof IconTrash;
  isOff?: boolean;
  onClick: () => void;
}

function Tool({ label, icon: Icon, isOff = false, onClick }: ToolProps) {
  return (
    <ActionIcon variant="subtle" color="gray" aria-label={label} title={label} disabled={isOff} onClick={onClick}>
      <Icon size={16} aria-hidden />
    </ActionIcon>
  );
}

function CheckpointForm({ route, checkpoint, onClose }: { route: RouteDetail; checkpoint?: CheckpointView; onClose: () => void }) {
  const { t } = useTranslation("route");
  const now_ms = useNow();
  const act = useAct(t(checkpoint === undefined ? "checkpoint.added" : "checkpoint.updated"));
  const { previous, next } = neighbours(route, checkpoint);
  const earliest = previous?.expectedTime ?? route.scheduledStartTime;
  const suggested = new Date(new Date(earliest).getTime() + STEP_MS).toISOString();
  const [location, setLocation] = useState(checkpoint?.location ?? "");
  const [when, setWhen] = useState(whenOf(checkpoint?.expectedTime ?? suggested));
  const expectedTime = instantOf(when);
  const rule =
    expectedTime === undefined
      ? undefined
      : new Date(expectedTime) <= new Date(earliest)
        ? t("checkpoint.after", { time: formatMoment(earliest, now_ms) })
        : next !== undefined && new Date(expectedTime) >= new Date(next.expectedTime)
          ? t("checkpoint.before", { time: formatMoment(next.expectedTime, now_ms) })
          : undefined;
  const submit = () => {
    if (expectedTime === undefined) return;
    const sequence = checkpoint?.sequence ?? (route.checkpoints.at(-1)?.sequence ?? 0) + 1;
    const type = checkpoint === undefined ? "addCheckpoint" : "updateCheckpoint";
    act.run({ entity: "route", id: route.routeId, command: { type, sequence, location, expectedTime } }, { onDone: onClose });
  };
  return (
    <CommandModal
      isOpen
      onClose={onClose}
      title={t(checkpoint === undefined ? "checkpoint.add" : "checkpoint.edit")}
      submit={t(checkpoint === undefined ? "checkpoint.add" : "checkpoint.save")}
      canSubmit={location.trim() !== "" && expectedTime !== undefined}
      act={act}
      onSubmit={submit}
    >
      <TextInput label={t("checkpoint.location")} value={location} onChange={(event) => setLocation(event.currentTarget.value)} maxLength={200} required data-autofocus />
      <WhenField label={t("checkpoint.time")} value={when} onChange={setWhen} error={rule} />
    </CommandModal>
  );
}

function neighbours({ checkpoints }: RouteDetail, checkpoint: CheckpointView | undefined) {
  if (checkpoint === undefined) return { previous: checkpoints.at(-1), next: undefined };
  const index = checkpoints.findIndex(({ sequence }) => sequence === checkpoint.sequence);
  return { previous: index > 0 ? checkpoints[index - 1] : undefined, next: checkpoints[index + 1] };
}
