// A depot that could not be opened: why, and the ways on: a backup, or a new depot where the database was lost.
import { Button, Group, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useTransport } from "@kit/depot";
import { Panel } from "@kit/Panel";
import { ProblemAlert } from "@kit/ProblemAlert";
import type { DepotError } from "@kit/problem";
import type { Native } from "@kit/protocol";
import { Refusal } from "@kit/Refusal";
import { RestoreButton } from "../restore/RestoreButton";

export function Closed({ problem, onRetry }: { problem: DepotError; onRetry: () => void }) {
  const { t } = useTranslation("start");
  const { native } = useTransport();
  return (
    <Panel title={t("closed.title")}>
      <ProblemAlert problem={problem} onRetry={onRetry} />
      <Group justify="space-between" mt="md">
        <Text size="sm">{t("closed.hint")}</Text>
        <RestoreButton />
      </Group>
      {native !== undefined && problem.facts["canBeginNew"] === true && <BeginNew native={native} />}
    </Panel>
  );
}

/** Asks once more: the record of the old depot is not in the new one. */
function BeginNew({ native }: { native: Native }) {
  const { t } = useTranslation("start");
  const [isAsked, setAsked] = useState(false);
  const begin = useMutation<void, DepotError>({ mutationFn: () => native.beginNewDepot(), onSuccess: () => location.assign("/") });
  return (
    <Stack gap="xs" mt="md">
      <Group justify="space-between">
        <Text size="sm">{t(isAsked ? "closed.newSure" : "closed.newHint")}</Text>
        {isAsked ? (
          <Group gap="sm">
            <Button variant="default" disabled={begin.isPending} onClick={() => setAsked(false)}>
              {t("closed.cancel")}
            </Button>
            <Button color="red.8" loading={begin.isPending} onClick={() => begin.mutate()}>
              {t("closed.newSubmit")}
            </Button>
          </Group>
        ) : (
          <Button variant="default" onClick={() => setAsked(true)}>
            {t("closed.new")}
          </Button>
        )}
      </Group>
      <Refusal problem={begin.error} />
    </Stack>
  );
}
