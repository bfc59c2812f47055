// One incident: how grave, what, when, and the way to its end.
import type { IncidentView } from "@bindings/IncidentView";
import { Button, Group, Paper, Stack, Text, Textarea } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "@kit/act";
import { CommandModal } from "@kit/CommandModal";
import { journey } from "@kit/EntityLink";
import { incidentWord } from "@kit/EventSentence";
import { LinkAnchor } from "@kit/links";
import { Moment } from "@kit/Moment";
import { SeverityBadge } from "@kit/SeverityBadge";
import { ToneBadge } from "@kit/ToneBadge";

interface IncidentCardProps {
  incident: IncidentView;
  mayChange: boolean;
  /** Where the delivery is not on the page already. */
  showsDelivery?: boolean;
}

export function IncidentCard({ incident, mayChange, showsDelivery = false }: IncidentCardProps) {
  const { t } = useTranslation("incident");
  const { t: kit } = useTranslation("kit");
  const [isResolving, setIsResolving] = useState(false);
  return (
    <Paper withBorder radius="md" p="sm" component="article" bg="var(--depot-surface)">
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <Stack gap={4} miw={0}>
          <Group gap={8}>
            {incident.resolved ? (
              <ToneBadge tone="green" icon={IconCircleCheck}>
                {t("resolved")}
              </ToneBadge>
            ) : (
              <SeverityBadge severity={incident.severity} />
            )}
            <Text fw={600} size="sm">
              {incidentWord(kit, incident.type)}
            </Text>
          </Group>
          <Text size="sm" style={{ overflowWrap: "anywhere", whiteSpace: "pre-line" }}>
            {incident.description}
          </Text>
          <Text size="xs" c="dimmed" component="div">
            <Moment at={incident.reportedTimestamp} distance />
            {showsDelivery && <Where incident={incident} />}
            {incident.resolvedTimestamp !== null && (
              <>
                {" · "}
                {t("resolvedAt")} <Moment at={incident.resolvedTimestamp} />
                {incident.note !== null && `: ${incident.note}`}
              </>
            )}
          </Text>
        </Stack>
        {mayChange && !incident.resolved && (
          <Button size="compact-sm" variant="default" onClick={() => setIsResolving(true)}>
            {t("resolve")}
          </Button>
        )}
      </Group>
      <Resolve incident={incident} isOpen={isResolving} onClose={() => setIsResolving(false)} />
    </Paper>
  );
}

function Where({ incident }: { incident: IncidentView }) {
  const crew = [incident.driverName, incident.vehicleNo].filter((name) => name !== null).join(", ");
  return (
    <>
      {" · "}
      <LinkAnchor to="/deliveries/$deliveryId" params={{ deliveryId: incident.deliveryId }} inherit>
        {journey(incident.routeOrigin, incident.routeDestination)}
      </LinkAnchor>
      {crew !== "" && ` · ${crew}`}
    </>
  );
}

function Resolve({ incident, isOpen, onClose }: { incident: IncidentView; isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation("incident");
  const act = useAct(t("done"));
  const [note, setNote] = useState("");
  const resolve = () =>
    act.run(
      {
        entity: "delivery",
        id: incident.deliveryId,
        command: { type: "resolveIncident", incidentId: incident.id, note: note.trim() === "" ? null : note },
      },
      { onDone: onClose },
    );
  return (
    <CommandModal isOpen={isOpen} onClose={onClose} title={t("title.resolve")} submit={t("resolve")} act={act} onSubmit={resolve}>
      <Text size="sm">{incident.description}</Text>
      <Textarea label={t("note")} value={note} onChange={(event) => setNote(event.currentTarget.value)} maxLength={2000} autosize minRows={2} data-autofocus />
    </CommandModal>
  );
}
