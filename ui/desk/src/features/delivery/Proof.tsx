// Who received a delivery, and what shows it.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import { Anchor, Image, Modal, SimpleGrid, Stack, Text, UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useTransport } from "@kit/depot";
import { LinkAnchor } from "@kit/links";
import { Moment } from "@kit/Moment";
import { Panel } from "@kit/Panel";

export function Proof({ delivery }: { delivery: DeliveryDetail }) {
  const { t } = useTranslation("delivery");
  const transport = useTransport();
  const { receiverName, signature, signatureUrl, photos, deliveredAt } = delivery;
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
          {signature !== null && (
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
          {photos.length > 0 && <Photos urls={photos.map(({ hash }) => transport.fileUrl(hash))} />}
        </Stack>
      )}
    </Panel>
  );
}

/** Small beside each other; one of them large on a click. */
function Photos({ urls }: { urls: readonly string[] }) {
  const { t } = useTranslation("delivery");
  const [shown, setShown] = useState<number>();
  const name = (index: number) => t("proof.photo", { number: index + 1 });
  const shownUrl = shown === undefined ? undefined : urls[shown];
  return (
    <>
      <SimpleGrid cols={3} spacing="xs">
        {urls.map((url, index) => (
          <UnstyledButton key={url} onClick={() => setShown(index)}>
            <Image src={url} alt={name(index)} h={120} fit="cover" radius="sm" />
          </UnstyledButton>
        ))}
      </SimpleGrid>
      <Modal opened={shownUrl !== undefined} onClose={() => setShown(undefined)} title={name(shown ?? 0)} size="xl" centered>
        <Image src={shownUrl} alt={name(shown ?? 0)} mah="75vh" fit="contain" radius="sm" />
      </Modal>
    </>
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
