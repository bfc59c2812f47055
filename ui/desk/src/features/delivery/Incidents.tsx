// What went wrong on a delivery: reported and resolved here.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import { Autocomplete, Button, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "@kit/act";
import { CommandModal } from "@kit/CommandModal";
import { incidentWord } from "@kit/EventSentence";
import { newId } from "@kit/ids";
import { Panel } from "@kit/Panel";
import { INCIDENT_TYPES } from "@kit/words";
import { IncidentCard } from "../incident/IncidentCard";

export function Incidents({ delivery, mayChange }: { delivery: DeliveryDetail; mayChange: boolean }) {
  const { t } = useTranslation("delivery");
  const [isReporting, setIsReporting] = useState(false);
  const report = mayChange && (
    <Button size="compact-sm" variant="default" onClick={() => setIsReporting(true)}>
      {t("incident.report")}
    </Button>
  );
  return (
    <Panel title={t("incident.title")} action={report}>
      {delivery.incidents.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t("incident.none")}
        </Text>
      ) : (
        <Stack gap="sm">
          {delivery.incidents.map((incident) => (
            <IncidentCard key={incident.id} incident={incident} mayChange={mayChange} />
          ))}
        </Stack>
      )}
      <Report deliveryId={delivery.id} isOpen={isReporting} onClose={() => setIsReporting(false)} />
    </Panel>
  );
}

function Report({ deliveryId, isOpen, onClose }: { deliveryId: string; isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation("delivery");
  const act = useAct(t("incident.reported"));
  const { t: kit } = useTranslation("kit");
  const [written, setWritten] = useState("");
  const [description, setDescription] = useState("");
  const close = () => {
    setWritten("");
    setDescription("");
    onClose();
  };
  const words = new Map(INCIDENT_TYPES.map((type) => [incidentWord(kit, type), type]));
  const report = () =>
    act.run(
      {
        entity: "delivery",
        id: deliveryId,
        command: { type: "reportIncident", incidentId: newId(), incidentType: typeOf(words, written), description },
      },
      { onDone: close },
    );
  return (
    <CommandModal
      isOpen={isOpen}
      onClose={close}
      title={t("incident.report")}
      submit={t("incident.report")}
      canSubmit={written.trim() !== "" && description.trim() !== ""}
      act={act}
      onSubmit={report}
    >
      <Autocomplete
        label={t("incident.type")}
        description={t("incident.typeHint")}
        placeholder={t("incident.typeExample")}
        data={[...words.keys()]}
        value={written}
        onChange={setWritten}
        openOnFocus={false}
        maxLength={100}
        required
        data-autofocus
      />
      <Textarea
        label={t("incident.description")}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
        maxLength={2000}
        autosize
        minRows={3}
        required
      />
    </CommandModal>
  );
}

/** The known type that somebody named in words, else what they wrote. */
function typeOf(words: ReadonlyMap<string, string>, text: string): string {
  const wanted = text.trim();
  const known = [...words].find(([word]) => word.toLowerCase() === wanted.toLowerCase());
  return known?.[1] ?? wanted;
}
