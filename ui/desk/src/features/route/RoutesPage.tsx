// The depot's routes: when they run, how their checkpoints stand, and who is on them.
import type { RouteSort } from "@bindings/RouteSort";
import type { RouteSummary } from "@bindings/RouteSummary";
import { Button, Chip, Group, Text } from "@mantine/core";
import { DatePickerInput } from "@mantine/dates";
import { IconPlus, IconRoute } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { DataTable } from "@kit/DataTable";
import type { Column } from "@kit/DataTable";
import { useDayRangePresets } from "@kit/dayPresets";
import { LATENESS_REFETCH_MS, useDepotPages, useMayChange } from "@kit/depot";
import { EmptyState } from "@kit/EmptyState";
import { Journey, journey } from "@kit/Journey";
import { LateSince } from "@kit/LateSince";
import { LinkAnchor, LinkButton } from "@kit/links";
import { Shimmer } from "@kit/Loaded";
import { Span } from "@kit/Moment";
import { PageHeader } from "@kit/PageHeader";
import { ProblemAlert } from "@kit/ProblemAlert";
import { Progress } from "@kit/Progress";
import { compact, wordsOf } from "@kit/search";
import { startOfDay } from "@kit/time";
import { StatusBadge } from "@kit/StatusBadge";
import { StatusChips } from "@kit/StatusChips";
import { TextFilter } from "@kit/TextFilter";
import { Truncated } from "@kit/Truncated";
import { ROUTE_STATUSES } from "@kit/words";
import { RouteForm } from "./RouteForm";
import type { RouteSearch } from "./search";

export function RoutesPage() {
  const { t } = useTranslation("route");
  const search = useSearch({ from: "/routes" });
  const navigate = useNavigate();
  const mayChange = useMayChange();
  const presets = useDayRangePresets();
  const go = (next: RouteSearch) => void navigate({ to: "/routes", search: next, replace: true });
  const { create: isCreating = false, ...filters } = search;
  const set = (changed: { [Field in keyof RouteSearch]?: RouteSearch[Field] | undefined }) =>
    go(compact<RouteSearch>({ ...filters, ...changed } as Required<RouteSearch>));
  return (
    <>
      <PageHeader title={t("title")} description={t("description")}>
        {mayChange && (
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => go({ ...search, create: true })}>
            {t("new")}
          </Button>
        )}
      </PageHeader>
      <Group gap="sm" mb="md">
        <StatusChips
          of="route"
          label={t("status")}
          statuses={ROUTE_STATUSES}
          value={wordsOf(ROUTE_STATUSES, search.status)}
          onChange={(statuses) => set({ status: statuses.join(",") || undefined })}
        />
        <Chip size="xs" variant="outline" checked={search.delayed === true} onChange={(on) => set({ delayed: on || undefined })}>
          {t("delayedFilter")}
        </Chip>
        <DatePickerInput
          type="range"
          allowSingleDateInRange
          aria-label={t("days")}
          placeholder={t("days")}
          valueFormat="D MMM"
          presets={presets}
          value={[search.from ?? null, search.to ?? null]}
          onChange={([from, to]) => set({ from: from ?? undefined, to: to ?? undefined })}
          clearable
          clearButtonProps={{ "aria-label": t("clearDays") }}
          w={170}
        />
        <TextFilter label={t("search")} value={search.text ?? ""} onChange={(text) => set({ text: text || undefined })} />
      </Group>
      <RouteList search={filters} />
      {mayChange && isCreating && <RouteForm onClose={() => go(filters)} />}
    </>
  );
}

function RouteList({ search }: { search: RouteSearch }) {
  const { t } = useTranslation("route");
  const navigate = useNavigate();
  const mayChange = useMayChange();
  const status = wordsOf(ROUTE_STATUSES, search.status);
  const list = useDepotPages(
    {
      query: "routes",
      status: status.length === 0 ? null : status,
      text: search.text ?? null,
      from: search.from === undefined ? null : startOfDay(search.from),
      to: search.to === undefined ? null : startOfDay(search.to, 1),
      delayed: search.delayed ?? null,
      descending: true,
      limit: 100,
    },
    { refetchInterval: LATENESS_REFETCH_MS },
  );
  if (list.pages === undefined) {
    return list.error === null ? <Shimmer lines={8} /> : <ProblemAlert problem={list.error} onRetry={list.refetch} />;
  }
  const routes = list.pages.flatMap((page) => page.routes);
  if (routes.length === 0) {
    const isFiltered = Object.keys(search).length > 0;
    return (
      <EmptyState
        icon={IconRoute}
        title={t(isFiltered ? "empty.filtered" : "empty.title")}
        description={t(isFiltered ? "empty.filteredDescription" : "empty.description")}
      >
        {!isFiltered && mayChange && (
          <LinkButton to="/routes" search={{ create: true }} mt="sm">
            {t("new")}
          </LinkButton>
        )}
      </EmptyState>
    );
  }
  return (
    <DataTable<RouteSummary, RouteSort>
      label={t("title")}
      columns={columnsOf(t, routes.some(({ origin }) => origin !== routes[0]?.origin))}
      rows={routes}
      rowKey={(route) => route.routeId}
      onOpen={(route) => void navigate({ to: "/routes/$routeId", params: { routeId: route.routeId } })}
      isStale={list.isStale}
      loadMore={list.loadMore}
      isLoadingMore={list.isLoadingMore}
      isPage
      loadAll={list.loadAll}
    />
  );
}

/** Origins are shown only where they differ. */
function columnsOf(t: TFunction<"route">, showsOrigin: boolean): Column<RouteSummary, RouteSort>[] {
  return [
    { key: "status", title: t("column.status"), width: "150px", cell: ({ status }) => <StatusBadge of="route" status={status} /> },
    {
      key: "route",
      title: t("column.route"),
      sort: "scheduledStartTime",
      cell: (route) => (
        <>
          <LinkAnchor to="/routes/$routeId" params={{ routeId: route.routeId }} size="sm" fw={600} c="var(--mantine-color-text)" display="block">
            <Journey of={journey(route.origin, route.destination)} />
          </LinkAnchor>
          <Text size="xs" c="dimmed" truncate>
            <Span start={route.scheduledStartTime} end={route.scheduledEndTime} />
            {showsOrigin && ` · ${t("fromOrigin", { origin: route.origin })}`}
          </Text>
        </>
      ),
    },
    { key: "checkpoints", title: t("column.checkpoints"), width: "24%", cell: (route) => <Checkpoints route={route} /> },
    {
      key: "open",
      title: t("column.open"),
      width: "130px",
      cell: ({ routeId, openDeliveries }) =>
        openDeliveries === 0 ? null : (
          <LinkAnchor to="/deliveries" search={{ route: routeId, open: true }} size="sm">
            {t("deliveriesOpen", { count: openDeliveries })}
          </LinkAnchor>
        ),
    },
  ];
}

function Checkpoints({ route: { checkpoints } }: { route: RouteSummary }) {
  const { t } = useTranslation("route");
  if (checkpoints.length === 0) {
    return (
      <Text span size="xs" c="dimmed">
        {t("noCheckpoints")}
      </Text>
    );
  }
  const delayed = checkpoints.find(({ status }) => status === "Delayed");
  const reached = checkpoints.filter(({ status }) => status === "Reached").length;
  return (
    <>
      <Progress reached={reached} total={checkpoints.length} />
      {delayed !== undefined && (
        <Group gap={6} mt={4} wrap="nowrap">
          <LateSince at={delayed.expectedTime} />
          <Truncated fz="xs" c="dimmed">
            {delayed.location}
          </Truncated>
        </Group>
      )}
    </>
  );
}
