// Shows a DepotError where its answer would have stood, with a way to ask again.
import { Alert, Button, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { DepotError } from "@kit/problem";

export function ProblemAlert({ problem, onRetry }: { problem: DepotError; onRetry?: () => void }) {
  const { t } = useTranslation("kit");
  return (
    <Alert role="alert" color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} title={t("problem.title")}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{t(`problem.text.${problem.code}`, { defaultValue: problem.detail })}</Text>
        {onRetry !== undefined && (
          <Button size="xs" variant="default" onClick={onRetry}>
            {t("problem.tryAgain")}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
