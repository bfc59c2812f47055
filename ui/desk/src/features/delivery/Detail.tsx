// One delivery with all that belongs to it, and what can be done with it next; on a page of its own or beside the table.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import { Grid, Group, Stack, Text, Title } from "@mantine/core";
import { IconPackageOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { LATENESS_REFETCH_MS, useDepotQuery, useMayChange } from "@kit/depot";
import { EmptyState } from "@kit/EmptyState";
import { DeliveryLink } from "@kit/EntityLink";
import { journey } from "@kit/Journey";
import { History } from "@kit/History";
import { LateSince } from "@kit/LateSince";
import { LinkAnchor } from "@kit/links";
import { Loaded } from "@kit/Loaded";
import { Span } from "@kit/Moment";
import { Panel } from "@kit/Panel";
import type { DepotError } from "@kit/problem";
import { RiskBadge } from "@kit/RiskBadge";
import { Sentence } from "@kit/Sentence";
import { StatusBadge } from "@kit/StatusBadge";
import { Checkpoints } from "./Checkpoints";
import { Crew } from "./Crew";
import { Incidents } from "./Incidents";
import { LateFacts } from "./LateFacts";
import { Past } from "./Past";
import { Proof } from "./Proof";
import { Steps } from "./Steps";

interface DetailProps {
  id: string;
  /** Beside a list: one column, and a smaller heading below the page's own. */
  isAside?: boolean;
}

export function Detail({ id, isAside = false }: DetailProps) {
  const { t } = useTranslation("delivery");
  const delivery = useDepotQuery({ query: "delivery", id }, { refetchInterval: LATENESS_REFETCH_MS });
  return isNowhere(delivery.error) ? (
    <EmptyState isPage={!isAside} icon={IconPackageOff} title={t("detail.missing")} description={t("detail.missingDescription")} />
  ) : (
    <Loaded of={delivery} lines={8}>
      {(found) => <Found key={found.id} delivery={found} isAside={isAside} />}
    </Loaded>
  );
}

/** A mistyped id leads as little anywhere as one that never was. */
function isNowhere(error: DepotError | null): boolean {
  return error?.code === "notFound" || error?.code === "malformed";
}

function Found({ delivery, isAside }: { delivery: DeliveryDetail; isAside: boolean }) {
  const mayChange = useMayChange();
  const { t } = useTranslation("delivery");
  const parts = {
    checkpoints: <Checkpoints delivery={delivery} mayChange={mayChange} />,
    incidents: <Incidents delivery={delivery} mayChange={mayChange} />,
    proof: <Proof delivery={delivery} />,
    crew: <Crew delivery={delivery} mayChange={mayChange} />,
    late: <LateFacts deliveryId={delivery.id} />,
    past: <Past delivery={delivery} />,
    history: (
      <Panel title={t("history.title")}>
        <History entityId={delivery.id} />
      </Panel>
    ),
  };
  return (
    <>
      <Head delivery={delivery} isAside={isAside} />
      {isAside ? (
        <Stack mt="md">
          {parts.late}
          {parts.checkpoints}
          {parts.crew}
          {parts.incidents}
          {parts.proof}
          {parts.past}
          {parts.history}
        </Stack>
      ) : (
        <Grid>
          <Grid.Col span={{ base: 12, md: 7 }}>
            <Stack>
              {parts.late}
              {parts.checkpoints}
              {parts.incidents}
              {parts.proof}
            </Stack>
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: 5 }}>
            <Stack>
              {parts.crew}
              {parts.past}
              {parts.history}
            </Stack>
          </Grid.Col>
        </Grid>
      )}
    </>
  );
}

function Head({ delivery, isAside }: { delivery: DeliveryDetail; isAside: boolean }) {
  const { t } = useTranslation("delivery");
  const mayChange = useMayChange();
  return (
    <Group justify="space-between" align="flex-start" gap="sm">
      <div style={{ minWidth: 0 }}>
        <Title order={isAside ? 2 : 1} fz={isAside ? 18 : 24} lh={1.25} style={{ overflowWrap: "anywhere" }}>
          {journey(delivery.routeOrigin, delivery.routeDestination)}
        </Title>
        {delivery.alsoUnderWay !== null && (
          <Text size="sm" c="orange" mt={4} role="status">
            <Sentence text={t("both.flag")} parts={{ delivery: <DeliveryLink id={delivery.alsoUnderWay} /> }} />
          </Text>
        )}
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
  );
}
