// What went wrong at the depot: what is open and what was resolved, by type and severity, resolved one by one or many at once.
import type { IncidentSort } from "@bindings/IncidentSort";
import type { IncidentView } from "@bindings/IncidentView";
import { Button, Chip, Group, SegmentedControl, Select, Stack, Text } from "@mantine/core";
import { IconCircleCheck, IconShieldCheck, IconX } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { BATCH_MOST } from "@kit/batch";
import { ChoiceBar } from "@kit/ChoiceBar";
import { DataTable } from "@kit/DataTable";
import type { Column } from "@kit/DataTable";
import { useDepotPages, useMayChange } from "@kit/depot";
import { EmptyState } from "@kit/EmptyState";
import { Journey, journey } from "@kit/Journey";
import { incidentWord } from "@kit/EventSentence";
import { LinkAnchor } from "@kit/links";
import { Shimmer } from "@kit/Loaded";
import { Moment } from "@kit/Moment";
import { useNow } from "@kit/now";
import { PageHeader } from "@kit/PageHeader";
import { personWord } from "@kit/erased";
import { PersonLine } from "@kit/Person";
import { ProblemAlert } from "@kit/ProblemAlert";
import { compact, wordsOf } from "@kit/search";
import { SeverityBadge } from "@kit/SeverityBadge";
import { TextFilter } from "@kit/TextFilter";
import { formatDays, startOfDay } from "@kit/time";
import { Truncated } from "@kit/Truncated";
import { INCIDENT_TYPES, SEVERITIES } from "@kit/words";
import { ResolveMany, incidentKey } from "./ResolveMany";
import type { IncidentSearch } from "./search";

type Changed = { [Field in keyof IncidentSearch]?: IncidentSearch[Field] | undefined };

export function IncidentsPage() {
  const { t } = useTranslation("incident");
  const { t: kit } = useTranslation("kit");
  const search = useSearch({ from: "/incidents" });
  const navigate = useNavigate();
  const go = (next: IncidentSearch) => void navigate({ to: "/incidents", search: next, replace: true });
  const set = (changed: Changed) => go(compact<IncidentSearch>({ ...search, ...changed } as Required<IncidentSearch>));
  const now_ms = useNow();
  const known: readonly string[] = INCIDENT_TYPES;
  // An address may name a type of somebody's own.
  const types = search.type === undefined || known.includes(search.type) ? known : [search.type, ...known];
  return (
    <>
      <PageHeader title={t("title.page")} description={t("description")} />
      <Group gap="sm" mb="md">
        <SegmentedControl
          aria-label={t("show")}
          value={search.resolved === true ? "resolved" : "open"}
          onChange={(shown) => set({ resolved: shown === "resolved" ? true : undefined })}
          data={[
            { value: "open", label: t("open") },
            { value: "resolved", label: t("resolved") },
          ]}
        />
        <Chip.Group
          multiple
          value={wordsOf(SEVERITIES, search.severity)}
          onChange={(chosen) => set({ severity: SEVERITIES.filter((word) => chosen.includes(word)).join(",") || undefined })}
        >
          <Group gap={6} role="group" aria-label={t("column.severity")}>
            {SEVERITIES.map((severity) => (
              <Chip key={severity} value={severity} size="xs" variant="outline">
                {kit(`severity.${severity}`)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
        <Select
          aria-label={t("column.type")}
          placeholder={t("anyType")}
          data={types.map((type) => ({ value: type, label: incidentWord(kit, type) }))}
          value={search.type ?? null}
          onChange={(type) => set({ type: type ?? undefined })}
          clearable
          clearButtonProps={{ "aria-label": t("clearType") }}
          w={190}
        />
        <TextFilter label={t("search")} value={search.text ?? ""} onChange={(text) => set({ text: text || undefined })} />
        {search.from !== undefined && search.to !== undefined && (
          <Button
            size="compact-sm"
            variant="light"
            rightSection={<IconX size={14} aria-hidden />}
            aria-label={t("clearDays", { days: formatDays(search.from, search.to, now_ms) })}
            onClick={() => set({ from: undefined, to: undefined })}
          >
            {formatDays(search.from, search.to, now_ms)}
          </Button>
        )}
      </Group>
      {/* Whoever filters anew chooses anew. */}
      <IncidentList key={JSON.stringify({ ...search, sort: undefined, ascending: undefined })} search={search} set={set} />
    </>
  );
}

function IncidentList({ search, set }: { search: IncidentSearch; set: (changed: Changed) => void }) {
  const { t } = useTranslation("incident");
  const { t: kit } = useTranslation("kit");
  const mayChange = useMayChange();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [resolving, setResolving] = useState<readonly IncidentView[]>();
  const isResolved = search.resolved === true;
  const severity = wordsOf(SEVERITIES, search.severity);
  const sort = search.sort ?? "reportedTimestamp";
  const isDescending = search.ascending !== true;
  const list = useDepotPages({
    query: "incidents",
    resolved: isResolved,
    severity: severity.length === 0 ? null : severity,
    type: search.type ?? null,
    text: search.text ?? null,
    from: search.from === undefined ? null : startOfDay(search.from),
    to: search.to === undefined ? null : startOfDay(search.to, 1),
    sort,
    descending: isDescending,
    limit: 100,
  });
  if (list.pages === undefined) {
    return list.error === null ? <Shimmer lines={6} /> : <ProblemAlert problem={list.error} onRetry={list.refetch} />;
  }
  const incidents = list.pages.flatMap((page) => page.items);
  const close = (left: readonly string[]) => {
    setResolving(undefined);
    setChosen(new Set(left));
  };
  const isFiltered = search.text !== undefined || search.type !== undefined || search.severity !== undefined || search.from !== undefined;
  const which = isFiltered ? "filtered" : isResolved ? "resolved" : "open";
  // What was resolved meanwhile is no longer among the rows, and so no longer chosen.
  const selected = incidents.filter((incident) => chosen.has(incidentKey(incident)));
  const canResolve = mayChange && !isResolved;
  return (
    <>
      {incidents.length === 0 ? (
        <EmptyState icon={IconShieldCheck} title={t(`empty.${which}.title`)} description={t(`empty.${which}.description`)} />
      ) : (
        <Stack gap="sm">
          {canResolve && (
            <ChoiceBar count={selected.length} onClear={() => setChosen(new Set())}>
              <Button
                size="xs"
                leftSection={<IconCircleCheck size={16} aria-hidden />}
                disabled={selected.length > BATCH_MOST}
                onClick={() => setResolving(selected)}
              >
                {t("resolveCount", { count: selected.length })}
              </Button>
            </ChoiceBar>
          )}
          <DataTable<IncidentView, IncidentSort>
            label={t("title.page")}
            columns={columnsOf(t, kit, { isResolved, canResolve, resolve: (incident) => setResolving([incident]) })}
            rows={incidents}
            rowKey={incidentKey}
            choice={
              canResolve
                ? { chosen, onChange: setChosen, nameOf: ({ type, description }) => `${incidentWord(kit, type)}: ${personWord(kit, description)}` }
                : undefined
            }
            sort={{ by: sort, isDescending }}
            onSort={(by, descends) => set({ sort: by === "reportedTimestamp" ? undefined : by, ascending: descends ? undefined : true })}
            isStale={list.isStale}
            loadMore={list.loadMore}
            isLoadingMore={list.isLoadingMore}
            isPage
            loadAll={list.loadAll}
            minWidth={720}
          />
        </Stack>
      )}
      {/* One place for it: the list that it empties must not take along what it says became of each. */}
      {resolving !== undefined && <ResolveMany incidents={resolving} onClose={close} />}
    </>
  );
}

interface Tools {
  readonly isResolved: boolean;
  readonly canResolve: boolean;
  readonly resolve: (incident: IncidentView) => void;
}

function columnsOf(t: TFunction<"incident">, kit: TFunction<"kit">, tools: Tools): Column<IncidentView, IncidentSort>[] {
  const resolve: Column<IncidentView, IncidentSort> = {
    key: "resolve",
    title: t("column.action"),
    width: "110px",
    cell: (incident) => (
      <Button size="compact-sm" variant="default" onClick={() => tools.resolve(incident)}>
        {t("resolve")}
      </Button>
    ),
  };
  return [
    { key: "severity", title: t("column.severity"), width: "112px", sort: "severity", cell: ({ severity }) => <SeverityBadge severity={severity} /> },
    {
      key: "what",
      title: t("column.type"),
      sort: "type",
      cell: ({ type, description, note, resolved }) => (
        <>
          <Truncated fw={600}>{incidentWord(kit, type)}</Truncated>
          <PersonLine fz="xs" c="dimmed" of={description} />
          {resolved && note !== null && <Truncated fz="xs">{`${t("noteIs")} ${note}`}</Truncated>}
        </>
      ),
    },
    {
      key: "where",
      title: t("column.delivery"),
      width: "30%",
      cell: (incident) => (
        <>
          <LinkAnchor
            to="/deliveries/$deliveryId"
            params={{ deliveryId: incident.deliveryId }}
            size="sm"
            c="var(--mantine-color-text)"
            display="block"
          >
            <Journey of={journey(incident.routeOrigin, incident.routeDestination)} />
          </LinkAnchor>
          <Truncated fz="xs" c="dimmed">
            {[incident.driverName && personWord(kit, incident.driverName), incident.vehicleNo].filter((name) => name !== null).join(", ")}
          </Truncated>
        </>
      ),
    },
    {
      key: "when",
      title: t(tools.isResolved ? "column.resolved" : "column.reported"),
      width: "128px",
      ...(!tools.isResolved && { sort: "reportedTimestamp" as const }),
      cell: ({ reportedTimestamp, resolvedTimestamp }) => (
        <Text span size="xs" c="dimmed">
          <Moment at={resolvedTimestamp ?? reportedTimestamp} distance />
        </Text>
      ),
    },
    ...(tools.canResolve ? [resolve] : []),
  ];
}
