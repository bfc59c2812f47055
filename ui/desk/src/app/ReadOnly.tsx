// Says on every page that nothing is recorded, because a file of the depot is gone. It stays until the file is back.
import { Alert, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useSession } from "@kit/depot";

export function ReadOnly() {
  const { t } = useTranslation();
  if (useSession().data?.readOnly !== true) return null;
  return (
    <Alert role="alert" color="red" variant="filled" mb="md" icon={<IconAlertTriangle aria-hidden />} title={t("stopped.title")}>
      <Text size="sm">{t("stopped.text")}</Text>
    </Alert>
  );
}
