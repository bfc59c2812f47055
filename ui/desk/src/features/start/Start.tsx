// The first start: what the depot is called, its time zone and its language, then a day to look at or a first thing of one's own.
import { Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useSession } from "@kit/depot";
import { SettingsSection } from "../settings/DepotSettings";
import { FirstStart } from "../today/Demo";

const DEPOT = ["depot.language", "depot.name", "depot.time_zone"];

/** Only admins may name the depot; everybody else is shown where to begin. */
export function Start() {
  const { t } = useTranslation("start");
  const isAdmin = useSession().data?.actor.role === "admin";
  return (
    <Stack>
      {isAdmin && <SettingsSection title={t("title")} keys={DEPOT} hint={t("hint")} isRow />}
      <FirstStart />
    </Stack>
  );
}
