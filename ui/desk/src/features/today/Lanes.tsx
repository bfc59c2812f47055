// A day as lanes: who is on the road when, in the depot's time. A delivery that is only picked up can be dragged to
// another lane, or along its own to move its route's start; where the depot refuses, the bar stays and the reason is told.
import type { DeliveryRow } from "@bindings/DeliveryRow";
import { useElementSize, useMergedRef } from "@mantine/hooks";
import { ActionIcon, Alert, Button, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { ResourcesDayView } from "@mantine/schedule";
import { IconAlertTriangle, IconChevronLeft, IconChevronRight, IconClockExclamation, IconHourglassLow } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { MouseEvent } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "@kit/act";
import { LATENESS_REFETCH_MS, useDepotQuery, useMayChange } from "@kit/depot";
import { LastSeen, usePosition } from "@kit/DriverPlace";
import { journey } from "@kit/Journey";
import { Loaded } from "@kit/Loaded";
import { useNow } from "@kit/now";
import { namesakesOf } from "@kit/namesakes";
import { Panel } from "@kit/Panel";
import { personWord } from "@kit/erased";
import { Person } from "@kit/Person";
import { Refusal } from "@kit/Refusal";
import { lookOf } from "@kit/status";
import { formatDay, formatSpan, localDay, startOfDay, wallTime } from "@kit/time";
import { useGrab } from "./grab";
import classes from "./Lanes.module.css";
import { OPEN_LANE, barsOf, dropOf, hoursBetween, hoursOf, onRoadOf, startAt } from "./laneBars";
import type { Bar, Grouping } from "./laneBars";
import { SlotMenu } from "./SlotMenu";
import type { Slot } from "./SlotMenu";

const LANES_MOST = 500;
const LOOK_BACK_MS = 3 * 60 * 60_000;
/** An hour takes at least this much; more where the window has more. */
const HOUR_LEAST_PX = 68;
/** The names before the lanes, and the frame around both. */
const NAMES_PX = 122;

interface LanesProps {
  /** The day of the depot that is on show, `YYYY-MM-DD`. */
  day: string;
  /** Undefined for the day that it is now, also tomorrow. */
  onDay: (day: string | undefined) => void;
}

export function Lanes({ day, onDay: setDay }: LanesProps) {
  const { t } = useTranslation("today");
  const now_ms = useNow();
  const [grouping, setGrouping] = useState<Grouping>("driver");
  const today = localDay(new Date(now_ms));
  const [from, to] = [startOfDay(day), startOfDay(day, 1)];
  const lanes = useDepotQuery({ query: "lanes", from, to }, { refetchInterval: LATENESS_REFETCH_MS, keepPrevious: true });
  const go = (days: number) => setDay(localDay(new Date(startOfDay(day, days))));
  const controls = (
    <Group gap="xs">
      <SegmentedControl
        size="xs"
        aria-label={t("lanes.by")}
        value={grouping}
        onChange={(value) => setGrouping(value as Grouping)}
        data={[
          { value: "driver", label: t("lanes.driver") },
          { value: "vehicle", label: t("lanes.vehicle") },
        ]}
      />
      <ActionIcon aria-label={t("lanes.previous")} onClick={() => go(-1)}>
        <IconChevronLeft size={16} aria-hidden />
      </ActionIcon>
      <Button size="compact-sm" variant="default" onClick={() => setDay(undefined)} disabled={day === today}>
        {t("lanes.today")}
      </Button>
      <ActionIcon aria-label={t("lanes.next")} onClick={() => go(1)}>
        <IconChevronRight size={16} aria-hidden />
      </ActionIcon>
    </Group>
  );
  return (
    <Panel title={`${t("lanes.title")} · ${formatDay(from, now_ms)}`} action={controls}>
      <Loaded of={lanes} lines={6}>
        {({ deliveries, more }) => (
          <>
            <Day key={`${day} ${grouping}`} day={day} grouping={grouping} deliveries={deliveries} />
            {more && (
              <Text size="xs" c="dimmed" mt="xs">
                {t("lanes.more", { count: deliveries.length })}
              </Text>
            )}
          </>
        )}
      </Loaded>
    </Panel>
  );
}

interface DayProps {
  day: string;
  grouping: Grouping;
  deliveries: readonly DeliveryRow[];
}

/** What was dropped where it may not stay. */
interface Refused {
  readonly delivery: DeliveryRow;
  readonly isTakenAway: boolean;
}

function Day({ day, grouping, deliveries }: DayProps) {
  const { t } = useTranslation("today");
  const navigate = useNavigate();
  const now_ms = useNow();
  const mayChange = useMayChange();
  const { t: kit } = useTranslation("kit");
  const assign = useAct();
  const move = useAct();
  const [refused, setRefused] = useState<Refused>();
  const [slot, setSlot] = useState<Slot>();
  const { resources, marks } = useResources(grouping);
  const bars = barsOf(deliveries, grouping, day);
  const onRoad = onRoadOf(deliveries, grouping);
  const [startTime, endTime] = hoursOf(bars);
  const { ref: room, width } = useElementSize();
  const frame = useMergedRef(room, useGrab());
  const hour_px = Math.max(HOUR_LEAST_PX, (width - NAMES_PX) / hoursBetween(startTime, endTime));
  const isToday = localDay(new Date(now_ms)) === day;
  const problem = assign.problem ?? move.problem;
  const dismiss = () => {
    assign.reset();
    move.reset();
    setRefused(undefined);
  };
  const onDrop = (deliveryId: string, lane: string, newStart: string) => {
    const bar = bars.find(({ id }) => id === deliveryId);
    if (bar === undefined) return;
    dismiss();
    const wanted = dropOf(bar, grouping, lane, newStart);
    if (wanted === undefined) return;
    const { delivery } = bar.payload;
    setRefused({ delivery, isTakenAway: wanted === "takenAway" });
    if (wanted === "takenAway") return;
    const { command, undo } = wanted;
    const act = command.entity === "route" ? move : assign;
    act.run(command, {
      undo,
      // A route has a version of its own, which a lane does not know: the move says where the route was seen.
      ...(command.entity === "delivery" && { expectedVersion: delivery.version }),
      onDone: dismiss,
      done:
        command.entity === "route"
          ? t("lanes.moved", { destination: delivery.routeDestination })
          : t("lanes.assigned", { destination: delivery.routeDestination, name: personWord(kit, resources.find(({ id }) => id === lane)?.label ?? "") }),
    });
  };
  const onPlace = ({ target, clientX, clientY, currentTarget }: MouseEvent<HTMLElement>) => {
    const rows = [...currentTarget.querySelectorAll(`[${SLOTS_MARK}]`)];
    const place = rows.findIndex((row) => row === target);
    const [row, resource] = [rows[place], resources[place]];
    if (row === undefined || resource === undefined) return;
    const { left, width: row_px } = row.getBoundingClientRect();
    const start = startAt(day, (clientX - left) / row_px, startTime, endTime);
    if (start !== undefined) setSlot({ lane: resource.id, name: personWord(kit, resource.label), start, x: clientX, y: clientY });
  };
  if (deliveries.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t("lanes.empty")}
      </Text>
    );
  }
  return (
    <Stack gap="xs" ref={frame}>
      {refused !== undefined && (refused.isTakenAway || problem !== null) && (
        <div>
          <Text size="sm" mb={4}>
            <strong>{journey(refused.delivery.routeOrigin, refused.delivery.routeDestination)}</strong> {t("lanes.refused")}
          </Text>
          {refused.isTakenAway ? (
            <Alert role="alert" color="red" variant="light" p="sm" withCloseButton onClose={dismiss} closeButtonLabel={t("lanes.dismiss")}>
              {t("lanes.notTaken")}
            </Alert>
          ) : (
            <Refusal problem={problem} onDismiss={dismiss} />
          )}
        </div>
      )}
      {/* The click is for a pointer; by keyboard and screen reader the same is created by the page's buttons and keys. */}
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions */}
      <div onClick={mayChange ? onPlace : undefined}>
        <ResourcesDayView
          className={classes["lanes"] ?? ""}
          data-plannable={mayChange || undefined}
          date={day}
          resources={resources}
          events={bars}
          startTime={startTime}
          endTime={endTime}
          withHeader={false}
          rowHeight={44}
          slotWidth={hour_px}
          scrollAreaProps={SCROLLING}
          minEventSize={24}
          eventDragInterval={5}
          maxEventsPerTimeSlot={4}
          withCurrentTimeIndicator={isToday}
          // On a narrow screen the present is in sight, with what came just before it.
          {...(isToday && { startScrollTime: `${wallTime(now_ms - LOOK_BACK_MS).slice(11, 13)}:00:00` })}
          getCurrentTime={() => wallTime(now_ms)}
          withEventsDragAndDrop={mayChange}
          canDragEvent={({ payload }) => (payload as Bar["payload"]).delivery.status === "PickedUp"}
          onEventDrop={({ eventId, resourceId, newStart }) => onDrop(String(eventId), String(resourceId), newStart)}
          onEventClick={({ id }) => void navigate({ to: "/deliveries/$deliveryId", params: { deliveryId: String(id) } })}
          renderResourceLabel={({ id, label }) => <LaneName mark={marks.get(String(id))} name={String(label)} driverId={onRoad.get(String(id)) ?? null} />}
          renderEventBody={({ payload }) => <BarBody delivery={(payload as Bar["payload"]).delivery} grouping={grouping} />}
          labels={{ resources: t(`lanes.${grouping}`), resource: t(`lanes.${grouping}`) }}
          attributes={SLOTS}
          classNames={{ resourcesDayViewCurrentTimeIndicatorTimeBubble: classes["now"] ?? "" }}
        />
      </div>
      {slot !== undefined && <SlotMenu slot={slot} grouping={grouping} onClose={() => setSlot(undefined)} />}
      {mayChange && (
        <Text size="xs" c="dimmed">
          {t("lanes.hint")}
        </Text>
      )}
    </Stack>
  );
}

const SLOTS_MARK = "data-lane-slots";
/**
 * The library makes a button of each hour of each lane, which no keyboard and no screen reader needs. Inert, they leave clicks
 * to the lane itself.
 */
const SLOTS = { resourcesDayViewRowSlot: { inert: true }, resourcesDayViewRowSlots: { [SLOTS_MARK]: true } };

/** Long lists of names scroll by themselves, under the hours: what is under way stays near. */
const SCROLLING = { className: classes["scroller"] ?? "", classNames: { viewport: classes["viewport"] ?? "" } };

/** Whose lane it is, and where whoever is on the road in it was last, if they share it. */
function LaneName({ name, mark, driverId }: { name: string; /** What tells a driver from another of that name. */ mark: string | undefined; driverId: string | null }) {
  const { t } = useTranslation("kit");
  const position = usePosition(driverId);
  return (
    <>
      <Text inherit lineClamp={position === undefined ? 2 : 1} title={personWord(t, name)} className={classes["lane"] ?? ""}>
        <Person of={name} />
        {mark !== undefined && ` (${mark})`}
      </Text>
      <LastSeen position={position} />
    </>
  );
}

function BarBody({ delivery, grouping }: { delivery: DeliveryRow; grouping: Grouping }) {
  const { t } = useTranslation("kit");
  const now_ms = useNow();
  const { tone, icon: Mark } = lookOf({ of: "delivery", status: delivery.status });
  const name = journey(delivery.routeOrigin, delivery.routeDestination);
  const other = grouping === "driver" ? delivery.vehicleNo : delivery.driverName && personWord(t, delivery.driverName);
  const span = formatSpan(delivery.scheduledStartTime, delivery.scheduledEndTime, now_ms);
  const status = t(`status.delivery.${delivery.status}`);
  return (
    <span className={classes["bar"]} data-tone={tone} title={[name, span, status, other].filter(Boolean).join(" · ")}>
      <span className={classes["name"]}>
        <Mark size={13} aria-label={status} />
        {delivery.lateSince !== null && <IconClockExclamation size={13} aria-hidden />}
        {delivery.atRisk !== null && <IconHourglassLow size={13} aria-hidden />}
        {delivery.openIncidents > 0 && <IconAlertTriangle size={13} aria-hidden />}
        <span className={classes["place"]}>
          {delivery.routeDestination}
          {delivery.checkpointsTotal > 0 && ` · ${delivery.checkpointsTotal}`}
        </span>
      </span>
      {other !== null && <span className={classes["other"]}>{other}</span>}
    </span>
  );
}

/** The lanes: what nobody drives on top, then everybody by name. */
function useResources(grouping: Grouping) {
  const { t } = useTranslation("today");
  const drivers = useDepotQuery({ query: "drivers", limit: LANES_MOST }, { enabled: grouping === "driver" });
  const vehicles = useDepotQuery({ query: "vehicles", limit: LANES_MOST }, { enabled: grouping === "vehicle" });
  const named =
    grouping === "driver"
      ? drivers.data?.items.map(({ driverId, name }) => ({ id: driverId, label: name }))
      : vehicles.data?.items.map(({ vehicleId, registration }) => ({ id: vehicleId, label: registration }));
  return { resources: [{ id: OPEN_LANE, label: t("lanes.open") }, ...(named ?? [])], marks: namesakesOf(drivers.data?.items ?? []) };
}
