// Every delivery, from pick-up to proof: filtered, sorted, page by page.
import type { DeliveryRow } from "@bindings/DeliveryRow";
import { Button } from "@mantine/core";
import { IconPackage, IconPackageOff, IconPlus } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { DataTable } from "@kit/DataTable";
import { LATENESS_REFETCH_MS, useDepotPages, useMayChange } from "@kit/depot";
import { EmptyState } from "@kit/EmptyState";
import { PageHeader } from "@kit/PageHeader";
import { Shimmer } from "@kit/Loaded";
import { ProblemAlert } from "@kit/ProblemAlert";
import { compact } from "@kit/search";
import { useDeliveryColumns } from "./columns";
import { CreateDelivery } from "./CreateDelivery";
import { DeliveryFilters } from "./DeliveryFilters";
import { DEFAULT_SORT, deliveriesQuery, isFiltered, unfiltered } from "./search";
import type { DeliverySearch } from "./search";

export function DeliveriesPage(): ReactNode {
  const { t } = useTranslation("delivery");
  const mayChange = useMayChange();
  const search = useSearch({ from: "/deliveries" });
  const navigate = useNavigate();
  const go = (next: DeliverySearch) => void navigate({ to: "/deliveries", search: next, replace: true });
  const { create: isCreating = false, ...filters } = search;
  const startCreating = () => go({ ...search, create: true });
  return (
    <>
      <PageHeader title={t("title")} description={t("description")}>
        {mayChange && (
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={startCreating}>
            {t("create.open")}
          </Button>
        )}
      </PageHeader>
      <DeliveryFilters search={filters} onChange={go} />
      <DeliveryList
        search={filters}
        onSort={(sort, isDescending) =>
          go(compact({ ...search, sort, ascending: isDescending ? undefined : true } as Required<DeliverySearch>))
        }
        onClear={() => go(unfiltered(filters))}
        onCreate={mayChange ? startCreating : undefined}
      />
      {mayChange && <CreateDelivery isOpen={isCreating} onClose={() => go(filters)} />}
    </>
  );
}

interface DeliveryListProps {
  search: DeliverySearch;
  onSort: (by: NonNullable<DeliverySearch["sort"]>, isDescending: boolean) => void;
  onClear: () => void;
  onCreate: (() => void) | undefined;
}

function DeliveryList({ search, onSort, onClear, onCreate }: DeliveryListProps) {
  const { t } = useTranslation("delivery");
  const navigate = useNavigate();
  const { all: columns } = useDeliveryColumns();
  const list = useDepotPages(deliveriesQuery(search), { refetchInterval: LATENESS_REFETCH_MS });
  if (list.pages === undefined) {
    return list.error === null ? <Shimmer lines={8} /> : <ProblemAlert problem={list.error} onRetry={list.refetch} />;
  }
  const rows = list.pages.flatMap((page): readonly DeliveryRow[] => page.items);
  if (rows.length === 0) return isFiltered(search) ? <NoMatch onClear={onClear} /> : <NoDeliveries onCreate={onCreate} />;
  return (
    <DataTable
      label={t("title")}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      onOpen={(row) => void navigate({ to: "/deliveries/$deliveryId", params: { deliveryId: row.id } })}
      sort={{ by: search.sort ?? DEFAULT_SORT, isDescending: search.ascending !== true }}
      onSort={onSort}
      isStale={list.isStale}
      loadMore={list.loadMore}
      isLoadingMore={list.isLoadingMore}
      listKey={JSON.stringify(search)}
      minWidth={700}
    />
  );
}

function NoMatch({ onClear }: { onClear: () => void }) {
  const { t } = useTranslation("delivery");
  return (
    <EmptyState icon={IconPackageOff} title={t("empty.filtered")} description={t("empty.filteredDescription")}>
      <Button mt="sm" variant="default" onClick={onClear}>
        {t("empty.clear")}
      </Button>
    </EmptyState>
  );
}

function NoDeliveries({ onCreate }: { onCreate: (() => void) | undefined }) {
  const { t } = useTranslation("delivery");
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
