// Erasing who received a delivery that has ended: says first what is lost for good and what stays. Only offered to admins.
import { Checkbox, List, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "@kit/act";
import { CommandModal } from "@kit/CommandModal";

export function EraseReceiver({ deliveryId, onClose }: { deliveryId: string; onClose: () => void }) {
  const { t } = useTranslation("delivery");
  const act = useAct(t("erase.done"));
  const [isSure, setSure] = useState(false);
  const erase = () => act.run({ entity: "delivery", id: deliveryId, command: { type: "eraseReceiver" } }, { onDone: onClose });
  return (
    <CommandModal
      isOpen
      onClose={onClose}
      title={t("erase.title")}
      submit={t("erase.submit")}
      isGrave
      canSubmit={isSure}
      act={act}
      onSubmit={erase}
    >
      <Text size="sm">{t("erase.lead")}</Text>
      <List size="sm" spacing={4}>
        <List.Item>{t("erase.lost")}</List.Item>
        <List.Item>{t("erase.texts")}</List.Item>
        <List.Item>{t("erase.copies")}</List.Item>
      </List>
      <Text size="sm">{t("erase.stays")}</Text>
      <Checkbox label={t("erase.sure")} checked={isSure} onChange={(event) => setSure(event.currentTarget.checked)} />
    </CommandModal>
  );
}
