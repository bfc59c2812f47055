// A thing by its name, leading to where it can be seen. An id is never shown: without a name it is "a delivery".
import type { Driver } from "@bindings/Driver";
import type { Vehicle } from "@bindings/Vehicle";
import { Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useDepotQuery } from "@kit/depot";
import { journey } from "@kit/Journey";
import { LinkAnchor } from "@kit/links";
import { Person } from "@kit/Person";

export function DeliveryLink({ id }: { id: string }) {
  const { t } = useTranslation("kit");
  const { data } = useDepotQuery({ query: "delivery", id });
  return (
    <LinkAnchor to="/deliveries/$deliveryId" params={{ deliveryId: id }} inherit fw={600}>
      {data === undefined ? t("entity.delivery") : journey(data.routeOrigin, data.routeDestination)}
    </LinkAnchor>
  );
}

export function RouteLink({ id }: { id: string }) {
  const { t } = useTranslation("kit");
  const { data } = useDepotQuery({ query: "route", id });
  return (
    <LinkAnchor to="/routes/$routeId" params={{ routeId: id }} inherit fw={600}>
      {data === undefined ? t("entity.route") : journey(data.origin, data.destination)}
    </LinkAnchor>
  );
}

interface NameProps {
  id: string;
  /** Shows the name of that moment; without it the present one. */
  at?: string;
}

export function DriverName({ id, at }: NameProps) {
  const { t } = useTranslation("kit");
  const present = useDepotQuery({ query: "driver", id });
  const past = usePastState<Driver>("driver", id, at);
  const name = past?.name ?? present.data?.name;
  return <Strong>{name === undefined ? t("entity.driver") : <Person of={name} />}</Strong>;
}

export function VehicleName({ id, at }: NameProps) {
  const { t } = useTranslation("kit");
  const present = useDepotQuery({ query: "vehicle", id });
  const past = usePastState<Vehicle>("vehicle", id, at);
  return <Strong>{past?.registration ?? present.data?.registration ?? t("entity.vehicle")}</Strong>;
}

function usePastState<State>(entity: "driver" | "vehicle", id: string, at: string | undefined): State | undefined {
  const { data } = useDepotQuery({ query: "pastState", entity, id, at: at ?? "" }, { enabled: at !== undefined });
  return (data?.state ?? undefined) as State | undefined;
}

export function Strong({ children }: { children: ReactNode }) {
  return (
    <Text span inherit fw={600}>
      {children}
    </Text>
  );
}
