// A route's checkpoints in order: added, changed, moved and removed in place while the route is being planned.
import type { CheckpointView } from "@bindings/CheckpointView";
import type { RouteDetail } from "@bindings/RouteDetail";
import { ActionIcon, Group, Text } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconCircleCheck, IconPencil, IconTrash } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import type { KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "@kit/act";
import { durationOf } from "@kit/LateBadge";
import { LateSince } from "@kit/LateSince";
import { Moment } from "@kit/Moment";
import { Panel } from "@kit/Panel";
import { Refusal } from "@kit/Refusal";
import { StopNumber } from "@kit/StopNumber";
import { minutesBetween } from "@kit/time";
import { Truncated } from "@kit/Truncated";
import classes from "./CheckpointEditor.module.css";
import { CheckpointFields } from "./CheckpointFields";
import { movedOrder } from "./plan";

export function CheckpointEditor({ route, mayChange }: { route: RouteDetail; mayChange: boolean }) {
  const { t } = useTranslation("route");
  const moved = useAct(t("checkpoint.moved"));
  const removed = useAct();
  const [editing, setEditing] = useState<number>();
  const [addedAt, setAddedAt] = useState(0);
  const [place, setPlace] = useState<number>();
  const list = useRef<HTMLOListElement>(null);
  const { checkpoints, version } = route;
  const canChange = mayChange && route.status === "Planning";

  // The moved place stands in another row once the answer is there: the focus goes with it.
  useEffect(() => {
    if (place === undefined) return;
    list.current?.querySelector<HTMLElement>(`[data-row="${place}"] [data-keeps-focus]`)?.focus();
    setPlace(undefined);
    // oxlint-disable-next-line react/exhaustive-deps -- only a new version moves rows
  }, [version]);

  const move = (from: number, to: number) => {
    if (to < 0 || to >= checkpoints.length || moved.isBusy) return;
    setPlace(to);
    const order = movedOrder(checkpoints, from, to);
    moved.run({ entity: "route", id: route.routeId, command: { type: "reorderCheckpoints", order } }, { expectedVersion: version });
  };
  const onKey = (event: KeyboardEvent, index: number) => {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    move(index, event.key === "ArrowUp" ? index - 1 : index + 1);
  };
  const remove = ({ sequence, location }: CheckpointView) =>
    removed.run(
      { entity: "route", id: route.routeId, command: { type: "removeCheckpoint", sequence } },
      { expectedVersion: version, done: t("checkpoint.removed", { location }) },
    );

  return (
    <Panel title={t("checkpoint.title")}>
      <Start route={route} />
      <ol className={classes["list"]} ref={list} aria-label={t("checkpoint.title")}>
        {checkpoints.map((checkpoint, index) => (
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys that bubble from the row's buttons
          <li
            key={checkpoint.sequence}
            className={classes["row"]}
            data-row={index}
            onKeyDown={canChange ? (event) => onKey(event, index) : undefined}
          >
            {canChange && editing === checkpoint.sequence ? (
              <CheckpointFields route={route} checkpoint={checkpoint} isFirst onDone={() => setEditing(undefined)} onCancel={() => setEditing(undefined)} />
            ) : (
              <Row checkpoint={checkpoint} since={checkpoints[index - 1]?.expectedTime ?? route.scheduledStartTime}>
                {canChange && (
                  <>
                    <Tool keepsFocus label={t("checkpoint.up", checkpoint)} icon={IconArrowUp} isOff={index === 0} onClick={() => move(index, index - 1)} />
                    <Tool
                      label={t("checkpoint.down", checkpoint)}
                      icon={IconArrowDown}
                      isOff={index === checkpoints.length - 1}
                      onClick={() => move(index, index + 1)}
                    />
                    <Tool label={t("checkpoint.editOne", checkpoint)} icon={IconPencil} onClick={() => setEditing(checkpoint.sequence)} />
                    <Tool label={t("checkpoint.removeOne", checkpoint)} icon={IconTrash} onClick={() => remove(checkpoint)} />
                  </>
                )}
              </Row>
            )}
          </li>
        ))}
      </ol>
      {canChange && (
        <div className={classes["add"]}>
          {/* A new version brings new bounds and a new suggestion, and the next place can be typed at once. */}
          <CheckpointFields key={checkpoints.length} route={route} isFirst={addedAt !== 0} onDone={setAddedAt} />
        </div>
      )}
      <Text size="xs" c="dimmed" mt="xs">
        {checkpoints.length === 0 && t("checkpoint.none")} {canChange && checkpoints.length > 1 && t("checkpoint.moveHint")}
        {!canChange && mayChange && t("checkpoint.fixed")}
      </Text>
      <Refusal problem={moved.problem ?? removed.problem} onDismiss={moved.problem === null ? removed.reset : moved.reset} />
    </Panel>
  );
}

function Start({ route: { origin, scheduledStartTime } }: { route: RouteDetail }) {
  const { t } = useTranslation("route");
  return (
    <div className={classes["start"]}>
      <span className={classes["dot"]} aria-hidden />
      <div style={{ minWidth: 0, flex: 1 }}>
        <Truncated fz="sm">{origin}</Truncated>
        <Text size="xs" c="dimmed">
          {t("start")}
        </Text>
      </div>
      <Text size="sm" className="tabular">
        <Moment at={scheduledStartTime} />
      </Text>
    </div>
  );
}

function Row({ checkpoint, since, children }: { checkpoint: CheckpointView; since: string; children: React.ReactNode }) {
  const { t: kit } = useTranslation("kit");
  return (
    <Group wrap="nowrap" gap="sm">
      <StopNumber of={checkpoint.sequence} status={checkpoint.status} />
      <div style={{ minWidth: 0, flex: 1 }}>
        <Truncated fw={600} fz="sm">
          {checkpoint.location}
        </Truncated>
        <Standing checkpoint={checkpoint} />
      </div>
      <Text size="sm" ta="right" className="tabular" component="div">
        <Moment at={checkpoint.expectedTime} />
        <Text size="xs" c="dimmed">
          {`+${durationOf(kit, minutesBetween(since, checkpoint.expectedTime))}`}
        </Text>
      </Text>
      {children !== false && (
        <Group gap={2} wrap="nowrap">
          {children}
        </Group>
      )}
    </Group>
  );
}

function Standing({ checkpoint: { status, expectedTime } }: { checkpoint: CheckpointView }) {
  const { t } = useTranslation("route");
  if (status === "Delayed") return <LateSince at={expectedTime} />;
  if (status === "Pending") return null;
  return (
    <Group gap={4} c="var(--depot-green-text)">
      <IconCircleCheck size={14} aria-hidden />
      <Text span size="xs">
        {t("checkpoint.reached")}
      </Text>
    </Group>
  );
}

interface ToolProps {
  label: string;
  icon: typeof IconTrash;
  isOff?: boolean;
  /** Where the focus goes when the row has moved. */
  keepsFocus?: boolean;
  onClick: () => void;
}

function Tool({ label, icon: Icon, isOff = false, keepsFocus = false, onClick }: ToolProps) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      className={classes["tool"] ?? ""}
      aria-label={label}
      title={label}
      // Not disabled: the first row's tool keeps the focus of a place that was moved up to it.
      aria-disabled={isOff}
      {...(isOff && { "data-disabled": true })}
      data-keeps-focus={keepsFocus || undefined}
      onClick={isOff ? undefined : onClick}
    >
      <Icon size={16} aria-hidden />
    </ActionIcon>
  );
}
