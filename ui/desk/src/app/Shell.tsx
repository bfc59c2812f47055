// The frame around every page: where one is, where one can go, and whether what one sees is up to date.
import { ActionIcon, AppShell, Box, Burger, Group, Kbd, Text, UnstyledButton, useMantineColorScheme, VisuallyHidden } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Notifications } from "@mantine/notifications";
import { IconSearch } from "@tabler/icons-react";
import { Link, Outlet } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useTransport } from "@kit/depot";
import { useLanguage } from "@kit/LanguageProvider";
import { Bell } from "./Bell";
import { ColorSchemeSwitch } from "./ColorSchemeSwitch";
import { ConnectionMark } from "./ConnectionMark";
import { Finder, openFinder } from "./Finder";
import { Logo } from "./Logo";
import { SETTINGS, WORK } from "./navigation";
import type { Place } from "./navigation";
import { ReadOnly } from "./ReadOnly";
import classes from "./Shell.module.css";
import { Who } from "./Who";

/** More at once would cover the page; the others wait. */
const TOASTS_MOST = 2;

export function Shell() {
  const { t } = useTranslation();
  const [isMenuOpen, menu] = useDisclosure();
  useLookOfFrame();
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 224, breakpoint: "sm", collapsed: { mobile: !isMenuOpen } }}
      padding={{ base: "md", md: "lg" }}
    >
      <a href="#main" className={classes["skip"]}>
        {t("shell.skip")}
      </a>
      <AppShell.Header className={classes["header"]}>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={isMenuOpen} onClick={menu.toggle} hiddenFrom="sm" size="sm" aria-label={t("shell.menu")} />
            <Logo />
          </Group>
          <SearchButton />
          <Group gap="sm" wrap="nowrap">
            <ConnectionMark />
            <Bell />
            {/* On a narrow screen it is among the settings. */}
            <Box visibleFrom="sm">
              <ColorSchemeSwitch />
            </Box>
            <Who />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" className={classes["navbar"]} aria-label={t("shell.places")}>
        <AppShell.Section grow>
          {WORK.map((place) => (
            <PlaceLink key={place.path} place={place} onGo={menu.close} />
          ))}
        </AppShell.Section>
        <AppShell.Section>
          <PlaceLink place={SETTINGS} onGo={menu.close} />
        </AppShell.Section>
      </AppShell.Navbar>
      <AppShell.Main id="main">
        <ReadOnly />
        <Outlet />
      </AppShell.Main>
      <Finder />
      {/* Within the router, for a refusal leads to what is in the way. */}
      <Notifications position="bottom-center" limit={TOASTS_MOST} />
    </AppShell>
  );
}

function PlaceLink({ place, onGo }: { place: Place; onGo: () => void }) {
  const { t } = useTranslation();
  const Mark = place.icon;
  return (
    <Link
      to={place.path}
      className={classes["place"] ?? ""}
      activeOptions={{ exact: place.path === "/" }}
      onClick={onGo}
    >
      <Mark size={18} stroke={1.7} aria-hidden />
      {t(`place.${place.name}.title`)}
    </Link>
  );
}

function SearchButton() {
  const { t } = useTranslation();
  return (
    <>
      <UnstyledButton className={classes["search"]} onClick={openFinder} visibleFrom="sm">
        <IconSearch size={16} aria-hidden />
        <Text span size="sm" flex={1}>
          {t("shell.search")}
        </Text>
        <Kbd size="xs" aria-hidden>
          {`${t("keys.key.Ctrl")} K`}
        </Kbd>
      </UnstyledButton>
      <ActionIcon size="lg" onClick={openFinder} hiddenFrom="sm" ml="auto">
        <IconSearch size={18} aria-hidden />
        <VisuallyHidden>{t("shell.search")}</VisuallyHidden>
      </ActionIcon>
    </>
  );
}

/** The window's frame and its menus are not the page's, and go with it. */
function useLookOfFrame(): void {
  const { native } = useTransport();
  const { colorScheme } = useMantineColorScheme();
  const { language } = useLanguage();
  useEffect(() => {
    // A frame of another look is no harm worth telling of.
    void native?.setLook(colorScheme === "auto" ? null : colorScheme, language).catch(() => undefined);
  }, [native, colorScheme, language]);
}
