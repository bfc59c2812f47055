// Erasing who somebody was: says first what is lost for good and what stays, and waits for a tick. Only offered to admins.
import type { DepotCommand } from "@bindings/DepotCommand";
import { Checkbox, List, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { CommandModal } from "@kit/CommandModal";
import { useDepotQuery } from "@kit/depot";
import { useForm } from "@kit/form";

interface EraseModalProps {
  title: string;
  /** What is lost, beside the older backups. */
  lost: readonly string[];
  stays: string;
  done: string;
  command: DepotCommand;
  onClose: () => void;
}

export function EraseModal({ title, lost, stays, done, command, onClose }: EraseModalProps) {
  const { t } = useTranslation("kit");
  const form = useForm({ name: `erase.${JSON.stringify(command)}`, initial: () => ({ isSure: false }) });
  const { isSure } = form.fields;
  // What lies outside of the data folder is not gone, and is named where the depot knows of it.
  const folder = useDepotQuery({ query: "settings" }).data?.find(({ key }) => key === "backup.folder")?.value;
  return (
    <CommandModal
      form={form}
      onClose={onClose}
      title={title}
      submit={t("erase.submit")}
      isGrave
      canSubmit={isSure}
      onSubmit={() => form.submit(command, { done, onDone: onClose })}
    >
      <Text size="sm">{t("erase.lead")}</Text>
      <List size="sm" spacing={4}>
        {[...lost, t("erase.copies")].map((what) => (
          <List.Item key={what}>{what}</List.Item>
        ))}
      </List>
      <Text size="sm">{stays}</Text>
      {folder !== undefined && folder !== "" && (
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          {t("erase.elsewhere", { folder })}
        </Text>
      )}
      <Checkbox label={t("erase.sure")} checked={isSure} onChange={(event) => form.set({ isSure: event.currentTarget.checked })} />
    </CommandModal>
  );
}
