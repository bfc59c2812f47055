// The same route on another day: a new route with the same stops, all of them whole days later.
import type { RouteDetail } from "@bindings/RouteDetail";
import { NumberInput, Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Act } from "@kit/act";
import { useDepotCommand } from "@kit/depot";
import { CommandModal } from "@kit/CommandModal";
import { newId } from "@kit/ids";
import { daysLater } from "@kit/time";

export function DuplicateRoute({ route, onClose }: { route: RouteDetail; onClose: () => void }) {
  const { t } = useTranslation("route");
  const navigate = useNavigate();
  const command = useDepotCommand();
  const [days, setDays] = useState<number>(1);
  // Local days: a route that starts at eight starts at eight also when the clocks change in between.
  const later = (timestamp: string) => daysLater(timestamp, days);
  const duplicate = async () => {
    const id = newId();
    const { origin, destination, scheduledStartTime } = route;
    const facts = { origin, destination, scheduledStartTime: later(scheduledStartTime) };
    await command.mutateAsync({ command: { entity: "route", id, command: { type: "createRoute", ...facts } } });
    for (const { sequence, location, expectedTime } of route.checkpoints) {
      const checkpoint = { sequence, location, expectedTime: later(expectedTime) };
      // In order: each must come after the one before it.
      // oxlint-disable-next-line no-await-in-loop
      await command.mutateAsync({ command: { entity: "route", id, command: { type: "addCheckpoint", ...checkpoint } } });
    }
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
      canSubmit={Number.isInteger(days) && days !== 0}
      act={act}
      // What went wrong stands in the dialog.
      onSubmit={() => void duplicate().catch(() => undefined)}
    >
      <NumberInput
        label={t("duplicateDays")}
        value={days}
        onChange={(value) => setDays(typeof value === "number" ? value : Number.NaN)}
        min={-365}
        max={365}
        allowDecimal={false}
        data-autofocus
      />
      <Text size="xs" c="dimmed">
        {t("duplicateHint")}
      </Text>
    </CommandModal>
  );
}
