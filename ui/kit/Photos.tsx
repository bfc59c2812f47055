// Photos that show something, small beside each other, one of them large on a click.
import type { MissingFile } from "@bindings/MissingFile";
import { Image, Modal, SimpleGrid, UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useTransport } from "@kit/depot";
import { MissingPicture } from "@kit/MissingPicture";

interface PhotosProps {
  photos: readonly { readonly hash: string }[];
  /** Whose they are. */
  deliveryId: string;
  /** Those whose content is not at the depot. */
  missing?: readonly MissingFile[];
}

export function Photos({ photos, deliveryId, missing }: PhotosProps) {
  const { t } = useTranslation("kit");
  const transport = useTransport();
  const [shown, setShown] = useState<number>();
  const name = (index: number) => t("photo.name", { number: index + 1 });
  const shownPhoto = shown === undefined ? undefined : photos[shown];
  return (
    <>
      <SimpleGrid cols={3} spacing="xs">
        {photos.map(({ hash }, index) => {
          const file = missing?.find((each) => each.hash === hash);
          return file === undefined ? (
            <UnstyledButton key={hash} onClick={() => setShown(index)}>
              <Image src={transport.fileUrl(hash)} alt={name(index)} h={120} fit="cover" radius="sm" />
            </UnstyledButton>
          ) : (
            <MissingPicture key={hash} deliveryId={deliveryId} file={file} />
          );
        })}
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
