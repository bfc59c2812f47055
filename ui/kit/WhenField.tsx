// A day and a time. Both can be typed, as WebKitGTK has no native fields for them and a dispatcher is faster that way.
import { Group, TextInput } from "@mantine/core";
import { DateInput } from "@mantine/dates";
import dayjs from "dayjs";
import customParseFormat from "dayjs/plugin/customParseFormat";
import { useTranslation } from "react-i18next";
import { conventions, dateFormat } from "@kit/conventions";
import { useDayPresets } from "@kit/dayPresets";
import { formatClock, localDay, parseClock, toInstant } from "@kit/time";

dayjs.extend(customParseFormat);

/** What stands in the two fields, readable or not yet. */
export interface When {
  readonly day: string | null;
  readonly clock: string;
}

export function whenOf(timestamp: string): When {
  return { day: localDay(new Date(timestamp)), clock: formatClock(timestamp) };
}

export function instantOf({ day, clock }: When): string | undefined {
  return toInstant(day, clock);
}

interface WhenFieldProps {
  /** Names both fields: "Start" makes "Start date" and "Start time". */
  label: string;
  value: When;
  onChange: (when: When) => void;
  error?: string | undefined;
  hideLabels?: boolean;
}

export function WhenField({ label, value, onChange, error, hideLabels = false }: WhenFieldProps) {
  const { t } = useTranslation("kit");
  const presets = useDayPresets();
  const isUnreadable = value.clock.trim() !== "" && parseClock(value.clock) === undefined;
  const name = (part: string) => {
    const text = t(`when.${part}`, { label });
    return hideLabels ? { "aria-label": text } : { label: text };
  };
  return (
    <Group align="flex-start" gap="xs" wrap="nowrap">
      <DateInput
        {...name("date")}
        value={value.day}
        onChange={(day) => onChange({ ...value, day })}
        valueFormat={showDay}
        dateParser={parseDay}
        presets={presets}
        flex={1}
        miw={130}
        required={!hideLabels}
        error={error}
      />
      <TextInput
        {...name("time")}
        value={value.clock}
        onChange={(event) => onChange({ ...value, clock: event.currentTarget.value })}
        onBlur={() => {
          const instant = instantOf(value);
          if (instant !== undefined) onChange({ ...value, clock: formatClock(instant) });
        }}
        placeholder="08:30"
        w={104}
        required={!hideLabels}
        error={isUnreadable && t("when.unreadable")}
        autoComplete="off"
      />
    </Group>
  );
}

const FORMS = ["D MMM YYYY", "MMM D, YYYY", "D.M.YYYY", "D/M/YYYY", "D MMM", "D.M."];

/** Written so that it can be read again: months have their names only where `FORMS` knows them. */
function showDay(day: string): string {
  const month = conventions().locale?.startsWith("de") ? "2-digit" : "short";
  // A day is the same one everywhere, so no time zone may move it.
  return dateFormat({ day: "numeric", month, year: "numeric", timeZone: "UTC" }).format(new Date(`${day}T00:00Z`));
}

export function parseDay(text: string): string | null {
  if (/^\d{4}-\d{2}-\d{2}$/u.test(text)) return dayjs(text).isValid() ? text : null;
  const form = FORMS.find((candidate) => dayjs(text, candidate, true).isValid());
  if (form !== undefined) return dayjs(text, form, true).format("YYYY-MM-DD");
  const guess = dayjs(text);
  return guess.isValid() ? guess.format("YYYY-MM-DD") : null;
}
