// The dialog for a new delivery: a route that is active, and who drives what if that is settled.
import { Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "@kit/act";
import { CommandModal } from "@kit/CommandModal";
import { useDepotQuery } from "@kit/depot";
import { newId } from "@kit/ids";
import { LinkAnchor } from "@kit/links";
import { DriverPick, RoutePick, VehiclePick } from "@kit/picks";

interface CreateDeliveryProps {
  isOpen: boolean;
  onClose: () => void;
  /** The route, where the dialog is opened from one. */
  routeId?: string;
  /** Who drives it, where the dialog is opened for somebody. */
  driverId?: string;
  vehicleId?: string;
}

export function CreateDelivery(props: CreateDeliveryProps) {
  const { isOpen, onClose, routeId: givenRouteId, driverId: givenDriverId, vehicleId: givenVehicleId } = props;
  const { t } = useTranslation("delivery");
  const navigate = useNavigate();
  const [routeId, setRouteId] = useState<string | null>(givenRouteId ?? null);
  const route = useDepotQuery({ query: "route", id: routeId ?? "" }, { enabled: routeId !== null }).data;
  const act = useAct(t("create.done", { destination: route?.destination ?? "" }));
  const [driverId, setDriverId] = useState<string | null>(givenDriverId ?? null);
  const [vehicleId, setVehicleId] = useState<string | null>(givenVehicleId ?? null);
  const close = () => {
    setRouteId(givenRouteId ?? null);
    setDriverId(givenDriverId ?? null);
    setVehicleId(givenVehicleId ?? null);
    onClose();
  };
  const create = () => {
    if (routeId === null) return;
    const id = newId();
    act.run(
      { entity: "delivery", id, command: { type: "createDelivery", routeId, driverId, vehicleId } },
      {
        onDone: () => {
          close();
          void navigate({ to: "/deliveries/$deliveryId", params: { deliveryId: id } });
        },
      },
    );
  };
  return (
    <CommandModal
      isOpen={isOpen}
      onClose={close}
      title={t("create.title")}
      submit={t("create.submit")}
      canSubmit={routeId !== null}
      act={act}
      onSubmit={create}
    >
      <div>
        <RoutePick
          label={t("create.route")}
          placeholder={t("create.routePlaceholder")}
          statuses={["Active"]}
          value={routeId}
          onChange={setRouteId}
          required
          isFirst={givenRouteId === undefined}
        />
        <Text size="xs" c="dimmed" mt={4}>
          {t("create.routeHint")}{" "}
          <LinkAnchor to="/routes" inherit>
            {t("create.routeLink")}
          </LinkAnchor>
        </Text>
      </div>
      <DriverPick label={t("create.driver")} placeholder={t("create.later")} value={driverId} onChange={setDriverId} />
      <VehiclePick label={t("create.vehicle")} placeholder={t("create.later")} value={vehicleId} onChange={setVehicleId} />
    </CommandModal>
  );
}
