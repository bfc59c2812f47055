// Ctrl+K: any driver, vehicle, route, delivery, place or action by a few letters; and the keys that need no search.
import { useDebouncedValue, useDisclosure } from "@mantine/hooks";
import { Spotlight, spotlight } from "@mantine/spotlight";
import type { SpotlightActionData, SpotlightActionGroupData } from "@mantine/spotlight";
import { IconPackage, IconRoute, IconSearch, IconSteeringWheel, IconTruck } from "@tabler/icons-react";
import type { Icon } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useDepotQuery, useTransport } from "@kit/depot";
import { journey } from "@kit/Journey";
import { useKeys } from "@kit/keys";
import { useNow } from "@kit/now";
import { personWord } from "@kit/erased";
import { StatusBadge } from "@kit/StatusBadge";
import type { SubjectStatus } from "@kit/status";
import { isFound } from "@kit/textMatch";
import { formatSpan } from "@kit/time";
import { useActions } from "./actions";
import type { Action, Actions } from "./actions";
import { KeyHelp } from "./KeyHelp";
import { Keys } from "./Keys";

export const openFinder = spotlight.open;

/** By default Spotlight is deaf to its shortcut while an input has the focus, which at a desk is most of the time. */
const NO_TAGS: string[] = [];
const TYPING_PAUSE_MS = 120;
const HITS_MOST = 5;

export function Finder() {
  const { t } = useTranslation();
  const [isHelpOpen, help] = useDisclosure();
  const actions = useActions(help.open);
  const [typed, setTyped] = useState("");
  const groups = useGroups(typed.trim(), actions);
  const bindings = [...actions.create, ...actions.go, ...actions.other].flatMap(({ key, run }) => (key === undefined ? [] : [[key, run] as const]));
  useMenus(actions);
  useKeys({ ...Object.fromEntries(bindings), "/": openFinder });
  return (
    <>
      <Spotlight
        actions={groups}
        attributes={{ content: { "aria-label": t("shell.search") } }}
        // The depot and `useGroups` have found already what fits.
        filter={(_query, found) => found}
        query={typed}
        onQueryChange={setTyped}
        shortcut="mod + K"
        tagsToIgnore={NO_TAGS}
        highlightQuery
        scrollable
        maxHeight="min(60vh, 520px)"
        nothingFound={t("shell.searchEmpty")}
        searchProps={{
          leftSection: <IconSearch size={18} aria-hidden />,
          placeholder: t("shell.searchPlaces"),
          "aria-label": t("shell.searchPlaces"),
        }}
      />
      <KeyHelp actions={actions} isOpen={isHelpOpen} onClose={help.close} />
    </>
  );
}

/** The window's own menus name the same actions, as `create.delivery` or `go.today`; a notification names its delivery. */
function useMenus(actions: Actions): void {
  const { native } = useTransport();
  const navigate = useNavigate();
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  useEffect(
    () =>
      native?.onMenu((chosen) => {
        const [sort, name = ""] = chosen.split(".");
        if (sort === "show") void navigate({ to: "/deliveries/$deliveryId", params: { deliveryId: name } });
        const list = (["create", "go", "other"] as const).find((known) => known === sort);
        if (list !== undefined) latest.current[list].find((action) => action.name === name)?.run();
      }),
    [native, navigate],
  );
}

function useGroups(text: string, actions: Actions): SpotlightActionGroupData[] {
  const { t } = useTranslation();
  const things = useThings(text);
  const shown = (list: readonly Action[], labelOf: (name: string) => string) =>
    list
      .map((action) => ({ ...action, label: labelOf(action.name) }))
      .filter(({ label }) => isFound(text, [label]))
      .map(({ name, label, icon: Mark, key, run }) => ({
        id: `${name} ${label}`,
        label,
        leftSection: <Mark size={18} stroke={1.6} aria-hidden />,
        rightSection: key !== undefined && <Keys of={key} />,
        onClick: run,
      }));
  return [
    ...things,
    { group: t("finder.create"), actions: shown(actions.create, (name) => t(`action.${name}`)) },
    { group: t("finder.go"), actions: shown(actions.go, (name) => t(`place.${name}.title`)) },
    { group: t("finder.other"), actions: shown(actions.other, (name) => t(`action.${name}`)) },
  ].filter((group) => group.actions.length > 0);
}

/** What the depot has by that name, a few of each sort. Without a text nothing: everything fits it. */
function useThings(typed: string): SpotlightActionGroupData[] {
  const { t } = useTranslation();
  const { t: kit } = useTranslation("kit");
  const navigate = useNavigate();
  const now_ms = useNow();
  const [text] = useDebouncedValue(typed, TYPING_PAUSE_MS);
  const options = { enabled: text !== "", keepPrevious: true };
  const latest = { sort: "scheduledStartTime", descending: true, limit: HITS_MOST } as const;
  const drivers = useDepotQuery({ query: "drivers", text, limit: HITS_MOST }, options);
  const vehicles = useDepotQuery({ query: "vehicles", text, limit: HITS_MOST }, options);
  const deliveries = useDepotQuery({ query: "deliveries", text, ...latest }, options);
  const routes = useDepotQuery({ query: "routes", text, ...latest }, options);
  // All at once: what comes a moment later would push away what somebody is about to choose.
  if (typed === "" || [drivers, vehicles, deliveries, routes].some(({ isPending }) => isPending)) return [];
  return [
    {
      group: t("finder.drivers"),
      actions: (drivers.data?.items ?? []).map(({ driverId, name, driverLicense, status }) =>
        thing(driverId, personWord(kit, name), personWord(kit, driverLicense), IconSteeringWheel, { of: "driver", status }, () => void navigate({ to: "/fleet", search: { text: name } })),
      ),
    },
    {
      group: t("finder.vehicles"),
      actions: (vehicles.data?.items ?? []).map(({ vehicleId, registration, vehicleType, status }) =>
        thing(vehicleId, registration, vehicleType, IconTruck, { of: "vehicle", status }, () =>
          void navigate({ to: "/fleet", search: { part: "vehicle", text: registration } }),
        ),
      ),
    },
    {
      group: t("finder.deliveries"),
      actions: (deliveries.data?.items ?? []).map(({ id, routeOrigin, routeDestination, scheduledStartTime, scheduledEndTime, driverName, vehicleNo, status }) =>
        thing(
          id,
          journey(routeOrigin, routeDestination),
          [formatSpan(scheduledStartTime, scheduledEndTime, now_ms), driverName && personWord(kit, driverName), vehicleNo]
            .filter((part) => part !== null)
            .join(" · "),
          IconPackage,
          { of: "delivery", status },
          () => void navigate({ to: "/deliveries/$deliveryId", params: { deliveryId: id } }),
        ),
      ),
    },
    {
      group: t("finder.routes"),
      actions: (routes.data?.routes ?? []).map(({ routeId, origin, destination, scheduledStartTime, scheduledEndTime, status }) =>
        thing(routeId, journey(origin, destination), formatSpan(scheduledStartTime, scheduledEndTime, now_ms), IconRoute, { of: "route", status }, () =>
          void navigate({ to: "/routes/$routeId", params: { routeId } }),
        ),
      ),
    },
  ];
}

function thing(id: string, label: string, description: string, Mark: Icon, standing: SubjectStatus, onClick: () => void): SpotlightActionData {
  return {
    id,
    label,
    description,
    leftSection: <Mark size={18} stroke={1.6} aria-hidden />,
    rightSection: <StatusBadge {...standing} />,
    onClick,
  };
}
