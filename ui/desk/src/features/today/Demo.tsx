// The demo day: offered while the depot is empty, and removed as a whole.
import { Button, Group, List, Paper, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { IconRocket } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "@kit/act";
import { CommandModal } from "@kit/CommandModal";
import { useSession } from "@kit/depot";
import { useForm } from "@kit/form";
import { LinkAnchor, LinkButton } from "@kit/links";
import { Refusal } from "@kit/Refusal";
import { RestoreButton } from "../restore/RestoreButton";

/** The way from an empty depot to a first delivery. */
const STEPS = [
  { name: "fleet", to: "/fleet" },
  { name: "route", to: "/routes" },
  { name: "delivery", to: "/deliveries" },
  { name: "phone", to: "/phones" },
] as const;

export function FirstStart() {
  const { t } = useTranslation("today");
  const act = useAct(t("demo.loaded"));
  const isAdmin = useSession().data?.actor.role === "admin";
  return (
    <Paper withBorder radius="lg" px="xl" py={48} bg="var(--depot-surface)">
      <Stack align="center" ta="center" gap="sm">
        <ThemeIcon size={56} radius="xl" variant="light">
          <IconRocket size={28} stroke={1.6} aria-hidden />
        </ThemeIcon>
        <Title order={2} fz="lg">
          {t("first.title")}
        </Title>
        <Text c="dimmed" size="sm" maw={460}>
          {t("first.description")}
        </Text>
        <LinkButton to="/fleet" search={{ create: true }} mt="xs">
          {t("first.fleet")}
        </LinkButton>
        <List type="ordered" size="sm" ta="start" spacing={4} my="xs" listStyleType="decimal">
          {STEPS.map(({ name, to }) => (
            <List.Item key={name}>
              <LinkAnchor to={to} size="sm">
                {t(`first.step.${name}`)}
              </LinkAnchor>
            </List.Item>
          ))}
        </List>
        <Group justify="center">
          <Button variant="default" loading={act.isBusy} onClick={() => act.run({ entity: "depot", command: { type: "loadDemo" } })}>
            {t("first.demo")}
          </Button>
          {isAdmin && <RestoreButton />}
        </Group>
        <Refusal problem={act.problem} />
      </Stack>
    </Paper>
  );
}

export function DemoBanner() {
  const { t } = useTranslation("today");
  const [isRemoving, setIsRemoving] = useState(false);
  return (
    <Paper withBorder radius="md" px="md" py={6} mb="md" bg="var(--depot-surface)">
      <Group justify="space-between" gap={4}>
        <Text size="sm" c="dimmed">
          {t("demo.banner")}
        </Text>
        <Button size="compact-sm" variant="subtle" onClick={() => setIsRemoving(true)}>
          {t("demo.remove")}
        </Button>
      </Group>
      {isRemoving && <RemoveDemo onClose={() => setIsRemoving(false)} />}
    </Paper>
  );
}

function RemoveDemo({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("today");
  const form = useForm({ name: "demo.remove", initial: () => ({}) });
  const { data } = useSession();
  return (
    <CommandModal
      form={form}
      onClose={onClose}
      title={t("demo.title")}
      submit={t("demo.remove")}
      isGrave
      onSubmit={() => form.submit({ entity: "depot", command: { type: "removeDemo" } }, { done: t("demo.removed"), onDone: onClose })}
    >
      <Text size="sm">
        {t("demo.hint")} {t("demo.beside", { count: data?.eventsBesideDemo ?? 0 })}
      </Text>
    </CommandModal>
  );
}
