// The three things that a delivery joins, to pick from: a route, a driver, a vehicle.
import type { DriverView } from "@bindings/DriverView";
import type { RouteStatus } from "@bindings/RouteStatus";
import type { VehicleView } from "@bindings/VehicleView";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { useAsk, useDepotQuery } from "@kit/depot";
import { journey } from "@kit/Journey";
import { namesakesOf } from "@kit/namesakes";
import { useNow } from "@kit/now";
import { personWord } from "@kit/erased";
import { CHOICES_MOST, SearchSelect, useSearchText } from "@kit/SearchSelect";
import type { Choice, PickProps } from "@kit/SearchSelect";
import { StatusBadge } from "@kit/StatusBadge";
import { formatSpan } from "@kit/time";

const NOBODY = "";
const DRIVERS_MOST = 500;

export function DriverPick(props: PickProps & { /** Whether those who cannot drive may be picked, as for a filter. */ anyStatus?: boolean }) {
  const { anyStatus = false, ...rest } = props;
  const { t } = useTranslation("kit");
  const ask = useAsk();
  const [text, onSearch] = useSearchText();
  const { data } = useDepotQuery(driversOf(text), { keepPrevious: true });
  const { data: chosen } = useDepotQuery({ query: "driver", id: props.value ?? NOBODY }, { enabled: props.value !== null });
  const { data: all } = useDepotQuery({ query: "drivers", limit: DRIVERS_MOST });
  const marks = namesakesOf(all?.items ?? []);
  return (
    <SearchSelect
      {...rest}
      choices={data?.items.map((driver) => driverChoice(driver, anyStatus, marks.get(driver.driverId), t))}
      chosen={chosen && props.value !== null ? driverChoice(chosen, anyStatus, marks.get(chosen.driverId), t) : undefined}
      onSearch={onSearch}
      find={async (wanted) => (await ask(driversOf(wanted))).items.map((driver) => driverChoice(driver, anyStatus, marks.get(driver.driverId), t))}
    />
  );
}

export function VehiclePick(props: PickProps & { /** Whether those out of use may be picked, as for a filter. */ anyStatus?: boolean }) {
  const { anyStatus = false, ...rest } = props;
  const ask = useAsk();
  const [text, onSearch] = useSearchText();
  const { data } = useDepotQuery(vehiclesOf(text), { keepPrevious: true });
  const { data: chosen } = useDepotQuery({ query: "vehicle", id: props.value ?? NOBODY }, { enabled: props.value !== null });
  return (
    <SearchSelect
      {...rest}
      choices={data?.items.map((vehicle) => vehicleChoice(vehicle, anyStatus))}
      chosen={chosen && props.value !== null ? vehicleChoice(chosen, anyStatus) : undefined}
      onSearch={onSearch}
      find={async (wanted) => (await ask(vehiclesOf(wanted))).items.map((vehicle) => vehicleChoice(vehicle, anyStatus))}
    />
  );
}

export function RoutePick(props: PickProps & { /** Only routes of these. */ statuses?: RouteStatus[] }) {
  const { statuses, ...rest } = props;
  const now_ms = useNow();
  const ask = useAsk();
  const [text, onSearch] = useSearchText();
  const asked = (wanted: string | null) =>
    ({ query: "routes", text: wanted, status: statuses ?? null, limit: CHOICES_MOST, sort: "scheduledStartTime", descending: true }) as const;
  const { data } = useDepotQuery(asked(text), { keepPrevious: true });
  const { data: chosen } = useDepotQuery({ query: "route", id: props.value ?? NOBODY }, { enabled: props.value !== null });
  return (
    <SearchSelect
      {...rest}
      choices={data?.routes.map((route) => routeChoice(route, now_ms))}
      chosen={chosen && props.value !== null ? routeChoice(chosen, now_ms) : undefined}
      onSearch={onSearch}
      find={async (wanted) => (await ask(asked(wanted))).routes.map((route) => routeChoice(route, now_ms))}
    />
  );
}

function driversOf(text: string | null) {
  return { query: "drivers", text, limit: CHOICES_MOST } as const;
}

function vehiclesOf(text: string | null) {
  return { query: "vehicles", text, limit: CHOICES_MOST } as const;
}

function driverChoice({ driverId, name, driverLicense, status }: DriverView, anyStatus: boolean, mark: string | undefined, t: TFunction<"kit">): Choice {
  return {
    value: driverId,
    label: mark === undefined ? personWord(t, name) : t("namesake", { name, mark }),
    note: personWord(t, driverLicense),
    badge: <StatusBadge of="driver" status={status} />,
    disabled: !anyStatus && (status === "Suspended" || status === "Unavailable"),
  };
}

function vehicleChoice({ vehicleId, registration, vehicleType, status }: VehicleView, anyStatus: boolean): Choice {
  return {
    value: vehicleId,
    label: registration,
    note: vehicleType,
    badge: <StatusBadge of="vehicle" status={status} />,
    disabled: !anyStatus && (status === "Maintenance" || status === "OutOfService"),
  };
}

interface RouteLike {
  readonly routeId: string;
  readonly origin: string;
  readonly destination: string;
  readonly status: RouteStatus;
  readonly scheduledStartTime: string;
  readonly scheduledEndTime: string;
}

function routeChoice(route: RouteLike, now_ms: number): Choice {
  return {
    value: route.routeId,
    label: journey(route.origin, route.destination),
    note: formatSpan(route.scheduledStartTime, route.scheduledEndTime, now_ms),
    badge: <StatusBadge of="route" status={route.status} />,
  };
}
