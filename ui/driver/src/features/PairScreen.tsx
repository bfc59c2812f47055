// A phone joins: the code of the QR picture is claimed, both screens show six digits, the dispatcher confirms.
import { Button, Loader } from "@mantine/core";
import { IconCheck, IconQrcode } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { newKey } from "@kit/ids";
import { DepotError } from "@kit/problem";
import type { Pairing } from "../depot/contract";
import { go } from "../navigation";
import type { Owner } from "../outbox/action";
import { isUnsent } from "../outbox/action";
import { usePhone, usePhoneView } from "../phone";
import type { Phone } from "../phone";
import { deviceName } from "../device";
import { VERSION } from "../version";

const ASK_AGAIN_MS = 1_000;

export function PairScreen() {
  const [attempt, setAttempt] = useState(0);
  return <Attempt key={attempt} onAgain={() => setAttempt(attempt + 1)} />;
}

function Attempt({ onAgain }: { onAgain: () => void }) {
  const { t } = useTranslation("driver");
  const phone = usePhone();
  const [pairing, setPairing] = useState<Pairing | "claiming">();
  const [problem, setProblem] = useState<DepotError>();
  useEffect(() => {
    const stop = new AbortController();
    void follow(phone, stop.signal, setPairing, setProblem);
    return () => stop.abort();
  }, [phone]);
  if (problem !== undefined) {
    const words = problem.code === "unauthenticated" ? t("pair.expired") : t("pair.other", { detail: problem.detail });
    return (
      <main className="centre">
        <h1>{problem.isUnreachable ? t("pair.outOfReach") : words}</h1>
        <Button h={56} fz={18} onClick={onAgain}>
          {t("pair.again")}
        </Button>
      </main>
    );
  }
  if (pairing === undefined) return <HowToPair />;
  if (pairing === "claiming") {
    return (
      <main className="centre">
        <Loader aria-hidden />
        <p role="status">{t("pair.claiming")}</p>
      </main>
    );
  }
  switch (pairing.state) {
    case "waiting":
      return (
        <main className="centre">
          <h1>{t("pair.digits")}</h1>
          <p className="digits" data-testid="digits">
            {pairing.digits}
          </p>
          <p>{t("pair.compare")}</p>
          <StillHere />
          <Loader aria-hidden />
          <p role="status" className="dim">
            {t("pair.waiting")}
          </p>
        </main>
      );
    case "confirmed":
      return (
        <main className="centre">
          <IconCheck size={72} aria-hidden />
          <h1>{t("pair.welcome", { name: pairing.driverName ?? "" })}</h1>
          <p>{t("pair.done")}</p>
          <Apart name={pairing.driverName ?? ""} />
          <Button fullWidth h={64} fz={20} onClick={() => go("", { replace: true })}>
            {t("pair.begin")}
          </Button>
        </main>
      );
    case "refused":
    case "open":
    case "expired":
      return (
        <main className="centre">
          <h1>{t(pairing.state === "refused" ? "pair.refused" : "pair.expired")}</h1>
          <p>{t("pair.how")}</p>
        </main>
      );
  }
}

export function HowToPair() {
  const { t } = useTranslation("driver");
  return (
    <main className="centre">
      <IconQrcode size={72} aria-hidden />
      <h1>{t("pair.title")}</h1>
      <p>{t("pair.how")}</p>
      <p>{t("pair.scan")}</p>
    </main>
  );
}

/** Says before the dispatcher confirms whose work is unsent here, and what becomes of it. */
function StillHere() {
  const { t } = useTranslation("driver");
  const { actions, day, others, waitingFiles } = usePhoneView();
  const own = actions.filter(isUnsent).length + waitingFiles;
  const theirs = others.map(({ owner, actions: of, files }) => ({ name: owner.driverName, count: of.length + files }));
  const all = [...(day !== undefined && own > 0 ? [{ name: day.driverName, count: own }] : []), ...theirs];
  return all.map(({ name, count }) => (
    <p key={name} className="card" data-tone="amber">
      {t("pair.stillHere", { name, count })}
    </p>
  ));
}

/** Asks the driver who joined what is meant, where the phone still holds the work of somebody else. */
function Apart({ name }: { name: string }) {
  const { t } = useTranslation("driver");
  const phone = usePhone();
  const { others } = usePhoneView();
  const goBackTo = async (owner: Owner) => {
    await phone.goBackTo(owner);
    go("", { replace: true });
  };
  return others.map(({ owner, actions, files, isSendable }) => (
    <section key={owner.driverId} className="card" data-tone="amber" style={{ textAlign: "start" }}>
      <p className="strong">{t("pair.apart", { name: owner.driverName, count: actions.length + files })}</p>
      <p>{t(isSendable ? "outbox.others.sent" : "outbox.others.held", { name: owner.driverName })}</p>
      {isSendable && (
        <Button variant="default" fullWidth h="auto" mih={56} py={8} mt={8} onClick={() => void goBackTo(owner)}>
          {t("pair.notMe", { name, owner: owner.driverName })}
        </Button>
      )}
    </section>
  ));
}

/** Takes a pairing to its end, from a new code or from where it was left. */
async function follow(
  phone: Phone,
  stop: AbortSignal,
  onPairing: (pairing: Pairing | "claiming") => void,
  onProblem: (problem: DepotError) => void,
): Promise<void> {
  const code = location.hash.slice(1);
  // Out of the address bar and the history: nobody shall find the code there.
  if (code !== "") history.replaceState(history.state, "", location.pathname);
  const kept = await phone.pairing();
  const claim = code === "" || code === kept?.code ? kept : { code, nonce: newKey() };
  if (claim === undefined || stop.aborted) return;
  await phone.keepPairing(claim);
  onPairing("claiming");
  try {
    let pairing = await phone.depot.claimPairing({ ...claim, device: deviceName(navigator.userAgent), appVersion: VERSION });
    while (!stop.aborted) {
      // Before the driver can go on: from then on everything is done in their name.
      if (pairing.state === "confirmed") await phone.enter();
      onPairing(pairing);
      if (pairing.state !== "waiting") break;
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
      // A moment without the depot is no reason to begin anew.
      pairing = await phone.depot.pairing().catch((cause: unknown) => {
        if (DepotError.from(cause).isUnreachable) return pairing;
        throw cause;
      });
    }
    if (stop.aborted) return;
    await phone.keepPairing(undefined);
    if (pairing.state === "confirmed") phone.refresh();
  } catch (cause) {
    const problem = DepotError.from(cause);
    if (!problem.isUnreachable) await phone.keepPairing(undefined);
    if (!stop.aborted) onProblem(problem);
  }
}
