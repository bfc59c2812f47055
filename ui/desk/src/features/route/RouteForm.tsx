// The dialog for a new route, and for a route's origin, destination and start.
import type { RouteDetail } from "@bindings/RouteDetail";
import { Text, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { CommandModal } from "@kit/CommandModal";
import { useForm } from "@kit/form";
import { useNow } from "@kit/now";
import { formatMoment } from "@kit/time";
import { WhenField } from "@kit/WhenField";
import { instantOf, whenOf } from "@kit/when";
import type { When } from "@kit/when";

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
  onClose: () => void;
}

export function RouteForm({ route, start: startAtFirst, onClose }: RouteFormProps) {
  const { t } = useTranslation("route");
  const navigate = useNavigate();
  const now_ms = useNow();
  const form = useForm({
    name: route === undefined ? ["route.new", startAtFirst].filter(Boolean).join(".") : `route.${route.routeId}.edit`,
    source: route,
    initial: (from) => {
      const known = from?.scheduledStartTime ?? startAtFirst;
      return { origin: from?.origin ?? "", destination: from?.destination ?? "", start: known === undefined ? soon() : whenOf(known) };
    },
    shown: (from) => [
      [t("origin"), from.origin],
      [t("destination"), from.destination],
      [t("start"), formatMoment(from.scheduledStartTime, now_ms)],
    ],
  });
  const { origin, destination, start } = form.fields;
  const scheduledStartTime = instantOf(start);
  const first = route?.checkpoints[0];
  const isTooLate =
    first !== undefined && scheduledStartTime !== undefined && Date.parse(scheduledStartTime) >= Date.parse(first.expectedTime);
  const used = route?.deliveries.filter(({ status }) => status !== "Delivered" && status !== "Failed").length ?? 0;
  const submit = () => {
    if (scheduledStartTime === undefined) return;
    const facts = { origin, destination, scheduledStartTime };
    const done = t(route === undefined ? "created" : "edited", { destination: destination.trim() });
    if (route !== undefined) {
      const command = { entity: "route", id: route.routeId, command: { type: "updateRoute", ...facts } } as const;
      form.submit(command, { done, onDone: onClose });
      return;
    }
    const { id } = form;
    form.submit(
      { entity: "route", id, command: { type: "createRoute", ...facts } },
      {
        done,
        onDone: () => {
          onClose();
          void navigate({ to: "/routes/$routeId", params: { routeId: id } });
        },
      },
    );
  };
  return (
    <CommandModal
      form={form}
      onClose={onClose}
      title={t(route === undefined ? "new" : "edit")}
      submit={t(route === undefined ? "create" : "save")}
      canSubmit={origin.trim() !== "" && destination.trim() !== "" && scheduledStartTime !== undefined && !isTooLate}
      onSubmit={submit}
    >
      <TextInput label={t("origin")} value={origin} onChange={(event) => form.set({ origin: event.currentTarget.value })} maxLength={200} required data-autofocus />
      <TextInput label={t("destination")} value={destination} onChange={(event) => form.set({ destination: event.currentTarget.value })} maxLength={200} required />
      <WhenField
        label={t("start")}
        value={start}
        onChange={(when) => form.set({ start: when })}
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
