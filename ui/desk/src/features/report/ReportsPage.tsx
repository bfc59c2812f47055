// How some days of the depot went: what was on time, how late checkpoints were reached, what went wrong, and with whom.
import "@mantine/charts/styles.css";
import type { Report } from "@bindings/Report";
import { SegmentedControl, SimpleGrid, Stack, Text } from "@mantine/core";
import { DatePickerInput } from "@mantine/dates";
import { IconChartBar } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDepotQuery } from "@kit/depot";
import { EmptyState } from "@kit/EmptyState";
import { ExportMenu } from "@kit/ExportMenu";
import { Loaded } from "@kit/Loaded";
import { useNow } from "@kit/now";
import { PageHeader } from "@kit/PageHeader";
import { Sentence } from "@kit/Sentence";
import { formatDays } from "@kit/time";
import { DaysChart, IncidentsPanel, LatenessChart } from "./charts";
import { Figures } from "./Figures";
import { MembersPanel } from "./MembersPanel";
import { DEFAULT_PRESET, PRESETS, daysOf } from "./search";
import type { DayRange, Preset, ReportSearch } from "./search";

const route = getRouteApi("/reports");
const OWN = "own";

export function ReportsPage() {
  const { t } = useTranslation("report");
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const now_ms = useNow();
  const range = daysOf(search, now_ms);
  const report = useDepotQuery({ query: "report", ...range }, { keepPrevious: true });
  return (
    <>
      <PageHeader title={t("title")} description={t("description")}>
        <ExportMenu query={{ query: "report", ...range }} hint={t("exportHint")} />
      </PageHeader>
      <DaysPick search={search} range={range} onChange={(next) => void navigate({ search: next })} />
      <Loaded of={report} lines={10}>
        {(shown) => <Shown report={shown} />}
      </Loaded>
    </>
  );
}

function Shown({ report }: { report: Report }) {
  const { t } = useTranslation("report");
  const now_ms = useNow();
  const compared = t("compared");
  const isEmpty = report.figures.deliveries === 0 && report.figures.incidents === 0;
  return (
    <Stack>
      <Text size="sm" c="dimmed" component="p" m={0} aria-live="polite">
        <Sentence
          text={compared}
          parts={{
            days: <b>{formatDays(report.from, report.to, now_ms)}</b>,
            before: formatDays(report.beforeFrom, report.beforeTo, now_ms),
          }}
        />
        {" · "}
        {t("countsOn")}
      </Text>
      {isEmpty ? (
        <EmptyState icon={IconChartBar} title={t("empty.title")} description={t("empty.description")} />
      ) : (
        <>
          <Figures report={report} />
          {report.days.length > 1 && <DaysChart report={report} />}
          <SimpleGrid cols={{ base: 1, lg: 2 }}>
            <LatenessChart report={report} />
            <IncidentsPanel incidents={report.incidents} />
          </SimpleGrid>
          <MembersPanel report={report} />
        </>
      )}
    </Stack>
  );
}

interface DaysPickProps {
  search: ReportSearch;
  range: DayRange;
  onChange: (search: ReportSearch) => void;
}

function DaysPick({ search, range, onChange }: DaysPickProps) {
  const { t } = useTranslation("report");
  const isOwn = search.from !== undefined;
  const [wantsOwn, setWantsOwn] = useState(isOwn);
  // A range is chosen in two clicks, and none between them.
  const [half, setHalf] = useState<string | null>(null);
  const choose = (value: string) => {
    setWantsOwn(value === OWN);
    if (value === OWN) onChange({ ...range });
    else onChange(value === DEFAULT_PRESET ? {} : { days: value as Preset });
  };
  return (
    <div style={{ display: "flex", flexWrap: "wrap", gap: 8, marginBottom: 12 }}>
      <SegmentedControl
        aria-label={t("days.label")}
        data={[...PRESETS, OWN].map((value) => ({ value, label: t(`days.${value}`) }))}
        value={isOwn || wantsOwn ? OWN : (search.days ?? DEFAULT_PRESET)}
        onChange={choose}
      />
      {(isOwn || wantsOwn) && (
        <DatePickerInput
          type="range"
          allowSingleDateInRange
          aria-label={t("days.pick")}
          valueFormat="D MMM YYYY"
          value={half === null ? [range.from, range.to] : [half, null]}
          onChange={([from, to]) => {
            setHalf(to === null ? from : null);
            if (from !== null && to !== null) onChange({ from, to });
          }}
          miw={230}
        />
      )}
    </div>
  );
}
