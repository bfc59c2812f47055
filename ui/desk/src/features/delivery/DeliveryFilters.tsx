// What narrows the list of deliveries. All of it lives in the address, so a filtered list can be sent as a link.
import { Button, Chip, Group, Stack } from "@mantine/core";
import { DatePickerInput } from "@mantine/dates";
import { IconFilterOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useDayRangePresets } from "@kit/dayPresets";
import { DriverPick, RoutePick, VehiclePick } from "@kit/picks";
import { compact, wordsOf } from "@kit/search";
import { StatusChips } from "@kit/StatusChips";
import { TextFilter } from "@kit/TextFilter";
import { DELIVERY_STATUSES } from "@kit/words";
import classes from "./DeliveryFilters.module.css";
import { isFiltered, unfiltered } from "./search";
import type { DeliverySearch } from "./search";

interface DeliveryFiltersProps {
  search: DeliverySearch;
  onChange: (search: DeliverySearch) => void;
}

export function DeliveryFilters({ search, onChange }: DeliveryFiltersProps) {
  const { t } = useTranslation("delivery");
  const presets = useDayRangePresets();
  const set = (changed: { [Field in keyof DeliverySearch]?: DeliverySearch[Field] | undefined }) =>
    onChange(compact<DeliverySearch>({ ...search, ...changed } as Required<DeliverySearch>));
  const flag = (name: "open" | "late" | "atRisk" | "unassigned") => (
    <Chip size="xs" variant="outline" checked={search[name] === true} onChange={(on) => set({ [name]: on || undefined })}>
      {t(`filter.${name}`)}
    </Chip>
  );
  return (
    <Stack gap="xs" mb="md">
      <Group gap="6px 16px">
        <StatusChips
          of="delivery"
          label={t("filter.status")}
          statuses={DELIVERY_STATUSES}
          value={wordsOf(DELIVERY_STATUSES, search.status)}
          onChange={(statuses) => set({ status: statuses.join(",") || undefined })}
        />
        <Group gap={6} role="group" aria-label={t("filter.attention")}>
          {flag("open")}
          {flag("late")}
          {flag("atRisk")}
          {flag("unassigned")}
        </Group>
        {isFiltered(search) && (
          <Button
            size="compact-xs"
            variant="subtle"
            leftSection={<IconFilterOff size={14} aria-hidden />}
            onClick={() => onChange(unfiltered(search))}
          >
            {t("filter.clear")}
          </Button>
        )}
      </Group>
      <div className={classes["fields"]}>
        <TextFilter
          isFull
          label={t("filter.text")}
          value={search.text ?? ""}
          onChange={(text) => set({ text: text || undefined })}
        />
        <DatePickerInput
          type="range"
          allowSingleDateInRange
          aria-label={t("filter.days")}
          placeholder={t("filter.days")}
          valueFormat="D MMM"
          presets={presets}
          value={[search.from ?? null, search.to ?? null]}
          onChange={([from, to]) => set({ from: from ?? undefined, to: to ?? undefined })}
          clearable
          clearButtonProps={{ "aria-label": t("filter.clearDays") }}
        />
        <DriverPick
          hideLabel
          anyStatus
          label={t("filter.driver")}
          placeholder={t("filter.driver")}
          value={search.driver ?? null}
          onChange={(driver) => set({ driver: driver ?? undefined })}
        />
        <VehiclePick
          hideLabel
          anyStatus
          label={t("filter.vehicle")}
          placeholder={t("filter.vehicle")}
          value={search.vehicle ?? null}
          onChange={(vehicle) => set({ vehicle: vehicle ?? undefined })}
        />
        <RoutePick
          hideLabel
          label={t("filter.route")}
          placeholder={t("filter.route")}
          value={search.route ?? null}
          onChange={(route) => set({ route: route ?? undefined })}
        />
      </div>
    </Stack>
  );
}
