// The live board: the figures that matter now, the day as lanes, every delivery under way, and what just happened.
import type { DayFigures } from "@bindings/DayFigures";
import type { EventView } from "@bindings/EventView";
import { Flex, Grid, Stack, Text } from "@mantine/core";
import { IconPrinter, IconRoad } from "@tabler/icons-react";
import { Link, useNavigate } from "@tanstack/react-router";
import type { LinkProps } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { formatNumber } from "@kit/conventions";
import { DataTable } from "@kit/DataTable";
import { LATENESS_REFETCH_MS, useDepotQuery, useIsLoadingDemo, useMayChange, useSession, useTransport } from "@kit/depot";
import { EmptyState } from "@kit/EmptyState";
import { EventSentence } from "@kit/EventSentence";
import { EventSubject } from "@kit/EventSubject";
import { LinkButton } from "@kit/links";
import { Loaded, Shimmer } from "@kit/Loaded";
import { Moment } from "@kit/Moment";
import { useNow } from "@kit/now";
import { PageHeader } from "@kit/PageHeader";
import { Panel } from "@kit/Panel";
import { formatWholeDay, localDay } from "@kit/time";
import { useDeliveryColumns } from "../delivery/columns";
import type { ColumnKey } from "../delivery/columns";
import { LateFacts } from "../delivery/LateFacts";
import { DemoBanner } from "./Demo";
import classes from "./TodayPage.module.css";

// All come after the page: a depot that does not open and the first start are seen once, and the lanes bring a whole calendar along.
const Closed = lazy(async () => ({ default: (await import("../start/Closed")).Closed }));
const Start = lazy(async () => ({ default: (await import("../start/Start")).Start }));
const Lanes = lazy(async () => ({ default: (await import("./Lanes")).Lanes }));

const LIVE_MOST = 200;
const RECENT_SHOWN = 10;
/** About what the feed beside it needs. */
const LIVE_HEIGHT_PX = 620;
const LIVE_COLUMNS: readonly ColumnKey[] = ["status", "route", "crew", "progress"];

export function TodayPage() {
  const { t } = useTranslation("today");
  const mayChange = useMayChange();
  const { data, error, refetch } = useSession();
  const { native } = useTransport();
  const { empty = false, demo = false } = data ?? {};
  // The board would count what is still being loaded.
  const isLoadingDemo = useIsLoadingDemo();
  const now_ms = useNow();
  const [chosenDay, setDay] = useState<string>();
  const day = chosenDay ?? localDay(new Date(now_ms));
  // Kept while it is asked again, so that a dialog that was opened here stays.
  const [problem, setProblem] = useState(error);
  if (error !== null && error !== problem) setProblem(error);
  return (
    <>
      <PageHeader title={t("title")} description={formatWholeDay(day)}>
        <LinkButton to="/print/run-sheets" search={{ day }} variant="default" leftSection={<IconPrinter size={16} aria-hidden />}>
          {t("runSheets")}
        </LinkButton>
      </PageHeader>
      {data === undefined && problem !== null && native !== undefined ? (
        <Suspense fallback={<Shimmer lines={8} />}>
          <Closed problem={problem} onRetry={() => void refetch()} />
        </Suspense>
      ) : (empty || isLoadingDemo) && mayChange ? (
        <Suspense fallback={<Shimmer lines={8} />}>
          <Start />
        </Suspense>
      ) : (
        <>
          {demo && mayChange && <DemoBanner />}
          <LiveBoard day={day} onDay={setDay} />
        </>
      )}
    </>
  );
}

/** Its parts ask at once, and each shows what it has as soon as it has it. */
function LiveBoard({ day, onDay }: { day: string; onDay: (day: string | undefined) => void }) {
  const { t } = useTranslation("today");
  const board = useDepotQuery({ query: "board", day }, { refetchInterval: LATENESS_REFETCH_MS, keepPrevious: true });
  return (
    <Stack gap="md">
      <Loaded of={board} lines={1}>
        {(shown) => shown.day !== null && <Figures of={shown.day} />}
      </Loaded>
      <LateFacts />
      <Suspense fallback={<Shimmer lines={12} />}>
        <Lanes day={day} onDay={onDay} />
      </Suspense>
      <Grid>
        <Grid.Col span={{ base: 12, lg: 8 }}>
          <Live />
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <Panel title={t("recent")}>
            <Loaded of={board} lines={RECENT_SHOWN}>
              {({ recent }) => <Recent events={recent.slice(0, RECENT_SHOWN)} />}
            </Loaded>
          </Panel>
        </Grid.Col>
      </Grid>
    </Stack>
  );
}

/** The figures of the chosen day. Each leads to what it counts. */
function Figures({ of: { day, figures, checkpointsPlanned, openIncidents, underWay, late, atRisk, unassigned } }: { of: DayFigures }) {
  const { t } = useTranslation("today");
  const days = { from: day, to: day };
  return (
    <Flex component="section" aria-label={t("figures")} wrap="wrap" gap="sm">
      <Figure name={t("figure.active")} count={underWay} to={{ to: "/deliveries", search: { status: "InTransit,OutForDelivery", ...days } }} />
      <Figure name={t("figure.late")} count={late} isBad to={{ to: "/deliveries", search: { late: true, ...days } }} />
      <Figure name={t("figure.atRisk")} count={atRisk} isBad to={{ to: "/deliveries", search: { atRisk: true, ...days } }} />
      <Figure name={t("figure.incidents")} count={openIncidents} isBad to={{ to: "/incidents", search: days }} />
      <Figure name={t("figure.unassigned")} count={unassigned} isBad to={{ to: "/deliveries", search: { unassigned: true, ...days } }} />
      <Figure name={t("figure.stops", { total: formatNumber(checkpointsPlanned) })} count={figures.checkpoints} to={{ to: "/reports", search: days }} />
      <Figure name={t("figure.delivered", { total: formatNumber(figures.deliveries) })} count={figures.delivered} to={{ to: "/reports", search: days }} />
    </Flex>
  );
}

interface FigureProps {
  name: string;
  count: number;
  /** Worth a colour where it is not nought. */
  isBad?: boolean;
  to: Pick<LinkProps, "to" | "search">;
}

function Figure({ name, count, isBad = false, to }: FigureProps) {
  return (
    <Link {...to} className={classes["figure"] ?? ""}>
      <span className={`${classes["number"]} ${isBad && count > 0 ? classes["bad"] : ""}`}>{formatNumber(count)}</span>{" "}
      <Text span size="sm" c="dimmed" truncate title={name}>
        {name}
      </Text>
    </Link>
  );
}

function Live() {
  const { t } = useTranslation("today");
  const navigate = useNavigate();
  const deliveries = useDepotQuery(
    { query: "deliveries", status: ["InTransit", "OutForDelivery"], sort: "scheduledStartTime", descending: false, limit: LIVE_MOST },
    { refetchInterval: LATENESS_REFETCH_MS },
  );
  const columns = useDeliveryColumns(LIVE_COLUMNS, deliveries.data?.items ?? []);
  return (
    <Loaded of={deliveries} lines={6}>
      {({ items }) =>
        items.length === 0 ? (
          <EmptyState icon={IconRoad} title={t("quiet.title")} description={t("quiet.description")} />
        ) : (
          <DataTable
            label={t("live")}
            columns={columns}
            rows={items}
            rowKey={(row) => row.id}
            heightLeast_px={LIVE_HEIGHT_PX}
            onOpen={(row) => void navigate({ to: "/deliveries/$deliveryId", params: { deliveryId: row.id } })}
          />
        )
      }
    </Loaded>
  );
}

function Recent({ events }: { events: readonly EventView[] }) {
  const { t } = useTranslation("today");
  if (events.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t("nothing")}
      </Text>
    );
  }
  return (
    <Stack gap="sm" component="ul" m={0} p={0} style={{ listStyle: "none" }}>
      {events.map((event) => (
        <li key={event.sequence}>
          <Text size="sm" component="div" style={{ overflowWrap: "anywhere" }}>
            <EventSubject event={event} /> <EventSentence event={event} />
          </Text>
          <Text size="xs" c="dimmed">
            <Moment at={event.occurredAt} distance />
          </Text>
        </li>
      ))}
    </Stack>
  );
}
