// What is done seldom, behind three dots.
import { ActionIcon, Menu } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import type { ReactNode } from "react";

interface MoreMenuProps {
  /** Names the button for screen readers. */
  label: string;
  /** As high as a button beside it. */
  isTall?: boolean;
  /** `Menu.Item`s. */
  children: ReactNode;
}

export function MoreMenu({ label, isTall = false, children }: MoreMenuProps) {
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant={isTall ? "default" : "subtle"} {...(isTall ? { size: 36 } : { color: "gray" })} aria-label={label}>
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>{children}</Menu.Dropdown>
    </Menu>
  );
}
