// Every event of the depot, newest first: a sentence each, and beside the list all that was recorded of one of them.
import type { EventView } from "@bindings/EventView";
import { Text } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { formatNumber } from "@kit/conventions";
import { DataTable } from "@kit/DataTable";
import type { Column } from "@kit/DataTable";
import { useDepotPages } from "@kit/depot";
import { EmptyState } from "@kit/EmptyState";
import { EventSentence } from "@kit/EventSentence";
import { EventSubject } from "@kit/EventSubject";
import { LinkAnchor } from "@kit/links";
import { Shimmer } from "@kit/Loaded";
import { Moment } from "@kit/Moment";
import { PageHeader } from "@kit/PageHeader";
import { ProblemAlert } from "@kit/ProblemAlert";
import { Truncated } from "@kit/Truncated";
import { EventDetails } from "./EventDetails";
import { LogFilters } from "./LogFilters";
import classes from "./LogPage.module.css";
import { eventsQuery, isFiltered } from "./search";
import type { LogSearch } from "./search";

const route = getRouteApi("/log");

export function LogPage() {
  const { t } = useTranslation("log");
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const go = (next: LogSearch) => void navigate({ search: next, replace: true });
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <LogFilters search={search} onChange={go} />
      <EventList search={search} go={go} />
    </>
  );
}

function EventList({ search, go }: { search: LogSearch; go: (search: LogSearch) => void }) {
  const { t } = useTranslation("log");
  const columns = useColumns(search);
  const { event: chosen, ...filters } = search;
  const list = useDepotPages(eventsQuery(search));
  const rows = list.pages?.flatMap((page): readonly EventView[] => page.items);
  const { loadMore, isLoadingMore } = list;
  // The depot looks through a part of its record at a time: where that holds nothing that fits, it goes on looking.
  const isSearching = rows?.length === 0 && loadMore !== undefined;
  useEffect(() => {
    if (isSearching && !isLoadingMore) loadMore();
  }, [isSearching, isLoadingMore, loadMore]);
  if (rows === undefined || isSearching) {
    return list.error === null ? <Shimmer lines={10} /> : <ProblemAlert problem={list.error} onRetry={list.refetch} />;
  }
  if (rows.length === 0) {
    const which = isFiltered(search) ? "filtered" : "empty";
    return <EmptyState icon={IconHistory} title={t(`${which}.title`)} description={t(`${which}.description`)} />;
  }
  const shown = rows.find(({ sequence }) => sequence === chosen);
  return (
    <div className={classes["split"]} data-open={shown !== undefined || undefined}>
      <DataTable
        label={t("title")}
        columns={columns}
        rows={rows}
        rowKey={keyOf}
        onOpen={({ sequence }) => go({ ...filters, event: sequence })}
        current={shown && keyOf(shown)}
        isStale={list.isStale}
        loadMore={loadMore}
        isLoadingMore={isLoadingMore}
        isPage
        loadAll={list.loadAll}
        listKey={JSON.stringify(filters)}
        minWidth={560}
      />
      {shown !== undefined && <EventDetails event={shown} onClose={() => go(filters)} />}
    </div>
  );
}

function keyOf({ sequence }: EventView): string {
  return String(sequence);
}

function useColumns(search: LogSearch): readonly Column<EventView>[] {
  const { t } = useTranslation("log");
  const isNarrow = search.event !== undefined;
  return useMemo(() => {
    const sequence: Column<EventView> = {
      key: "sequence",
      title: t("column.sequence"),
      width: "76px",
      cell: ({ sequence: number }) => (
        <LinkAnchor to="/log" search={{ ...search, event: number }} replace size="sm" className="tabular" aria-label={t("details", { sequence: formatNumber(number) })}>
          {formatNumber(number)}
        </LinkAnchor>
      ),
    };
    const when: Column<EventView> = {
      key: "when",
      title: t("column.when"),
      width: "136px",
      cell: ({ occurredAt }) => (
        <Text span size="sm" c="dimmed" style={{ whiteSpace: "nowrap" }}>
          <Moment at={occurredAt} />
        </Text>
      ),
    };
    const what: Column<EventView> = {
      key: "what",
      title: t("column.what"),
      cell: (event) => (
        <div className={classes["what"]}>
          <EventSubject event={event} />
          <span>
            <EventSentence event={event} />
          </span>
        </div>
      ),
    };
    const who: Column<EventView> = {
      key: "who",
      title: t("column.who"),
      width: "200px",
      cell: ({ actor, actorName }) => (
        <Truncated fz="sm" c="dimmed">
          {actorName ?? t(actor === "desk" ? "actor.desk" : "actor.device")}
        </Truncated>
      ),
    };
    return isNarrow ? [sequence, when, what] : [sequence, when, what, who];
  }, [t, search, isNarrow]);
}
