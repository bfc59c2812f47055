// Every delivery, from plan to proof: filtered, sorted, worked on one by one beside the table or many at once.
import type { DeliveryRow } from "@bindings/DeliveryRow";
import type { Page } from "@bindings/Page";
import { Button, Stack } from "@mantine/core";
import { IconPackage, IconPackageOff, IconPlus } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ChoiceBar } from "@kit/ChoiceBar";
import { DataTable } from "@kit/DataTable";
import { LATENESS_REFETCH_MS, useDepotPages, useMayChange } from "@kit/depot";
import type { Pages } from "@kit/depot";
import { EmptyState } from "@kit/EmptyState";
import { journey } from "@kit/Journey";
import { Shimmer } from "@kit/Loaded";
import { PageHeader } from "@kit/PageHeader";
import { ProblemAlert } from "@kit/ProblemAlert";
import { compact } from "@kit/search";
import { Aside } from "./Aside";
import classes from "./Aside.module.css";
import { Bulk } from "./Bulk";
import { useDeliveryColumns } from "./columns";
import type { ColumnKey } from "./columns";
import { CreateDelivery } from "./CreateDelivery";
import { DeliveryFilters } from "./DeliveryFilters";
import { DEFAULT_SORT, deliveriesQuery, isFiltered, unfiltered } from "./search";
import type { DeliverySearch } from "./search";
import { Toolbar } from "./Toolbar";
import { useColumnChoice } from "./views";

export function DeliveriesPage(): ReactNode {
  const { t } = useTranslation("delivery");
  const mayChange = useMayChange();
  const search = useSearch({ from: "/deliveries" });
  const navigate = useNavigate();
  const [columns, setColumns] = useColumnChoice();
  const go = (next: DeliverySearch) => void navigate({ to: "/deliveries", search: next, replace: true, resetScroll: false });
  const { create: isCreating = false, panel, ...filters } = search;
  const list = useDepotPages(deliveriesQuery(filters), { refetchInterval: LATENESS_REFETCH_MS });
  const rows = list.pages?.flatMap((page): readonly DeliveryRow[] => page.items) ?? [];
  const startCreating = () => go({ ...search, create: true });
  const show = (id: string | undefined) => go(compact({ ...filters, panel: id } as Required<DeliverySearch>));
  const place = rows.findIndex(({ id }) => id === panel);
  const goTo = (row: DeliveryRow | undefined) => (place < 0 || row === undefined ? undefined : () => show(row.id));
  return (
    <div className={classes["split"]}>
      <div className={classes["list"]}>
        <PageHeader title={t("title")} description={t("description")}>
          <Toolbar
            search={filters}
            columns={columns}
            onColumns={setColumns}
            onView={(view) => {
              setColumns(view.columns);
              go(view.search);
            }}
          />
          {mayChange && (
            <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={startCreating}>
              {t("create.open")}
            </Button>
          )}
        </PageHeader>
        <DeliveryFilters search={filters} onChange={(next) => go(compact({ ...next, panel } as Required<DeliverySearch>))} />
        <DeliveryList
          list={list}
          rows={rows}
          search={filters}
          columns={panel === undefined ? columns : BESIDE}
          panel={panel}
          onShow={show}
          onSort={(sort, isDescending) =>
            go(compact({ ...search, sort, ascending: isDescending ? undefined : true } as Required<DeliverySearch>))
          }
          onClear={() => go(unfiltered(filters))}
          onCreate={mayChange ? startCreating : undefined}
        />
        {mayChange && isCreating && <CreateDelivery onClose={() => go(filters)} />}
      </div>
      {panel !== undefined && (
        <Aside
          id={panel}
          onPrevious={goTo(rows[place - 1])}
          onNext={goTo(rows[place + 1])}
          onClose={() => show(undefined)}
        />
      )}
    </div>
  );
}

/** Beside a delivery there is room for these alone. */
const BESIDE: readonly ColumnKey[] = ["status", "route", "crew"];
const NONE: ReadonlySet<string> = new Set();

interface DeliveryListProps {
  list: Pages<Page<DeliveryRow>>;
  rows: readonly DeliveryRow[];
  search: DeliverySearch;
  columns: readonly ColumnKey[];
  panel: string | undefined;
  onShow: (id: string) => void;
  onSort: (by: NonNullable<DeliverySearch["sort"]>, isDescending: boolean) => void;
  onClear: () => void;
  onCreate: (() => void) | undefined;
}

function DeliveryList({ list, rows, search, columns, panel, onShow, onSort, onClear, onCreate }: DeliveryListProps) {
  const { t } = useTranslation("delivery");
  const mayChange = useMayChange();
  const shownColumns = useDeliveryColumns(columns, rows);
  const listKey = JSON.stringify(search);
  // Whoever filters anew chooses anew.
  const [choice, setChoice] = useState({ listKey, chosen: NONE });
  const chosen = choice.listKey === listKey ? choice.chosen : NONE;
  const choose = (keys: Iterable<string>) => setChoice({ listKey, chosen: new Set(keys) });
  if (list.pages === undefined) {
    return list.error === null ? <Shimmer lines={8} /> : <ProblemAlert problem={list.error} onRetry={list.refetch} />;
  }
  const selected = rows.filter(({ id }) => chosen.has(id));
  return (
    <Stack gap="xs">
      {mayChange && (
        <ChoiceBar count={selected.length} onClear={() => choose(NONE)}>
          <Bulk chosen={selected} onDone={choose} />
        </ChoiceBar>
      )}
      {rows.length === 0 ? (
        <Empty isFiltered={isFiltered(search)} onClear={onClear} onCreate={onCreate} />
      ) : (
        <DataTable
          label={t("title")}
          columns={shownColumns}
          rows={rows}
          rowKey={idOf}
          onOpen={({ id }) => onShow(id)}
          current={panel}
          choice={mayChange ? { chosen, onChange: choose, nameOf } : undefined}
          sort={{ by: search.sort ?? DEFAULT_SORT, isDescending: search.ascending !== true }}
          onSort={onSort}
          isStale={list.isStale}
          loadMore={list.loadMore}
          isLoadingMore={list.isLoadingMore}
          isPage
          loadAll={list.loadAll}
          listKey={listKey}
          minWidth={panel === undefined ? 700 : 520}
        />
      )}
    </Stack>
  );
}

function idOf({ id }: DeliveryRow): string {
  return id;
}

function nameOf({ routeOrigin, routeDestination }: DeliveryRow): string {
  return journey(routeOrigin, routeDestination);
}

interface EmptyProps {
  isFiltered: boolean;
  onClear: () => void;
  onCreate: (() => void) | undefined;
}

function Empty({ isFiltered: hasFilters, onClear, onCreate }: EmptyProps) {
  const { t } = useTranslation("delivery");
  if (hasFilters) {
    return (
      <EmptyState icon={IconPackageOff} title={t("empty.filtered")} description={t("empty.filteredDescription")}>
        <Button mt="sm" variant="default" onClick={onClear}>
          {t("empty.clear")}
        </Button>
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={IconPackage} title={t("empty.title")} description={t("empty.description")}>
      {onCreate !== undefined && (
        <Button mt="sm" onClick={onCreate}>
          {t("empty.create")}
        </Button>
      )}
    </EmptyState>
  );
}
