// Whether changes arrive. Silent while they do: only a screen that may be out of date says so.
import { IconLoader2, IconPlugConnectedX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useConnection } from "@kit/depot";
import { ToneBadge } from "@kit/ToneBadge";

export function ConnectionMark() {
  const { t } = useTranslation();
  const connection = useConnection();
  return (
    <output>
      {connection === "connecting" && (
        <ToneBadge tone="neutral" icon={IconLoader2}>
          {t("connection.connecting")}
        </ToneBadge>
      )}
      {connection === "lost" && (
        <ToneBadge tone="amber" icon={IconPlugConnectedX}>
          {t("connection.lost")}
        </ToneBadge>
      )}
    </output>
  );
}
