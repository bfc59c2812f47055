// "Done", with a way to take it back for some seconds. Where that is refused, the reason stands in its place.
import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { newKey } from "@kit/ids";
import { DepotError } from "@kit/problem";
import { Refusal } from "@kit/Refusal";

const OFFERED_MS = 8_000;
const UNDONE_MS = 3_000;

/** `takeBack` rejects with the depot's refusal. */
export function offerUndo(done: string, takeBack: () => Promise<unknown>): void {
  const id = newKey();
  notifications.show({ id, color: "green", autoClose: OFFERED_MS, message: <Offer id={id} done={done} takeBack={takeBack} /> });
}

function Offer({ id, done, takeBack }: { id: string; done: string; takeBack: () => Promise<unknown> }) {
  const { t } = useTranslation("kit");
  const [isBusy, setIsBusy] = useState(false);
  const undo = async () => {
    setIsBusy(true);
    try {
      await takeBack();
      notifications.update({ id, color: "green", autoClose: UNDONE_MS, message: t("undo.done", { done }) });
    } catch (error) {
      // Stays until it is read.
      notifications.update({ id, color: "red", autoClose: false, message: <Refusal problem={DepotError.from(error)} /> });
    }
  };
  return (
    <Group justify="space-between" wrap="nowrap">
      <Text size="sm">{done}</Text>
      <Button size="compact-sm" variant="default" loading={isBusy} onClick={() => void undo()}>
        {t("undo.action")}
      </Button>
    </Group>
  );
}
