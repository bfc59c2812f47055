// Who received a delivery, said at the desk: the receiver and where the signature can be seen.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import { TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "@kit/act";
import { CommandModal } from "@kit/CommandModal";

export function CaptureProof({ delivery, isOpen, onClose }: { delivery: DeliveryDetail; isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation("delivery");
  const act = useAct(t("proof.done"));
  const [receiverName, setReceiverName] = useState("");
  const [signatureUrl, setSignatureUrl] = useState("");
  const capture = () =>
    act.run(
      {
        entity: "delivery",
        id: delivery.id,
        command: { type: "captureProof", receiverName, signatureUrl: signatureUrl.trim() === "" ? null : signatureUrl },
      },
      { onDone: onClose },
    );
  return (
    <CommandModal
      isOpen={isOpen}
      onClose={onClose}
      title={t("proof.title")}
      submit={t("proof.capture")}
      canSubmit={receiverName.trim() !== ""}
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
      />
    </CommandModal>
  );
}
