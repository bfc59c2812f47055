// One delivery on a page of its own.
import { Stack } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { LinkAnchor } from "@kit/links";
import { Detail } from "./Detail";

export function DeliveryPage() {
  const { deliveryId } = useParams({ from: "/deliveries/$deliveryId" });
  const { t } = useTranslation("delivery");
  return (
    <Stack>
      <LinkAnchor to="/deliveries" size="sm">
        <IconArrowLeft size={14} aria-hidden /> {t("detail.back")}
      </LinkAnchor>
      <Detail id={deliveryId} />
    </Stack>
  );
}
