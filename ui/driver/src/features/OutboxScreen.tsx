// What is at the depot and what is not, and every refusal with both sides and the driver's choice.
import { Button } from "@mantine/core";
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { formatMoment, isSameDay } from "@kit/time";
import type { OthersWork } from "../view";
import { ToneBadge } from "@kit/ToneBadge";
import { IconAlertTriangle, IconCheck, IconCloudUp, IconTrash } from "@tabler/icons-react";
import type { Icon } from "@tabler/icons-react";
import type { ToneName } from "@kit/tones";
import { isUnsent, occurredAt } from "../outbox/action";
import type { Action, ActionState, KeptFile, Refused } from "../outbox/action";
import { useDepotNow } from "../parts/now";
import { useKeeping } from "../parts/keeping";
import { Page } from "../parts/Page";
import { usePhone, usePhoneView } from "../phone";

const LOOKS: Readonly<Record<ActionState, { tone: ToneName; icon: Icon }>> = {
  waiting: { tone: "amber", icon: IconCloudUp },
  stored: { tone: "green", icon: IconCheck },
  refused: { tone: "red", icon: IconAlertTriangle },
  discarded: { tone: "neutral", icon: IconTrash },
};
/** The newest ones; the numbers above count all. */
const SHOWN = 100;

export function OutboxScreen() {
  const { t } = useTranslation("driver");
  const { actions, day, others, refused, refusedFiles, reach, waitingFiles } = usePhoneView();
  const now_ms = useDepotNow();
  // By the depot's clock where that is known: the phone's own may have been wrong when it was stamped.
  const isOfToday = (action: Action) => isSameDay(action.settledAt_ms ?? Date.parse(occurredAt(action)), now_ms);
  const shown = actions.filter((action) => isUnsent(action) || isOfToday(action));
  const counted = shown.filter(({ state }) => state !== "discarded");
  const stored = counted.filter(({ state }) => state === "stored").length;
  return (
    <Page title={t("outbox.title")} back="">
      <div>
        <p className="strong big">
          {shown.length === 0
            ? t("outbox.none")
            : stored === counted.length
              ? t("outbox.all", { count: stored })
              : t("outbox.some", { stored, total: counted.length })}
        </p>
        {waitingFiles > 0 && <p>{t("outbox.photos", { count: waitingFiles })}</p>}
        {reach === "outOfReach" ? (
          <p className="dim">{t("outbox.outOfReach")}</p>
        ) : (
          day !== undefined && <p className="dim">{t("outbox.confirmed", { count: day.actions.received })}</p>
        )}
      </div>
      {others.map((work) => (
        <Others key={work.owner.driverId} work={work} now_ms={now_ms} />
      ))}
      {refused.map((action) => (
        <Refusal key={action.order} action={action} now_ms={now_ms} />
      ))}
      {refusedFiles.map((file) => (
        <RefusedPicture key={file.hash} file={file} />
      ))}
      <ol className="list">
        {shown
          .filter(({ state }) => state !== "refused")
          .slice(-SHOWN)
          .toReversed()
          .map((action) => (
            <li key={action.order}>
              <div className="between">
                <span className="strong grow">{words(t, action)}</span>
                <ToneBadge {...LOOKS[action.state]}>{t(action.isLate === true ? "outbox.state.late" : `outbox.state.${action.state}`)}</ToneBadge>
              </div>
              <p className="dim" style={{ overflowWrap: "anywhere" }}>
                {formatMoment(occurredAt(action), now_ms)} · {action.where}
              </p>
            </li>
          ))}
      </ol>
    </Page>
  );
}

/** What another driver did on this phone and is not at the depot: whose it is, and what becomes of it. */
function Others({ work: { owner, actions, files, isSendable }, now_ms }: { work: OthersWork; now_ms: number }) {
  const { t } = useTranslation("driver");
  const name = owner.driverName;
  return (
    <section className="card" data-tone="amber" aria-label={t("outbox.others.title", { name })}>
      <h2 className="strong" style={{ margin: 0, fontSize: 18, overflowWrap: "anywhere" }}>
        {t("outbox.others.title", { name })}
      </h2>
      <p>{t(isSendable ? "outbox.others.sent" : "outbox.others.held", { name })}</p>
      <ul className="list" style={{ marginTop: 8 }}>
        {actions.map((action) => (
          <li key={action.order}>
            <div className="between">
              <span className="strong grow">{words(t, action)}</span>
              <ToneBadge {...LOOKS[action.state]}>{t(`outbox.state.${action.state}`)}</ToneBadge>
            </div>
            <p className="dim" style={{ overflowWrap: "anywhere" }}>
              {formatMoment(occurredAt(action), now_ms)} · {action.where}
            </p>
            {action.refusal !== undefined && <p>{reasonIn(t, action.refusal)}</p>}
          </li>
        ))}
      </ul>
      {files > 0 && <p>{t("outbox.photos", { count: files })}</p>}
    </section>
  );
}

function Refusal({ action, now_ms }: { action: Action; now_ms: number }) {
  const { t } = useTranslation("driver");
  const { t: kit } = useTranslation("kit");
  const phone = usePhone();
  const { actions, day } = usePhoneView();
  const there = day?.deliveries.find(({ id }) => id === action.deliveryId);
  const held = actions.filter(
    ({ deliveryId, order, state }) => deliveryId === action.deliveryId && order > action.order && state === "waiting",
  ).length;
  return (
    <section className="card" data-tone="red">
      <h2 className="strong" style={{ margin: 0, fontSize: 18 }}>
        {t("outbox.refused.title")}
      </h2>
      <p className="dim" style={{ overflowWrap: "anywhere" }}>
        {action.where}
      </p>
      <p style={{ marginTop: 8 }}>
        <span className="strong">{t("outbox.refused.yours")}:</span> {words(t, action)},{" "}
        {formatMoment(occurredAt(action), now_ms)}
      </p>
      {action.refusal !== undefined && (
        <p>
          <span className="strong">{t("outbox.refused.theirs")}:</span> {reasonIn(t, action.refusal)}
        </p>
      )}
      <p>
        {there === undefined
          ? t("outbox.refused.gone")
          : t("outbox.refused.now", { status: kit(`status.delivery.${there.status}`, { defaultValue: there.status }) })}
      </p>
      {held > 0 && <p>{t("outbox.refused.held", { count: held })}</p>}
      <Choice
        lost={t("outbox.discard.action", { what: words(t, action), where: action.where, count: action.files.length })}
        files={() => phone.outbox.filesOf(action.order)}
        onRetry={() => phone.outbox.retry(action.order)}
        onDiscard={() => phone.outbox.discard(action.order)}
      />
    </section>
  );
}

function RefusedPicture({ file }: { file: KeptFile }) {
  const { t } = useTranslation("driver");
  const phone = usePhone();
  const action = usePhoneView().actions.find(({ order }) => order === file.action);
  const isSignature = action?.command.type === "captureProof" && action.command.signature?.hash === file.hash;
  const what = t(isSignature ? "outbox.refused.signature" : "outbox.refused.picture");
  return (
    <section className="card" data-tone="red">
      <h2 className="strong" style={{ margin: 0, fontSize: 18 }}>
        {what}: {t("outbox.refused.title")}
      </h2>
      {action !== undefined && (
        <p className="dim" style={{ overflowWrap: "anywhere" }}>
          {words(t, action)} · {action.where}
        </p>
      )}
      {file.refusal !== undefined && <p>{reasonIn(t, file.refusal)}</p>}
      <Choice
        lost={t("outbox.discard.file", { what, where: action?.where ?? "" })}
        files={() => Promise.resolve([file])}
        onRetry={() => phone.outbox.retryFile(file.hash)}
        onDiscard={() => phone.outbox.discardFile(file.hash)}
      />
    </section>
  );
}

interface ChoiceProps {
  /** What is gone for good once it is discarded. */
  lost: string;
  files: () => Promise<readonly KeptFile[]>;
  onRetry: () => Promise<void>;
  onDiscard: () => Promise<void>;
}

/** Discarding cannot be undone: it is asked about apart, says what is lost, and offers a copy first. */
function Choice({ lost, files, onRetry, onDiscard }: ChoiceProps) {
  const { t } = useTranslation("driver");
  const { keep, trouble } = useKeeping();
  const [isAsking, setIsAsking] = useState(false);
  const [copies, setCopies] = useState<readonly KeptFile[]>([]);
  const ask = () => {
    setIsAsking(true);
    void files().then(setCopies, () => setCopies([]));
  };
  if (!isAsking) {
    return (
      <>
        <div className="row" style={{ marginTop: 12 }}>
          <Button variant="default" h={56} px={8} onClick={() => void keep(onRetry)}>
            {t("outbox.refused.retry")}
          </Button>
          <Button variant="default" h={56} px={8} onClick={ask}>
            {t("outbox.refused.discard")}
          </Button>
        </div>
        {trouble}
      </>
    );
  }
  return (
    <div role="alertdialog" aria-label={t("outbox.discard.title")} style={{ marginTop: 12 }}>
      <p className="strong">{t("outbox.discard.title")}</p>
      <p style={{ overflowWrap: "anywhere" }}>{lost}</p>
      <p>{t("outbox.discard.only")}</p>
      {/* Where the finger was a moment ago is the way back. */}
      <Button fullWidth h={56} mt="sm" onClick={() => setIsAsking(false)}>
        {t("outbox.discard.keep")}
      </Button>
      {copies.map((file, index) => (
        <Button key={file.hash} variant="default" fullWidth h={56} mt="sm" onClick={() => saveCopy(file)}>
          {t("outbox.discard.copy", { number: index + 1, count: copies.length })}
        </Button>
      ))}
      <Button variant="outline" color="red.9" fullWidth h={56} mt="xl" onClick={() => void keep(onDiscard)}>
        {t("outbox.discard.forGood")}
      </Button>
      {trouble}
    </div>
  );
}

/** Hands a picture to the phone's own downloads. */
function saveCopy({ content, hash, ref: { mediaType } }: KeptFile): void {
  if (content === null) return;
  const url = URL.createObjectURL(new Blob([content], { type: mediaType }));
  const link = document.createElement("a");
  const ending = mediaType === "image/svg+xml" ? "svg" : mediaType.replace("image/", "");
  Object.assign(link, { href: url, download: `${hash.slice(0, 12)}.${ending}` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** What the depot says, in the driver's language where the app knows the rule. */
function reasonIn(t: TFunction<"driver">, { code, detail, facts }: Refused): string {
  return t(`rule.${typeof facts["rule"] === "string" ? facts["rule"] : code}`, { ...facts, defaultValue: detail });
}

function words(t: TFunction<"driver">, { command }: Action): string {
  switch (command.type) {
    case "changeDeliveryStatus":
      if (command.status === "InTransit") return t("outbox.did.start");
      if (command.status === "OutForDelivery") return t("outbox.did.out");
      if (command.status === "PickedUp") return t("outbox.did.retry");
      return command.reason ? t("outbox.did.fail", { reason: command.reason }) : t("outbox.did.failPlain");
    case "reachCheckpoint":
      return t("outbox.did.reach", { sequence: command.sequence });
    case "reportIncident":
      return t("outbox.did.report", { type: t(`kit:incidentType.${command.incidentType}`, { defaultValue: command.incidentType }) });
    case "resolveIncident":
      return t("outbox.did.resolve");
    case "captureProof":
      return t("outbox.did.prove", { name: command.receiverName });
  }
}
