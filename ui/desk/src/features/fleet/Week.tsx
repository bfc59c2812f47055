// A week of bookings: a line a day, a bar a delivery, in the colours of its status.
import type { BookingView } from "@bindings/BookingView";
import { ActionIcon, Button, Group, Text } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDepotQuery } from "@kit/depot";
import { journey } from "@kit/Journey";
import { Loaded } from "@kit/Loaded";
import { useNow } from "@kit/now";
import { Panel } from "@kit/Panel";
import { lookOf } from "@kit/status";
import { formatDay, formatSpan, mondayOf, startOfDay } from "@kit/time";
import type { Member } from "./member";
import classes from "./Week.module.css";

const DAYS = 7;
const HOURS = [0, 3, 6, 9, 12, 15, 18, 21];

export function Week({ member }: { member: Member }) {
  const { t } = useTranslation("fleet");
  const now_ms = useNow();
  const [offset, setOffset] = useState(0);
  const monday = mondayOf(now_ms);
  const days = Array.from({ length: DAYS }, (_, day) => startOfDay(monday, offset * DAYS + day));
  const end = startOfDay(monday, (offset + 1) * DAYS);
  const kind = member.part === "driver" ? "Driver" : "Vehicle";
  const calendar = useDepotQuery({ query: "calendar", kind, id: member.id, from: days[0] ?? end, to: end }, { keepPrevious: true });
  const tools = (
    <Group gap={4} wrap="nowrap">
      <ActionIcon aria-label={t("week.previous")} onClick={() => setOffset(offset - 1)}>
        <IconChevronLeft size={16} aria-hidden />
      </ActionIcon>
      <Button size="compact-md" variant="default" disabled={offset === 0} onClick={() => setOffset(0)}>
        {t("week.present")}
      </Button>
      <ActionIcon aria-label={t("week.next")} onClick={() => setOffset(offset + 1)}>
        <IconChevronRight size={16} aria-hidden />
      </ActionIcon>
    </Group>
  );
  return (
    <Panel title={t("week.title")} action={tools}>
      <Loaded of={calendar} lines={DAYS}>
        {({ bookings, turnaroundMinutes }) => (
          <>
            <ol className={classes["days"]}>
              <li className={classes["hours"]} aria-hidden>
                <span />
                <span className={classes["scale"]}>
                  {HOURS.map((hour) => (
                    <span key={hour} style={{ left: `${(100 * hour) / 24}%` }}>{`${String(hour).padStart(2, "0")}:00`}</span>
                  ))}
                </span>
              </li>
              {days.map((start, day) => (
                <Day key={start} start={start} end={days[day + 1] ?? end} bookings={bookings} now_ms={now_ms} />
              ))}
            </ol>
            <Text size="xs" c="dimmed" mt="xs">
              {bookings.length === 0 ? t("week.empty") : turnaroundMinutes > 0 && t("week.turnaround", { minutes: turnaroundMinutes })}
            </Text>
          </>
        )}
      </Loaded>
    </Panel>
  );
}

interface DayProps {
  start: string;
  end: string;
  bookings: readonly BookingView[];
  now_ms: number;
}

function Day({ start, end, bookings, now_ms }: DayProps) {
  const [start_ms, end_ms] = [Date.parse(start), Date.parse(end)];
  // A day on which the clocks change is an hour longer or shorter, and so is its line.
  const place = (at_ms: number) => (100 * (Math.min(Math.max(at_ms, start_ms), end_ms) - start_ms)) / (end_ms - start_ms);
  const here = bookings.filter((booking) => Date.parse(booking.start) < end_ms && Date.parse(booking.end) >= start_ms);
  const isToday = now_ms >= start_ms && now_ms < end_ms;
  return (
    <li className={classes["day"]} data-today={isToday || undefined}>
      <span className={classes["label"]}>{formatDay(start, now_ms)}</span>
      <span className={classes["track"]}>
        {here.map((booking) => {
          const left = place(Date.parse(booking.start));
          const name = journey(booking.routeOrigin, booking.routeDestination);
          const tone = lookOf({ of: "delivery", status: booking.status }).tone;
          return (
            <Link
              key={booking.deliveryId}
              to="/deliveries/$deliveryId"
              params={{ deliveryId: booking.deliveryId }}
              className={classes["bar"] ?? ""}
              data-ended={!booking.held || undefined}
              title={`${name}\n${formatSpan(booking.start, booking.end, now_ms)}`}
              aria-label={`${name}, ${formatSpan(booking.start, booking.end, now_ms)}`}
              style={{
                left: `${left}%`,
                width: `${place(Date.parse(booking.end)) - left}%`,
                color: `var(--depot-${tone}-text)`,
                background: `var(--depot-${tone}-fill)`,
                borderColor: `var(--depot-${tone}-edge)`,
              }}
            >
              <span aria-hidden>{booking.routeDestination}</span>
            </Link>
          );
        })}
        {isToday && <span className={classes["now"]} style={{ left: `${place(now_ms)}%` }} aria-hidden />}
      </span>
    </li>
  );
}
