// Which page stands at which address. Each page is a chunk of its own, loaded when first gone to.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { readDeliverySearch } from "../features/delivery/search";
import { readFleetSearch } from "../features/fleet/search";
import { readIncidentSearch } from "../features/incident/search";
import { readLogSearch } from "../features/log/search";
import { readRunSheetSearch } from "../features/print/search";
import { readReportSearch } from "../features/report/search";
import { readRouteSearch } from "../features/route/search";
import { Broken } from "./Broken";
import { readSettingsSearch } from "../features/settings/search";
import { NotFound } from "./NotFound";
import { Shell } from "./Shell";

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const pages = [
  createRoute({
    getParentRoute: () => root,
    path: "/",
    component: lazyRouteComponent(() => import("../features/today/TodayPage"), "TodayPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/deliveries",
    validateSearch: readDeliverySearch,
    component: lazyRouteComponent(() => import("../features/delivery/DeliveriesPage"), "DeliveriesPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/deliveries/$deliveryId",
    component: lazyRouteComponent(() => import("../features/delivery/DeliveryPage"), "DeliveryPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/routes",
    validateSearch: readRouteSearch,
    component: lazyRouteComponent(() => import("../features/route/RoutesPage"), "RoutesPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/routes/$routeId",
    component: lazyRouteComponent(() => import("../features/route/RoutePage"), "RoutePage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/fleet",
    validateSearch: readFleetSearch,
    component: lazyRouteComponent(() => import("../features/fleet/FleetPage"), "FleetPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/fleet/drivers/$driverId",
    component: lazyRouteComponent(() => import("../features/fleet/MemberPage"), "DriverPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/fleet/vehicles/$vehicleId",
    component: lazyRouteComponent(() => import("../features/fleet/MemberPage"), "VehiclePage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/incidents",
    validateSearch: readIncidentSearch,
    component: lazyRouteComponent(() => import("../features/incident/IncidentsPage"), "IncidentsPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/phones",
    component: lazyRouteComponent(() => import("../features/phone/PhonesPage"), "PhonesPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/reports",
    validateSearch: readReportSearch,
    component: lazyRouteComponent(() => import("../features/report/ReportsPage"), "ReportsPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/print/run-sheet/$driverId",
    validateSearch: readRunSheetSearch,
    component: lazyRouteComponent(() => import("../features/print/RunSheetPage"), "RunSheetPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/print/run-sheets",
    validateSearch: readRunSheetSearch,
    component: lazyRouteComponent(() => import("../features/print/RunSheetsPage"), "RunSheetsPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/print/proof/$deliveryId",
    component: lazyRouteComponent(() => import("../features/print/ProofSheetPage"), "ProofSheetPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/log",
    validateSearch: readLogSearch,
    component: lazyRouteComponent(() => import("../features/log/LogPage"), "LogPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/settings",
    validateSearch: readSettingsSearch,
    component: lazyRouteComponent(() => import("../features/settings/SettingsPage"), "SettingsPage"),
  }),
] as const;

export const router = createRouter({
  routeTree: root.addChildren(pages),
  defaultPreload: "intent",
  defaultErrorComponent: Broken,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
