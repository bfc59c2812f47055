// The routes and their checkpoints.
import { IconRoute } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@kit/EmptyState";
import { PageHeader } from "@kit/PageHeader";

export function RoutesPage() {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t("place.route.title")} description={t("place.route.description")} />
      <EmptyState icon={IconRoute} title={t("empty.route.title")} description={t("empty.route.description")} />
    </>
  );
}
