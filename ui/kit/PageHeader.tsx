// The head of a page: its one h1, a line about it, and what can be done there.
import { Group, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

interface PageHeaderProps {
  title: string;
  description?: string;
  /** The page's actions, the main one last. */
  children?: ReactNode;
}

export function PageHeader({ title, description, children }: PageHeaderProps) {
  return (
    <Group justify="space-between" mb="md" mih={36} gap="xs">
      <Group align="baseline" gap="0 12px">
        <Title order={1} fz={24} lh={1.25} style={{ overflowWrap: "anywhere" }}>
          {title}
        </Title>
        {description !== undefined && (
          <Text c="dimmed" size="sm" visibleFrom="lg">
            {description}
          </Text>
        )}
      </Group>
      {children !== undefined && <Group gap="sm" justify="flex-end">{children}</Group>}
    </Group>
  );
}
