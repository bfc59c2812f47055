// What may follow: the usual way as the prominent button, the others beside it.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import type { DeliveryStatus } from "@bindings/DeliveryStatus";
import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { IconCircleX, IconMapPin, IconPlayerPlay, IconRefresh, IconSignature } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "@kit/act";
import { CommandModal } from "@kit/CommandModal";
import { useDialog } from "@kit/draft";
import { useForm } from "@kit/form";
import { Refusal } from "@kit/Refusal";
import { CaptureProof } from "./CaptureProof";
import { Handover } from "./Handover";
import { StartBoth } from "./StartBoth";
import { isStaffed, nextCheckpoint } from "./standing";

const MARKS = {
  PickedUp: IconRefresh,
  InTransit: IconPlayerPlay,
  OutForDelivery: IconMapPin,
  Delivered: IconSignature,
  Failed: IconCircleX,
} as const satisfies Record<DeliveryStatus, object>;

/** What another crew is the way out of. */
const CREW_IN_THE_WAY = new Set<string | undefined>(["bookingConflict", "driverNotAvailable", "vehicleNotAvailable"]);

/** What somebody mends on this very page, after which the refusal is history. */
const MENDED_HERE = new Set<string | undefined>(["notStaffed", "checkpointsMissing"]);

export function Steps({ delivery }: { delivery: DeliveryDetail }) {
  const { t } = useTranslation("delivery");
  const { t: kit } = useTranslation("kit");
  const act = useAct();
  const [dialog, setDialog] = useDialog(`delivery.${delivery.id}`, ["fail", "proof", "retry", "both"]);
  const [triedAtVersion, setTriedAtVersion] = useState(delivery.version);
  const move = (status: DeliveryStatus) => {
    setTriedAtVersion(delivery.version);
    // A step as from a phone: nothing is overwritten by it, so it needs no version.
    act.run(
      { entity: "delivery", id: delivery.id, command: { type: "changeDeliveryStatus", status } },
      { done: t("step.done", { destination: delivery.routeDestination, status: kit(`status.delivery.${status}`) }) },
    );
  };
  const isMended = MENDED_HERE.has(act.problem?.rule) && delivery.version !== triedAtVersion;
  const way = wayOutOf(act.problem?.rule, delivery);
  const wayOut = way && (
    <Button size="compact-sm" variant="default" onClick={() => setDialog(way)}>
      {t(way === "both" ? "both.open" : "handover.retry.open")}
    </Button>
  );
  const closeWay = () => {
    act.reset();
    setDialog(undefined);
  };
  const onward = delivery.validStatuses.filter((status) => status !== "Failed");
  return (
    <Stack gap="xs" align="flex-end" maw={520}>
      <Group gap="xs">
        {delivery.validStatuses.includes("Failed") && (
          <Button variant="default" leftSection={<MARKS.Failed size={16} aria-hidden />} onClick={() => setDialog("fail")}>
            {t("step.Failed")}
          </Button>
        )}
        {delivery.status === "Failed" && (
          <Button variant="default" onClick={() => setDialog("retry")}>
            {t("handover.retry.open")}
          </Button>
        )}
        {onward.map((status) => {
          const Mark = MARKS[status];
          return (
            <Button
              key={status}
              variant={isDue(status, delivery) ? "filled" : "default"}
              leftSection={<Mark size={16} aria-hidden />}
              loading={act.isBusy}
              onClick={() => (status === "Delivered" ? setDialog("proof") : move(status))}
            >
              {t(`step.${status}`)}
            </Button>
          );
        })}
      </Group>
      <Refusal problem={isMended ? null : act.problem} onDismiss={act.reset} action={wayOut} />
      {dialog === "retry" && <Handover delivery={delivery} onClose={closeWay} />}
      {dialog === "both" && <StartBoth delivery={delivery} onClose={closeWay} />}
      {dialog === "fail" && <Fail delivery={delivery} onClose={() => setDialog(undefined)} />}
      {dialog === "proof" && <CaptureProof delivery={delivery} onClose={() => setDialog(undefined)} />}
    </Stack>
  );
}

/** The dialog that leads out of a refusal. */
function wayOutOf(rule: string | undefined, { status }: DeliveryDetail): "both" | "retry" | undefined {
  if (rule === "crewUnderWay") return "both";
  return status === "Failed" && CREW_IN_THE_WAY.has(rule) ? "retry" : undefined;
}

/** Whether it is time for this step; before that, the way to it is the prominent button: a checkpoint's, or the crew's. */
function isDue(status: DeliveryStatus, delivery: DeliveryDetail): boolean {
  if (status === "InTransit") return isStaffed(delivery);
  if (status === "OutForDelivery") return nextCheckpoint(delivery) === undefined;
  return true;
}

function Fail({ delivery, onClose }: { delivery: DeliveryDetail; onClose: () => void }) {
  const { t } = useTranslation("delivery");
  const form = useForm({ name: `delivery.${delivery.id}.fail`, initial: () => ({ reason: "" }) });
  const { reason } = form.fields;
  const openStops = delivery.plan.filter(({ reachedAt }) => reachedAt === null).length;
  const fail = () =>
    form.submit(
      {
        entity: "delivery",
        id: delivery.id,
        command: { type: "changeDeliveryStatus", status: "Failed", reason: reason.trim() === "" ? null : reason },
      },
      {
        done: t("step.failed", { destination: delivery.routeDestination }),
        // Trying again books the same crew anew, with all the checks.
        undo: { entity: "delivery", id: delivery.id, command: { type: "changeDeliveryStatus", status: "PickedUp" } },
        onDone: onClose,
      },
    );
  return (
    <CommandModal
      form={form}
      onClose={onClose}
      title={t("step.failTitle")}
      submit={t("step.Failed")}
      isGrave
      onSubmit={fail}
    >
      {openStops > 0 && (
        <Text size="sm" fw={600}>
          {t("step.stillOpen", { count: openStops, total: delivery.plan.length })}
        </Text>
      )}
      <Text size="sm">{t("step.reasonHint")}</Text>
      <Textarea
        label={t("step.reason")}
        value={reason}
        onChange={(event) => form.set({ reason: event.currentTarget.value })}
        maxLength={500}
        autosize
        minRows={2}
        data-autofocus
      />
    </CommandModal>
  );
}
