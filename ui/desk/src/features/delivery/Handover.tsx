// A delivery goes on with another crew: a failed one is tried again, one that is under way is taken from its crew first. Both
// are one step of the depot.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import { Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CommandModal } from "@kit/CommandModal";
import { CrewPick } from "@kit/CrewPick";
import { personWord } from "@kit/erased";
import { useForm } from "@kit/form";
import { isUnderWay } from "@kit/status";

interface HandoverProps {
  delivery: DeliveryDetail;
  onClose: () => void;
}

interface Fields {
  driverId: string | null;
  vehicleId: string | null;
  reason: string;
}

/** Mounted while it is open, so that it begins with the crew of then. */
export function Handover({ delivery, onClose }: HandoverProps) {
  const { t } = useTranslation("delivery");
  const { t: kit } = useTranslation("kit");
  const [seen] = useState(delivery);
  const kind = isUnderWay(seen) ? "swap" : "retry";
  const form = useForm({
    name: `delivery.${seen.id}.${kind}`,
    source: delivery,
    initial: (from: DeliveryDetail | undefined): Fields => {
      const { driverId, vehicleId } = from ?? seen;
      return { driverId, vehicleId, reason: "" };
    },
    shown: ({ driverName, vehicleNo }) => [
      [t("create.driver"), driverName === null ? t("noDriver") : personWord(kit, driverName)],
      [t("create.vehicle"), vehicleNo ?? t("noVehicle")],
    ],
  });
  const { driverId, vehicleId, reason } = form.fields;
  const isOther = driverId !== seen.driverId || vehicleId !== seen.vehicleId;
  const canSubmit = kind === "retry" || (isOther && reason.trim() !== "");
  const submit = () =>
    form.submit(
      {
        entity: "delivery",
        id: seen.id,
        command: { type: "retryDelivery", driverId, vehicleId, reason: reason.trim() === "" ? null : reason },
      },
      { done: t(`handover.${kind}.done`, { destination: seen.routeDestination }), onDone: onClose },
    );
  const field = { routeId: seen.routeId, deliveryId: seen.id, required: true };
  return (
    <CommandModal
      form={form}
      onClose={onClose}
      title={t(`handover.${kind}.title`)}
      submit={t(`handover.${kind}.submit`)}
      canSubmit={canSubmit}
      onSubmit={submit}
    >
      <Text size="sm">{t(`handover.${kind}.hint`)}</Text>
      <CrewPick {...field} part="driver" label={t("create.driver")} value={driverId} onChange={(picked) => form.set({ driverId: picked })} isFirst />
      <CrewPick {...field} part="vehicle" label={t("create.vehicle")} value={vehicleId} onChange={(picked) => form.set({ vehicleId: picked })} />
      <Textarea
        label={t("step.reason")}
        required={kind === "swap"}
        value={reason}
        onChange={(event) => form.set({ reason: event.currentTarget.value })}
        maxLength={500}
        autosize
        minRows={2}
      />
    </CommandModal>
  );
}
