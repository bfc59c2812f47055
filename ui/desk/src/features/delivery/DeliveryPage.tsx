// One delivery with all that belongs to it, and what can be done with it next.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import type { DeliveryStatus } from "@bindings/DeliveryStatus";
import { Button, Grid, Group, Image, SimpleGrid, Stack, Text, Textarea, Title } from "@mantine/core";
import { IconArrowLeft, IconCircleX, IconPlayerPlay } from "@tabler/icons-react";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "@kit/act";
import { CommandModal } from "@kit/CommandModal";
import { LATENESS_REFETCH_MS, useDepotQuery, useMayChange, useTransport } from "@kit/depot";
import { journey } from "@kit/EntityLink";
import { History } from "@kit/History";
import { LateSince } from "@kit/LateSince";
import { LinkAnchor } from "@kit/links";
import { Loaded } from "@kit/Loaded";
import { Moment, Span } from "@kit/Moment";
import { Panel } from "@kit/Panel";
import { Refusal } from "@kit/Refusal";
import { StatusBadge } from "@kit/StatusBadge";
import { CaptureProof } from "./CaptureProof";
import { Checkpoints } from "./Checkpoints";
import { Crew } from "./Crew";
import { Incidents } from "./Incidents";

export function DeliveryPage() {
  const { deliveryId } = useParams({ from: "/deliveries/$deliveryId" });
  const delivery = useDepotQuery({ query: "delivery", id: deliveryId }, { refetchInterval: LATENESS_REFETCH_MS });
  const { t } = useTranslation("delivery");
  return (
    <Stack>
      <LinkAnchor to="/deliveries" size="sm">
        <IconArrowLeft size={14} aria-hidden /> {t("detail.back")}
      </LinkAnchor>
      <Loaded of={delivery} lines={8}>
        {(found) => <Detail key={found.id} delivery={found} />}
      </Loaded>
    </Stack>
  );
}

function Detail({ delivery }: { delivery: DeliveryDetail }) {
  const { t } = useTranslation("delivery");
  const mayChange = useMayChange();
  return (
    <>
      <Group justify="space-between" align="flex-start">
        <div style={{ minWidth: 0 }}>
          <Title order={1} fz={24} lh={1.25}>
            {journey(delivery.routeOrigin, delivery.routeDestination)}
          </Title>
          <Group gap={8} mt={6}>
            <StatusBadge of="delivery" status={delivery.status} />
            <LateSince at={delivery.lateSince} />
            <Text size="sm" c="dimmed">
              <Span start={delivery.scheduledStartTime} end={delivery.scheduledEndTime} /> ·{" "}
              <LinkAnchor to="/routes/$routeId" params={{ routeId: delivery.routeId }} inherit>
                {t("detail.route")}
              </LinkAnchor>
            </Text>
          </Group>
        </div>
        {mayChange && <Steps delivery={delivery} />}
      </Group>
      <Grid>
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Stack>
            <Checkpoints delivery={delivery} mayChange={mayChange} />
            <Incidents delivery={delivery} mayChange={mayChange} />
            <Proof delivery={delivery} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Stack>
            <Crew delivery={delivery} mayChange={mayChange} />
            <Panel title={t("history.title")}>
              <History entityId={delivery.id} />
            </Panel>
          </Stack>
        </Grid.Col>
      </Grid>
    </>
  );
}

/** What may follow, the usual way as the prominent button. */
function Steps({ delivery }: { delivery: DeliveryDetail }) {
  const { t } = useTranslation("delivery");
  const act = useAct(t("step.done"));
  const [dialog, setDialog] = useState<"fail" | "proof">();
  const move = (status: DeliveryStatus) =>
    act.run({ entity: "delivery", id: delivery.id, command: { type: "changeDeliveryStatus", status } });
  const onward = delivery.validStatuses.filter((status) => status !== "Failed");
  return (
    <Stack gap="xs" align="flex-end" maw={460}>
      <Group gap="xs">
        {delivery.validStatuses.includes("Failed") && (
          <Button variant="default" leftSection={<IconCircleX size={16} aria-hidden />} onClick={() => setDialog("fail")}>
            {t("step.Failed")}
          </Button>
        )}
        {onward.map((status) => (
          <Button
            key={status}
            leftSection={<IconPlayerPlay size={16} aria-hidden />}
            loading={act.isBusy}
            onClick={() => (status === "Delivered" ? setDialog("proof") : move(status))}
          >
            {t(`step.${status}`)}
          </Button>
        ))}
      </Group>
      <Refusal problem={act.problem} />
      <Fail delivery={delivery} isOpen={dialog === "fail"} onClose={() => setDialog(undefined)} />
      <CaptureProof delivery={delivery} isOpen={dialog === "proof"} onClose={() => setDialog(undefined)} />
    </Stack>
  );
}

function Fail({ delivery, isOpen, onClose }: { delivery: DeliveryDetail; isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation("delivery");
  const act = useAct(t("step.done"));
  const [reason, setReason] = useState("");
  const fail = () =>
    act.run(
      {
        entity: "delivery",
        id: delivery.id,
        command: { type: "changeDeliveryStatus", status: "Failed", reason: reason.trim() === "" ? null : reason },
      },
      { onDone: onClose },
    );
  return (
    <CommandModal isOpen={isOpen} onClose={onClose} title={t("step.failTitle")} submit={t("step.Failed")} isGrave act={act} onSubmit={fail}>
      <Text size="sm">{t("step.reasonHint")}</Text>
      <Textarea label={t("step.reason")} value={reason} onChange={(event) => setReason(event.currentTarget.value)} maxLength={500} autosize minRows={2} data-autofocus />
    </CommandModal>
  );
}

function Proof({ delivery }: { delivery: DeliveryDetail }) {
  const { t } = useTranslation("delivery");
  const transport = useTransport();
  const { receiverName, signature, signatureUrl, photos, deliveredAt } = delivery;
  return (
    <Panel title={t("proof.title")}>
      {receiverName === null ? (
        <Text size="sm" c="dimmed">
          {t("proof.none")}
        </Text>
      ) : (
        <Stack gap="xs">
          <Text size="sm">
            {t("proof.receiver")} <strong>{receiverName}</strong>
            {deliveredAt !== null && (
              <>
                {" · "}
                <Moment at={deliveredAt} />
              </>
            )}
          </Text>
          {signatureUrl !== null && (
            <Text size="sm" c="dimmed" style={{ wordBreak: "break-all" }}>
              {signatureUrl}
            </Text>
          )}
          {signature !== null && (
            <Image src={transport.fileUrl(signature.hash)} alt={t("proof.signature", { receiver: receiverName })} h={96} w="auto" fit="contain" bg="white" radius="sm" />
          )}
          {photos.length > 0 && (
            <SimpleGrid cols={3}>
              {photos.map(({ hash }, index) => (
                <Image key={hash} src={transport.fileUrl(hash)} alt={t("proof.photo", { number: index + 1 })} radius="sm" />
              ))}
            </SimpleGrid>
          )}
        </Stack>
      )}
    </Panel>
  );
}
