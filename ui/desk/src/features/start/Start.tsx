// The first start: what the depot is called, its time zone and its language, then a first thing of one's own or a day to look at.
import { Button, Group, Paper, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDepotQuery, useSession } from "@kit/depot";
import { SettingsSection } from "../settings/DepotSettings";
import { FirstStart } from "../today/Demo";

const NAME = "depot.name";
const DEPOT = ["depot.language", NAME, "depot.time_zone"];

/** Only admins may name the depot; everybody else is shown where to begin. */
export function Start() {
  const isAdmin = useSession().data?.actor.role === "admin";
  return (
    <Stack>
      {isAdmin && <Naming />}
      <FirstStart />
    </Stack>
  );
}

/** Folded once the depot has a name. */
function Naming() {
  const { t } = useTranslation("start");
  const [isOpen, setIsOpen] = useState(false);
  const session = useSession().data;
  const name = useDepotQuery({ query: "settings" }).data?.find(({ key }) => key === NAME);
  const isNamed = name !== undefined && name.source !== "default";
  if (!isNamed || isOpen) return <SettingsSection title={t("title")} keys={DEPOT} hint={t("hint")} isRow />;
  return (
    <Paper withBorder radius="lg" px="md" py={8} bg="var(--depot-surface)">
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm" truncate>
          <b>{name.value}</b> · {session?.timeZone.replaceAll("_", " ")}
        </Text>
        <Button size="compact-sm" variant="subtle" onClick={() => setIsOpen(true)}>
          {t("change")}
        </Button>
      </Group>
    </Paper>
  );
}
