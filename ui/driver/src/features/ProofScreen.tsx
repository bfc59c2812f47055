// Proof of delivery: who received it, with a signature or photos.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { readable } from "@kit/readable";
import type { NewFile } from "../outbox/action";
import { goBack } from "../navigation";
import { useKeeping } from "../parts/keeping";
import { Page } from "../parts/Page";
import { Photos } from "../parts/Photos";
import { SignaturePad } from "../parts/SignaturePad";
import { usePhone } from "../phone";
import { signatureFrom } from "../pictures";
import { whereOf } from "./step";

export function ProofScreen({ delivery }: { delivery: DeliveryDetail }) {
  const { t } = useTranslation("driver");
  const phone = usePhone();
  const [receiverName, setReceiverName] = useState("");
  const [svg, setSvg] = useState<string>();
  const [photos, setPhotos] = useState<readonly NewFile[]>([]);
  const { isKeeping, keep, trouble } = useKeeping();
  const isComplete = readable(receiverName) !== "" && (svg !== undefined || photos.length > 0);
  const finish = async () => {
    const signature = svg === undefined ? undefined : signatureFrom(svg);
    const files = signature === undefined ? photos : [signature, ...photos];
    const isKept = await keep(() =>
      phone.act({
        deliveryId: delivery.id,
        where: whereOf(delivery),
        command: {
          type: "captureProof",
          receiverName: readable(receiverName),
          ...(signature !== undefined && { signature: signature.ref }),
          photos: photos.map(({ ref }) => ref),
        },
        files,
      }),
    );
    if (isKept) goBack(`deliveries/${delivery.id}`);
  };
  return (
    <Page
      title={t("proof.title")}
      back={`deliveries/${delivery.id}`}
      foot={
        <>
          {trouble}
          {!isComplete && <p className="dim">{t("proof.missing")}</p>}
          <Button fullWidth h={64} fz={20} disabled={!isComplete} loading={isKeeping} onClick={() => void finish()}>
            {t("proof.done")}
          </Button>
        </>
      }
    >
      <p className="strong">{whereOf(delivery)}</p>
      <TextInput
        label={t("proof.receiver")}
        size="lg"
        value={receiverName}
        onChange={(event) => setReceiverName(event.currentTarget.value)}
        maxLength={200}
        autoComplete="off"
        autoCapitalize="words"
        enterKeyHint="done"
      />
      <SignaturePad onChange={setSvg} />
      <span className="strong">{t("proof.photos")}</span>
      <Photos photos={photos} onChange={setPhotos} />
    </Page>
  );
}
