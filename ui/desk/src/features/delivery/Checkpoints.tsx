// The route's checkpoints, planned against reached.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import type { PlannedCheckpoint } from "@bindings/PlannedCheckpoint";
import { Button, Group, Stack, Text, ThemeIcon } from "@mantine/core";
import { IconCheck, IconMapPin } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useAct } from "@kit/act";
import { Moment } from "@kit/Moment";
import { Panel } from "@kit/Panel";
import { Refusal } from "@kit/Refusal";
import { minutesBetween } from "@kit/time";
import { Truncated } from "@kit/Truncated";

export function Checkpoints({ delivery, mayChange }: { delivery: DeliveryDetail; mayChange: boolean }) {
  const { t } = useTranslation("delivery");
  const act = useAct(t("checkpoint.done"));
  const reach = (sequence: number) =>
    act.run({
      entity: "delivery",
      id: delivery.id,
      command: { type: "reachCheckpoint", routeId: delivery.routeId, sequence },
    });
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
                <Punctuality {...checkpoint} />
              </div>
            </Group>
            {canReach && checkpoint.reachedAt === null && (
              <Button
                size="compact-sm"
                variant="default"
                aria-label={`${t("checkpoint.markReached")}: ${checkpoint.location}`}
                onClick={() => reach(checkpoint.sequence)}
              >
                {t("checkpoint.markReached")}
              </Button>
            )}
          </Group>
        ))}
        <Refusal problem={act.problem} />
      </Stack>
    </Panel>
  );
}

function Punctuality({ expectedTime, reachedAt }: PlannedCheckpoint) {
  const { t } = useTranslation("delivery");
  if (reachedAt === null) {
    return (
      <Text size="xs" c="dimmed">
        {t("checkpoint.planned")} <Moment at={expectedTime} />
      </Text>
    );
  }
  const late = minutesBetween(expectedTime, reachedAt);
  const early = minutesBetween(reachedAt, expectedTime);
  return (
    <Text size="xs" c="dimmed">
      {t("checkpoint.reached")} <Moment at={reachedAt} /> ·{" "}
      {late > 0 ? (
        <Text span inherit c="var(--mantine-color-red-light-color)" fw={600}>
          {t("checkpoint.late", { minutes: late })}
        </Text>
      ) : (
        t(early > 0 ? "checkpoint.early" : "checkpoint.onTime", { minutes: early })
      )}
    </Text>
  );
}
