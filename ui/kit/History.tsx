// What happened to one thing, newest first: each event in words, who told it, when it happened and when it was recorded.
import type { EventView } from "@bindings/EventView";
import { Anchor, Stack, Text, Timeline } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDepotQuery } from "@kit/depot";
import { EventSentence } from "@kit/EventSentence";
import { LinkAnchor } from "@kit/links";
import { Loaded } from "@kit/Loaded";
import { Moment } from "@kit/Moment";
import classes from "@kit/History.module.css";
import { entriesOf, isChanges, linesOf } from "@kit/historyEntries";
import type { Entry } from "@kit/historyEntries";
import { minutesBetween } from "@kit/time";

const EVENTS_MOST = 200;

export function History({ entityId }: { entityId: string }) {
  const { t } = useTranslation("kit");
  const events = useDepotQuery({ query: "events", entityId, limit: EVENTS_MOST });
  return (
    <Loaded of={events}>
      {({ items }) => (
        <>
          <Timeline bulletSize={12} classNames={{ item: classes["item"] ?? "" }} lineWidth={2} active={items.length} aria-label={t("history.label")}>
            {linesOf(entriesOf(items)).map((line) => {
              const first = isChanges(line) ? line.changes[0] : line;
              return (
                first !== undefined && (
                  <Timeline.Item key={first.event.sequence}>
                    {isChanges(line) ? <Planning changes={line.changes} /> : <Happened entry={line} />}
                  </Timeline.Item>
                )
              );
            })}
          </Timeline>
          {items[0] !== undefined && (
            <LinkAnchor to="/log" search={{ entity: entityId, kind: items[0].entity }} size="xs" mt="sm" display="inline-block">
              {t("history.log")}
            </LinkAnchor>
          )}
        </>
      )}
    </Loaded>
  );
}

function Happened({ entry: { event, follower } }: { entry: Entry }) {
  return (
    <Stack gap={0}>
      <Text size="sm" className="capitalized">
        <EventSentence event={event} />
        {follower !== undefined && (
          <>
            {"; "}
            <EventSentence event={follower} />
          </>
        )}
      </Text>
      <Source event={event} />
    </Stack>
  );
}

/** Many changes of a plan in one line, and each of them once that is opened. */
function Planning({ changes }: { changes: readonly Entry[] }) {
  const { t } = useTranslation("kit");
  const [isOpen, setIsOpen] = useState(false);
  const [latest] = changes;
  return (
    <Stack gap={isOpen ? "sm" : 0}>
      <div>
        <Anchor component="button" type="button" size="sm" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          {t("history.planned", { count: changes.length })}
        </Anchor>
        {latest !== undefined && <Source event={latest.event} />}
      </div>
      {isOpen && changes.map((entry) => <Happened key={entry.event.sequence} entry={entry} />)}
    </Stack>
  );
}

function Source({ event }: { event: EventView }) {
  const { t } = useTranslation("kit");
  const actor = event.actorName ?? t(event.actor === "desk" ? "history.desk" : "history.device");
  return (
    <Text size="xs" c="dimmed">
      <Moment at={event.occurredAt} /> · {actor}
      {event.uncertain && (
        <>
          {" · "}
          <strong>{t("history.uncertain")}</strong>
        </>
      )}
      {minutesBetween(event.occurredAt, event.recordedAt) > 0 && (
        <>
          {" · "}
          {t("history.recorded")} <Moment at={event.recordedAt} />
          {event.backdated && (
            <>
              {" · "}
              <strong>{t("history.backdated")}</strong>
            </>
          )}
        </>
      )}
    </Text>
  );
}
