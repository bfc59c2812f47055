// What went wrong on a delivery: reported and resolved here.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import { Button, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "@kit/act";
import { CommandModal } from "@kit/CommandModal";
import { newId } from "@kit/ids";
import { Panel } from "@kit/Panel";
import { IncidentCard } from "../incident/IncidentCard";
import { IncidentFields, useIncidentFields } from "./IncidentFields";

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
            <IncidentCard key={incident.id} incident={incident} mayChange={mayChange} awaited={delivery.filesAwaited} />
          ))}
        </Stack>
      )}
      <Report delivery={delivery} isOpen={isReporting} onClose={() => setIsReporting(false)} />
    </Panel>
  );
}

function Report({ delivery, isOpen, onClose }: { delivery: DeliveryDetail; isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation("delivery");
  const act = useAct(t("incident.reported", { destination: delivery.routeDestination }));
  const fields = useIncidentFields();
  const close = () => {
    fields.clear();
    onClose();
  };
  const report = () =>
    act.run(
      {
        entity: "delivery",
        id: delivery.id,
        command: {
          type: "reportIncident",
          incidentId: newId(),
          incidentType: fields.incidentType,
          description: fields.description,
        },
      },
      { onDone: close },
    );
  return (
    <CommandModal
      isOpen={isOpen}
      onClose={close}
      title={t("incident.report")}
      submit={t("incident.report")}
      canSubmit={fields.isComplete}
      act={act}
      onSubmit={report}
    >
      <IncidentFields fields={fields} />
    </CommandModal>
  );
}
