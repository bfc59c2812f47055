// Who received a delivery, said at the desk: the receiver and where the signature can be seen.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import { TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { CommandModal } from "@kit/CommandModal";
import { useForm } from "@kit/form";

export function CaptureProof({ delivery, onClose }: { delivery: DeliveryDetail; onClose: () => void }) {
  const { t } = useTranslation("delivery");
  const form = useForm({
    name: `delivery.${delivery.id}.proof`,
    initial: () => ({ receiverName: "", signatureUrl: "" }),
  });
  const { receiverName, signatureUrl } = form.fields;
  const capture = () =>
    form.submit(
      {
        entity: "delivery",
        id: delivery.id,
        command: { type: "captureProof", receiverName, signatureUrl },
      },
      { done: t("proof.done", { destination: delivery.routeDestination }), onDone: onClose },
    );
  return (
    <CommandModal
      form={form}
      onClose={onClose}
      title={t("proof.title")}
      submit={t("proof.capture")}
      // Nothing can be drawn or photographed at the desk, so the address is the only proof it can give.
      canSubmit={receiverName.trim() !== "" && signatureUrl.trim() !== ""}
      onSubmit={capture}
    >
      <TextInput
        label={t("proof.receiver")}
        value={receiverName}
        onChange={(event) => form.set({ receiverName: event.currentTarget.value })}
        maxLength={200}
        required
        data-autofocus
      />
      <TextInput
        label={t("proof.signatureUrl")}
        description={t("proof.signatureUrlHint")}
        value={signatureUrl}
        onChange={(event) => form.set({ signatureUrl: event.currentTarget.value })}
        maxLength={500}
        type="url"
        inputMode="url"
        placeholder="https://"
        required
      />
    </CommandModal>
  );
}
