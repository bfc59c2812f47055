// The drivers and the vehicles.
import { IconTruck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@kit/EmptyState";
import { PageHeader } from "@kit/PageHeader";

export function FleetPage() {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t("place.fleet.title")} description={t("place.fleet.description")} />
      <EmptyState icon={IconTruck} title={t("empty.fleet.title")} description={t("empty.fleet.description")} />
    </>
  );
}
