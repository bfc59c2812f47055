// The place of a picture that was announced and is not at the depot: since when, from whom, and the way to say that it will not
// come.
import type { MissingFile } from "@bindings/MissingFile";
import { Button, Center, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CommandModal } from "@kit/CommandModal";
import { useMayChange } from "@kit/depot";
import { useForm } from "@kit/form";
import { Moment } from "@kit/Moment";

export function MissingPicture({ deliveryId, file }: { deliveryId: string; file: MissingFile }) {
  const { t } = useTranslation("kit");
  const mayChange = useMayChange();
  const [isClosing, setIsClosing] = useState(false);
  const { closed } = file;
  return (
    <Center mih={120} p="xs" bg="var(--depot-neutral-fill)" style={{ borderRadius: "var(--mantine-radius-sm)" }}>
      <Stack gap={4} align="center" miw={0}>
        {closed === null ? (
          <>
            <Text size="xs" ta="center" style={{ overflowWrap: "anywhere" }}>
              {file.from === null ? t("photo.awaited") : t("photo.awaitedFrom", { from: file.from })}
            </Text>
            <Text size="xs" ta="center" component="div">
              {t("photo.since")} <Moment at={file.since} />
            </Text>
            {mayChange && (
              <Button size="compact-xs" variant="default" onClick={() => setIsClosing(true)}>
                {t("photo.willNotCome")}
              </Button>
            )}
          </>
        ) : (
          <>
            <Text size="xs" fw={600} ta="center">
              {t("photo.closed")}
            </Text>
            <Text size="xs" ta="center" style={{ overflowWrap: "anywhere" }}>
              {closed.reason}
            </Text>
            <Text size="xs" ta="center" component="div" style={{ overflowWrap: "anywhere" }}>
              {closed.by ?? t("history.desk")} · <Moment at={closed.at} />
            </Text>
          </>
        )}
      </Stack>
      {isClosing && <CloseFile deliveryId={deliveryId} hash={file.hash} onClose={() => setIsClosing(false)} />}
    </Center>
  );
}

function CloseFile({ deliveryId, hash, onClose }: { deliveryId: string; hash: string; onClose: () => void }) {
  const { t } = useTranslation("kit");
  const form = useForm({ name: `delivery.${deliveryId}.file.${hash}`, initial: () => ({ reason: "" }) });
  const { reason } = form.fields;
  return (
    <CommandModal
      form={form}
      onClose={onClose}
      title={t("photo.closeTitle")}
      submit={t("photo.closeSubmit")}
      canSubmit={reason.trim() !== ""}
      onSubmit={() =>
        form.submit(
          { entity: "delivery", id: deliveryId, command: { type: "closeAwaitedFile", hash, reason: reason.trim() } },
          { done: t("photo.closeDone"), onDone: onClose },
        )
      }
    >
      <Text size="sm">{t("photo.closeHint")}</Text>
      <Textarea
        label={t("photo.closeReason")}
        value={reason}
        onChange={(event) => form.set({ reason: event.currentTarget.value })}
        maxLength={500}
        autosize
        minRows={2}
        required
        data-autofocus
      />
    </CommandModal>
  );
}
