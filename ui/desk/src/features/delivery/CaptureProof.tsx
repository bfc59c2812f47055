// Who received a delivery, recorded at the desk: the receiver, and a scan of what was signed or the address where it can be seen.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import { Divider, FileInput, TextInput } from "@mantine/core";
import { IconPhotoScan } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CommandModal } from "@kit/CommandModal";
import { useForm } from "@kit/form";
import { smallerPhoto } from "@kit/pictures";

/** The most photos that the depot takes with one proof. */
const PHOTOS_MAX = 10;

interface Scan {
  readonly file: File;
  readonly photo: Blob;
}

export function CaptureProof({ delivery, onClose }: { delivery: DeliveryDetail; onClose: () => void }) {
  const { t } = useTranslation("delivery");
  const form = useForm({
    name: `delivery.${delivery.id}.proof`,
    initial: () => ({ receiverName: "", signatureUrl: "" }),
  });
  const { receiverName, signatureUrl } = form.fields;
  const [scans, setScans] = useState<readonly Scan[]>([]);
  const [isReading, setIsReading] = useState(false);
  const [unreadable, setUnreadable] = useState<string>();
  const url = signatureUrl.trim();
  const isAddress = url === "" || isWebAddress(url);
  const capture = () =>
    form.submit(
      {
        entity: "delivery",
        id: delivery.id,
        command: { type: "captureProof", receiverName, ...(url !== "" && { signatureUrl: url }) },
      },
      {
        done: t("proof.done", { destination: delivery.routeDestination }),
        photos: scans.map(({ photo }) => photo),
        onDone: onClose,
      },
    );
  const read = async (files: readonly File[]) => {
    setIsReading(true);
    setUnreadable(undefined);
    const taken: Scan[] = [];
    for (const file of files.slice(0, PHOTOS_MAX)) {
      const known = scans.find((scan) => scan.file === file);
      // One after the other: each may take the memory of a large picture.
      // oxlint-disable-next-line no-await-in-loop
      const photo = known?.photo ?? (await smallerPhoto(file).catch(() => undefined));
      if (photo === undefined) setUnreadable(file.name);
      else taken.push({ file, photo });
    }
    setScans(taken);
    setIsReading(false);
  };
  return (
    <CommandModal
      form={form}
      onClose={onClose}
      title={t("proof.title")}
      submit={t("proof.capture")}
      canSubmit={receiverName.trim() !== "" && isAddress && !isReading && (scans.length > 0 || url !== "")}
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
      <FileInput
        label={t("proof.scan")}
        description={t("proof.scanHint")}
        placeholder={t("proof.scanChoose")}
        leftSection={<IconPhotoScan size={16} aria-hidden />}
        accept="image/*"
        multiple
        clearable
        value={scans.map(({ file }) => file)}
        onChange={(files) => void read(files)}
        error={unreadable !== undefined && t("proof.scanUnreadable", { name: unreadable })}
      />
      <Divider label={t("proof.or")} />
      <TextInput
        label={t("proof.signatureUrl")}
        description={t("proof.signatureUrlHint")}
        value={signatureUrl}
        onChange={(event) => form.set({ signatureUrl: event.currentTarget.value })}
        maxLength={500}
        type="url"
        inputMode="url"
        placeholder="https://"
        error={!isAddress && t("proof.signatureUrlWrong")}
      />
    </CommandModal>
  );
}

/** The depot decides; this says it before the form is sent. */
function isWebAddress(text: string): boolean {
  return /^https?:\/\/[^\s/?#]/iu.test(text) && URL.canParse(text);
}
