// Where a driver was last, of those who share it, and how long ago that was. A place, not a map: the depot has no internet.
import type { DriverPosition } from "@bindings/DriverPosition";
import { ActionIcon, CopyButton, Group, Text, Tooltip, VisuallyHidden } from "@mantine/core";
import { IconCheck, IconCopy, IconMapPin } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useDepotQuery, useSession } from "@kit/depot";
import { Moment } from "@kit/Moment";

/** Digits after the point: a tenth of a metre, as the depot keeps it, would only pretend. */
const DIGITS = 5;
/** Less than this in a quarter of an hour is what a phone that lies still makes up. */
const STILL_M = 50;
const KILOMETRE_M = 1_000;

/** Nothing where the driver shares nothing, or where whoever looks may not see it. */
export function DriverPlace({ driverId }: { driverId: string | null }) {
  const role = useSession().data?.actor.role;
  const mayAsk = role === "admin" || role === "dispatcher" || role === "viewer";
  const positions = useDepotQuery({ query: "positions" }, { enabled: mayAsk && driverId !== null });
  const position = positions.data?.find((one) => one.driverId === driverId);
  return position === undefined ? null : <Place position={position} />;
}

function Place({ position: { latitude, longitude, accuracyMeters, at, movedMeters } }: { position: DriverPosition }) {
  const { t, i18n } = useTranslation("kit");
  const coordinates = `${latitude.toFixed(DIGITS)}, ${longitude.toFixed(DIGITS)}`;
  const length = (meters: number) => {
    const isFar = meters >= KILOMETRE_M;
    const format = { style: "unit", unit: isFar ? "kilometer" : "meter", maximumFractionDigits: isFar ? 1 : 0 } as const;
    return new Intl.NumberFormat(i18n.language, format).format(isFar ? meters / KILOMETRE_M : meters);
  };
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start">
      <IconMapPin size={18} aria-hidden style={{ flex: "none", marginTop: 4 }} />
      <div>
        <Group gap={4} wrap="nowrap">
          <Text size="sm" className="tabular">
            <VisuallyHidden>{t("place.label")} </VisuallyHidden>
            {coordinates}
          </Text>
          <CopyButton value={coordinates}>
            {({ copied, copy }) => (
              <Tooltip label={t(copied ? "place.copied" : "place.copy")}>
                <ActionIcon size={26} variant="subtle" aria-label={t("place.copy")} onClick={copy}>
                  {copied ? <IconCheck size={15} aria-hidden /> : <IconCopy size={15} aria-hidden />}
                </ActionIcon>
              </Tooltip>
            )}
          </CopyButton>
        </Group>
        <Text size="xs" c="dimmed" component="div">
          <Moment at={at} distance /> · {t("place.within", { distance: length(accuracyMeters) })}
          {movedMeters !== null &&
            ` · ${movedMeters < STILL_M ? t("place.still") : t("place.moved", { distance: length(movedMeters) })}`}
        </Text>
      </div>
    </Group>
  );
}
