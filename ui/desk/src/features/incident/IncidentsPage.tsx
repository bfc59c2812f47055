// The incidents, the open ones first.
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@kit/EmptyState";
import { PageHeader } from "@kit/PageHeader";

export function IncidentsPage() {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t("place.incident.title")} description={t("place.incident.description")} />
      <EmptyState icon={IconAlertTriangle} title={t("empty.incident.title")} description={t("empty.incident.description")} />
    </>
  );
}
