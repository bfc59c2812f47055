// Who received a delivery, said at the desk: the receiver and where the signature can be seen.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import { TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "@kit/act";
import { CommandModal } from "@kit/CommandModal";

export function CaptureProof({ delivery, isOpen, onClose }: { delivery: DeliveryDetail; isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation("delivery");
  const act = useAct(t("proof.done", { destination: delivery.routeDestination }));
  const [receiverName, setReceiverName] = useState("");
  const [signatureUrl, setSignatureUrl] = useState("");
  const close = () => {
    setReceiverName("");
    setSignatureUrl("");
    onClose();
  };
  const capture = () =>
    act.run(
      {
        entity: "delivery",
        id: delivery.id,
        command: { type: "captureProof", receiverName, signatureUrl },
      },
      { onDone: close },
    );
  return (
    <CommandModal
      isOpen={isOpen}
      onClose={close}
      title={t("proof.title")}
      submit={t("proof.capture")}
      // Nothing can be drawn or photographed at the desk, so the address is the only proof it can give.
      canSubmit={receiverName.trim() !== "" && signatureUrl.trim() !== ""}
      act={act}
      onSubmit={capture}
    >
      <TextInput
        label={t("proof.receiver")}
        value={receiverName}
        onChange={(event) => setReceiverName(event.currentTarget.value)}
        maxLength={200}
        required
        data-autofocus
      />
      <TextInput
        label={t("proof.signatureUrl")}
        description={t("proof.signatureUrlHint")}
        value={signatureUrl}
        onChange={(event) => setSignatureUrl(event.currentTarget.value)}
        maxLength={500}
        type="url"
        inputMode="url"
        placeholder="https://"
        required
      />
    </CommandModal>
  );
}
