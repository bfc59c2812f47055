// The keys, for whoever presses the question mark.
import { Group, Modal, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Action, Actions } from "./actions";
import classes from "./KeyHelp.module.css";
import { Keys } from "./Keys";

/** What the tables and the panel beside them hear; see DataTable and Aside. */
const LIST_KEYS = [
  { name: "rows", key: "↑ ↓" },
  { name: "ends", key: "Home End" },
  { name: "open", key: "Enter" },
  { name: "choose", key: "Space" },
  { name: "stretch", key: "Shift ↓" },
  { name: "next", key: "j k" },
  { name: "close", key: "Esc" },
] as const;

export function KeyHelp({ actions, isOpen, onClose }: { actions: Actions; isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened={isOpen} onClose={onClose} closeButtonProps={{ "aria-label": t("shell.close") }} title={t("keys.title")} size="lg" centered>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xl">
        <Stack gap={6}>
          <Part title={t("finder.go")} />
          <Lines of={actions.go} labelOf={(name) => t(`place.${name}.title`)} />
          <Part title={t("finder.other")} />
          <Line label={t("keys.find")} of="Ctrl K" />
          <Line label={t("keys.find")} of="/" />
          <Lines of={actions.other} labelOf={(name) => t(`action.${name}`)} />
        </Stack>
        <Stack gap={6}>
          {actions.create.length > 0 && <Part title={t("finder.create")} />}
          <Lines of={actions.create} labelOf={(name) => t(`action.${name}`)} />
          <Part title={t("keys.list")} />
          {LIST_KEYS.map(({ name, key }) => (
            <Line key={name} label={t(`keys.inList.${name}`)} of={key} />
          ))}
        </Stack>
      </SimpleGrid>
    </Modal>
  );
}

function Part({ title }: { title: string }) {
  return (
    <Title order={3} fz="sm" className={classes["part"] ?? ""}>
      {title}
    </Title>
  );
}

function Lines({ of, labelOf }: { of: readonly Action[]; labelOf: (name: string) => string }) {
  return of.map(({ name, key }) => key !== undefined && <Line key={name} label={labelOf(name)} of={key} />);
}

function Line({ label, of }: { label: string; of: string }) {
  return (
    <Group justify="space-between" wrap="nowrap">
      <Text size="sm">{label}</Text>
      <Keys of={of} />
    </Group>
  );
}
