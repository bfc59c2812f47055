// Resolves one incident or many with one note. Each is a command of its own, so each says what became of it.
import type { IncidentView } from "@bindings/IncidentView";
import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { IconCircleCheck, IconLoader2 } from "@tabler/icons-react";
import { useState } from "react";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { useDepotCommand } from "@kit/depot";
import { journey } from "@kit/EntityLink";
import { incidentWord } from "@kit/EventSentence";
import { DepotError } from "@kit/problem";
import { Refusal } from "@kit/Refusal";
import { ToneBadge } from "@kit/ToneBadge";
import { Truncated } from "@kit/Truncated";

type Outcome = "busy" | "done" | DepotError;

interface ResolveManyProps {
  incidents: readonly IncidentView[];
  onClose: () => void;
}

export function ResolveMany({ incidents, onClose }: ResolveManyProps) {
  const { t } = useTranslation("incident");
  const { t: kit } = useTranslation("kit");
  const { mutateAsync } = useDepotCommand();
  // As they were when the dialog opened: what is resolved leaves the list behind it.
  const [shown] = useState(incidents);
  const [note, setNote] = useState("");
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome>>(new Map());
  const left = shown.filter(({ id }) => outcomes.get(id) !== "done");
  const isBusy = [...outcomes.values()].includes("busy");
  const set = (id: string, outcome: Outcome) => setOutcomes((known) => new Map(known).set(id, outcome));
  const resolve = async () => {
    let refused = 0;
    for (const { id, deliveryId } of left) {
      set(id, "busy");
      try {
        const command = { type: "resolveIncident", incidentId: id, note: note.trim() === "" ? null : note } as const;
        // One after the other: the depot stores many at once, but a person follows one at a time.
        // oxlint-disable-next-line no-await-in-loop
        await mutateAsync({ command: { entity: "delivery", id: deliveryId, command } });
        set(id, "done");
      } catch (error) {
        refused += 1;
        set(id, DepotError.from(error));
      }
    }
    // Of one, the page behind the dialog says enough.
    if (refused === 0 && shown.length === 1) onClose();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    if (!isBusy && left.length > 0) void resolve();
  };
  return (
    <Modal opened onClose={onClose} title={t("title.resolve", { count: shown.length })} size="lg" centered>
      <form onSubmit={submit} noValidate>
        <Stack>
          <Stack gap={6} component="ul" m={0} p={0} mah={280} style={{ listStyle: "none", overflowY: "auto" }}>
            {shown.map((incident) => (
              <li key={incident.id}>
                <Group justify="space-between" wrap="nowrap">
                  <div style={{ minWidth: 0 }}>
                    <Text size="sm" fw={600}>
                      {incidentWord(kit, incident.type)}
                    </Text>
                    <Truncated fz="xs" c="dimmed">{`${incident.description} · ${journey(incident.routeOrigin, incident.routeDestination)}`}</Truncated>
                  </div>
                  <Mark outcome={outcomes.get(incident.id)} />
                </Group>
                <Problem outcome={outcomes.get(incident.id)} />
              </li>
            ))}
          </Stack>
          {left.length > 0 && (
            <Textarea
              label={t(shown.length === 1 ? "note" : "noteForAll")}
              value={note}
              onChange={(event) => setNote(event.currentTarget.value)}
              maxLength={2000}
              autosize
              minRows={2}
              data-autofocus
            />
          )}
          <Text component="output" size="sm" c="dimmed">
            {outcomes.size > 0 && !isBusy && t("result", { done: shown.length - left.length, total: shown.length })}
          </Text>
          <Group justify="flex-end">
            <Button variant={left.length === 0 ? "filled" : "default"} onClick={onClose}>
              {left.length === 0 ? t("close") : kit("cancel")}
            </Button>
            {left.length > 0 && (
              <Button type="submit" loading={isBusy}>
                {t("resolveCount", { count: left.length })}
              </Button>
            )}
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function Mark({ outcome }: { outcome: Outcome | undefined }) {
  const { t } = useTranslation("incident");
  if (outcome === "busy") return <IconLoader2 size={16} aria-label={t("busy")} />;
  return outcome === "done" ? (
    <ToneBadge tone="green" icon={IconCircleCheck}>
      {t("resolved")}
    </ToneBadge>
  ) : null;
}

function Problem({ outcome }: { outcome: Outcome | undefined }) {
  return outcome instanceof DepotError ? <Refusal problem={outcome} /> : null;
}
