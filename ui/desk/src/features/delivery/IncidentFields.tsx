// What is asked of an incident that is reported at the desk.
import { Autocomplete, Textarea } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { incidentWord } from "@kit/EventSentence";
import { filterOptions } from "@kit/selectFilter";
import { INCIDENT_TYPES } from "@kit/words";

export interface IncidentText {
  readonly written: string;
  readonly description: string;
}

export const NO_INCIDENT: IncidentText = { written: "", description: "" };

/** The known type that somebody named in words, else what they wrote; and whether nothing is missing. */
export function useIncidentType({ written, description }: IncidentText) {
  const { t } = useTranslation("kit");
  const wanted = written.trim();
  const known = INCIDENT_TYPES.find((type) => incidentWord(t, type).toLowerCase() === wanted.toLowerCase());
  return { incidentType: known ?? wanted, isComplete: wanted !== "" && description.trim() !== "" };
}

interface IncidentFieldsProps {
  fields: IncidentText;
  set: (changed: Partial<IncidentText>) => void;
}

export function IncidentFields({ fields, set }: IncidentFieldsProps) {
  const { t } = useTranslation("delivery");
  const { t: kit } = useTranslation("kit");
  return (
    <>
      <Autocomplete
        label={t("incident.type")}
        description={t("incident.typeHint")}
        placeholder={t("incident.typeExample")}
        data={[...new Set(INCIDENT_TYPES.map((type) => incidentWord(kit, type)))]}
        filter={filterOptions}
        value={fields.written}
        onChange={(written) => set({ written })}
        openOnFocus={false}
        maxLength={100}
        required
        data-autofocus
      />
      <Textarea
        label={t("incident.description")}
        value={fields.description}
        onChange={(event) => set({ description: event.currentTarget.value })}
        maxLength={2000}
        autosize
        minRows={3}
        required
      />
    </>
  );
}
