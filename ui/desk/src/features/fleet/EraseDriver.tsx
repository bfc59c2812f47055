// Erasing who a former driver was: says first what is lost for good and what stays. Only offered to admins.
import { Checkbox, List, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "@kit/act";
import { CommandModal } from "@kit/CommandModal";
import type { Member } from "./member";

export function EraseDriver({ member, onClose }: { member: Member; onClose: () => void }) {
  const { t } = useTranslation("fleet");
  const act = useAct(t("erase.done"));
  const [isSure, setSure] = useState(false);
  const erase = () => act.run({ entity: "driver", id: member.id, command: { type: "eraseDriver" } }, { onDone: onClose });
  return (
    <CommandModal
      isOpen
      onClose={onClose}
      title={t("erase.title", { name: member.name })}
      submit={t("erase.submit")}
      isGrave
      canSubmit={isSure}
      act={act}
      onSubmit={erase}
    >
      <Text size="sm">{t("erase.lead")}</Text>
      <List size="sm" spacing={4}>
        <List.Item>{t("erase.lost")}</List.Item>
        <List.Item>{t("erase.phones")}</List.Item>
        <List.Item>{t("erase.copies")}</List.Item>
      </List>
      <Text size="sm">{t("erase.stays")}</Text>
      <Checkbox label={t("erase.sure")} checked={isSure} onChange={(event) => setSure(event.currentTarget.checked)} />
    </CommandModal>
  );
}
