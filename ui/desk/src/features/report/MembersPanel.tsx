// Who drove and what was driven: a line for each driver or vehicle, sorted by any figure.
import type { Report } from "@bindings/Report";
import type { ReportFigures } from "@bindings/ReportFigures";
import { Group, SegmentedControl, Text, Title } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { compareTexts, formatNumber } from "@kit/conventions";
import { DataTable } from "@kit/DataTable";
import type { Column } from "@kit/DataTable";
import { LinkAnchor } from "@kit/links";
import { Person } from "@kit/Person";
import { Explained } from "./Explained";
import { checkpointShare, formatShare, onTimeShare } from "./figures";
import { useLateness } from "./lateness";

/** A driver or a vehicle, whichever is shown. */
interface Line {
  readonly id: string | null;
  readonly name: string | null;
  readonly figures: ReportFigures;
}

type Sort = "name" | "deliveries" | "onTimeRate" | "failed" | "checkpointRate" | "median" | "incidents";

const VALUES: Record<Exclude<Sort, "name">, (figures: ReportFigures) => number | null | undefined> = {
  deliveries: ({ deliveries }) => deliveries,
  onTimeRate: onTimeShare,
  failed: ({ failed }) => failed,
  checkpointRate: checkpointShare,
  median: ({ medianLatenessSeconds }) => medianLatenessSeconds,
  incidents: ({ incidents }) => incidents,
};

export function MembersPanel({ report }: { report: Report }) {
  const { t } = useTranslation("report");
  const [part, setPart] = useState<"drivers" | "vehicles">("drivers");
  const [sort, setSort] = useState<{ by: Sort; isDescending: boolean }>({ by: "deliveries", isDescending: true });
  const columns = useColumns(part);
  const lines: readonly Line[] =
    part === "drivers"
      ? report.drivers.map(({ driverId, ...line }) => ({ id: driverId, ...line }))
      : report.vehicles.map(({ vehicleId, registration, figures }) => ({ id: vehicleId, name: registration, figures }));
  return (
    <section aria-label={t(`members.${part}`)}>
      <Group justify="space-between" mb="xs">
        <Group gap={6}>
          <Title order={2} fz="md">
            {t(`members.${part}`)}
          </Title>
          <Explained name={t(`members.${part}`)}>{t("members.counts")}</Explained>
        </Group>
        <SegmentedControl
          size="xs"
          data={(["drivers", "vehicles"] as const).map((value) => ({ value, label: t(`members.${value}`) }))}
          value={part}
          onChange={(value) => setPart(value as typeof part)}
        />
      </Group>
      <DataTable
        label={t(`members.${part}`)}
        columns={columns}
        rows={sorted(lines, sort.by, sort.isDescending)}
        rowKey={({ id }) => id ?? ""}
        sort={sort}
        onSort={(by, isDescending) => setSort({ by, isDescending })}
        minWidth={740}
      />
    </section>
  );
}

/** Who has no value stands last, whichever way it is sorted. */
function sorted(lines: readonly Line[], by: Sort, isDescending: boolean): readonly Line[] {
  const way = isDescending ? -1 : 1;
  const byName = (one: Line, other: Line) => compareTexts(one.name ?? "", other.name ?? "");
  if (by === "name") return lines.toSorted((one, other) => way * byName(one, other));
  const value = (line: Line) => VALUES[by](line.figures) ?? undefined;
  return lines.toSorted((one, other) => {
    const [first, second] = [value(one), value(other)];
    if (first === undefined || second === undefined) return Number(first === undefined) - Number(second === undefined);
    return way * (first - second) || byName(one, other);
  });
}

function useColumns(part: "drivers" | "vehicles"): readonly Column<Line, Sort>[] {
  const { t } = useTranslation("report");
  const lateness = useLateness();
  const figure = (sort: Exclude<Sort, "name">, width: string, cell: (figures: ReportFigures) => string): Column<Line, Sort> => ({
    key: sort,
    width,
    title: sort === "deliveries" ? t("members.deliveries") : t(`figure.${sort}.name`),
    sort,
    cell: ({ figures }) => <span className="tabular">{cell(figures)}</span>,
  });
  return [
    {
      key: "name",
      title: t(part === "drivers" ? "members.driver" : "members.vehicle"),
      width: "22%",
      sort: "name",
      cell: ({ id, name }) => <Name part={part} id={id} name={name} />,
    },
    figure("deliveries", "12%", ({ deliveries }) => formatNumber(deliveries)),
    figure("onTimeRate", "10%", (figures) => formatShare(onTimeShare(figures))),
    figure("failed", "10%", ({ failed }) => formatNumber(failed)),
    figure("checkpointRate", "18%", (figures) => formatShare(checkpointShare(figures))),
    figure("median", "17%", ({ medianLatenessSeconds }) => lateness(medianLatenessSeconds)),
    figure("incidents", "11%", ({ incidents }) => formatNumber(incidents)),
  ];
}

function Name({ part, id, name }: { part: "drivers" | "vehicles"; id: string | null; name: string | null }) {
  const { t } = useTranslation("report");
  if (id === null || name === null) {
    return (
      <Text span inherit c="dimmed">
        {t(part === "drivers" ? "members.nobody" : "members.nothing")}
      </Text>
    );
  }
  return part === "drivers" ? (
    <LinkAnchor to="/fleet/drivers/$driverId" params={{ driverId: id }} size="sm">
      <Person of={name} />
    </LinkAnchor>
  ) : (
    <LinkAnchor to="/fleet/vehicles/$vehicleId" params={{ vehicleId: id }} size="sm">
      {name}
    </LinkAnchor>
  );
}
