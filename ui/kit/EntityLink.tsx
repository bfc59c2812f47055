// A thing by its name, leading to where it can be seen. An id is never shown: without a name it is "a delivery".
import { Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useDepotQuery } from "@kit/depot";
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

export function DriverName({ id }: { id: string }) {
  const { t } = useTranslation("kit");
  const { data } = useDepotQuery({ query: "driver", id });
  return <Strong>{data === undefined ? t("entity.driver") : <Person of={data.name} />}</Strong>;
}

export function VehicleName({ id }: { id: string }) {
  const { t } = useTranslation("kit");
  const { data } = useDepotQuery({ query: "vehicle", id });
  return <Strong>{data?.registration ?? t("entity.vehicle")}</Strong>;
}

export function Strong({ children }: { children: ReactNode }) {
  return (
    <Text span inherit fw={600}>
      {children}
    </Text>
  );
}

export function journey(origin: string, destination: string): string {
  return `${origin} → ${destination}`;
}
