// All deliveries, found by what is known of them.
import { IconPackage } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@kit/EmptyState";
import { PageHeader } from "@kit/PageHeader";

export function DeliveriesPage() {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t("place.delivery.title")} description={t("place.delivery.description")} />
      <EmptyState icon={IconPackage} title={t("empty.delivery.title")} description={t("empty.delivery.description")} />
    </>
  );
}
