// What happened to one thing, newest first: each event in words, who told it, when it happened and when it was recorded.
import type { EventView } from "@bindings/EventView";
import { Stack, Text, Timeline } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useDepotQuery } from "@kit/depot";
import { EventSentence } from "@kit/EventSentence";
import { LinkAnchor } from "@kit/links";
import { Loaded } from "@kit/Loaded";
import { Moment } from "@kit/Moment";
import classes from "@kit/History.module.css";
import { entriesOf } from "@kit/historyEntries";
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
            {entriesOf(items).map(({ event, follower }) => (
              <Timeline.Item key={event.sequence}>
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
              </Timeline.Item>
            ))}
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

function Source({ event }: { event: EventView }) {
  const { t } = useTranslation("kit");
  const actor = event.actorName ?? t(event.actor === "desk" ? "history.desk" : "history.device");
  return (
    <Text size="xs" c="dimmed">
      <Moment at={event.occurredAt} /> · {actor}
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
