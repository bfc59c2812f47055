// The pictures of a report. Each has its numbers as a table beside it for those who do not see it.
import type { LatenessBin } from "@bindings/LatenessBin";
import type { Report } from "@bindings/Report";
import type { ReportIncidents } from "@bindings/ReportIncidents";
import { BarChart } from "@mantine/charts";
import { Text, VisuallyHidden } from "@mantine/core";
import type { TFunction } from "i18next";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { formatNumber } from "@kit/conventions";
import { incidentWord } from "@kit/EventSentence";
import { LinkAnchor } from "@kit/links";
import { useNow } from "@kit/now";
import { Panel } from "@kit/Panel";
import { formatDay, startOfDay } from "@kit/time";
import classes from "./charts.module.css";
import { Explained } from "./Explained";
import { changeOf, formatShare, onTimeShare } from "./figures";

const HEIGHT_PX = 240;
const COLOURS = {
  onTime: "var(--depot-green-mark)",
  late: "var(--depot-amber-mark)",
  veryLate: "var(--depot-red-mark)",
  failed: "var(--depot-red-mark)",
  open: "var(--depot-neutral-mark)",
} as const;
/** From here on a checkpoint is not only late but very late, as its badge on the board says. */
const VERY_LATE_FROM_MINUTES = 30;
/** Drawn at once: who changes the days wants to read, and a test to look. */
const STILL = { isAnimationActive: false } as const;
/** In the order of the bars, not of the alphabet. */
const LEGEND = { verticalAlign: "bottom", height: 32, itemSorter: null } as const;

export function DaysChart({ report: { days, graceMinutes } }: { report: Report }) {
  const { t } = useTranslation("report");
  const now_ms = useNow();
  const dayName = (day: string) => formatDay(startOfDay(day), now_ms);
  const series = (["onTime", "late", "failed", "open"] as const).map((name) => ({ name, label: t(`day.${name}`), color: COLOURS[name] }));
  const data = days.map(({ day, figures }) => ({
    day: dayName(day),
    onTime: figures.onTime,
    late: figures.delivered - figures.onTime,
    failed: figures.failed,
    open: figures.open,
  }));
  return (
    <Picture
      title={t("day.title")}
      counts={t("day.counts", { grace: graceMinutes })}
      table={{
        head: [t("day.day"), ...series.map(({ label }) => label), t("figure.onTimeRate.name")],
        rows: data.map((line, nth) => [
          line.day,
          ...series.map(({ name }) => formatNumber(line[name])),
          formatShare(days[nth] && onTimeShare(days[nth].figures)),
        ]),
      }}
    >
      <BarChart
        h={HEIGHT_PX}
        data={data}
        dataKey="day"
        type="stacked"
        series={series}
        withLegend
        legendProps={LEGEND}
        maxBarWidth={48}
        valueFormatter={formatNumber}
        yAxisProps={{ allowDecimals: false, width: 44 }}
        xAxisProps={{ minTickGap: 24 }}
        barProps={STILL}
        barChartProps={{ accessibilityLayer: false }}
      />
    </Picture>
  );
}

export function LatenessChart({ report: { lateness: bins, checkpointGraceMinutes: grace } }: { report: Report }) {
  const { t } = useTranslation("report");
  const data = bins.map((bin) => ({ bin: binName(t, bin), [kindOf(bin, grace)]: bin.checkpoints }));
  const series = (["onTime", "late", "veryLate"] as const).map((name) => ({
    name,
    label: t(`bin.${name}`, { grace, very: VERY_LATE_FROM_MINUTES }),
    color: COLOURS[name],
  }));
  return (
    <Picture
      title={t("bin.title")}
      counts={t("bin.counts", { grace })}
      table={{
        head: [t("bin.bin"), t("bin.checkpoints")],
        rows: bins.map((bin) => [binName(t, bin), formatNumber(bin.checkpoints)]),
      }}
    >
      {bins.every(({ checkpoints }) => checkpoints === 0) ? (
        <Text size="sm" c="dimmed">
          {t("bin.none")}
        </Text>
      ) : (
        <BarChart
          h={HEIGHT_PX + 60}
          data={data}
          dataKey="bin"
          type="stacked"
          series={series}
          withLegend
          legendProps={LEGEND}
          valueFormatter={formatNumber}
          yAxisProps={{ allowDecimals: false, width: 44 }}
          xAxisProps={{ interval: 0, tick: { transform: "translate(0, 10)", fontSize: 11, fill: "currentColor" } }}
          barProps={STILL}
          barChartProps={{ accessibilityLayer: false }}
        />
      )}
    </Picture>
  );
}

function kindOf({ upToMinutes }: LatenessBin, grace: number): "onTime" | "late" | "veryLate" {
  if (upToMinutes !== null && upToMinutes <= grace) return "onTime";
  return upToMinutes !== null && upToMinutes <= VERY_LATE_FROM_MINUTES ? "late" : "veryLate";
}

function binName(t: TFunction<"report">, { overMinutes, upToMinutes }: LatenessBin): string {
  if (overMinutes === null) return `≤ ${signed(upToMinutes ?? 0)}`;
  if (upToMinutes === null) return `> ${signed(overMinutes)}`;
  return t("bin.between", { over: overMinutes, upTo: upToMinutes }).replaceAll("-", "−");
}

function signed(minutes: number): string {
  return formatNumber(minutes).replace("-", "−");
}

export function IncidentsPanel({ incidents }: { incidents: readonly ReportIncidents[] }) {
  const { t } = useTranslation("report");
  const { t: kit } = useTranslation("kit");
  const most = Math.max(1, ...incidents.map(({ reported }) => reported));
  return (
    <Panel title={t("incident.title")} action={<Explained name={t("incident.title")}>{t("incident.counts")}</Explained>}>
      {incidents.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t("incident.none")}
        </Text>
      ) : (
        <table className={classes["incidents"]} aria-label={t("incident.title")}>
          <thead>
            <tr>
              <th>{t("incident.type")}</th>
              <th aria-hidden style={{ width: "35%" }} />
              <th className={classes["count"]}>{t("incident.reported")}</th>
              <th className={classes["count"]}>{t("incident.open")}</th>
              <th className={classes["count"]}>{t("incident.change")}</th>
            </tr>
          </thead>
          <tbody>
            {incidents.map(({ type, reported, open, before }) => (
              <tr key={type}>
                <td>
                  <LinkAnchor to="/incidents" search={open > 0 ? { type } : { type, resolved: true }} size="sm">
                    {incidentWord(kit, type)}
                  </LinkAnchor>
                </td>
                <td aria-hidden>{reported > 0 && <span className={classes["bar"]} style={{ width: `${(100 * reported) / most}%` }} />}</td>
                <td className={classes["count"]}>{formatNumber(reported)}</td>
                <td className={classes["count"]}>{formatNumber(open)}</td>
                <td className={classes["count"]}>{changeOf({ now: reported, before })?.text}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

interface PictureProps {
  title: string;
  counts: string;
  table: { readonly head: readonly string[]; readonly rows: ReadonlyArray<readonly string[]> };
  children: ReactNode;
}

function Picture({ title, counts, table: { head, rows }, children }: PictureProps) {
  return (
    <Panel title={title} action={<Explained name={title}>{counts}</Explained>}>
      <figure className={classes["figure"]}>
        <div aria-hidden>{children}</div>
        <VisuallyHidden>
          <table aria-label={title}>
            <thead>
              <tr>
                {head.map((name) => (
                  <th key={name}>{name}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(([name = "", ...cells]) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  {cells.map((cell, place) => (
                    <td key={head[place + 1]}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </VisuallyHidden>
      </figure>
    </Panel>
  );
}
