// Where a driver was last, of those who share it, and how long ago that was. A place, not a map: the depot has no internet.
import type { DriverPosition } from "@bindings/DriverPosition";
import { ActionIcon, CopyButton, Group, Text, Tooltip, VisuallyHidden } from "@mantine/core";
import { IconCheck, IconCopy, IconCurrentLocation } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useDepotQuery, useSession } from "@kit/depot";
import { hint } from "@kit/hint";
import { Moment } from "@kit/Moment";
import classes from "./DriverPlace.module.css";

/** Digits after the point: a tenth of a metre, as the depot keeps it, would only pretend. */
const DIGITS = 5;
/** Less than this in a quarter of an hour is what a phone that lies still makes up. */
const STILL_M = 50;
const KILOMETRE_M = 1_000;

/** Nothing where the driver shares nothing, or where whoever looks may not see it. */
export function DriverPlace({ driverId }: { driverId: string | null }) {
  const position = usePosition(driverId);
  return position === undefined ? null : <Place position={position} />;
}

/** In a few words, for lists: how old the last position is, and all of it in a hint. */
export function LastSeen({ position }: { position: DriverPosition | undefined }) {
  const { t } = useTranslation("kit");
  const words = usePlaceWords();
  if (position === undefined) return null;
  return (
    <Text component="span" c="dimmed" fw={400} className={classes["seen"] ?? ""} {...hint(() => [t("place.label"), coordinatesOf(position), ...words(position)].join(" · "))}>
      <IconCurrentLocation size={12} aria-hidden />
      <VisuallyHidden>{t("place.label")} </VisuallyHidden>
      <Moment at={position.at} distance />
    </Text>
  );
}

/** The last one of a driver who shares it, where whoever looks may see it. */
export function usePosition(driverId: string | null): DriverPosition | undefined {
  const role = useSession().data?.actor.role;
  const mayAsk = role === "admin" || role === "dispatcher" || role === "viewer";
  const positions = useDepotQuery({ query: "positions" }, { enabled: mayAsk && driverId !== null });
  return positions.data?.find((one) => one.driverId === driverId);
}

function coordinatesOf({ latitude, longitude }: DriverPosition): string {
  return `${latitude.toFixed(DIGITS)}, ${longitude.toFixed(DIGITS)}`;
}

/** How exact a position is, and how far the driver came before it. */
function usePlaceWords(): (position: DriverPosition) => string[] {
  const { t, i18n } = useTranslation("kit");
  const length = (meters: number) => {
    const isFar = meters >= KILOMETRE_M;
    const format = { style: "unit", unit: isFar ? "kilometer" : "meter", maximumFractionDigits: isFar ? 1 : 0 } as const;
    return new Intl.NumberFormat(i18n.language, format).format(isFar ? meters / KILOMETRE_M : meters);
  };
  return ({ accuracyMeters, movedMeters }) => [
    t("place.within", { distance: length(accuracyMeters) }),
    ...(movedMeters === null ? [] : [movedMeters < STILL_M ? t("place.still") : t("place.moved", { distance: length(movedMeters) })]),
  ];
}

function Place({ position }: { position: DriverPosition }) {
  const { t } = useTranslation("kit");
  const words = usePlaceWords();
  const coordinates = coordinatesOf(position);
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start">
      <IconCurrentLocation size={18} aria-hidden style={{ flex: "none", marginTop: 4 }} />
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
          <Moment at={position.at} distance />
          {words(position).map((word) => ` · ${word}`)}
        </Text>
      </div>
    </Group>
  );
}
