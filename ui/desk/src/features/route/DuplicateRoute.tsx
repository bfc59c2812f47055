// The same route on another day: a new route with the same places at the same times of day, planned in one step.
import type { RouteDetail } from "@bindings/RouteDetail";
import { Checkbox, Text } from "@mantine/core";
import { DateInput } from "@mantine/dates";
import { useNavigate } from "@tanstack/react-router";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Act } from "@kit/act";
import { CommandModal } from "@kit/CommandModal";
import { useDayPresets } from "@kit/dayPresets";
import { useDepotCommand } from "@kit/depot";
import { newId } from "@kit/ids";
import { daysLater, localDay } from "@kit/time";
import { parseDay } from "@kit/WhenField";

const DAY_MS = 86_400_000;

export function DuplicateRoute({ route, onClose }: { route: RouteDetail; onClose: () => void }) {
  const { t } = useTranslation("route");
  const navigate = useNavigate();
  const command = useDepotCommand();
  const presets = useDayPresets();
  const present = localDay(new Date(route.scheduledStartTime));
  const [day, setDay] = useState<string | null>(dayjs(present).add(1, "day").format("YYYY-MM-DD"));
  const [activates, setActivates] = useState(false);
  // The same id each time: where the first step was done and the second refused, it is not done twice.
  const [id] = useState(newId);
  const duplicate = async (target: string) => {
    const days = Math.round((Date.parse(target) - Date.parse(present)) / DAY_MS);
    const later = (timestamp: string) => daysLater(timestamp, days);
    const { origin, destination, scheduledStartTime } = route;
    const checkpoints = route.checkpoints.map(({ sequence, location, expectedTime }) => ({ sequence, location, expectedTime: later(expectedTime) }));
    const plan = { type: "planRoute", origin, destination, scheduledStartTime: later(scheduledStartTime), checkpoints } as const;
    await command.mutateAsync({ command: { entity: "route", id, command: plan } });
    if (activates) await command.mutateAsync({ command: { entity: "route", id, command: { type: "changeRouteStatus", status: "Active" } } });
    onClose();
    await navigate({ to: "/routes/$routeId", params: { routeId: id } });
  };
  const act: Act = { run: () => undefined, isBusy: command.isPending, problem: command.error, reset: command.reset };
  return (
    <CommandModal
      isOpen
      onClose={onClose}
      title={t("duplicateTitle")}
      submit={t("duplicate")}
      canSubmit={day !== null}
      act={act}
      // What went wrong stands in the dialog.
      onSubmit={() => void (day !== null && duplicate(day).catch(() => undefined))}
    >
      <DateInput label={t("duplicateDay")} value={day} onChange={setDay} dateParser={parseDay} presets={presets} valueFormat="ddd D MMM YYYY" required />
      <Checkbox label={t("duplicateActivate")} checked={activates} onChange={(event) => setActivates(event.currentTarget.checked)} />
      <Text size="xs" c="dimmed">
        {t("duplicateHint")}
      </Text>
    </CommandModal>
  );
}
