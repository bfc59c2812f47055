// What an event happened to, by its name and leading there.
import type { EventView } from "@bindings/EventView";
import { useTranslation } from "react-i18next";
import { Journey } from "@kit/Journey";
import { LinkAnchor } from "@kit/links";
import { Person } from "@kit/Person";

export function EventSubject({ event: { entity, entityId, entityName } }: { event: EventView }) {
  const { t } = useTranslation("kit");
  const name = entityName ?? t(`entity.${entity}`);
  switch (entity) {
    case "delivery":
      return (
        <LinkAnchor to="/deliveries/$deliveryId" params={{ deliveryId: entityId }} inherit fw={600}>
          <Journey of={name} display="inline" />
        </LinkAnchor>
      );
    case "route":
      return (
        <LinkAnchor to="/routes/$routeId" params={{ routeId: entityId }} inherit fw={600}>
          <Journey of={name} display="inline" />
        </LinkAnchor>
      );
    case "driver":
    case "vehicle":
      return (
        <LinkAnchor to="/fleet" search={entity === "vehicle" ? { part: "vehicle", text: name } : { text: name }} inherit fw={600}>
          <Person of={name} />
        </LinkAnchor>
      );
  }
}
