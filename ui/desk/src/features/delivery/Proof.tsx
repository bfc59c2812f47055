// Who received a delivery, and what shows it.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import { Anchor, Image, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useTransport } from "@kit/depot";
import { LinkAnchor } from "@kit/links";
import { Moment } from "@kit/Moment";
import { Panel } from "@kit/Panel";
import { Awaited, Photos } from "@kit/Photos";

export function Proof({ delivery }: { delivery: DeliveryDetail }) {
  const { t } = useTranslation("delivery");
  const transport = useTransport();
  const { receiverName, signature, signatureUrl, photos, deliveredAt, filesAwaited } = delivery;
  return (
    <Panel
      title={t("proof.title")}
      action={
        <LinkAnchor to="/print/proof/$deliveryId" params={{ deliveryId: delivery.id }} size="sm">
          {t("proof.print")}
        </LinkAnchor>
      }
    >
      {receiverName === null ? (
        <Text size="sm" c="dimmed">
          {t("proof.none")}
        </Text>
      ) : (
        <Stack gap="xs">
          <Text size="sm">
            {t("proof.receiver")} <strong>{receiverName}</strong>
            {deliveredAt !== null && (
              <>
                {" · "}
                <Moment at={deliveredAt} />
              </>
            )}
          </Text>
          {signatureUrl !== null && <SignatureUrl url={signatureUrl} />}
          {signature !== null && filesAwaited.includes(signature.hash) && <Awaited />}
          {signature !== null && !filesAwaited.includes(signature.hash) && (
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
          {photos.length > 0 && <Photos photos={photos} awaited={filesAwaited} />}
        </Stack>
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
