// The run sheets of everybody who drives on a day, printed at once, each beginning on a page of its own.
import type { DeliveryRow } from "@bindings/DeliveryRow";
import { Group, Text } from "@mantine/core";
import { DateInput } from "@mantine/dates";
import { IconArrowLeft } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useDayPresets } from "@kit/dayPresets";
import { useDepotQueries, useDepotQuery } from "@kit/depot";
import { personWord } from "@kit/erased";
import { LinkAnchor } from "@kit/links";
import { Loaded, Shimmer } from "@kit/Loaded";
import { useNow } from "@kit/now";
import { ProblemAlert } from "@kit/ProblemAlert";
import { formatWholeDay, localDay, startOfDay } from "@kit/time";
import { Run } from "./RunSheetPage";
import { Sheet } from "./Sheet";
import classes from "./Sheet.module.css";

const route = getRouteApi("/print/run-sheets");

export function RunSheetsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const now_ms = useNow();
  const presets = useDayPresets();
  const { t } = useTranslation("print");
  const day = search.day ?? localDay(new Date(now_ms));
  const lanes = useDepotQuery({ query: "lanes", from: startOfDay(day), to: startOfDay(day, 1) });
  const tools = (
    <Group align="flex-end" gap="md">
      <LinkAnchor to="/" size="sm" mb={8}>
        <IconArrowLeft size={14} aria-hidden /> {t("run.backToday")}
      </LinkAnchor>
      <DateInput
        label={t("run.day")}
        value={day}
        onChange={(chosen) => chosen !== null && void navigate({ search: { day: chosen }, replace: true })}
        presets={presets}
        valueFormat="ddd D MMM YYYY"
        w={190}
      />
    </Group>
  );
  return (
    <Sheet title={t("run.all")} subtitle={formatWholeDay(day)} tools={tools}>
      <Loaded of={lanes} lines={8}>
        {({ deliveries }) => <Sheets day={day} driverIds={driversOf(deliveries)} />}
      </Loaded>
    </Sheet>
  );
}

/** Everybody who drives on the day, in the order of their names. */
function driversOf(deliveries: readonly DeliveryRow[]): readonly string[] {
  const names = new Map(deliveries.flatMap(({ driverId, driverName }) => (driverId === null ? [] : [[driverId, driverName ?? ""] as const])));
  return [...names].toSorted(([, one], [, other]) => one.localeCompare(other)).map(([driverId]) => driverId);
}

function Sheets({ day, driverIds }: { day: string; driverIds: readonly string[] }) {
  const { t } = useTranslation("print");
  const { t: kit } = useTranslation("kit");
  const { data, error } = useDepotQueries<"runSheet">(driverIds.map((driverId) => ({ query: "runSheet", driverId, day })));
  if (data === undefined) return error === null ? <Shimmer lines={8} /> : <ProblemAlert problem={error} />;
  if (data.length === 0) return <Text size="sm">{t("run.nobody")}</Text>;
  return data.map((sheet) => (
    <section key={sheet.driver.driverId} className={classes["each"]} aria-label={personWord(kit, sheet.driver.name)}>
      <h2 className={classes["driver"]}>{personWord(kit, sheet.driver.name)}</h2>
      <Run sheet={sheet} />
    </section>
  ));
}
