// The dialog for a new delivery: a route that is active, and who drives what if that is settled.
import { Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { CommandModal } from "@kit/CommandModal";
import { CrewPick } from "@kit/CrewPick";
import { useDepotQuery } from "@kit/depot";
import { useForm } from "@kit/form";
import { LinkAnchor } from "@kit/links";
import { DriverPick, RoutePick, VehiclePick } from "@kit/picks";

interface CreateDeliveryProps {
  onClose: () => void;
  /** The route, where the dialog is opened from one. */
  routeId?: string;
  /** Who drives it, where the dialog is opened for somebody. */
  driverId?: string;
  vehicleId?: string;
}

interface Fields {
  routeId: string | null;
  driverId: string | null;
  vehicleId: string | null;
}

export function CreateDelivery({ onClose, routeId: givenRouteId, driverId: givenDriverId, vehicleId: givenVehicleId }: CreateDeliveryProps) {
  const { t } = useTranslation("delivery");
  const navigate = useNavigate();
  const form = useForm({
    name: givenRouteId === undefined ? ["delivery.new", givenDriverId, givenVehicleId].filter(Boolean).join(".") : `route.${givenRouteId}.delivery`,
    initial: (): Fields => ({ routeId: givenRouteId ?? null, driverId: givenDriverId ?? null, vehicleId: givenVehicleId ?? null }),
  });
  const { routeId, driverId, vehicleId } = form.fields;
  const route = useDepotQuery({ query: "route", id: routeId ?? "" }, { enabled: routeId !== null }).data;
  const placeholder = t("create.later");
  const driver = { label: t("create.driver"), placeholder, value: driverId, onChange: (picked: string | null) => form.set({ driverId: picked }) };
  const vehicle = { label: t("create.vehicle"), placeholder, value: vehicleId, onChange: (picked: string | null) => form.set({ vehicleId: picked }) };
  const create = () => {
    if (routeId === null) return;
    const { id } = form;
    form.submit(
      { entity: "delivery", id, command: { type: "createDelivery", routeId, driverId, vehicleId } },
      {
        done: t("create.done", { destination: route?.destination ?? "" }),
        onDone: () => {
          onClose();
          void navigate({ to: "/deliveries/$deliveryId", params: { deliveryId: id } });
        },
      },
    );
  };
  return (
    <CommandModal
      form={form}
      onClose={onClose}
      title={t("create.title")}
      submit={t("create.submit")}
      canSubmit={routeId !== null}
      onSubmit={create}
    >
      <div>
        <RoutePick
          label={t("create.route")}
          placeholder={t("create.routePlaceholder")}
          statuses={["Active"]}
          value={routeId}
          onChange={(picked) => form.set({ routeId: picked })}
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
      {routeId === null ? (
        <>
          <DriverPick {...driver} />
          <VehiclePick {...vehicle} />
        </>
      ) : (
        <>
          <CrewPick {...driver} part="driver" routeId={routeId} />
          <CrewPick {...vehicle} part="vehicle" routeId={routeId} />
        </>
      )}
    </CommandModal>
  );
}
