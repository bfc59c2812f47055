// Who received a delivery, and what shows it.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import { Anchor, Group, Image, Menu, Stack, Text } from "@mantine/core";
import { IconEraser } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useIsAdmin, useTransport } from "@kit/depot";
import { EraseModal } from "@kit/EraseModal";
import { LinkAnchor } from "@kit/links";
import { Moment } from "@kit/Moment";
import { MoreMenu } from "@kit/MoreMenu";
import { Panel } from "@kit/Panel";
import { MissingPicture } from "@kit/MissingPicture";
import { Photos } from "@kit/Photos";

export function Proof({ delivery }: { delivery: DeliveryDetail }) {
  const { t } = useTranslation("delivery");
  const transport = useTransport();
  const { t: kit } = useTranslation("kit");
  const { receiverName, signature, signatureUrl, photos, deliveredAt, deliveredUncertain, filesMissing, erased } = delivery;
  const missingSignature = filesMissing.find(({ hash }) => hash === signature?.hash);
  const hasEnded = delivery.status === "Delivered" || delivery.status === "Failed";
  const mayErase = useIsAdmin() && hasEnded && !erased;
  const [isErasing, setErasing] = useState(false);
  return (
    <Panel
      title={t("proof.title")}
      action={
        <Group gap={6} wrap="nowrap">
          <LinkAnchor to="/print/proof/$deliveryId" params={{ deliveryId: delivery.id }} size="sm">
            {t("proof.print")}
          </LinkAnchor>
          {mayErase && (
            <MoreMenu label={t("proof.more")}>
              <Menu.Item leftSection={<IconEraser size={16} aria-hidden />} onClick={() => setErasing(true)}>
                {t("erase.item")}
              </Menu.Item>
            </MoreMenu>
          )}
        </Group>
      }
    >
      {receiverName === null ? (
        <Text size="sm" c="dimmed">
          {t("proof.none")}
        </Text>
      ) : (
        <Stack gap="xs">
          <Text size="sm">
            {erased ? t("erase.receiver") : t("proof.receiver")} {!erased && <strong>{receiverName}</strong>}
            {deliveredAt !== null && (
              <>
                {" · "}
                <Moment at={deliveredAt} />
                {deliveredUncertain && (
                  <>
                    {" · "}
                    <strong>{kit("history.uncertain")}</strong>
                  </>
                )}
              </>
            )}
          </Text>
          {signatureUrl !== null && <SignatureUrl url={signatureUrl} />}
          {missingSignature !== undefined && <MissingPicture deliveryId={delivery.id} file={missingSignature} />}
          {signature !== null && missingSignature === undefined && (
            <Image
              src={transport.fileUrl(signature.hash)}
              alt={t("proof.signature", { receiver: receiverName })}
              // Ink is dark on nothing, so it needs paper beneath it on a dark screen.
              bg="white"
              h={96}
              w="auto"
              fit="contain"
              radius="sm"
              style={{ alignSelf: "flex-start" }}
            />
          )}
          {photos.length > 0 && <Photos photos={photos} deliveryId={delivery.id} missing={filesMissing} />}
        </Stack>
      )}
      {isErasing && (
        <EraseModal
          title={t("erase.title")}
          lost={[t("erase.lost"), t("erase.texts")]}
          stays={t("erase.stays")}
          done={t("erase.done")}
          command={{ entity: "delivery", id: delivery.id, command: { type: "eraseReceiver" } }}
          onClose={() => setErasing(false)}
        />
      )}
    </Panel>
  );
}

function SignatureUrl({ url }: { url: string }) {
  const { t } = useTranslation("delivery");
  const transport = useTransport();
  // Anything can stand there, `javascript:` too; and the window has no place to open another system's page in.
  const isLink = transport.kind === "browser" && /^https?:\/\//iu.test(url);
  return (
    <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
      {t("proof.signatureUrl")}{" "}
      {isLink ? (
        <Anchor href={url} target="_blank" rel="noreferrer" inherit>
          {url}
        </Anchor>
      ) : (
        url
      )}
    </Text>
  );
}
