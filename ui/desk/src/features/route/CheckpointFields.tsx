// The line in which a checkpoint is written: its place, its time, and between which times that must lie.
import type { CheckpointView } from "@bindings/CheckpointView";
import type { RouteDetail } from "@bindings/RouteDetail";
import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { ChangedMeanwhile } from "@kit/ChangedMeanwhile";
import { useForm } from "@kit/form";
import { Moment } from "@kit/Moment";
import { useNow } from "@kit/now";
import { Refusal } from "@kit/Refusal";
import { Sentence } from "@kit/Sentence";
import { formatMoment } from "@kit/time";
import { WhenField } from "@kit/WhenField";
import { instantOf, whenOf } from "@kit/when";
import { boundsOf, brokenBound, nextTime } from "./plan";
import type { Bounds } from "./plan";

interface CheckpointFieldsProps {
  route: RouteDetail;
  /** The one to change; a new one, at the end, without. */
  checkpoint?: CheckpointView;
  /** Whether the first field takes the focus. */
  isFirst: boolean;
  /** Told of the version that the route has once it is stored. */
  onDone: (version: number) => void;
  onCancel?: () => void;
}

export function CheckpointFields({ route, checkpoint, isFirst, onDone, onCancel }: CheckpointFieldsProps) {
  const { t } = useTranslation("route");
  const { t: kit } = useTranslation("kit");
  const now_ms = useNow();
  const placeIn = (from: RouteDetail | undefined) => from?.checkpoints.find(({ sequence }) => sequence === checkpoint?.sequence);
  const form = useForm({
    name: `route.${route.routeId}.checkpoint.${checkpoint?.sequence ?? "new"}`,
    // A new one comes last and overwrites nothing, whatever became of the others.
    source: checkpoint && route,
    initial: (from) => {
      const present = placeIn(from);
      return { location: present?.location ?? "", when: whenOf(present?.expectedTime ?? nextTime(from ?? route)) };
    },
    shown: (from) => {
      const present = placeIn(from);
      return [
        [t("checkpoint.location"), present?.location ?? ""],
        [t("checkpoint.time"), present === undefined ? "" : formatMoment(present.expectedTime, now_ms)],
      ];
    },
  });
  const { location, when } = form.fields;
  const bounds = boundsOf(route, checkpoint?.sequence);
  const expectedTime = instantOf(when);
  const broken = expectedTime === undefined ? undefined : brokenBound(bounds, expectedTime);
  const canSubmit = location.trim() !== "" && expectedTime !== undefined && broken === undefined;
  const cancel =
    onCancel &&
    (() => {
      form.drop();
      onCancel();
    });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!canSubmit || form.isBusy) return;
    const sequence = checkpoint?.sequence ?? (route.checkpoints.at(-1)?.sequence ?? 0) + 1;
    const type = checkpoint === undefined ? "addCheckpoint" : "updateCheckpoint";
    form.submit(
      { entity: "route", id: route.routeId, command: { type, sequence, location, expectedTime } },
      { done: t(checkpoint === undefined ? "checkpoint.added" : "checkpoint.updated", { location: location.trim() }), onDone: ({ version }) => onDone(version) },
    );
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Escape bubbles from the fields
    <form
      onSubmit={submit}
      noValidate
      aria-label={t(checkpoint === undefined ? "checkpoint.add" : "checkpoint.editOne", { location: checkpoint?.location })}
      onKeyDown={(event) => {
        if (event.key === "Escape") cancel?.();
      }}
    >
      <Stack gap={6}>
        <Group gap="xs" align="flex-start">
          <TextInput
            aria-label={t("checkpoint.location")}
            placeholder={t("checkpoint.location")}
            value={location}
            onChange={(event) => form.set({ location: event.currentTarget.value })}
            maxLength={200}
            // oxlint-disable-next-line jsx-a11y/no-autofocus -- asked for by a click on "edit", or by the one before it being added
            autoFocus={isFirst}
            autoComplete="off"
            flex={1}
            miw={180}
          />
          <WhenField label={t("checkpoint.time")} hideLabels value={when} onChange={(written) => form.set({ when: written })} />
          <Button type="submit" disabled={!canSubmit} loading={form.isBusy} variant={checkpoint === undefined ? "light" : "filled"}>
            {t(checkpoint === undefined ? "checkpoint.addShort" : "checkpoint.save")}
          </Button>
          {cancel !== undefined && (
            <Button variant="default" onClick={cancel}>
              {kit("cancel")}
            </Button>
          )}
        </Group>
        <Rule bounds={bounds} isBroken={broken !== undefined} />
        {form.changes.length > 0 ? <ChangedMeanwhile changes={form.changes} /> : <Refusal problem={form.problem} onDismiss={form.dismiss} />}
      </Stack>
    </form>
  );
}

/** Says the rule before it is broken, and louder once it is. */
function Rule({ bounds: { after, before }, isBroken }: { bounds: Bounds; isBroken: boolean }) {
  const { t } = useTranslation("route");
  const sentence = `rule.${after.location === undefined ? "start" : "after"}${before === undefined ? "" : "Before"}` as const;
  return (
    <Text component="output" size="xs" c={isBroken ? "var(--mantine-color-error)" : "dimmed"} {...(isBroken && { fw: 600 })}>
      <Sentence
        text={t(sentence)}
        parts={{
          after: <Moment at={after.at} />,
          previous: after.location,
          before: before !== undefined && <Moment at={before.at} />,
          next: before?.location,
        }}
      />
    </Text>
  );
}
