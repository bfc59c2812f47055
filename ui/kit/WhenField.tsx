// A day and a time. Both can be typed, as WebKitGTK has no native fields for them and a dispatcher is faster that way. Where the
// two name no instant, or two, the field says so and offers what would fit.
import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { readClock } from "@kit/clocks";
import { showDay } from "@kit/days";
import { DayField } from "@kit/DayField";
import { formatClock, formatZone } from "@kit/time";
import { readWhen, whenOf } from "@kit/when";
import type { When } from "@kit/when";

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
  const isUnreadable = value.clock.trim() !== "" && readClock(value.clock) === undefined;
  const name = (part: string) => {
    const text = t(`when.${part}`, { label });
    return hideLabels ? { "aria-label": text } : { label: text };
  };
  return (
    <Stack gap={6} {...(hideLabels && { flex: 1 })}>
      <Group align="flex-start" gap="xs" wrap="nowrap">
        <DayField
          {...name("date")}
          value={value.day}
          // Another day is another question.
          onChange={(day) => onChange({ day, clock: value.clock })}
          flex={1}
          miw={130}
          required={!hideLabels}
          error={error}
        />
        <TextInput
          {...name("time")}
          value={value.clock}
          onChange={(event) => onChange({ day: value.day, clock: event.currentTarget.value, ...(value.sureOf !== undefined && { sureOf: value.sureOf }) })}
          onBlur={() => {
            const found = readWhen(value);
            if ("instant" in found) onChange({ ...value, clock: formatClock(found.instant) });
          }}
          placeholder="08:30"
          w={104}
          required={!hideLabels}
          error={isUnreadable && t("when.unreadableTime")}
          autoComplete="off"
        />
      </Group>
      <Question value={value} onChange={onChange} />
    </Stack>
  );
}

/** What the two fields have to ask before they name an instant. */
function Question({ value, onChange }: Pick<WhenFieldProps, "value" | "onChange">) {
  const { t } = useTranslation("kit");
  const found = readWhen(value);
  if (!("problem" in found) || found.problem === "missing" || found.problem === "unreadable") return null;
  const offer = (text: string, when: When) => (
    <Button key={text} size="compact-sm" variant="default" onClick={() => onChange(when)}>
      {text}
    </Button>
  );
  switch (found.problem) {
    case "far":
      return <FarDay day={found.day} onSure={() => onChange({ ...value, sureOf: found.day })} />;
    case "twice": {
      const [first, second] = found.instants;
      return (
        <Asked text={t("when.twice", { clock: value.clock })}>
          {offer(t("when.first", { clock: formatClock(first), zone: formatZone(first) }), { ...value, turn: "first" })}
          {offer(t("when.second", { clock: formatClock(second), zone: formatZone(second) }), { ...value, turn: "second" })}
        </Asked>
      );
    }
    case "skipped": {
      const fits = [found.change.last, found.change.next].map(whenOf);
      return (
        <Asked text={t("when.skipped", { clock: value.clock, day: value.day === null ? "" : showDay(value.day) })}>
          {fits.map((when) => offer(when.day === value.day ? when.clock : `${showDay(when.day ?? "")}, ${when.clock}`, when))}
        </Asked>
      );
    }
  }
}

/** Asks about a day whose year looks mistyped. */
export function FarDay({ day, onSure }: { day: string; onSure: () => void }) {
  const { t } = useTranslation("kit");
  return (
    <Asked text={t("when.far", { day: showDay(day, true) })}>
      <Button size="compact-sm" variant="default" onClick={onSure}>
        {t("when.sure")}
      </Button>
    </Asked>
  );
}

function Asked({ text, children }: { text: string; children: ReactNode }) {
  return (
    <Group gap="xs" role="alert">
      <Text size="sm" c="var(--mantine-color-error)">
        {text}
      </Text>
      {children}
    </Group>
  );
}
