// A part of a page with its own heading.
import { Group, Paper, Title } from "@mantine/core";
import { useId } from "react";
import type { ReactNode } from "react";

export function Panel({ title, action, children }: { title: string; action?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <Paper component="section" withBorder radius="lg" p="md" bg="var(--depot-surface)" aria-labelledby={id}>
      <Group justify="space-between" mb="sm" mih={30} gap="xs">
        <Title order={2} fz="md" id={id}>
          {title}
        </Title>
        {action}
      </Group>
      {children}
    </Paper>
  );
}
