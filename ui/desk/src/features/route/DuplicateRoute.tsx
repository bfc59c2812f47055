// The same route on another day: a new route with the same places at the same times of day, planned in one step.
import type { DepotCommand } from "@bindings/DepotCommand";
import type { RouteDetail } from "@bindings/RouteDetail";
import { Alert, Checkbox, Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { CommandModal } from "@kit/CommandModal";
import { DayField } from "@kit/DayField";
import { daysBetween, laterDay } from "@kit/days";
import { useForm } from "@kit/form";
import { useNow } from "@kit/now";
import { formatClock, localDay } from "@kit/time";
import { FarDay } from "@kit/WhenField";
import { isFar } from "@kit/when";
import { copiedTimes } from "./plan";

interface Fields {
  day: string | null;
  activates: boolean;
  /** The day that is meant although it is far from now. */
  sureOf: string | null;
}

export function DuplicateRoute({ route, onClose }: { route: RouteDetail; onClose: () => void }) {
  const { t } = useTranslation("route");
  const navigate = useNavigate();
  const now_ms = useNow();
  const present = localDay(new Date(route.scheduledStartTime));
  const form = useForm({
    name: `route.${route.routeId}.duplicate`,
    initial: (): Fields => ({ day: laterDay(present, 1), activates: false, sureOf: null }),
  });
  const { day, activates, sureOf } = form.fields;
  const { id } = form;
  const times = [route.scheduledStartTime, ...route.checkpoints.map(({ expectedTime }) => expectedTime)];
  // A route of far away is copied to a day near its own without a question.
  const isAsked = day !== null && day !== sureOf && isFar(day, now_ms) && isFar(day, Date.parse(present));
  const copied = day === null || isAsked ? undefined : copiedTimes(times, daysBetween(present, day));
  const duplicate = ([scheduledStartTime = "", ...expected]: readonly string[]) => {
    const { origin, destination } = route;
    const checkpoints = route.checkpoints.map(({ sequence, location }, index) => ({ sequence, location, expectedTime: expected[index] ?? "" }));
    const plan = { type: "planRoute", origin, destination, scheduledStartTime, checkpoints } as const;
    const planning: DepotCommand = { entity: "route", id, command: plan };
    const activating: DepotCommand = { entity: "route", id, command: { type: "changeRouteStatus", status: "Active" } };
    form.submit(activates ? [planning, activating] : planning, {
      done: t("created", { destination }),
      onDone: () => {
        onClose();
        void navigate({ to: "/routes/$routeId", params: { routeId: id } });
      },
    });
  };
  return (
    <CommandModal
      form={form}
      onClose={onClose}
      title={t("duplicateTitle")}
      submit={t("duplicate")}
      canSubmit={copied !== undefined}
      onSubmit={() => copied !== undefined && duplicate(copied.times)}
    >
      <DayField label={t("duplicateDay")} value={day} onChange={(chosen) => form.set({ day: chosen })} withWeekday required />
      {isAsked && <FarDay day={day} onSure={() => form.set({ sureOf: day })} />}
      {copied?.change !== undefined && (
        <Alert role="status" color="orange" variant="light" p="sm">
          {t(`duplicateClock.${copied.change}`, { times: copied.times.map(formatClock).join(", ") })}
        </Alert>
      )}
      <Checkbox label={t("duplicateActivate")} checked={activates} onChange={(event) => form.set({ activates: event.currentTarget.checked })} />
      <Text size="xs" c="dimmed">
        {t("duplicateHint")}
      </Text>
    </CommandModal>
  );
}
