// What is asked of an incident that is reported at the desk.
import { Autocomplete, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { incidentWord } from "@kit/EventSentence";
import { filterOptions } from "@kit/selectFilter";
import { INCIDENT_TYPES } from "@kit/words";

export interface IncidentFieldsState {
  readonly written: string;
  readonly setWritten: (text: string) => void;
  readonly description: string;
  readonly setDescription: (text: string) => void;
  readonly words: readonly string[];
  /** The known type that somebody named in words, else what they wrote. */
  readonly incidentType: string;
  readonly isComplete: boolean;
  readonly clear: () => void;
}

export function useIncidentFields(): IncidentFieldsState {
  const { t: kit } = useTranslation("kit");
  const [written, setWritten] = useState("");
  const [description, setDescription] = useState("");
  const words = new Map(INCIDENT_TYPES.map((type) => [incidentWord(kit, type), type]));
  const wanted = written.trim();
  const known = [...words].find(([word]) => word.toLowerCase() === wanted.toLowerCase());
  return {
    written,
    setWritten,
    description,
    setDescription,
    words: [...words.keys()],
    incidentType: known?.[1] ?? wanted,
    isComplete: wanted !== "" && description.trim() !== "",
    clear: () => {
      setWritten("");
      setDescription("");
    },
  };
}

export function IncidentFields({ fields }: { fields: IncidentFieldsState }) {
  const { t } = useTranslation("delivery");
  return (
    <>
      <Autocomplete
        label={t("incident.type")}
        description={t("incident.typeHint")}
        placeholder={t("incident.typeExample")}
        data={[...fields.words]}
        filter={filterOptions}
        value={fields.written}
        onChange={fields.setWritten}
        openOnFocus={false}
        maxLength={100}
        required
        data-autofocus
      />
      <Textarea
        label={t("incident.description")}
        value={fields.description}
        onChange={(event) => fields.setDescription(event.currentTarget.value)}
        maxLength={2000}
        autosize
        minRows={3}
        required
      />
    </>
  );
}
