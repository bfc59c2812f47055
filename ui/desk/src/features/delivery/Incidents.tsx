// What went wrong on a delivery: reported and resolved here.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import { Button, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { CommandModal } from "@kit/CommandModal";
import { useDialog } from "@kit/draft";
import { useForm } from "@kit/form";
import { Panel } from "@kit/Panel";
import { IncidentCard } from "../incident/IncidentCard";
import { IncidentFields, NO_INCIDENT, useIncidentType } from "./IncidentFields";

export function Incidents({ delivery, mayChange }: { delivery: DeliveryDetail; mayChange: boolean }) {
  const { t } = useTranslation("delivery");
  const [dialog, setDialog] = useDialog(`delivery.${delivery.id}`, ["incident"]);
  const report = mayChange && (
    <Button size="compact-sm" variant="default" onClick={() => setDialog("incident")}>
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
            <IncidentCard key={incident.id} incident={incident} mayChange={mayChange} missing={delivery.filesMissing} />
          ))}
        </Stack>
      )}
      {dialog === "incident" && <Report delivery={delivery} onClose={() => setDialog(undefined)} />}
    </Panel>
  );
}

function Report({ delivery, onClose }: { delivery: DeliveryDetail; onClose: () => void }) {
  const { t } = useTranslation("delivery");
  const form = useForm({ name: `delivery.${delivery.id}.incident`, initial: () => NO_INCIDENT });
  const incident = useIncidentType(form.fields);
  const report = () =>
    form.submit(
      {
        entity: "delivery",
        id: delivery.id,
        command: {
          type: "reportIncident",
          incidentId: form.id,
          incidentType: incident.incidentType,
          description: form.fields.description,
        },
      },
      { done: t("incident.reported", { destination: delivery.routeDestination }), onDone: onClose },
    );
  return (
    <CommandModal
      form={form}
      onClose={onClose}
      title={t("incident.report")}
      submit={t("incident.report")}
      canSubmit={incident.isComplete}
      onSubmit={report}
    >
      <IncidentFields fields={form.fields} set={form.set} />
    </CommandModal>
  );
}
