// What a figure counts, to be read by pointing at a mark or by reaching it with the keyboard.
import { ActionIcon, Tooltip } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

export function Explained({ name, children }: { name: string; children: string }) {
  const { t } = useTranslation("report");
  return (
    <Tooltip label={children} multiline w={280} events={{ hover: true, focus: true, touch: true }}>
      <ActionIcon variant="subtle" color="gray" size="xs" aria-label={t("explain", { name, counts: children })}>
        <IconInfoCircle size={14} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
