// Everything that can be done from anywhere, with its key: the search, the keyboard and its help all read this list.
import {
  IconHelp,
  IconMoon,
  IconPackage,
  IconRoute,
  IconSteeringWheel,
  IconSun,
  IconTruck,
} from "@tabler/icons-react";
import type { Icon } from "@tabler/icons-react";
import { useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useMayChange } from "@kit/depot";
import { PLACES } from "./navigation";

export interface Action {
  /** Its text is `action.<name>`, or a place's title. */
  readonly name: string;
  readonly icon: Icon;
  /** As `useKeys` reads it. */
  readonly key?: string | undefined;
  readonly run: () => void;
}

export interface Actions {
  readonly create: readonly Action[];
  readonly go: readonly Action[];
  readonly other: readonly Action[];
}

const PLACE_KEYS: Readonly<Record<string, string>> = {
  today: "g t",
  delivery: "g d",
  route: "g r",
  fleet: "g f",
  incident: "g i",
  phone: "g o",
  report: "g p",
  log: "g l",
  settings: "g s",
};

export function useActions(onHelp: () => void): Actions {
  const navigate = useNavigate();
  const mayChange = useMayChange();
  const { setColorScheme } = useMantineColorScheme();
  const otherScheme = useComputedColorScheme("light") === "light" ? "dark" : "light";
  const create: Action[] = [
    { name: "delivery", icon: IconPackage, key: "n", run: () => void navigate({ to: "/deliveries", search: { create: true } }) },
    { name: "route", icon: IconRoute, key: "r", run: () => void navigate({ to: "/routes", search: { create: true } }) },
    { name: "driver", icon: IconSteeringWheel, key: "d", run: () => void navigate({ to: "/fleet", search: { create: true } }) },
    {
      name: "vehicle",
      icon: IconTruck,
      key: "v",
      run: () => void navigate({ to: "/fleet", search: { part: "vehicle", create: true } }),
    },
  ];
  return {
    create: mayChange ? create : [],
    go: PLACES.map(({ path, name, icon }) => ({ name, icon, key: PLACE_KEYS[name], run: () => void navigate({ to: path }) })),
    other: [
      { name: otherScheme, icon: otherScheme === "dark" ? IconMoon : IconSun, run: () => setColorScheme(otherScheme) },
      { name: "keys", icon: IconHelp, key: "?", run: onHelp },
    ],
  };
}

/** How a key is shown: `g t` as two. */
export function keysOf(key: string): readonly string[] {
  return key.split(" ").map((one) => (one.length === 1 ? one.toUpperCase() : one));
}
