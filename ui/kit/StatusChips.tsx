// Filters by status: one chip each, any number of them on.
import { Chip, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { StatusSubject } from "@kit/status";

interface StatusChipsProps<Status extends string> {
  of: StatusSubject;
  label: string;
  statuses: readonly Status[];
  value: readonly Status[];
  onChange: (value: Status[]) => void;
}

export function StatusChips<Status extends string>({ of, label, statuses, value, onChange }: StatusChipsProps<Status>) {
  const { t } = useTranslation("kit");
  return (
    <Chip.Group multiple value={[...value]} onChange={(chosen) => onChange(statuses.filter((status) => chosen.includes(status)))}>
      <Group gap={6} role="group" aria-label={label}>
        {statuses.map((status) => (
          <Chip key={status} value={status} size="xs" variant="outline">
            {t(`status.${of}.${status}`)}
          </Chip>
        ))}
      </Group>
    </Chip.Group>
  );
}
