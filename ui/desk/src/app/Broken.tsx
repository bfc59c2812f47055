// A page that failed while it was loaded or drawn: says so, and what a person can do. Nothing that was acknowledged is touched by it.
import { Button, Code, Group } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { ErrorComponentProps } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@kit/EmptyState";

export function Broken({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  return (
    <EmptyState isPage icon={IconAlertTriangle} title={t("broken.title")} description={t("broken.description")}>
      <Code mt="xs">{error instanceof Error ? error.message : String(error)}</Code>
      <Group mt="sm">
        <Button onClick={reset}>{t("broken.again")}</Button>
        <Button variant="default" onClick={() => location.reload()}>
          {t("broken.reload")}
        </Button>
      </Group>
    </EmptyState>
  );
}
