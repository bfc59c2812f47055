// Every delivery that holds a driver or a vehicle, given to another one: each is a command with an outcome of its own.
import type { DeliveryRow } from "@bindings/DeliveryRow";
import { Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { BATCH_MOST } from "@kit/batch";
import { BatchModal } from "@kit/BatchModal";
import { CrewPick } from "@kit/CrewPick";
import type { CrewPart } from "@kit/CrewPick";
import { useDepotQuery } from "@kit/depot";
import { useDraft } from "@kit/draft";
import { journey } from "@kit/Journey";
import { useNow } from "@kit/now";
import { DriverPick, VehiclePick } from "@kit/picks";
import { isUnderWay } from "@kit/status";
import { formatSpan } from "@kit/time";

interface GiveAwayProps {
  part: CrewPart;
  /** Who holds the deliveries. */
  id: string;
  name: string;
  onClose: () => void;
}

export function GiveAway({ part, id, name, onClose }: GiveAwayProps) {
  const own = part === "driver" ? { driverId: id } : { vehicleId: id };
  const { data } = useDepotQuery({ query: "deliveries", open: true, sort: "scheduledStartTime", limit: BATCH_MOST, ...own });
  if (data === undefined || data.items.length === 0) return null;
  return <Deliveries part={part} id={id} name={name} rows={data.items} onClose={onClose} />;
}

interface Fields {
  picked: string | null;
  reason: string;
}

type DeliveriesProps = GiveAwayProps & { rows: readonly DeliveryRow[] };

function Deliveries({ part, id, name, rows: given, onClose }: DeliveriesProps) {
  const { t } = useTranslation("delivery");
  const { t: kit } = useTranslation("kit");
  const now_ms = useNow();
  // As they were when the dialog opened: one that was given away leaves the list behind it.
  const [rows] = useState(given);
  const draft = useDraft<Fields>(`give.${part}.${id}`, () => ({ fields: { picked: null, reason: "" } }));
  const { picked, reason } = draft.fields;
  const needsReason = rows.some(isUnderWay);
  const only = rows.length === 1 ? rows[0] : undefined;
  const field = { label: t(`create.${part}`), value: picked, onChange: (wanted: string | null) => draft.set({ picked: wanted }), required: true, isFirst: true };
  const Pick = part === "driver" ? DriverPick : VehiclePick;
  return (
    <BatchModal
      draft={draft}
      items={rows.map((row) => ({
        key: row.id,
        name: journey(row.routeOrigin, row.routeDestination),
        detail: [formatSpan(row.scheduledStartTime, row.scheduledEndTime, now_ms), kit(`status.delivery.${row.status}`)].join(" · "),
        row,
      }))}
      title={t(`give.title.${part}`, { name })}
      submit={(count) => t("give.submit", { count })}
      canSubmit={picked !== null && (!needsReason || reason.trim() !== "")}
      order={({ row }) => ({
        command: {
          entity: "delivery",
          id: row.id,
          command: {
            type: "retryDelivery",
            ...(part === "driver" ? { driverId: picked } : { vehicleId: picked }),
            reason: isUnderWay(row) ? reason : null,
          },
        },
        expectedVersion: row.version,
      })}
      onClose={onClose}
    >
      {only === undefined ? <Pick {...field} /> : <CrewPick {...field} part={part} routeId={only.routeId} deliveryId={only.id} />}
      {needsReason && (
        <Textarea
          label={t("step.reason")}
          description={t("give.reasonHint")}
          required
          value={reason}
          onChange={(event) => draft.set({ reason: event.currentTarget.value })}
          maxLength={500}
          autosize
          minRows={2}
        />
      )}
    </BatchModal>
  );
}
