// The keys, for whoever presses the question mark.
import { Group, Modal, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Action, Actions } from "./actions";
import { Keys } from "./Keys";

export function KeyHelp({ actions, isOpen, onClose }: { actions: Actions; isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened={isOpen} onClose={onClose} closeButtonProps={{ "aria-label": t("shell.close") }} title={t("keys.title")} size="lg" centered>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xl">
        <Stack gap={6}>
          <Title order={3} fz="sm">
            {t("finder.go")}
          </Title>
          <Lines of={actions.go} labelOf={(name) => t(`place.${name}.title`)} />
        </Stack>
        <Stack gap={6}>
          {actions.create.length > 0 && (
            <Title order={3} fz="sm">
              {t("finder.create")}
            </Title>
          )}
          <Lines of={actions.create} labelOf={(name) => t(`action.${name}`)} />
          <Title order={3} fz="sm" mt="sm">
            {t("finder.other")}
          </Title>
          <Line label={t("keys.find")} of="Ctrl K" />
          <Line label={t("keys.find")} of="/" />
          <Lines of={actions.other} labelOf={(name) => t(`action.${name}`)} />
        </Stack>
      </SimpleGrid>
    </Modal>
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
