// A driver or a vehicle for one route. Those who are free in its time come first, with the time for which they are free.
import type { CrewChoice } from "@bindings/CrewChoice";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { useAsk, useDepotQuery } from "@kit/depot";
import { personWord } from "@kit/erased";
import { CHOICES_MOST, SearchSelect, useSearchText } from "@kit/SearchSelect";
import type { Choice, PickProps } from "@kit/SearchSelect";
import { StatusBadge } from "@kit/StatusBadge";
import { formatClock, localDay } from "@kit/time";

export type CrewPart = "driver" | "vehicle";

interface CrewPickProps extends PickProps {
  part: CrewPart;
  routeId: string;
  /** The delivery that changes its crew: its own booking is not in the way. */
  deliveryId?: string;
}

const NOBODY = "";

export function CrewPick({ part, routeId, deliveryId, ...rest }: CrewPickProps) {
  const { t } = useTranslation("kit");
  const [text, onSearch] = useSearchText();
  const kind = part === "driver" ? "Driver" : "Vehicle";
  const ask = useAsk();
  const asked = (wanted: string | null) =>
    ({ query: "crewChoices", kind, routeId, deliveryId: deliveryId ?? null, text: wanted, limit: CHOICES_MOST }) as const;
  const { data } = useDepotQuery(asked(text), { keepPrevious: true });
  const name = useCrewName(part, rest.value);
  const chosen = rest.value === null || name === undefined ? undefined : { value: rest.value, label: name };
  return (
    <SearchSelect
      {...rest}
      choices={data?.choices.map((choice) => choiceOf(t, part, choice, data.start))}
      chosen={chosen}
      onSearch={onSearch}
      find={async (wanted) => {
        const { choices, start } = await ask(asked(wanted));
        return choices.map((choice) => choiceOf(t, part, choice, start));
      }}
    />
  );
}

/** What a driver or a vehicle is called now. */
export function useCrewName(part: CrewPart, id: string | null): string | undefined {
  const { t } = useTranslation("kit");
  const driver = useDepotQuery({ query: "driver", id: id ?? NOBODY }, { enabled: part === "driver" && id !== null });
  const vehicle = useDepotQuery({ query: "vehicle", id: id ?? NOBODY }, { enabled: part === "vehicle" && id !== null });
  return part === "driver" ? driver.data && personWord(t, driver.data.name) : vehicle.data?.registration;
}

function choiceOf(t: TFunction<"kit">, part: CrewPart, choice: CrewChoice, start: string): Choice {
  const note = [personWord(t, choice.detail), ...(choice.available ? [freeWords(t, choice, start)] : [])];
  // The depot's words for the status fit the part that was asked for.
  const standing = { of: part, status: choice.status } as Parameters<typeof StatusBadge>[0];
  return {
    value: choice.id,
    label: part === "driver" ? personWord(t, choice.name) : choice.name,
    note: note.join(" · "),
    disabled: !choice.available,
    ...(!choice.available && { badge: <StatusBadge {...standing} /> }),
  };
}

/** For how long somebody is free around `start`, as far as that day goes. */
export function freeWords(t: TFunction<"kit">, { free, freeFrom, freeUntil }: CrewChoice, start: string): string {
  if (!free) return t("pick.booked");
  const isThatDay = (at: string | null): at is string => at !== null && localDay(new Date(at)) === localDay(new Date(start));
  if (isThatDay(freeFrom) && isThatDay(freeUntil)) return t("pick.freeBetween", { from: formatClock(freeFrom), until: formatClock(freeUntil) });
  if (isThatDay(freeFrom)) return t("pick.freeFrom", { from: formatClock(freeFrom) });
  if (isThatDay(freeUntil)) return t("pick.freeUntil", { until: formatClock(freeUntil) });
  return t("pick.free");
}
