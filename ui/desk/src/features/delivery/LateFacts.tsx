// What phones reported that a delivery could not take any more: who did what and when, with its pictures, until somebody decides.
import type { LateFactView } from "@bindings/LateFactView";
import { Button, Group, Image, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "@kit/act";
import { useDepotQuery, useMayChange, useTransport } from "@kit/depot";
import { DriverName } from "@kit/EntityLink";
import { deedWords } from "@kit/EventSentence";
import { journey } from "@kit/Journey";
import { LinkAnchor } from "@kit/links";
import { Moment } from "@kit/Moment";
import { Panel } from "@kit/Panel";
import { MissingPicture } from "@kit/MissingPicture";
import { Photos } from "@kit/Photos";
import { Refusal } from "@kit/Refusal";

const NOTE_MAX_CHARS = 2000;

interface LateFactsProps {
  /** Of one delivery, settled ones as well; of all of them, what is not settled. */
  deliveryId?: string;
}

/** Nothing where there is nothing. */
export function LateFacts({ deliveryId }: LateFactsProps) {
  const { t } = useTranslation("kit");
  const facts = useDepotQuery({ query: "lateFacts", ...(deliveryId !== undefined && { deliveryId }) });
  if (facts.data === undefined || facts.data.length === 0) return null;
  return (
    <Panel title={t("lateFact.title")}>
      <Text size="sm" c="dimmed" mb="sm">
        {t("lateFact.hint")}
      </Text>
      <Stack gap="md" component="ol" m={0} p={0} style={{ listStyle: "none" }}>
        {facts.data.map((fact) => (
          <Fact key={fact.factId} fact={fact} isOnItsPage={deliveryId !== undefined} />
        ))}
      </Stack>
    </Panel>
  );
}

function Fact({ fact, isOnItsPage }: { fact: LateFactView; isOnItsPage: boolean }) {
  const { t } = useTranslation("kit");
  const transport = useTransport();
  const mayChange = useMayChange();
  const [isSettling, setSettling] = useState(false);
  const { deliveryId, driverId, presentDriverName, deed, location, cause, words, at, uncertain, filesAwaited, settledAt, note } = fact;
  const missing = filesAwaited.map((hash) => ({ hash, since: at, from: fact.driverName, closed: null }));
  const what = deedWords(t, deed, words);
  const signature = words?.signature;
  const missingSignature = missing.find(({ hash }) => hash === signature?.hash);
  const photos = words?.photos ?? [];
  return (
    <li>
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div style={{ minWidth: 0 }}>
          <Text size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
            <DriverName id={driverId} />: {what}
            {location !== null && ` · ${location}`}
          </Text>
          {!isOnItsPage && (
            <LinkAnchor to="/deliveries/$deliveryId" params={{ deliveryId }} size="sm">
              {journey(fact.routeOrigin, fact.routeDestination)}
            </LinkAnchor>
          )}
          <Text size="xs" c="dimmed">
            <Moment at={at} />
            {uncertain && ` · ${t("history.uncertain")}`} · {t(`lateFact.cause.${cause}`)}{" "}
            {t("lateFact.now", { driver: presentDriverName ?? t("lateFact.nobody") })}
          </Text>
          {settledAt !== null && (
            <Text size="xs">
              {t("lateFact.done")} <Moment at={settledAt} />
              {note !== null && `: ${note}`}
            </Text>
          )}
        </div>
        {mayChange && settledAt === null && (
          <Button size="compact-sm" variant="default" style={{ flex: "none" }} aria-label={t("lateFact.settleOf", { deed: what })} onClick={() => setSettling(true)}>
            {t("lateFact.settle")}
          </Button>
        )}
      </Group>
      {signature !== undefined &&
        (missingSignature !== undefined ? (
          <MissingPicture deliveryId={deliveryId} file={missingSignature} />
        ) : (
          <Image
            src={transport.fileUrl(signature.hash)}
            alt={t("lateFact.signature", { receiver: words?.receiverName ?? "" })}
            // Ink is dark on nothing, so it needs paper beneath it on a dark screen.
            bg="white"
            h={96}
            w="auto"
            fit="contain"
            radius="sm"
            mt="xs"
          />
        ))}
      {photos.length > 0 && <Photos photos={photos} deliveryId={deliveryId} missing={missing} />}
      {isSettling && <Settle fact={fact} what={what} onClose={() => setSettling(false)} />}
    </li>
  );
}

function Settle({ fact: { deliveryId, factId }, what, onClose }: { fact: LateFactView; what: string; onClose: () => void }) {
  const { t } = useTranslation("kit");
  const [note, setNote] = useState("");
  const settle = useAct(t("lateFact.done"));
  const text = note.trim();
  const run = () =>
    settle.run(
      { entity: "delivery", id: deliveryId, command: { type: "settleLateFact", factId, ...(text !== "" && { note: text }) } },
      { onDone: onClose },
    );
  return (
    <Modal opened onClose={onClose} title={t("lateFact.settleOf", { deed: what })} centered>
      <Textarea
        label={t("lateFact.note")}
        description={t("lateFact.noteHint")}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
        maxLength={NOTE_MAX_CHARS}
        autosize
        minRows={2}
        data-autofocus
      />
      <Refusal problem={settle.problem} />
      <Group justify="flex-end" mt="md">
        <Button loading={settle.isBusy} onClick={run}>
          {t("lateFact.done")}
        </Button>
      </Group>
    </Modal>
  );
}
