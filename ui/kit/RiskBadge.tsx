// Says why something is likely to become late, while it can still be helped.
import type { Risk } from "@bindings/Risk";
import { IconHourglassLow } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { ToneBadge } from "@kit/ToneBadge";

export function RiskBadge({ risk }: { risk: Risk | null }) {
  const { t } = useTranslation("kit");
  if (risk === null) return null;
  return (
    <ToneBadge tone="amber" icon={IconHourglassLow}>
      {t(`risk.${risk}`)}
    </ToneBadge>
  );
}
