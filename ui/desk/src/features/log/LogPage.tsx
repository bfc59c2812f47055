// Every event of the depot, newest first: a sentence each, and all that was recorded of it.
import type { EventView } from "@bindings/EventView";
import { Button, Group, Paper, Select, Text } from "@mantine/core";
import { IconChevronRight, IconHistory } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { formatNumber } from "@kit/conventions";
import { useDepotQuery } from "@kit/depot";
import { EmptyState } from "@kit/EmptyState";
import { EventSentence } from "@kit/EventSentence";
import { EventSubject } from "@kit/EventSubject";
import { Loaded } from "@kit/Loaded";
import { Moment } from "@kit/Moment";
import { PageHeader } from "@kit/PageHeader";
import { DriverPick, RoutePick, VehiclePick } from "@kit/picks";
import { compact } from "@kit/search";
import { EventDetails } from "./EventDetails";
import classes from "./LogPage.module.css";
import { CATEGORIES } from "./search";
import type { LogSearch } from "./search";


const EVENTS_A_PAGE = 100;
const route = getRouteApi("/log");

export function LogPage() {
  const { t } = useTranslation("log");
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const events = useDepotQuery(
    {
      query: "events",
      category: search.category ?? null,
      entityId: search.entity ?? null,
      before: search.before ?? null,
      limit: EVENTS_A_PAGE,
    },
    { keepPrevious: true },
  );
  const go = (next: LogSearch) => void navigate({ search: next });
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <LogFilters search={search} onChange={go} />
      <Loaded of={events} lines={10}>
        {({ items, nextBefore }) => (
          <>
            {items.length === 0 ? (
              <EmptyState icon={IconHistory} title={t("empty.title")} description={t("empty.description")} />
            ) : (
              <Paper component="ol" withBorder radius="lg" bg="var(--depot-surface)" className={classes["list"]} aria-label={t("title")}>
                {items.map((event) => (
                  <Row key={event.sequence} event={event} />
                ))}
              </Paper>
            )}
            <Group justify="space-between" mt="md">
              <Button variant="default" disabled={search.before === undefined} onClick={() => go(withoutBefore(search))}>
                {t("newest")}
              </Button>
              <Button
                variant="default"
                disabled={nextBefore === null}
                onClick={() => nextBefore !== null && go({ ...search, before: nextBefore })}
              >
                {t("older")}
              </Button>
            </Group>
          </>
        )}
      </Loaded>
    </>
  );
}

function withoutBefore({ before: _before, ...search }: LogSearch): LogSearch {
  return search;
}

function LogFilters({ search, onChange }: { search: LogSearch; onChange: (search: LogSearch) => void }) {
  const { t } = useTranslation("log");
  const { category } = search;
  const pick = (kind: LogSearch["kind"]) => ({
    hideLabel: true,
    value: search.kind === kind ? (search.entity ?? null) : null,
    onChange: (entity: string | null) =>
      onChange(compact<LogSearch>({ category: undefined, before: undefined, kind: entity === null ? undefined : kind, entity: entity ?? undefined })),
  });
  return (
    <Group mb="md" gap="sm">
      <Select
        aria-label={t("category.label")}
        placeholder={t("category.label")}
        data={CATEGORIES.map((value) => ({ value, label: t(`category.${value}`) }))}
        value={category ?? null}
        onChange={(value) => {
          const chosen = CATEGORIES.find((known) => known === value);
          onChange(compact<LogSearch>({ category: chosen, entity: undefined, kind: undefined, before: undefined }));
        }}
        clearable
        clearButtonProps={{ "aria-label": t("category.clear") }}
        w={200}
      />
      <DriverPick {...pick("driver")} label={t("of.driver")} placeholder={t("of.driver")} anyStatus />
      <VehiclePick {...pick("vehicle")} label={t("of.vehicle")} placeholder={t("of.vehicle")} anyStatus />
      <RoutePick {...pick("route")} label={t("of.route")} placeholder={t("of.route")} />
      {search.entity !== undefined && search.kind === "delivery" && (
        <Button variant="light" onClick={() => onChange({})}>
          {t("of.delivery")}
        </Button>
      )}
    </Group>
  );
}

function Row({ event }: { event: EventView }) {
  const { t } = useTranslation("log");
  const [isOpen, setIsOpen] = useState(false);
  const actor = event.actorName ?? t(event.actor === "desk" ? "actor.desk" : "actor.device");
  return (
    <li className={classes["row"]}>
      <div className={classes["line"]}>
        <button
          type="button"
          className={classes["opener"]}
          aria-expanded={isOpen}
          aria-label={t("details", { sequence: formatNumber(event.sequence) })}
          onClick={() => setIsOpen((before) => !before)}
        >
          <IconChevronRight size={16} aria-hidden className={classes["chevron"]} />
          <span className="tabular">{formatNumber(event.sequence)}</span>
        </button>
        <Text size="sm" c="dimmed" className={classes["when"]}>
          <Moment at={event.occurredAt} />
        </Text>
        <Text size="sm" component="div" className={classes["what"]}>
          <EventSubject event={event} /> <EventSentence event={event} />
        </Text>
        <Text size="sm" c="dimmed" className={classes["who"]} title={actor}>
          {actor}
        </Text>
      </div>
      {isOpen && <EventDetails event={event} />}
    </li>
  );
}
