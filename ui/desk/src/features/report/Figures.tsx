// The figures of the days, each with what it counts and how it stood in the days before.
import type { Report } from "@bindings/Report";
import { SimpleGrid } from "@mantine/core";
import { IconArrowDownRight, IconArrowUpRight } from "@tabler/icons-react";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { formatNumber } from "@kit/conventions";
import { useNow } from "@kit/now";
import { formatDays } from "@kit/time";
import { Explained } from "./Explained";
import { NONE, changeOf, checkpointShare, formatShare, onTimeShare, signed } from "./figures";
import type { Comparison } from "./figures";
import classes from "./Figures.module.css";

export function Figures({ report }: { report: Report }) {
  const { t } = useTranslation("report");
  const { figures, before, graceMinutes, checkpointGraceMinutes } = report;
  const days = formatDays(report.beforeFrom, report.beforeTo, useNow());
  return (
    <SimpleGrid component="section" aria-label={t("figures")} cols={{ base: 2, sm: 3, lg: 6 }} spacing="sm">
      <Figure
        name="checkpointRate"
        isMain
        grace={checkpointGraceMinutes}
        shown={formatShare(checkpointShare(figures))}
        of={{ now: checkpointShare(figures), before: checkpointShare(before), isShare: true }}
        better={1}
        days={days}
      />
      <Figure
        name="median"
        shown={formatMinutes(figures.medianLatenessSeconds, t)}
        of={{ now: minutes(figures.medianLatenessSeconds), before: minutes(before.medianLatenessSeconds) }}
        unit={t("unit.minutes")}
        better={-1}
        days={days}
      />
      <Figure
        name="onTimeRate"
        grace={graceMinutes}
        shown={formatShare(onTimeShare(figures))}
        of={{ now: onTimeShare(figures), before: onTimeShare(before), isShare: true }}
        better={1}
        days={days}
      />
      <Figure
        name="delivered"
        shown={formatNumber(figures.delivered)}
        note={t("of", { total: figures.deliveries })}
        of={{ now: figures.delivered, before: before.delivered }}
        better={1}
        days={days}
      />
      <Figure name="failed" shown={formatNumber(figures.failed)} of={{ now: figures.failed, before: before.failed }} better={-1} days={days} />
      <Figure name="incidents" shown={formatNumber(figures.incidents)} of={{ now: figures.incidents, before: before.incidents }} better={-1} days={days} />
    </SimpleGrid>
  );
}

/** With its sign: later than planned is more. */
function formatMinutes(seconds: number | null, t: TFunction<"report">): string {
  const shown = minutes(seconds);
  return shown === undefined ? NONE : `${signed(shown)} ${t("unit.minutes")}`;
}

function minutes(seconds: number | null): number | undefined {
  return seconds === null ? undefined : Math.round(seconds / 60);
}

interface FigureProps {
  name: "onTimeRate" | "delivered" | "failed" | "checkpointRate" | "median" | "incidents";
  shown: string;
  note?: string;
  of: Comparison;
  unit?: string;
  /** Up to how many minutes late still counts as on time. */
  grace?: number;
  /** Which way is better: more or less. */
  better: 1 | -1;
  /** Stands out among the others. */
  isMain?: boolean;
  /** The days that it is compared with. */
  days: string;
}

function Figure({ name, shown, note, of, unit, grace, better, days, isMain = false }: FigureProps) {
  const { t } = useTranslation("report");
  const change = changeOf(of);
  const mood = change === undefined || change.sign === 0 ? undefined : change.sign === better ? "good" : "bad";
  const Mark = change?.sign === 1 ? IconArrowUpRight : change?.sign === -1 ? IconArrowDownRight : undefined;
  return (
    <div className={classes["figure"]} data-main={isMain || undefined}>
      <div className={classes["head"]}>
        <span>{t(`figure.${name}.name`)}</span>
        <Explained name={t(`figure.${name}.name`)}>{t(`figure.${name}.counts`, { grace })}</Explained>
      </div>
      <div className={classes["number"]}>
        {shown}
        {note !== undefined && <span className={classes["change"]}>&nbsp;{note}</span>}
      </div>
      <span className={classes["change"]} data-mood={mood}>
        {Mark !== undefined && <Mark size={14} aria-hidden />}
        {change === undefined
          ? t("change.none")
          : t("change.by", {
              change: of.isShare === true ? t("change.points", { change: change.text }) : [change.text, unit].filter(Boolean).join(" "),
              before: days,
            })}
      </span>
    </div>
  );
}
