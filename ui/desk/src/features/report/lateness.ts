// How late something was, in words: by seconds, where negative is early.
import { useTranslation } from "react-i18next";
import { durationOf } from "@kit/LateBadge";
import { NONE } from "./figures";

export function useLateness(): (seconds: number | null) => string {
  const { t } = useTranslation("report");
  const { t: kit } = useTranslation("kit");
  return (seconds) => {
    if (seconds === null) return NONE;
    const minutes = Math.round(seconds / 60);
    if (minutes === 0) return t("lateness.punctual");
    return t(minutes > 0 ? "lateness.late" : "lateness.early", { duration: durationOf(kit, Math.abs(minutes)) });
  };
}
