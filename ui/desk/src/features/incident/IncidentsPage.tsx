// What went wrong at the depot: what is open, and what was resolved.
import { Button, Group, SegmentedControl, Stack } from "@mantine/core";
import { IconShieldCheck } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useDepotPages, useMayChange } from "@kit/depot";
import { EmptyState } from "@kit/EmptyState";
import { Shimmer } from "@kit/Loaded";
import { PageHeader } from "@kit/PageHeader";
import { ProblemAlert } from "@kit/ProblemAlert";
import { TextFilter } from "@kit/TextFilter";
import { compact } from "@kit/search";
import { IncidentCard } from "./IncidentCard";
import type { IncidentSearch } from "./search";

export function IncidentsPage() {
  const { t } = useTranslation("incident");
  const search = useSearch({ from: "/incidents" });
  const navigate = useNavigate();
  const go = (next: IncidentSearch) => void navigate({ to: "/incidents", search: next, replace: true });
  const isResolved = search.resolved === true;
  return (
    <>
      <PageHeader title={t("title.page")} description={t("description")} />
      <Group gap="sm" mb="md">
        <SegmentedControl
          aria-label={t("show")}
          value={isResolved ? "resolved" : "open"}
          onChange={(shown) => go(compact({ text: search.text, resolved: shown === "resolved" ? true : undefined }))}
          data={[
            { value: "open", label: t("open") },
            { value: "resolved", label: t("resolved") },
          ]}
        />
        <TextFilter
          label={t("search")}
          value={search.text ?? ""}
          onChange={(text) => go(compact({ text: text || undefined, resolved: search.resolved }))}
        />
      </Group>
      <IncidentList search={search} />
    </>
  );
}

function IncidentList({ search }: { search: IncidentSearch }) {
  const { t } = useTranslation("incident");
  const mayChange = useMayChange();
  const isResolved = search.resolved === true;
  const list = useDepotPages({ query: "incidents", resolved: isResolved, text: search.text ?? null, limit: 50 });
  if (list.pages === undefined) {
    return list.error === null ? <Shimmer lines={6} /> : <ProblemAlert problem={list.error} onRetry={list.refetch} />;
  }
  const incidents = list.pages.flatMap((page) => page.items);
  if (incidents.length === 0) {
    const which = isResolved ? "resolved" : "open";
    return <EmptyState icon={IconShieldCheck} title={t(`empty.${which}.title`)} description={t(`empty.${which}.description`)} />;
  }
  return (
    <Stack gap="sm">
      {incidents.map((incident) => (
        <IncidentCard key={incident.id} incident={incident} mayChange={mayChange} showsDelivery />
      ))}
      {list.loadMore !== undefined && (
        <Button variant="default" onClick={list.loadMore} loading={list.isLoadingMore}>
          {t("more")}
        </Button>
      )}
    </Stack>
  );
}
