// The route's checkpoints, planned against reached.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import type { PlannedCheckpoint } from "@bindings/PlannedCheckpoint";
import { Box, Button, Group, Stack, Text, ThemeIcon } from "@mantine/core";
import { IconCheck, IconMapPin } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useAct } from "@kit/act";
import { durationOf } from "@kit/LateBadge";
import { LateSince } from "@kit/LateSince";
import { Moment } from "@kit/Moment";
import { Panel } from "@kit/Panel";
import { Refusal } from "@kit/Refusal";
import { Sentence } from "@kit/Sentence";
import { minutesBetween } from "@kit/time";
import { Truncated } from "@kit/Truncated";
import { nextCheckpoint } from "./standing";

export function Checkpoints({ delivery, mayChange }: { delivery: DeliveryDetail; mayChange: boolean }) {
  const { t } = useTranslation("delivery");
  const act = useAct(t("checkpoint.done"));
  const reach = (sequence: number) =>
    act.run({
      entity: "delivery",
      id: delivery.id,
      command: { type: "reachCheckpoint", routeId: delivery.routeId, sequence },
    });
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
            <Group gap="sm" wrap="nowrap" miw={0}>
              <ThemeIcon radius="xl" size={28} variant="light" color={checkpoint.reachedAt === null ? "gray" : "green"}>
                {checkpoint.reachedAt === null ? <IconMapPin size={16} aria-hidden /> : <IconCheck size={16} aria-hidden />}
              </ThemeIcon>
              <div style={{ minWidth: 0 }}>
                <Truncated fw={600} fz="sm">{`${checkpoint.sequence}. ${checkpoint.location}`}</Truncated>
                <Punctuality checkpoint={checkpoint} isDue={checkpoint === next && delivery.lateSince !== null} />
              </div>
            </Group>
            {canReach && checkpoint.reachedAt === null && (
              <Button
                size="compact-sm"
                variant={checkpoint === next ? "filled" : "default"}
                disabled={act.isBusy}
                aria-label={`${t("checkpoint.markReached")}: ${checkpoint.location}`}
                onClick={() => reach(checkpoint.sequence)}
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

/** The two times, and how far they are apart. */
function Punctuality({ checkpoint, isDue }: { checkpoint: PlannedCheckpoint; isDue: boolean }) {
  const { t } = useTranslation("delivery");
  const { t: kit } = useTranslation("kit");
  const { expectedTime, reachedAt } = checkpoint;
  if (reachedAt === null) {
    return (
      <Group gap={8} mt={2}>
        <Text size="xs" c="dimmed">
          <Sentence text={t("checkpoint.planned")} parts={{ planned: <Moment at={expectedTime} /> }} />
        </Text>
        {isDue && <LateSince at={expectedTime} />}
      </Group>
    );
  }
  const late = minutesBetween(expectedTime, reachedAt);
  const duration = durationOf(kit, Math.abs(late));
  return (
    <Text size="xs" c="dimmed" mt={2}>
      <Sentence
        text={t("checkpoint.reached")}
        parts={{ reached: <Moment at={reachedAt} />, planned: <Moment at={expectedTime} /> }}
      />
      {" · "}
      {late > 0 ? (
        <Text span inherit c="var(--mantine-color-error)" fw={600}>
          {t("checkpoint.late", { duration })}
        </Text>
      ) : (
        t(late < 0 ? "checkpoint.early" : "checkpoint.onTime", { duration })
      )}
    </Text>
  );
}
