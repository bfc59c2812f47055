// How grave an incident is.
import type { Severity } from "@bindings/Severity";
import { IconAlertHexagon, IconAlertTriangle, IconInfoCircle, IconUrgent } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { ToneBadge } from "@kit/ToneBadge";

const LOOKS = {
  Low: { tone: "neutral", icon: IconInfoCircle },
  Medium: { tone: "amber", icon: IconAlertTriangle },
  High: { tone: "red", icon: IconAlertHexagon },
  Critical: { tone: "red", icon: IconUrgent },
} as const satisfies Record<Severity, object>;

export function SeverityBadge({ severity }: { severity: Severity }) {
  const { t } = useTranslation("kit");
  return <ToneBadge {...LOOKS[severity]}>{t(`severity.${severity}`)}</ToneBadge>;
}
