// What proves a delivery, on paper: what was planned and what happened by the device's clock and by the depot's, who
// received it, and the signature and photos that show it.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import type { EventView } from "@bindings/EventView";
import { IconArrowLeft } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useDepotQuery, useTransport } from "@kit/depot";
import { journey } from "@kit/Journey";
import { incidentWord } from "@kit/EventSentence";
import { durationOf } from "@kit/LateBadge";
import { LinkAnchor } from "@kit/links";
import { Loaded } from "@kit/Loaded";
import { Person } from "@kit/Person";
import { formatFull, formatMoment, formatSpan, minutesBetween } from "@kit/time";
import { Facts, Part, Sheet } from "./Sheet";
import classes from "./Sheet.module.css";

const route = getRouteApi("/print/proof/$deliveryId");
/** The most that can be asked for; a delivery has about ten. */
const EVENTS_MOST = 500;
/** Seen from there every day is told with its year, as a paper wants it that is read years later. */
const LONG_AGO_MS = 0;

export function ProofSheetPage() {
  const { deliveryId } = route.useParams();
  const { t } = useTranslation("print");
  const delivery = useDepotQuery({ query: "delivery", id: deliveryId });
  const history = useDepotQuery({ query: "events", entityId: deliveryId, limit: EVENTS_MOST });
  const tools = (
    <LinkAnchor to="/deliveries/$deliveryId" params={{ deliveryId }} size="sm">
      <IconArrowLeft size={14} aria-hidden /> {t("proof.back")}
    </LinkAnchor>
  );
  return (
    <Loaded of={delivery} lines={8}>
      {(found) => (
        <Sheet title={t("proof.title")} subtitle={journey(found.routeOrigin, found.routeDestination)} tools={tools}>
          <Loaded of={history}>{({ items }) => <Proven delivery={found} events={items} />}</Loaded>
        </Sheet>
      )}
    </Loaded>
  );
}

interface ProvenProps {
  delivery: DeliveryDetail;
  events: readonly EventView[];
}

function Proven({ delivery, events }: ProvenProps) {
  const { t } = useTranslation("print");
  const { t: kit } = useTranslation("kit");
  const start_ms = Date.parse(delivery.scheduledStartTime);
  return (
    <>
      <div className={classes["part"]}>
        <Facts
          of={[
            [t("status"), <b key="status">{kit(`status.delivery.${delivery.status}`)}</b>],
            [t("run.planned"), formatSpan(delivery.scheduledStartTime, delivery.scheduledEndTime, LONG_AGO_MS)],
            [t("driver"), delivery.driverName === null ? t("none") : <Person key="driver" of={delivery.driverName} />],
            ...(delivery.driverLicense === null ? [] : ([[t("run.licence"), <Person key="licence" of={delivery.driverLicense} />]] as const)),
            [t("vehicle"), delivery.vehicleNo === null ? t("none") : [delivery.vehicleNo, delivery.vehicleType].join(" · ")],
            [t("proof.reference"), <span key="id" className={classes["mono"]}>{delivery.id}</span>],
          ]}
        />
      </div>
      <Receipt delivery={delivery} events={events} />
      <Part title={t("proof.stops")}>
        <table className={classes["table"]}>
          <thead>
            <tr>
              <th style={{ width: "8mm" }}>{t("stop.number")}</th>
              <th>{t("stop.location")}</th>
              <th className={classes["time"]}>{t("stop.planned")}</th>
              <th className={classes["time"]}>{t("stop.reached")}</th>
              <th className={classes["time"]}>{t("stop.recorded")}</th>
              <th className={classes["time"]}>{t("stop.difference")}</th>
            </tr>
          </thead>
          <tbody>
            {delivery.plan.map((stop) => (
              <tr key={stop.sequence}>
                <td>{stop.sequence}</td>
                <td>{stop.location}</td>
                <td className={classes["time"]}>{formatMoment(stop.expectedTime, start_ms)}</td>
                <td className={classes["time"]}>{stop.reachedAt === null ? t("none") : formatMoment(stop.reachedAt, start_ms)}</td>
                <td className={classes["time"]}>{recordedAt(events, stop.sequence, start_ms) ?? t("none")}</td>
                <td className={classes["time"]}>{stop.reachedAt !== null && <Difference from={stop.expectedTime} to={stop.reachedAt} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <p className={classes["small"]}>{t("proof.clocks")}</p>
      </Part>
      {delivery.incidents.length > 0 && (
        <Part title={t("proof.incidents")}>
          <table className={classes["table"]}>
            <tbody>
              {delivery.incidents.map((incident) => (
                <tr key={incident.id}>
                  <td className={classes["time"]}>{formatMoment(incident.reportedTimestamp, start_ms)}</td>
                  <td>
                    <b>{incidentWord(kit, incident.type)}</b> <Person of={incident.description} />
                  </td>
                  <td style={{ width: "50mm" }}>
                    {incident.resolvedTimestamp === null
                      ? t("proof.open")
                      : t("proof.resolved", { at: formatMoment(incident.resolvedTimestamp, start_ms) })}
                    {incident.note !== null && <div>{incident.note}</div>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Part>
      )}
      <Photos delivery={delivery} />
    </>
  );
}

function Receipt({ delivery, events }: ProvenProps) {
  const { t } = useTranslation("print");
  const transport = useTransport();
  const { receiverName, signature, signatureUrl } = delivery;
  if (receiverName === null) return <Part title={t("proof.receipt")}>{t("proof.missing")}</Part>;
  const captured = events.find(({ type }) => type === "ProofOfDeliveryCaptured");
  const actor = captured?.actorName ?? (captured?.actor === "desk" ? t("proof.desk") : t("proof.device"));
  return (
    <Part title={t("proof.receipt")}>
      <Facts
        of={[
          [t("proof.receiver"), <b key="receiver"><Person of={receiverName} /></b>],
          ...(captured === undefined
            ? []
            : ([
                [t("proof.byDevice"), formatFull(captured.occurredAt)],
                [t("proof.byDepot"), formatFull(captured.recordedAt)],
                [t("proof.toldBy"), actor],
                [t("proof.event"), t("proof.eventNumber", { sequence: captured.sequence })],
              ] as const)),
          ...(signatureUrl === null ? [] : ([[t("proof.signatureUrl"), <span key="url" className={classes["mono"]}>{signatureUrl}</span>]] as const)),
        ]}
      />
      {signature !== null && (
        <>
          <img className={classes["signature"]} src={transport.fileUrl(signature.hash)} alt={t("proof.signatureOf", { receiver: receiverName })} />
          <FileHash hash={signature.hash} />
        </>
      )}
    </Part>
  );
}

function Photos({ delivery: { photos } }: { delivery: DeliveryDetail }) {
  const { t } = useTranslation("print");
  const transport = useTransport();
  if (photos.length === 0) return null;
  return (
    <section className={classes["part"]} style={{ breakInside: "auto" }}>
      <h2>{t("proof.photos")}</h2>
      <div className={classes["photos"]}>
        {photos.map(({ hash }, index) => (
          <figure key={hash}>
            <img src={transport.fileUrl(hash)} alt={t("proof.photo", { number: index + 1 })} />
            <FileHash hash={hash} />
          </figure>
        ))}
      </div>
    </section>
  );
}

/** By it the file can be found, and seen to be the one that was handed in. */
function FileHash({ hash }: { hash: string }) {
  return <div className={classes["mono"]}>SHA-256 {hash}</div>;
}

function recordedAt(events: readonly EventView[], sequence: number, start_ms: number): string | undefined {
  const reached = events.find(({ type, data }) => type === "CheckpointReached" && data["sequence"] === sequence);
  return reached && formatMoment(reached.recordedAt, start_ms);
}

function Difference({ from, to }: { from: string; to: string }) {
  const { t } = useTranslation("print");
  const { t: kit } = useTranslation("kit");
  const minutes = minutesBetween(from, to);
  if (minutes === 0) return t("stop.punctual");
  return t(minutes > 0 ? "stop.late" : "stop.early", { duration: durationOf(kit, Math.abs(minutes)) });
}
