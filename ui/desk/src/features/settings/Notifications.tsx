// What this browser tells of. The bell has the same switches.
import { Stack, Switch, Text } from "@mantine/core";
import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { NEWS_KINDS, newsDesk } from "@kit/news";
import { Panel } from "@kit/Panel";

export function Notifications() {
  const { t } = useTranslation("settings");
  const { off } = useSyncExternalStore(newsDesk.subscribe, newsDesk.get);
  return (
    <Panel title={t("news.title")}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {t("news.hint")}
        </Text>
        {NEWS_KINDS.map((kind) => (
          <Switch
            key={kind}
            label={t(`desk:news.kind.${kind}`)}
            checked={!off.includes(kind)}
            onChange={(event) => newsDesk.setOn(kind, event.currentTarget.checked)}
          />
        ))}
      </Stack>
    </Panel>
  );
}
