// The live board: every delivery under way.
import { IconLayoutDashboard } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@kit/EmptyState";
import { PageHeader } from "@kit/PageHeader";

export function TodayPage() {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t("place.today.title")} description={t("place.today.description")} />
      <EmptyState icon={IconLayoutDashboard} title={t("empty.today.title")} description={t("empty.today.description")} />
    </>
  );
}
