// Says that something is behind its time, beside its status: a late delivery is still on its way.
import { IconClockExclamation } from "@tabler/icons-react";
import type { TFunction } from "i18next";
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
      {t("late", { duration: durationOf(t, late_minutes) })}
    </ToneBadge>
  );
}

/** Whole minutes in words, with hours where there are some. */
export function durationOf(t: TFunction<"kit">, all_minutes: number): string {
  const hours = Math.floor(all_minutes / 60);
  const minutes = all_minutes % 60;
  if (hours === 0) return t("duration.minutes", { minutes });
  return t(minutes === 0 ? "duration.wholeHours" : "duration.hours", { hours, minutes });
}
