// A depot that could not be opened: why, and the way to a backup.
import { Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Panel } from "@kit/Panel";
import { ProblemAlert } from "@kit/ProblemAlert";
import type { DepotError } from "@kit/problem";
import { RestoreButton } from "../restore/RestoreButton";

export function Closed({ problem, onRetry }: { problem: DepotError; onRetry: () => void }) {
  const { t } = useTranslation("start");
  return (
    <Panel title={t("closed.title")}>
      <ProblemAlert problem={problem} onRetry={onRetry} />
      <Group justify="space-between" mt="md">
        <Text size="sm">{t("closed.hint")}</Text>
        <RestoreButton />
      </Group>
    </Panel>
  );
}
