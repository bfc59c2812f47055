// What can be done with the rows that are chosen; out of sight while none is. It stays where it is then: a dialog that one of its
// buttons opened tells what became of each row, and rows may leave the list while that is done.
import { Button, Group, Paper, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { BATCH_MOST } from "@kit/batch";

export function ChoiceBar({ count, onClear, children }: { count: number; onClear: () => void; children: ReactNode }) {
  const { t } = useTranslation("kit");
  return (
    <Paper withBorder radius="md" px="sm" py={6} bg="var(--depot-brand-fill)" display={count === 0 ? "none" : undefined} role="group" aria-label={t("choice.chosen", { count })}>
      <Group gap="xs" mih={30}>
        <Text size="sm" fw={600} c="var(--depot-brand-text)" className="tabular">
          {t("choice.chosen", { count })}
        </Text>
        {children}
        <Button size="compact-sm" variant="subtle" onClick={onClear} ml="auto">
          {t("choice.clear")}
        </Button>
        {count > BATCH_MOST && (
          <Text size="xs" w="100%">
            {t("choice.tooMany", { most: BATCH_MOST })}
          </Text>
        )}
      </Group>
    </Paper>
  );
}
