// One delivery with all that belongs to it, and what can be done with it next.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import { Grid, Group, Stack, Text, Title } from "@mantine/core";
import { IconArrowLeft, IconPackageOff } from "@tabler/icons-react";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { LATENESS_REFETCH_MS, useDepotQuery, useMayChange } from "@kit/depot";
import { EmptyState } from "@kit/EmptyState";
import { journey } from "@kit/EntityLink";
import { History } from "@kit/History";
import { LateSince } from "@kit/LateSince";
import { LinkAnchor } from "@kit/links";
import { Loaded } from "@kit/Loaded";
import { Span } from "@kit/Moment";
import { Panel } from "@kit/Panel";
import type { DepotError } from "@kit/problem";
import { RiskBadge } from "@kit/RiskBadge";
import { StatusBadge } from "@kit/StatusBadge";
import { Checkpoints } from "./Checkpoints";
import { Crew } from "./Crew";
import { Incidents } from "./Incidents";
import { Past } from "./Past";
import { Proof } from "./Proof";
import { Steps } from "./Steps";

export function DeliveryPage() {
  const { deliveryId } = useParams({ from: "/deliveries/$deliveryId" });
  const delivery = useDepotQuery({ query: "delivery", id: deliveryId }, { refetchInterval: LATENESS_REFETCH_MS });
  const { t } = useTranslation("delivery");
  return (
    <Stack>
      <LinkAnchor to="/deliveries" size="sm">
        <IconArrowLeft size={14} aria-hidden /> {t("detail.back")}
      </LinkAnchor>
      {isNowhere(delivery.error) ? (
        <EmptyState isPage icon={IconPackageOff} title={t("detail.missing")} description={t("detail.missingDescription")} />
      ) : (
        <Loaded of={delivery} lines={8}>
          {(found) => <Detail key={found.id} delivery={found} />}
        </Loaded>
      )}
    </Stack>
  );
}

/** A mistyped id leads as little anywhere as one that never was. */
function isNowhere(error: DepotError | null): boolean {
  return error?.code === "notFound" || error?.code === "malformed";
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
            <RiskBadge risk={delivery.atRisk} />
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
            <Past delivery={delivery} />
            <Panel title={t("history.title")}>
              <History entityId={delivery.id} />
            </Panel>
          </Stack>
        </Grid.Col>
      </Grid>
    </>
  );
}
