// The days that people choose most, as shortcuts beside a calendar.
import { useTranslation } from "react-i18next";
import { useNow } from "@kit/now";
import { localDay, startOfDay } from "@kit/time";

interface DayPreset<Value> {
  readonly label: string;
  readonly value: Value;
}

/** Today and tomorrow of the depot, as `YYYY-MM-DD`. */
export function useDayPresets(): DayPreset<string>[] {
  const { t } = useTranslation("kit");
  const today = localDay(new Date(useNow()));
  return [
    { label: t("when.today"), value: today },
    { label: t("when.tomorrow"), value: localDay(new Date(startOfDay(today, 1))) },
  ];
}

/** The same, for a field of a first and a last day. */
export function useDayRangePresets(): DayPreset<[string, string]>[] {
  return useDayPresets().map(({ label, value }) => ({ label, value: [value, value] }));
}
