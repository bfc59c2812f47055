// How a delivery looks in a table: where it stands, where it goes, who drives what, how far it is.
import type { DeliveryRow } from "@bindings/DeliveryRow";
import type { DeliverySort } from "@bindings/DeliverySort";
import { Group, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { TFunction } from "i18next";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Column } from "@kit/DataTable";
import { LastSeen, usePosition } from "@kit/DriverPlace";
import { Journey, journey } from "@kit/Journey";
import { LateSince } from "@kit/LateSince";
import { LinkAnchor } from "@kit/links";
import { Moment, Span } from "@kit/Moment";
import { DriverLine, PersonLine } from "@kit/Person";
import { Progress } from "@kit/Progress";
import { RiskBadge } from "@kit/RiskBadge";
import { isUnderWay } from "@kit/status";
import { StatusBadge } from "@kit/StatusBadge";
import { ToneBadge } from "@kit/ToneBadge";
import { Truncated } from "@kit/Truncated";

type DeliveryColumn = Column<DeliveryRow, DeliverySort>;

export type ColumnKey = keyof ReturnType<typeof columnsOf>;

/** Every column there is, in the order in which they stand. */
export const COLUMN_KEYS = ["status", "route", "crew", "progress", "receiver", "delivered", "created", "changed"] as const satisfies readonly ColumnKey[];

/** `rows` are those of the table: their origins are shown only where they differ. */
export function useDeliveryColumns(keys: readonly ColumnKey[], rows: readonly DeliveryRow[]): readonly DeliveryColumn[] {
  const { t } = useTranslation("delivery");
  const showsOrigin = rows.some(({ routeOrigin }) => routeOrigin !== rows[0]?.routeOrigin);
  return useMemo(() => {
    const all = columnsOf(t, showsOrigin);
    return COLUMN_KEYS.filter((key) => keys.includes(key)).map((key) => all[key]);
  }, [t, keys, showsOrigin]);
}

function columnsOf(t: TFunction<"delivery">, showsOrigin: boolean) {
  return {
    status: { key: "status", title: t("column.status"), width: "160px", sort: "status", cell: (row) => <Standing {...row} /> },
    route: {
      key: "route",
      title: t("column.route"),
      sort: "scheduledStartTime",
      cell: (row) => (
        <>
          <LinkAnchor
            to="/deliveries/$deliveryId"
            params={{ deliveryId: row.id }}
            size="sm"
            fw={600}
            c="var(--mantine-color-text)"
            display="block"
          >
            <Journey of={journey(row.routeOrigin, row.routeDestination)} />
          </LinkAnchor>
          <Text size="xs" c="dimmed" truncate>
            <Span start={row.scheduledStartTime} end={row.scheduledEndTime} />
            {showsOrigin && ` · ${t("fromOrigin", { origin: row.routeOrigin })}`}
          </Text>
        </>
      ),
    },
    crew: {
      key: "crew",
      title: t("column.crew"),
      width: "19%",
      cell: ({ status, driverId, driverName, vehicleNo }) => (
        <>
          {driverName === null ? <Truncated c="dimmed">{t("noDriver")}</Truncated> : <DriverLine id={driverId} of={driverName} />}
          <Truncated fz="xs" c="dimmed">
            {vehicleNo ?? t("noVehicle")}
          </Truncated>
          {isUnderWay({ status }) && <SeenOf driverId={driverId} />}
        </>
      ),
    },
    progress: {
      key: "progress",
      title: t("column.progress"),
      width: "17%",
      cell: (row) => (
        <>
          <Progress reached={row.checkpointsReached} total={row.checkpointsTotal} />
          {row.lastLocation !== null && (
            <Truncated fz="xs" c="dimmed">
              {row.lastLocation}
            </Truncated>
          )}
        </>
      ),
    },
    receiver: {
      key: "receiver",
      title: t("column.receiver"),
      width: "14%",
      cell: ({ receiverName }) => (receiverName === null ? null : <PersonLine fz="sm" of={receiverName} />),
    },
    delivered: {
      key: "delivered",
      title: t("column.delivered"),
      width: "116px",
      cell: ({ deliveredAt }) => <Small at={deliveredAt} />,
    },
    created: {
      key: "created",
      title: t("column.created"),
      width: "116px",
      sort: "createdAt",
      cell: ({ createdAt }) => <Small at={createdAt} />,
    },
    changed: {
      key: "changed",
      title: t("column.changed"),
      width: "116px",
      sort: "updatedAt",
      cell: ({ updatedAt }) => (
        <Text span size="xs" c="dimmed">
          <Moment at={updatedAt} distance />
        </Text>
      ),
    },
  } as const satisfies Record<string, DeliveryColumn>;
}

function Small({ at }: { at: string | null }) {
  return at === null ? null : (
    <Text span size="xs" c="dimmed">
      <Moment at={at} />
    </Text>
  );
}

function SeenOf({ driverId }: { driverId: string | null }) {
  return <LastSeen position={usePosition(driverId)} />;
}

/** The status, with what is wrong beneath it. */
export function Standing({ status, lateSince, atRisk, openIncidents }: DeliveryRow) {
  return (
    <Stack gap={4} align="flex-start">
      <StatusBadge of="delivery" status={status} />
      {(lateSince !== null || atRisk !== null || openIncidents > 0) && (
        <Group gap={4}>
          <LateSince at={lateSince} />
          <RiskBadge risk={atRisk} />
          <IncidentMark count={openIncidents} />
        </Group>
      )}
    </Stack>
  );
}

export function IncidentMark({ count }: { count: number }) {
  const { t } = useTranslation("delivery");
  if (count === 0) return null;
  return (
    <ToneBadge tone="red" icon={IconAlertTriangle}>
      {t("openIncidents", { count })}
    </ToneBadge>
  );
}
