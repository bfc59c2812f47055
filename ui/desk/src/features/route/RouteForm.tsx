// The dialog for a new route, and for a route's origin, destination and start.
import type { RouteDetail } from "@bindings/RouteDetail";
import { Text, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "@kit/act";
import { CommandModal } from "@kit/CommandModal";
import { newId } from "@kit/ids";
import { useNow } from "@kit/now";
import { formatMoment } from "@kit/time";
import { WhenField, instantOf, whenOf } from "@kit/WhenField";
import type { When } from "@kit/WhenField";

const HOUR_MS = 3_600_000;

/** The next full hour: most routes are planned for later today. */
function soon(): When {
  return whenOf(new Date(Math.ceil(Date.now() / HOUR_MS) * HOUR_MS).toISOString());
}

interface RouteFormProps {
  /** The one to edit; a new one without. */
  route?: RouteDetail;
  /** When a new one starts, unless that is changed. */
  start?: string;
  isOpen: boolean;
  onClose: () => void;
}

export function RouteForm({ route, start: startAtFirst, isOpen, onClose }: RouteFormProps) {
  const { t } = useTranslation("route");
  const navigate = useNavigate();
  const [origin, setOrigin] = useState(route?.origin ?? "");
  const [destination, setDestination] = useState(route?.destination ?? "");
  const act = useAct(t(route === undefined ? "created" : "edited", { destination: destination.trim() }));
  const [start, setStart] = useState<When>(() => {
    const known = route?.scheduledStartTime ?? startAtFirst;
    return known === undefined ? soon() : whenOf(known);
  });
  const now_ms = useNow();
  const scheduledStartTime = instantOf(start);
  const first = route?.checkpoints[0];
  const isTooLate =
    first !== undefined && scheduledStartTime !== undefined && Date.parse(scheduledStartTime) >= Date.parse(first.expectedTime);
  const used = route?.deliveries.filter(({ status }) => status !== "Delivered" && status !== "Failed").length ?? 0;
  const submit = () => {
    if (scheduledStartTime === undefined) return;
    const facts = { origin, destination, scheduledStartTime };
    if (route !== undefined) {
      const command = { entity: "route", id: route.routeId, command: { type: "updateRoute", ...facts } } as const;
      act.run(command, { expectedVersion: route.version, onDone: onClose });
      return;
    }
    const id = newId();
    act.run(
      { entity: "route", id, command: { type: "createRoute", ...facts } },
      {
        onDone: () => {
          onClose();
          void navigate({ to: "/routes/$routeId", params: { routeId: id } });
        },
      },
    );
  };
  return (
    <CommandModal
      isOpen={isOpen}
      onClose={onClose}
      title={t(route === undefined ? "new" : "edit")}
      submit={t(route === undefined ? "create" : "save")}
      canSubmit={origin.trim() !== "" && destination.trim() !== "" && scheduledStartTime !== undefined && !isTooLate}
      act={act}
      onSubmit={submit}
    >
      <TextInput label={t("origin")} value={origin} onChange={(event) => setOrigin(event.currentTarget.value)} maxLength={200} required data-autofocus />
      <TextInput label={t("destination")} value={destination} onChange={(event) => setDestination(event.currentTarget.value)} maxLength={200} required />
      <WhenField
        label={t("start")}
        value={start}
        onChange={setStart}
        error={isTooLate ? t("rule.beforeFirst", { time: formatMoment(first.expectedTime, now_ms) }) : undefined}
      />
      {used > 0 && (
        <Text size="xs" c="dimmed">
          {t("editMoves", { count: used })}
        </Text>
      )}
    </CommandModal>
  );
}
