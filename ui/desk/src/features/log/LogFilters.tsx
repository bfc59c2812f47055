// What narrows the log. All of it lives in the address, so what was found can be sent as a link.
import { Button, Select } from "@mantine/core";
import { DatePickerInput } from "@mantine/dates";
import { IconFilterOff } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDepotQuery } from "@kit/depot";
import { ListSelect } from "@kit/ListSelect";
import { DriverPick, RoutePick, VehiclePick } from "@kit/picks";
import { compact } from "@kit/search";
import { EVENT_TYPES } from "@kit/words";
import classes from "./LogPage.module.css";
import { CATEGORIES, isFiltered } from "./search";
import type { LogSearch } from "./search";

interface LogFiltersProps {
  search: LogSearch;
  onChange: (search: LogSearch) => void;
}

export function LogFilters({ search, onChange }: LogFiltersProps) {
  const { t } = useTranslation("log");
  const { data: actors = [] } = useDepotQuery({ query: "actors" });
  // A range is chosen in two clicks, and nothing is asked between them.
  const [half, setHalf] = useState<string | null>(null);
  // Another list has other events: the one that was looked at may not be among them.
  const set = (changed: { [Field in keyof LogSearch]?: LogSearch[Field] | undefined }) =>
    onChange(compact<LogSearch>({ ...search, event: undefined, ...changed } as Required<LogSearch>));
  const pick = (kind: NonNullable<LogSearch["kind"]>) => ({
    hideLabel: true,
    value: search.kind === kind ? (search.entity ?? null) : null,
    onChange: (entity: string | null) => set({ kind: entity === null ? undefined : kind, entity: entity ?? undefined }),
    label: t(`of.${kind}`),
    placeholder: t(`of.${kind}`),
  });
  const choice = (name: "type" | "actor", data: Array<{ value: string; label: string }>) => (
    <ListSelect
      hideLabel
      label={t(`${name}.label`)}
      placeholder={t(`${name}.label`)}
      data={data}
      value={search[name] ?? null}
      onChange={(value) => set({ [name]: value ?? undefined })}
    />
  );
  return (
    <div className={classes["filters"]}>
      <Select
        aria-label={t("category.label")}
        placeholder={t("category.label")}
        data={CATEGORIES.map((value) => ({ value, label: t(`category.${value}`) }))}
        value={search.category ?? null}
        onChange={(value) => set({ category: CATEGORIES.find((known) => known === value) })}
        clearable
        clearButtonProps={{ "aria-label": t("category.clear") }}
      />
      {choice("type", EVENT_TYPES.map((value) => ({ value, label: t(`type.${value}`) })))}
      {choice("actor", actors.map(({ actor, name }) => ({ value: actor, label: name ?? t("actor.desk") })))}
      <DatePickerInput
        type="range"
        allowSingleDateInRange
        aria-label={t("days.label")}
        placeholder={t("days.label")}
        valueFormat="D MMM"
        value={half === null ? [search.from ?? null, search.to ?? null] : [half, null]}
        onChange={([from, to]) => {
          setHalf(to === null ? from : null);
          if ((from === null) === (to === null)) set({ from: from ?? undefined, to: to ?? undefined });
        }}
        clearable
        clearButtonProps={{ "aria-label": t("days.clear") }}
      />
      <DriverPick {...pick("driver")} anyStatus />
      <VehiclePick {...pick("vehicle")} anyStatus />
      <RoutePick {...pick("route")} />
      {isFiltered(search) && (
        <Button variant="subtle" leftSection={<IconFilterOff size={16} aria-hidden />} onClick={() => onChange({})} style={{ justifySelf: "start" }}>
          {t(search.kind === "delivery" ? "of.delivery" : "clear")}
        </Button>
      )}
    </div>
  );
}
