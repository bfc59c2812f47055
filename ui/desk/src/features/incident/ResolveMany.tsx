// Resolves one incident or many with one note.
import type { IncidentView } from "@bindings/IncidentView";
import { Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { BatchModal } from "@kit/BatchModal";
import { useDraft } from "@kit/draft";
import { journey } from "@kit/Journey";
import { personWord } from "@kit/erased";
import { incidentWord } from "@kit/EventSentence";

interface ResolveManyProps {
  incidents: readonly IncidentView[];
  /** Told of those that were not resolved, by `incidentKey`. */
  onClose: (left: readonly string[]) => void;
}

export function ResolveMany({ incidents, onClose }: ResolveManyProps) {
  const { t } = useTranslation("incident");
  const { t: kit } = useTranslation("kit");
  const draft = useDraft(`incidents.resolve.${incidents.length === 1 ? incidents.map(incidentKey).join("") : "many"}`, () => ({ fields: { note: "" } }));
  const { note } = draft.fields;
  // As they were when the dialog opened: what is resolved leaves the list behind it.
  const [shown] = useState(incidents);
  const items = shown.map((incident) => ({
    key: incidentKey(incident),
    name: incidentWord(kit, incident.type),
    detail: `${personWord(kit, incident.description)} · ${journey(incident.routeOrigin, incident.routeDestination)}`,
    incident,
  }));
  return (
    <BatchModal
      items={items}
      draft={draft}
      title={t("title.resolve", { count: items.length })}
      submit={(count) => t("resolveCount", { count })}
      order={({ incident: { id, deliveryId } }) => ({
        command: {
          entity: "delivery",
          id: deliveryId,
          command: { type: "resolveIncident", incidentId: id, note: note.trim() === "" ? null : note },
        },
      })}
      onClose={onClose}
    >
      <Textarea
        label={t(items.length === 1 ? "note" : "noteForAll")}
        value={note}
        onChange={(event) => draft.set({ note: event.currentTarget.value })}
        maxLength={2000}
        autosize
        minRows={2}
        data-autofocus
      />
    </BatchModal>
  );
}

/** Two deliveries may use one id for an incident each. */
export function incidentKey({ deliveryId, id }: Pick<IncidentView, "deliveryId" | "id">): string {
  return `${deliveryId}/${id}`;
}
