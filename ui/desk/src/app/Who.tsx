// Who is signed in and as what, with the way out. Somebody who may only look is told so here.
import { Avatar, Menu, Text, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { IconLogout, IconSettings, IconUser } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useSession, useTransport } from "@kit/depot";
import classes from "./Who.module.css";

export function Who() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const transport = useTransport();
  const { data: session } = useSession();
  if (session === undefined) return null;
  const isWindow = transport.kind === "window";
  const name = isWindow ? t("who.window") : session.actor.name;
  const role = session.mayChange ? t(`who.role.${session.actor.role}`) : t("who.readOnly");
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <UnstyledButton className={classes["who"]}>
          <VisuallyHidden>{t("who.label")} </VisuallyHidden>
          <Avatar size={30} radius="xl" color="brand" aria-hidden>
            <IconUser size={18} />
          </Avatar>
          <span className={classes["names"]}>
            <Text span size="sm" fw={600} truncate lh={1.2}>
              {name}
            </Text>{" "}
            <Text span size="xs" c="dimmed" truncate lh={1.2} data-read-only={!session.mayChange || undefined} className={classes["role"] ?? ""}>
              {role}
            </Text>
          </span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label className={classes["whole"] ?? ""}>
          {name} · {role}
        </Menu.Label>
        <Menu.Item leftSection={<IconSettings size={16} aria-hidden />} onClick={() => void navigate({ to: "/settings" })}>
          {t("place.settings.title")}
        </Menu.Item>
        {!isWindow && (
          <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => void transport.signOut()}>
            {t("who.signOut")}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
