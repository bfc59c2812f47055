// One key or two, drawn as keys.
import { Group, Kbd } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { keysOf } from "./actions";

export function Keys({ of }: { of: string }) {
  const { t } = useTranslation();
  return (
    <Group gap={4} wrap="nowrap">
      {keysOf(of).map((key) => (
        <Kbd key={key} size="xs">
          {t(`keys.key.${key}`, { defaultValue: key })}
        </Kbd>
      ))}
    </Group>
  );
}
