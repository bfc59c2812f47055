// One delivery: where it goes, how it stands, and the next step as one big button.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import type { PlannedCheckpoint } from "@bindings/PlannedCheckpoint";
import { Button } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconCircleX, IconMapPin } from "@tabler/icons-react";
import type { TFunction } from "i18next";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { personWord } from "@kit/erased";
import { durationOf, LateBadge } from "@kit/LateBadge";
import { StatusBadge } from "@kit/StatusBadge";
import { formatMoment, minutesBetween } from "@kit/time";
import type { DriverCommand } from "../depot/contract";
import { go } from "../navigation";
import { useDepotNow } from "../parts/now";
import { useKeeping } from "../parts/keeping";
import { Page } from "../parts/Page";
import { usePhone, usePhoneView } from "../phone";
import { commandOf, isEarly, isEnded, reachCommand, stepOf, whereOf } from "./step";
import type { Step } from "./step";

/** How long a step stays confirmed before the next is offered: a second tap by a wet glove must not take two. */
const CONFIRMED_MS = 1_500;
/** How long a start can be taken back before it is sent. */
const HOLD_START_MS = 5_000;

export function DeliveryScreen({ delivery }: { delivery: DeliveryDetail }) {
  const { t } = useTranslation("driver");
  const { t: kit } = useTranslation("kit");
  const phone = usePhone();
  const { actions, refused, sharing } = usePhoneView();
  const [isAsked, setIsAsked] = useState(false);
  const now_ms = useDepotNow();
  const { isKeeping, keep, trouble } = useKeeping();
  const [isConfirmed, setIsConfirmed] = useState(false);
  useEffect(() => {
    if (!isConfirmed) return;
    const timer = setTimeout(() => setIsConfirmed(false), CONFIRMED_MS);
    return () => clearTimeout(timer);
  }, [isConfirmed]);
  const act = async (command: DriverCommand) => {
    if (isConfirmed) return;
    const isStart = command.type === "changeDeliveryStatus" && command.status === "InTransit";
    if (isStart && !isAsked && isEarly(delivery, now_ms)) return setIsAsked(true);
    const hold = isStart ? { hold_ms: HOLD_START_MS } : {};
    const isKept = await keep(() => phone.act({ deliveryId: delivery.id, command, where: whereOf(delivery), ...hold }));
    setIsAsked(false);
    if (isKept) setIsConfirmed(true);
  };
  const undoable = actions.find(({ deliveryId, heldUntil_ms, state }) => deliveryId === delivery.id && state === "waiting" && heldUntil_ms !== undefined);
  const undo = async (order: number) => {
    await keep(() => phone.undo(order));
    setIsConfirmed(false);
  };
  const { id, lateSince, receiverName, deliveredAt } = delivery;
  return (
    <Page
      title={delivery.routeDestination}
      back=""
      foot={
        <>
          {trouble}
          {undoable !== undefined && (
            <Button variant="default" fullWidth h={56} onClick={() => void undo(undoable.order)}>
              {t("delivery.undoStart")}
            </Button>
          )}
          {isAsked ? (
            <EarlyStart
              delivery={delivery}
              now_ms={now_ms}
              isKeeping={isKeeping}
              onStart={() => void act({ type: "changeDeliveryStatus", status: "InTransit" })}
              onLeave={() => setIsAsked(false)}
            />
          ) : (
            <Foot delivery={delivery} isKeeping={isKeeping} isConfirmed={isConfirmed} onAct={(command) => void act(command)} />
          )}
        </>
      }
    >
      {refused.some(({ deliveryId }) => deliveryId === id) && (
        <button type="button" className="card between" data-tone="red" onClick={() => go("outbox")}>
          <span className="strong">{t("delivery.refused")}</span>
          <span>{t("delivery.refusedLook")}</span>
        </button>
      )}
      <div>
        <div className="wrap">
          <StatusBadge of="delivery" status={delivery.status} />
          {lateSince !== null && <LateBadge minutes={minutesBetween(lateSince, now_ms)} />}
        </div>
        <p className="strong big" style={{ marginTop: 8 }}>
          {delivery.routeDestination}
        </p>
        <p className="dim">
          {delivery.routeOrigin} · {formatMoment(delivery.scheduledStartTime, now_ms)}
          {delivery.vehicleNo !== null && ` · ${delivery.vehicleNo}`}
        </p>
        {receiverName !== null && <p>{t("delivery.receivedBy", { name: personWord(kit, receiverName) })}</p>}
        {deliveredAt !== null && <p className="dim">{t("delivery.deliveredAt", { time: formatMoment(deliveredAt, now_ms) })}</p>}
        {sharing === "on" && !isEnded(delivery) && (
          <p className="wrap dim">
            <IconMapPin size={18} aria-hidden />
            {t("position.now")}
          </p>
        )}
        {delivery.status === "Failed" && <p>{t("delivery.failedHint")}</p>}
      </div>
      {delivery.plan.length > 0 && (
        <>
          <h2 className="section">{t("delivery.checkpoints")}</h2>
          <ol className="list">
            {delivery.plan.map((checkpoint) => (
              <Stop
                key={checkpoint.sequence}
                checkpoint={checkpoint}
                now_ms={now_ms}
                {...(delivery.status === "InTransit" &&
                  !isNext(delivery, checkpoint) &&
                  !isConfirmed && { onReach: () => void act(reachCommand(delivery, checkpoint)) })}
              />
            ))}
          </ol>
        </>
      )}
      <Incidents delivery={delivery} now_ms={now_ms} onResolve={(command) => void act(command)} />
    </Page>
  );
}

function isNext(delivery: DeliveryDetail, checkpoint: PlannedCheckpoint): boolean {
  const step = stepOf(delivery);
  return step.kind === "reach" && step.checkpoint === checkpoint;
}

interface EarlyStartProps {
  delivery: DeliveryDetail;
  now_ms: number;
  isKeeping: boolean;
  onStart: () => void;
  onLeave: () => void;
}

/** Asks before a delivery is started long before its time. */
function EarlyStart({ delivery, now_ms, isKeeping, onStart, onLeave }: EarlyStartProps) {
  const { t } = useTranslation("driver");
  return (
    <div role="alertdialog" aria-labelledby="early-start">
      <p id="early-start" className="strong" style={{ marginBottom: 8 }}>
        {t("delivery.earlyAsk", { time: formatMoment(delivery.scheduledStartTime, now_ms) })}
      </p>
      <div className="row">
        <Button variant="default" h={60} fz={16} px={6} onClick={onLeave}>
          {t("delivery.notYet")}
        </Button>
        <Button h={60} fz={16} px={6} loading={isKeeping} onClick={onStart}>
          {t("delivery.startNow")}
        </Button>
      </div>
    </div>
  );
}

interface FootProps {
  delivery: DeliveryDetail;
  isKeeping: boolean;
  isConfirmed: boolean;
  onAct: (command: DriverCommand) => void;
}

function Foot({ delivery, isKeeping, isConfirmed, onAct }: FootProps) {
  const { t } = useTranslation("driver");
  const step = stepOf(delivery);
  const command = commandOf(step, delivery);
  const take = () => (command === undefined ? go(`deliveries/${delivery.id}/proof`) : onAct(command));
  return (
    <>
      <div role="status">
        {isConfirmed && (
          <p className="wrap strong" style={{ justifyContent: "center", minHeight: 64 }}>
            <IconCheck size={28} aria-hidden />
            {t("delivery.kept")}
          </p>
        )}
      </div>
      {!isConfirmed && step.kind === "noCrew" && <p className="dim">{t("delivery.noCrew")}</p>}
      {!isConfirmed && step.kind !== "none" && step.kind !== "noCrew" && (
        <Button
          fullWidth
          h="auto"
          mih={64}
          py={8}
          fz={20}
          variant={step.kind === "retry" ? "default" : "filled"}
          loading={isKeeping}
          onClick={take}
        >
          {words(t, step)}
        </Button>
      )}
      <div className="row">
        <Button
          variant="default"
          h={60}
          fz={15}
          px={6}
          leftSection={<IconAlertTriangle size={20} aria-hidden />}
          onClick={() => go(`deliveries/${delivery.id}/incident`)}
        >
          {t("delivery.problem")}
        </Button>
        {!isEnded(delivery) && (
          <Button
            variant="default"
            h={60}
            fz={15}
            px={6}
            leftSection={<IconCircleX size={20} aria-hidden />}
            onClick={() => go(`deliveries/${delivery.id}/failed`)}
          >
            {t("delivery.fail")}
          </Button>
        )}
      </div>
    </>
  );
}

function words(t: TFunction<"driver">, step: Step): string {
  return step.kind === "reach" ? t("delivery.reach", { location: step.checkpoint.location }) : t(`delivery.${step.kind}`);
}

interface StopProps {
  checkpoint: PlannedCheckpoint;
  now_ms: number;
  onReach?: () => void;
}

function Stop({ checkpoint: { sequence, location, expectedTime, reachedAt, uncertain }, now_ms, onReach }: StopProps) {
  const { t } = useTranslation("driver");
  const isReached = reachedAt !== null;
  return (
    <li className="stop">
      <span className="dot" data-reached={isReached}>
        {isReached ? <IconCheck size={20} aria-hidden /> : sequence}
      </span>
      <div className="grow">
        <p className="strong">{location}</p>
        <p className="dim">
          {t("delivery.planned", { time: formatMoment(expectedTime, now_ms) })}
          {isReached && ` · ${t("delivery.reachedAt", { time: formatMoment(reachedAt, now_ms) })}`}
        </p>
        {isReached && uncertain ? (
          <p className="dim">{t("delivery.uncertain")}</p>
        ) : (
          <Punctuality minutes={minutesBetween(expectedTime, reachedAt ?? now_ms)} isReached={isReached} />
        )}
      </div>
      {!isReached && onReach !== undefined && (
        <Button variant="default" h={52} px={12} aria-label={`${t("delivery.reachThis")}: ${location}`} onClick={onReach}>
          {t("delivery.reachThis")}
        </Button>
      )}
    </li>
  );
}

/** How early or late; of a checkpoint that is still to come only once it is late. */
function Punctuality({ minutes, isReached }: { minutes: number; isReached: boolean }) {
  const { t } = useTranslation("driver");
  const { t: kit } = useTranslation("kit");
  const duration = durationOf(kit, Math.abs(minutes));
  if (minutes > 0) return <p className="error">{t("delivery.late", { duration })}</p>;
  if (!isReached) return null;
  return <p className="dim">{minutes < 0 ? t("delivery.early", { duration }) : t("delivery.onTime")}</p>;
}

interface IncidentsProps {
  delivery: DeliveryDetail;
  now_ms: number;
  onResolve: (command: DriverCommand) => void;
}

function Incidents({ delivery, now_ms, onResolve }: IncidentsProps) {
  const { t } = useTranslation("driver");
  const { t: kit } = useTranslation("kit");
  if (delivery.incidents.length === 0) return null;
  return (
    <>
      <h2 className="section">{t("incident.list")}</h2>
      <ul className="list">
        {delivery.incidents.map(({ id, type, description, resolved, resolvedTimestamp, reportedTimestamp, photos }) => (
          <li key={id} className="card" {...(!resolved && { "data-tone": "amber" })}>
            <p className="strong">{kit(`incidentType.${type}`, { defaultValue: type })}</p>
            <p style={{ overflowWrap: "anywhere" }}>{personWord(kit, description)}</p>
            <p className="dim">
              {[formatMoment(reportedTimestamp, now_ms), photos.length > 0 && t("incident.photos", { count: photos.length })]
                .filter((part) => part !== false)
                .join(" · ")}
            </p>
            {resolved && resolvedTimestamp !== null && (
              <p className="dim">{t("incident.resolved", { time: formatMoment(resolvedTimestamp, now_ms) })}</p>
            )}
            {!resolved && (
              <Button
                variant="default"
                h={52}
                mt={8}
                fullWidth
                onClick={() => onResolve({ type: "resolveIncident", incidentId: id })}
              >
                {t("incident.resolve")}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
