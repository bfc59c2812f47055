// What ends a form of settings: give the changes up, or keep them.
import { Button, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface SaveButtonsProps {
  hasChanges: boolean;
  /** What is filled in could be kept. */
  isValid?: boolean;
  isBusy: boolean;
  onDiscard: () => void;
}

export function SaveButtons({ hasChanges, isValid = true, isBusy, onDiscard }: SaveButtonsProps) {
  const { t } = useTranslation("settings");
  return (
    <Group justify="flex-end">
      {hasChanges && (
        <Button variant="default" onClick={onDiscard}>
          {t("discard")}
        </Button>
      )}
      <Button type="submit" loading={isBusy} disabled={!hasChanges || !isValid}>
        {t("save")}
      </Button>
    </Group>
  );
}
