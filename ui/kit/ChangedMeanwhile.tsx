// What somebody else stored while a form was open: each value as it was and as it is, beside what is typed here.
import { Alert, List, Text } from "@mantine/core";
import { IconHandStop } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Change } from "@kit/form";

export function ChangedMeanwhile({ changes }: { changes: readonly Change[] }) {
  const { t } = useTranslation("kit");
  return (
    <Alert role="alert" color="orange" variant="light" p="sm" icon={<IconHandStop aria-hidden />} title={t("refusal.title.staleVersion")}>
      <List size="sm" mb={4}>
        {changes.map(({ label, before, after }) => (
          <List.Item key={label} style={{ overflowWrap: "anywhere" }}>
            {t("form.changed", { label, before, after })}
          </List.Item>
        ))}
      </List>
      <Text size="sm">{t("form.changedHint")}</Text>
    </Alert>
  );
}
