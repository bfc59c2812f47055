// Says that something is behind its time, beside its status: a late delivery is still on its way.
import { IconClockExclamation } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { ToneBadge } from "@kit/ToneBadge";

const VERY_LATE_FROM_MINUTES = 30;

/** Nothing at all while on time: the badge's absence is the good news. */
export function LateBadge({ minutes }: { minutes: number }) {
  const { t } = useTranslation("kit");
  const late_minutes = Math.floor(minutes);
  if (late_minutes < 1) return null;
  return (
    <ToneBadge tone={late_minutes < VERY_LATE_FROM_MINUTES ? "amber" : "red"} icon={IconClockExclamation}>
      {t(`late.${formOf(late_minutes)}`, { hours: Math.floor(late_minutes / 60), minutes: late_minutes % 60 })}
    </ToneBadge>
  );
}

function formOf(minutes: number): "minutes" | "hours" | "wholeHours" {
  if (minutes < 60) return "minutes";
  return minutes % 60 === 0 ? "wholeHours" : "hours";
}
