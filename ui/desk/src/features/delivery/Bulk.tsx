// One thing done to many deliveries: each is a command of its own, and each says what became of it.
import type { DepotCommand } from "@bindings/DepotCommand";
import type { DeliveryCommand } from "@bindings/DeliveryCommand";
import type { DeliveryRow } from "@bindings/DeliveryRow";
import type { DeliveryStatus } from "@bindings/DeliveryStatus";
import { Button, Select, Textarea } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconProgressCheck, IconSteeringWheel, IconTruck } from "@tabler/icons-react";
import type { Icon } from "@tabler/icons-react";
import { useRef, useState } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { BATCH_MOST } from "@kit/batch";
import { BatchModal } from "@kit/BatchModal";
import { useDraft } from "@kit/draft";
import type { DraftState } from "@kit/draft";
import { useDepotQueries } from "@kit/depot";
import { journey } from "@kit/Journey";
import { newId } from "@kit/ids";
import { useNow } from "@kit/now";
import { personWord } from "@kit/erased";
import { DriverPick, VehiclePick } from "@kit/picks";
import { formatSpan } from "@kit/time";
import { DELIVERY_STATUSES } from "@kit/words";
import { ResolveMany } from "../incident/ResolveMany";
import { assignAgain } from "./Crew";
import { IncidentFields, NO_INCIDENT, useIncidentType } from "./IncidentFields";

const KINDS = ["status", "driver", "vehicle", "report", "resolve"] as const;
type Kind = (typeof KINDS)[number];

const MARKS = {
  status: IconProgressCheck,
  driver: IconSteeringWheel,
  vehicle: IconTruck,
  report: IconAlertTriangle,
  resolve: IconCircleCheck,
} as const satisfies Record<Kind, Icon>;

/** Delivered comes with a proof, which is each delivery's own. */
const BY_HAND = DELIVERY_STATUSES.filter((status) => status !== "Delivered");

interface BulkProps {
  chosen: readonly DeliveryRow[];
  /** Told of those that were not done, which stay chosen. */
  onDone: (left: readonly string[]) => void;
}

/** The buttons, and the dialog that one of them opened. */
export function Bulk({ chosen, onDone }: BulkProps) {
  const { t } = useTranslation("delivery");
  const [open, setOpen] = useState<{ kind: Kind; rows: readonly DeliveryRow[] }>();
  const close = (left: readonly string[]) => {
    setOpen(undefined);
    onDone(left);
  };
  const isOffered = (kind: Kind) => kind !== "resolve" || chosen.some(({ openIncidents }) => openIncidents > 0);
  return (
    <>
      {KINDS.filter(isOffered).map((kind) => {
        const Mark = MARKS[kind];
        return (
          <Button
            key={kind}
            size="compact-sm"
            variant="default"
            leftSection={<Mark size={15} aria-hidden />}
            disabled={chosen.length > BATCH_MOST}
            onClick={() => setOpen({ kind, rows: chosen })}
          >
            {t(`bulk.${kind}.open`)}
          </Button>
        );
      })}
      {open !== undefined && <Dialog kind={open.kind} rows={open.rows} onClose={close} />}
    </>
  );
}

interface DialogProps {
  rows: readonly DeliveryRow[];
  onClose: (left: readonly string[]) => void;
}

function Dialog({ kind, ...props }: DialogProps & { kind: Kind }) {
  switch (kind) {
    case "status":
      return <ChangeStatus {...props} />;
    case "driver":
    case "vehicle":
      return <Assign part={kind} {...props} />;
    case "report":
      return <Report {...props} />;
    case "resolve":
      return <Resolve {...props} />;
  }
}

interface EachProps extends DialogProps {
  kind: Kind;
  draft: DraftState;
  canSubmit: boolean;
  isGrave?: boolean;
  command: (row: DeliveryRow) => DeliveryCommand;
  /** What takes it back. */
  undo?: (row: DeliveryRow) => DepotCommand | undefined;
  /** Whether one that somebody changed meanwhile is left alone. */
  onlyAsSeen?: boolean;
  children: ReactNode;
}

function Each({ rows, onClose, kind, command, undo, onlyAsSeen = false, children, ...rest }: EachProps) {
  const { t } = useTranslation("delivery");
  const { t: kit } = useTranslation("kit");
  const now_ms = useNow();
  const items = rows.map((row) => ({
    key: row.id,
    name: journey(row.routeOrigin, row.routeDestination),
    detail: [
      formatSpan(row.scheduledStartTime, row.scheduledEndTime, now_ms),
      kit(`status.delivery.${row.status}`),
      row.driverName === null ? t("noDriver") : personWord(kit, row.driverName),
      row.vehicleNo ?? t("noVehicle"),
    ].join(" · "),
    row,
  }));
  return (
    <BatchModal
      {...rest}
      items={items}
      title={t(`bulk.${kind}.title`, { count: rows.length })}
      submit={(count) => t(`bulk.${kind}.submit`, { count })}
      order={({ row }) => ({
        command: { entity: "delivery", id: row.id, command: command(row) },
        undo: undo?.(row),
        ...(onlyAsSeen && { expectedVersion: row.version }),
      })}
      onClose={onClose}
    >
      {children}
    </BatchModal>
  );
}

function ChangeStatus(props: DialogProps) {
  const { t } = useTranslation("delivery");
  const { t: kit } = useTranslation("kit");
  const draft = useDraft("bulk.status", () => ({ fields: { status: null as DeliveryStatus | null, reason: "" } }));
  const { status, reason } = draft.fields;
  return (
    <Each
      {...props}
      kind="status"
      draft={draft}
      canSubmit={status !== null}
      isGrave={status === "Failed"}
      command={() => ({
        type: "changeDeliveryStatus",
        status: status ?? "PickedUp",
        reason: status === "Failed" && reason.trim() !== "" ? reason : null,
      })}
      // Trying again books the same crew anew, with all the checks.
      undo={({ id }) => (status === "Failed" ? { entity: "delivery", id, command: { type: "changeDeliveryStatus", status: "PickedUp" } } : undefined)}
    >
      <Select
        label={t("bulk.status.field")}
        description={t("bulk.status.hint")}
        data={BY_HAND.map((value) => ({ value, label: kit(`status.delivery.${value}`) }))}
        value={status}
        onChange={(value) => draft.set({ status: BY_HAND.find((known) => known === value) ?? null })}
        required
        data-autofocus
      />
      {status === "Failed" && (
        <Textarea
          label={t("step.reason")}
          description={t("step.reasonHint")}
          value={reason}
          onChange={(event) => draft.set({ reason: event.currentTarget.value })}
          maxLength={500}
          autosize
          minRows={2}
        />
      )}
    </Each>
  );
}

function Assign({ part, ...props }: DialogProps & { part: "driver" | "vehicle" }) {
  const { t } = useTranslation("delivery");
  const draft = useDraft(`bulk.${part}`, () => ({ fields: { picked: null as string | null } }));
  const { picked } = draft.fields;
  const onChange = (wanted: string | null) => draft.set({ picked: wanted });
  const field = { label: t(`create.${part}`), value: picked, onChange, required: true, isFirst: true };
  return (
    <Each
      {...props}
      kind={part}
      draft={draft}
      canSubmit={picked !== null}
      onlyAsSeen
      command={() =>
        part === "driver" ? { type: "assignDriver", driverId: picked ?? "" } : { type: "assignVehicle", vehicleId: picked ?? "" }
      }
      undo={(row) => assignAgain(part, row)}
    >
      {part === "driver" ? <DriverPick {...field} /> : <VehiclePick {...field} />}
    </Each>
  );
}

function Report(props: DialogProps) {
  const draft = useDraft("bulk.report", () => ({ fields: NO_INCIDENT }));
  const incident = useIncidentType(draft.fields);
  // A delivery's incident keeps its id, so that one whose answer got lost is not reported twice.
  const ids = useRef(new Map<string, string>());
  const idOf = (row: DeliveryRow) => {
    const id = ids.current.get(row.id) ?? newId();
    ids.current.set(row.id, id);
    return id;
  };
  return (
    <Each
      {...props}
      kind="report"
      draft={draft}
      canSubmit={incident.isComplete}
      command={(row) => ({
        type: "reportIncident",
        incidentId: idOf(row),
        incidentType: incident.incidentType,
        description: draft.fields.description,
      })}
    >
      <IncidentFields fields={draft.fields} set={draft.set} />
    </Each>
  );
}

/** Every open incident of the deliveries that were chosen. */
function Resolve({ rows, onClose }: DialogProps) {
  const affected = rows.filter(({ openIncidents }) => openIncidents > 0);
  const { data } = useDepotQueries(
    affected.map(({ id }) => ({ query: "incidents" as const, deliveryId: id, resolved: false, limit: BATCH_MOST })),
  );
  if (data === undefined) return null;
  return <ResolveMany incidents={data.flatMap(({ items }) => items)} onClose={(left) => onClose(left.map((key) => key.slice(0, key.indexOf("/"))))} />;
}
