// What can be planned at an empty place of the day plan: a delivery in that lane, or a route that starts then.
import { Menu } from "@mantine/core";
import { IconPackage, IconRoute } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { formatClock } from "@kit/time";
import { CreateDelivery } from "../delivery/CreateDelivery";
import { RouteForm } from "../route/RouteForm";
import { OPEN_LANE } from "./laneBars";
import type { Grouping } from "./laneBars";

export interface Slot {
  /** The lane: a driver, a vehicle or `OPEN_LANE`. */
  readonly lane: string;
  readonly name: string;
  /** The instant. */
  readonly start: string;
  /** Where the pointer was, in pixels of the window. */
  readonly x: number;
  readonly y: number;
}

export function SlotMenu({ slot, grouping, onClose }: { slot: Slot; grouping: Grouping; onClose: () => void }) {
  const { t } = useTranslation("today");
  const [creating, setCreating] = useState<"delivery" | "route">();
  const { lane, name, start, x, y } = slot;
  if (creating === "route") return <RouteForm start={start} onClose={onClose} />;
  if (creating === "delivery") {
    const crew = lane === OPEN_LANE ? {} : grouping === "driver" ? { driverId: lane } : { vehicleId: lane };
    return <CreateDelivery onClose={onClose} {...crew} />;
  }
  return (
    <Menu opened onChange={(isOpen) => !isOpen && onClose()} position="bottom-start" withinPortal>
      <Menu.Target>
        <div style={{ position: "fixed", left: x, top: y }} />
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPackage size={16} aria-hidden />} onClick={() => setCreating("delivery")} closeMenuOnClick={false}>
          {lane === OPEN_LANE ? t("lanes.newDelivery") : t("lanes.newDeliveryFor", { name })}
        </Menu.Item>
        <Menu.Item leftSection={<IconRoute size={16} aria-hidden />} onClick={() => setCreating("route")} closeMenuOnClick={false}>
          {t("lanes.newRoute", { time: formatClock(start) })}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
