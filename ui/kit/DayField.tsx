// A day, typed the locale's way or chosen in a calendar. What is typed stays in the field until it is read, and the field says
// why it cannot be.
import { ActionIcon, Popover, TextInput } from "@mantine/core";
import { DatePicker } from "@mantine/dates";
import { IconCalendar } from "@tabler/icons-react";
import { useState } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useDayPresets } from "@kit/dayPresets";
import { readDay, showDay } from "@kit/days";
import { useNow } from "@kit/now";
import { localDay } from "@kit/time";

interface DayFieldProps {
  label?: string;
  "aria-label"?: string;
  /** `YYYY-MM-DD`; null while the text is no day. */
  value: string | null;
  onChange: (day: string | null) => void;
  error?: ReactNode;
  required?: boolean;
  /** Whether the day of the week stands before it. */
  withWeekday?: boolean;
  w?: number;
  flex?: number;
  miw?: number;
}

export function DayField({ value, onChange, error, withWeekday = false, ...field }: DayFieldProps) {
  const { t } = useTranslation("kit");
  const presets = useDayPresets();
  const today = localDay(new Date(useNow()));
  const [isOpen, setIsOpen] = useState(false);
  // What somebody is writing; undefined where the field shows its value.
  const [written, setWritten] = useState<string>();
  const shown = value === null ? "" : showDay(value, withWeekday);
  const read = readDay(written ?? shown, today);
  // Another day may have been set from outside since it was written.
  const isWritten = written !== undefined && ("day" in read ? read.day : null) === value;
  const problem = !isWritten || written.trim() === "" || "day" in read ? undefined : read.problem;
  const write = (next: string) => {
    setWritten(next);
    const found = readDay(next, today);
    onChange("day" in found ? found.day : null);
  };
  const choose = (day: string | null) => {
    setWritten(undefined);
    setIsOpen(false);
    onChange(day);
  };
  return (
    <Popover withRoles={false} opened={isOpen} onChange={setIsOpen} position="bottom-start" trapFocus={false} returnFocus={false} withinPortal>
      <Popover.Target>
        <TextInput
          {...field}
          value={isWritten ? written : shown}
          onChange={(event) => write(event.currentTarget.value)}
          onClick={() => setIsOpen(true)}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown" && event.altKey) setIsOpen(true);
            else if (event.key !== "Shift") setIsOpen(false);
          }}
          onBlur={() => {
            // What was read is shown the field's own way.
            if ("day" in read) setWritten(undefined);
          }}
          error={problem === undefined ? error : t(`when.${problem}`, { example: showDay(today, withWeekday) })}
          autoComplete="off"
          // Escape closes the calendar first, and then what is around the field.
          data-mantine-stop-propagation={isOpen || undefined}
          rightSection={
            <ActionIcon variant="subtle" color="gray" size="sm" tabIndex={-1} aria-label={t("when.calendar")} onClick={() => setIsOpen(!isOpen)}>
              <IconCalendar size={16} aria-hidden />
            </ActionIcon>
          }
        />
      </Popover.Target>
      <Popover.Dropdown p="xs">
        <DatePicker
          value={value}
          defaultDate={value ?? today}
          presets={presets}
          onChange={choose}
          // The text keeps the focus, so that somebody can type on.
          onMouseDown={(event) => event.preventDefault()}
        />
      </Popover.Dropdown>
    </Popover>
  );
}
