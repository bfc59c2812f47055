// An address that leads nowhere, as an old bookmark's.
import { Button } from "@mantine/core";
import { IconMapQuestion } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@kit/EmptyState";

export function NotFound() {
  const { t } = useTranslation();
  return (
    <EmptyState isPage icon={IconMapQuestion} title={t("notFound.title")} description={t("notFound.description")}>
      <Button component={Link} to="/" mt="sm">
        {t("notFound.back")}
      </Button>
    </EmptyState>
  );
}
