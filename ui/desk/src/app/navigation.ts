// The desk's places, in the order of the day's work. The side bar and the search both read this list.
import {
  IconAlertTriangle,
  IconDeviceMobile,
  IconChartBar,
  IconHistory,
  IconLayoutDashboard,
  IconPackage,
  IconRoute,
  IconSettings,
  IconTruck,
} from "@tabler/icons-react";
import type { Icon } from "@tabler/icons-react";

export interface Place {
  readonly path: "/" | "/deliveries" | "/routes" | "/fleet" | "/incidents" | "/phones" | "/reports" | "/log" | "/settings";
  /** The texts of the place: `place.<name>.title` and `.description`. */
  readonly name: "today" | "delivery" | "route" | "fleet" | "incident" | "phone" | "report" | "log" | "settings";
  readonly icon: Icon;
}

export const WORK: readonly Place[] = [
  { path: "/", name: "today", icon: IconLayoutDashboard },
  { path: "/deliveries", name: "delivery", icon: IconPackage },
  { path: "/routes", name: "route", icon: IconRoute },
  { path: "/fleet", name: "fleet", icon: IconTruck },
  { path: "/incidents", name: "incident", icon: IconAlertTriangle },
  { path: "/phones", name: "phone", icon: IconDeviceMobile },
  { path: "/reports", name: "report", icon: IconChartBar },
  { path: "/log", name: "log", icon: IconHistory },
];

export const SETTINGS: Place = { path: "/settings", name: "settings", icon: IconSettings };

export const PLACES: readonly Place[] = [...WORK, SETTINGS];
