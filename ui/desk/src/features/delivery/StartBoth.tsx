// A start while the crew is on the road with another delivery: the depot takes it for a reason.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import { Text, Textarea } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { CommandModal } from "@kit/CommandModal";
import { useForm } from "@kit/form";

export function StartBoth({ delivery, onClose }: { delivery: DeliveryDetail; onClose: () => void }) {
  const { t } = useTranslation("delivery");
  const form = useForm({ name: `delivery.${delivery.id}.both`, initial: () => ({ reason: "" }) });
  const { reason } = form.fields;
  const start = () =>
    form.submit(
      { entity: "delivery", id: delivery.id, command: { type: "changeDeliveryStatus", status: "InTransit", reason } },
      { done: t("both.done", { destination: delivery.routeDestination }), onDone: onClose },
    );
  return (
    <CommandModal
      form={form}
      onClose={onClose}
      title={t("both.title")}
      submit={t("both.submit")}
      canSubmit={reason.trim() !== ""}
      onSubmit={start}
    >
      <Text size="sm">{t("both.hint")}</Text>
      <Textarea
        label={t("step.reason")}
        required
        value={reason}
        onChange={(event) => form.set({ reason: event.currentTarget.value })}
        maxLength={500}
        autosize
        minRows={2}
        data-autofocus
      />
    </CommandModal>
  );
}
