// The delivery as it was: a slider over the moments at which the depot heard something of it.
import type { Delivery } from "@bindings/Delivery";
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import { Group, Slider, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDepotQuery } from "@kit/depot";
import { DriverName, VehicleName } from "@kit/EntityLink";
import { Loaded } from "@kit/Loaded";
import { Moment } from "@kit/Moment";
import { Panel } from "@kit/Panel";
import { isErased } from "@kit/erased";
import { Progress } from "@kit/Progress";
import { StatusBadge } from "@kit/StatusBadge";
import { IncidentMark } from "./columns";

const EVENTS_MOST = 200;

export function Past({ delivery }: { delivery: DeliveryDetail }) {
  const { t } = useTranslation("delivery");
  const history = useDepotQuery({ query: "events", entityId: delivery.id, limit: EVENTS_MOST });
  return (
    <Panel title={t("past.title")}>
      <Loaded of={history}>
        {({ items }) => {
          const moments = [...new Set(items.map(({ recordedAt }) => recordedAt))].toReversed();
          return moments.length < 2 ? (
            <Text size="sm" c="dimmed">
              {t("past.none")}
            </Text>
          ) : (
            <Moments delivery={delivery} moments={moments} />
          );
        }}
      </Loaded>
    </Panel>
  );
}

/** The moments in order; the last one is the present state. */
function Moments({ delivery, moments }: { delivery: DeliveryDetail; moments: readonly string[] }) {
  const { t } = useTranslation("delivery");
  const last = moments.length - 1;
  // Undefined follows the newest moment, whatever comes.
  const [chosen, setChosen] = useState<number>();
  const [settled, setSettled] = useState<number>();
  const at = (index: number | undefined) => moments[Math.min(index ?? last, last)] ?? delivery.updatedAt;
  const past = useDepotQuery({ query: "pastState", entity: "delivery", id: delivery.id, at: at(settled) }, { keepPrevious: true });
  const choose = (set: (index: number | undefined) => void) => (index: number) => set(index === last ? undefined : index);
  return (
    <Stack gap="sm">
      <Slider
        min={0}
        max={last}
        value={Math.min(chosen ?? last, last)}
        onChange={choose(setChosen)}
        onChangeEnd={choose(setSettled)}
        label={null}
        size="sm"
        marks={moments.map((_, value) => ({ value }))}
        thumbLabel={t("past.slider")}
        mb={4}
      />
      <Text size="xs" c="dimmed">
        {t("past.at")} <Moment at={at(chosen)} />
        {chosen === undefined && ` · ${t("past.now")}`}
      </Text>
      <Loaded of={past}>
        {({ state }) => (state === null ? null : <Then was={state as Delivery} at={at(settled)} total={delivery.checkpointsTotal} />)}
      </Loaded>
    </Stack>
  );
}

function Then({ was, at, total }: { was: Delivery; at: string; total: number }) {
  const { t } = useTranslation("delivery");
  const lastReached = was.reached.toSorted(([one], [other]) => one.sequence - other.sequence).at(-1)?.[0];
  return (
    <Stack gap={6}>
      <Group gap={6}>
        <StatusBadge of="delivery" status={was.status} />
        <IncidentMark count={was.incidents.filter(({ resolved }) => !resolved).length} />
      </Group>
      <Text size="sm" component="div">
        {was.driverId === null ? t("noDriver") : <DriverName id={was.driverId} at={at} />}
        {" · "}
        {was.vehicleId === null ? t("noVehicle") : <VehicleName id={was.vehicleId} at={at} />}
      </Text>
      <Progress reached={was.reached.length} total={total} />
      {lastReached !== undefined && (
        <Text size="xs" c="dimmed">
          {lastReached.location}
        </Text>
      )}
      {was.proof !== null && (
        <Text size="sm">
          {isErased(was.proof.receiverName) ? (
            t("erase.receiver")
          ) : (
            <>
              {t("proof.receiver")} <strong>{was.proof.receiverName}</strong>
            </>
          )}
        </Text>
      )}
    </Stack>
  );
}
