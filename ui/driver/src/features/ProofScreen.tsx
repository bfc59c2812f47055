// Proof of delivery: who received it, with a signature or photos.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import { Button, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { readable } from "@kit/readable";
import type { NewFile } from "../outbox/action";
import { goBack } from "../navigation";
import { draftsOf, useDraft } from "../parts/draft";
import { useKeeping } from "../parts/keeping";
import { Page } from "../parts/Page";
import { Photos } from "../parts/Photos";
import { SignaturePad } from "../parts/SignaturePad";
import { svgOf } from "../parts/strokes";
import type { Strokes } from "../parts/strokes";
import { usePhone } from "../phone";
import { signatureFrom } from "../pictures";
import { whereOf } from "./step";

export function ProofScreen({ delivery }: { delivery: DeliveryDetail }) {
  const { t } = useTranslation("driver");
  const phone = usePhone();
  const drafts = draftsOf(delivery.id, "proof");
  const [receiverName, setReceiverName] = useDraft(`${drafts}receiver`, "", (name) => name === "");
  const [strokes, setStrokes] = useDraft<Strokes>(`${drafts}signature`, [], (drawn) => drawn.length === 0);
  const [photos, setPhotos] = useDraft<readonly NewFile[]>(`${drafts}photos`, [], (taken) => taken.length === 0);
  const { isKeeping, keep, trouble } = useKeeping();
  if (receiverName === undefined || strokes === undefined || photos === undefined) return null;
  const isComplete = readable(receiverName) !== "" && (strokes.length > 0 || photos.length > 0);
  const finish = async () => {
    const signature = strokes.length === 0 ? undefined : signatureFrom(svgOf(strokes));
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
        drafts,
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
      <SignaturePad initial={strokes} onChange={setStrokes} />
      <span className="strong">{t("proof.photos")}</span>
      <Photos photos={photos} onChange={setPhotos} />
    </Page>
  );
}
