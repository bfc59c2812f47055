// Who drives and what is driven; both can be changed until the delivery starts.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import type { DeliveryStatus } from "@bindings/DeliveryStatus";
import type { DepotCommand } from "@bindings/DepotCommand";
import { Button, Group, Stack, Text } from "@mantine/core";
import { IconSteeringWheel, IconTruck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { CallLink } from "@kit/CallLink";
import { CommandModal } from "@kit/CommandModal";
import { CrewPick } from "@kit/CrewPick";
import { useDepotQuery } from "@kit/depot";
import { useDialog } from "@kit/draft";
import { DriverPlace } from "@kit/DriverPlace";
import { personWord } from "@kit/erased";
import { useForm } from "@kit/form";
import { Panel } from "@kit/Panel";
import { DriverLine } from "@kit/Person";
import { isUnderWay } from "@kit/status";
import { Truncated } from "@kit/Truncated";
import { Handover } from "./Handover";

/** Why the two cannot be changed now. */
const NOTES: Partial<Record<DeliveryStatus, "detail.fixed" | "detail.freed">> = {
  InTransit: "detail.fixed",
  OutForDelivery: "detail.fixed",
  Failed: "detail.freed",
};

const PARTS = ["driver", "vehicle"] as const;
const DIALOGS = [...PARTS, "swap"] as const;
type Part = (typeof PARTS)[number];

export function Crew({ delivery, mayChange }: { delivery: DeliveryDetail; mayChange: boolean }) {
  const { t } = useTranslation("delivery");
  const [changing, setChanging] = useDialog(`delivery.${delivery.id}`, DIALOGS);
  const canChange = mayChange && delivery.status === "PickedUp";
  const note = NOTES[delivery.status];
  // A page has one filled button: what is missing first.
  const firstMissing = delivery.driverName === null ? "driver" : delivery.vehicleNo === null ? "vehicle" : undefined;
  const line = (part: Part, name: string | null, Mark: typeof IconTruck) => (
    <Group justify="space-between" wrap="nowrap">
      <Group gap="xs" wrap="nowrap" miw={0}>
        <Mark size={18} aria-hidden />
        {name === null ? (
          <Truncated fz="sm" c="dimmed">
            {t(part === "driver" ? "noDriver" : "noVehicle")}
          </Truncated>
        ) : (
          <DriverLine id={part === "driver" ? delivery.driverId : null} fz="sm" fw={600} of={name} />
        )}
      </Group>
      {canChange && (
        <Button size="compact-sm" variant={part === firstMissing ? "filled" : "subtle"} onClick={() => setChanging(part)}>
          {t(`detail.${name === null ? "assign" : "change"}${part === "driver" ? "Driver" : "Vehicle"}`)}
        </Button>
      )}
    </Group>
  );
  return (
    <Panel title={t("detail.crew")}>
      <Stack gap="sm">
        {line("driver", delivery.driverName, IconSteeringWheel)}
        {line("vehicle", delivery.vehicleNo, IconTruck)}
        <DriverPhone driverId={delivery.driverId} />
        {isUnderWay(delivery) && <DriverPlace driverId={delivery.driverId} />}
        {note !== undefined && (
          <Text size="xs" c="dimmed">
            {t(note)}
          </Text>
        )}
        {mayChange && isUnderWay(delivery) && (
          <Button size="compact-sm" variant="default" style={{ alignSelf: "flex-start" }} onClick={() => setChanging("swap")}>
            {t("handover.swap.open")}
          </Button>
        )}
      </Stack>
      {changing === "swap" && <Handover delivery={delivery} onClose={() => setChanging(undefined)} />}
      {changing !== undefined && changing !== "swap" && <Assign key={changing} part={changing} delivery={delivery} onClose={() => setChanging(undefined)} />}
    </Panel>
  );
}

function DriverPhone({ driverId }: { driverId: string | null }) {
  const { t } = useTranslation("delivery");
  const { t: kit } = useTranslation("kit");
  const driver = useDepotQuery({ query: "driver", id: driverId ?? "" }, { enabled: driverId !== null }).data;
  if (driver === undefined || driver.phone === null) return null;
  return <CallLink phone={driver.phone} label={t("detail.call", { name: personWord(kit, driver.name), phone: driver.phone })} />;
}

function Assign({ part, delivery, onClose }: { part: Part; delivery: DeliveryDetail; onClose: () => void }) {
  const { t } = useTranslation("delivery");
  const { t: kit } = useTranslation("kit");
  const form = useForm({
    name: `delivery.${delivery.id}.${part}`,
    source: delivery,
    initial: (): { picked: string | null } => ({ picked: null }),
    shown: ({ driverName, vehicleNo }) => [
      part === "driver"
        ? [t("create.driver"), driverName === null ? t("noDriver") : personWord(kit, driverName)]
        : [t("create.vehicle"), vehicleNo ?? t("noVehicle")],
    ],
  });
  const { picked } = form.fields;
  const driver = useDepotQuery({ query: "driver", id: picked ?? "" }, { enabled: part === "driver" && picked !== null }).data;
  const vehicle = useDepotQuery({ query: "vehicle", id: picked ?? "" }, { enabled: part === "vehicle" && picked !== null }).data;
  const name = part === "vehicle" ? vehicle?.registration : driver && personWord(kit, driver.name);
  const setPicked = (wanted: string | null) => form.set({ picked: wanted });
  const assign = () => {
    if (picked === null) return;
    const command =
      part === "driver"
        ? ({ type: "assignDriver", driverId: picked } as const)
        : ({ type: "assignVehicle", vehicleId: picked } as const);
    form.submit(
      { entity: "delivery", id: delivery.id, command },
      { done: t("detail.assigned", { destination: delivery.routeDestination, name: name ?? "" }), undo: assignAgain(part, delivery), onDone: onClose },
    );
  };
  const current = part === "vehicle" ? delivery.vehicleId : delivery.driverId;
  return (
    <CommandModal
      form={form}
      onClose={onClose}
      title={t(`detail.${current === null ? "assign" : "change"}${part === "vehicle" ? "Vehicle" : "Driver"}`)}
      submit={t("detail.assign")}
      canSubmit={picked !== null}
      onSubmit={assign}
    >
      <CrewPick
        part={part}
        routeId={delivery.routeId}
        deliveryId={delivery.id}
        label={t(`create.${part}`)}
        value={picked}
        onChange={setPicked}
        required
        isFirst
      />
    </CommandModal>
  );
}

/** What takes an assignment back; nothing does where nobody was assigned before. */
export function assignAgain(
  part: Part | undefined,
  { id, driverId, vehicleId }: Pick<DeliveryDetail, "id" | "driverId" | "vehicleId">,
): DepotCommand | undefined {
  if (part === "driver" && driverId !== null) return { entity: "delivery", id, command: { type: "assignDriver", driverId } };
  if (part === "vehicle" && vehicleId !== null) return { entity: "delivery", id, command: { type: "assignVehicle", vehicleId } };
  return undefined;
}
