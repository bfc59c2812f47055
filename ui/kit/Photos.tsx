// Photos that show something, small beside each other, one of them large on a click. Of those still on their way it says so.
import { Center, Image, Modal, SimpleGrid, Text, UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useTransport } from "@kit/depot";

interface PhotosProps {
  photos: readonly { readonly hash: string }[];
  /** The hashes of those whose content the depot still waits for. */
  awaited?: readonly string[];
}

export function Photos({ photos, awaited }: PhotosProps) {
  const { t } = useTranslation("kit");
  const transport = useTransport();
  const [shown, setShown] = useState<number>();
  const name = (index: number) => t("photo.name", { number: index + 1 });
  const shownPhoto = shown === undefined ? undefined : photos[shown];
  return (
    <>
      <SimpleGrid cols={3} spacing="xs">
        {photos.map(({ hash }, index) =>
          awaited?.includes(hash) === true ? (
            <Awaited key={hash} />
          ) : (
            <UnstyledButton key={hash} onClick={() => setShown(index)}>
              <Image src={transport.fileUrl(hash)} alt={name(index)} h={120} fit="cover" radius="sm" />
            </UnstyledButton>
          ),
        )}
      </SimpleGrid>
      <Modal
        opened={shownPhoto !== undefined}
        onClose={() => setShown(undefined)}
        title={name(shown ?? 0)}
        size="xl"
        centered
        closeButtonProps={{ "aria-label": t("photo.close") }}
      >
        {shownPhoto !== undefined && (
          <Image src={transport.fileUrl(shownPhoto.hash)} alt={name(shown ?? 0)} mah="75vh" fit="contain" radius="sm" />
        )}
      </Modal>
    </>
  );
}

/** Where a picture will be that a phone still has. */
export function Awaited() {
  const { t } = useTranslation("kit");
  return (
    <Center h={120} px="xs" bg="var(--depot-neutral-fill)" style={{ borderRadius: "var(--mantine-radius-sm)" }}>
      <Text size="xs" ta="center">
        {t("photo.awaited")}
      </Text>
    </Center>
  );
}
