// The route's checkpoints, planned against reached.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import type { CheckpointStatus } from "@bindings/CheckpointStatus";
import type { PlannedCheckpoint } from "@bindings/PlannedCheckpoint";
import { Box, Button, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useAct } from "@kit/act";
import { durationOf } from "@kit/LateBadge";
import { LateSince } from "@kit/LateSince";
import { Moment } from "@kit/Moment";
import { Panel } from "@kit/Panel";
import { Refusal } from "@kit/Refusal";
import { Sentence } from "@kit/Sentence";
import { StopNumber } from "@kit/StopNumber";
import { minutesBetween } from "@kit/time";
import { Truncated } from "@kit/Truncated";
import { nextCheckpoint } from "./standing";

export function Checkpoints({ delivery, mayChange }: { delivery: DeliveryDetail; mayChange: boolean }) {
  const { t } = useTranslation("delivery");
  const act = useAct();
  const reach = ({ sequence, location }: PlannedCheckpoint) =>
    act.run(
      { entity: "delivery", id: delivery.id, command: { type: "reachCheckpoint", routeId: delivery.routeId, sequence } },
      { done: t("checkpoint.done", { location }) },
    );
  const next = nextCheckpoint(delivery);
  const canReach = mayChange && delivery.status === "InTransit";
  return (
    <Panel title={t("checkpoint.title")}>
      {delivery.plan.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("checkpoint.none")}
        </Text>
      )}
      <Stack gap="sm" component="ol" m={0} p={0} style={{ listStyle: "none" }}>
        {delivery.plan.map((checkpoint) => (
          <Group key={checkpoint.sequence} component="li" wrap="nowrap" justify="space-between">
            <Group gap="sm" wrap="nowrap" miw={0} flex={1}>
              <StopNumber of={checkpoint.sequence} status={standingOf(checkpoint, checkpoint === next && delivery.lateSince !== null)} />
              <div style={{ minWidth: 0, flex: 1 }}>
                <Truncated fw={600} fz="sm">
                  {checkpoint.location}
                </Truncated>
                <Punctuality checkpoint={checkpoint} isDue={checkpoint === next && delivery.lateSince !== null} />
              </div>
              <Text size="sm" className="tabular" style={{ flex: "none" }}>
                <Moment at={checkpoint.expectedTime} />
              </Text>
            </Group>
            {canReach && checkpoint.reachedAt === null && (
              <Button
                size="compact-sm"
                variant={checkpoint === next ? "filled" : "subtle"}
                disabled={act.isBusy}
                aria-label={`${t("checkpoint.markReached")}: ${checkpoint.location}`}
                onClick={() => reach(checkpoint)}
              >
                {t("checkpoint.markReached")}
              </Button>
            )}
          </Group>
        ))}
      </Stack>
      {act.problem !== null && (
        <Box mt="sm">
          <Refusal problem={act.problem} onDismiss={act.reset} />
        </Box>
      )}
    </Panel>
  );
}

function standingOf({ reachedAt }: PlannedCheckpoint, isLate: boolean): CheckpointStatus {
  if (reachedAt !== null) return "Reached";
  return isLate ? "Delayed" : "Pending";
}

/** When it was reached, and how far that is from when it was planned. */
function Punctuality({ checkpoint, isDue }: { checkpoint: PlannedCheckpoint; isDue: boolean }) {
  const { t } = useTranslation("delivery");
  const { t: kit } = useTranslation("kit");
  const { expectedTime, reachedAt, uncertain } = checkpoint;
  if (reachedAt === null) return isDue && <LateSince at={expectedTime} />;
  const late = minutesBetween(expectedTime, reachedAt);
  const duration = durationOf(kit, Math.abs(late));
  return (
    <Text size="xs" c="dimmed" mt={2}>
      <Sentence
        text={t("checkpoint.reached")}
        parts={{ reached: <Moment at={reachedAt} /> }}
      />
      {" · "}
      {uncertain ? (
        <strong>{kit("history.uncertain")}</strong>
      ) : late > 0 ? (
        <Text span inherit c="var(--mantine-color-error)" fw={600}>
          {t("checkpoint.late", { duration })}
        </Text>
      ) : (
        t(late < 0 ? "checkpoint.early" : "checkpoint.onTime", { duration })
      )}
    </Text>
  );
}
