// The depot's settings.
import { IconSettings } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@kit/EmptyState";
import { PageHeader } from "@kit/PageHeader";

export function SettingsPage() {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t("place.settings.title")} description={t("place.settings.description")} />
      <EmptyState icon={IconSettings} title={t("empty.settings.title")} description={t("empty.settings.description")} />
    </>
  );
}
