// What stands where a list would, when there is nothing to list: what belongs here, and the way to the first one.
import { Paper, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import type { Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";

interface EmptyStateProps {
  icon: Icon;
  title: string;
  description: string;
  /** It is all there is on the page, so its title is the page's. */
  isPage?: boolean;
  /** The action that makes this state end. */
  children?: ReactNode;
}

export function EmptyState({ icon: Mark, title, description, isPage = false, children }: EmptyStateProps) {
  return (
    <Paper withBorder radius="lg" px="xl" py={72} bg="var(--depot-surface)">
      <Stack align="center" gap="xs" ta="center">
        <ThemeIcon size={56} radius="xl" variant="light" mb="xs">
          <Mark size={28} stroke={1.6} aria-hidden />
        </ThemeIcon>
        <Title order={isPage ? 1 : 2} fz="lg">
          {title}
        </Title>
        <Text c="dimmed" size="sm" maw={440}>
          {description}
        </Text>
        {children}
      </Stack>
    </Paper>
  );
}
