// One incident: how grave, what, when, and the way to its end.
import type { IncidentView } from "@bindings/IncidentView";
import type { MissingFile } from "@bindings/MissingFile";
import { Box, Button, Group, Paper, Stack, Text } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { incidentWord } from "@kit/EventSentence";
import { Moment } from "@kit/Moment";
import { Person } from "@kit/Person";
import { Photos } from "@kit/Photos";
import { SeverityBadge } from "@kit/SeverityBadge";
import { ToneBadge } from "@kit/ToneBadge";
import { ResolveMany } from "./ResolveMany";

interface IncidentCardProps {
  incident: IncidentView;
  mayChange: boolean;
  /** The photos whose content is not at the depot. */
  missing?: readonly MissingFile[];
}

export function IncidentCard({ incident, mayChange, missing }: IncidentCardProps) {
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
            <Person of={incident.description} />
          </Text>
          <Text size="xs" c="dimmed" component="div">
            <Moment at={incident.reportedTimestamp} distance />
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
      {incident.photos.length > 0 && (
        <Box mt="xs">
          <Photos photos={incident.photos} deliveryId={incident.deliveryId} {...(missing !== undefined && { missing })} />
        </Box>
      )}
      {isResolving && <ResolveMany incidents={[incident]} onClose={() => setIsResolving(false)} />}
    </Paper>
  );
}
