// What a driver may set, and what this phone can do on this connection.
import { Button, useMantineColorScheme } from "@mantine/core";
import type { MantineColorScheme } from "@mantine/core";
import { IconMapPin } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { durationOf } from "@kit/LateBadge";
import { useKeeping } from "../parts/keeping";
import { Page } from "../parts/Page";
import { usePhone, usePhoneView } from "../phone";
import { LANGUAGES, switchLanguage } from "../texts";
import type { Language } from "../texts";
import { useTier } from "../tier";
import { VERSION } from "../version";

const SCHEMES = ["auto", "light", "dark"] as const satisfies MantineColorScheme[];
/** Closer than this the clocks are the same to people. */
const SAME_CLOCK_MS = 60_000;

export function SettingsScreen() {
  const { t, i18n } = useTranslation("driver");
  const { t: kit } = useTranslation("kit");
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { day, offset_ms } = usePhoneView();
  const tier = useTier();
  const duration = durationOf(kit, Math.round(Math.abs(offset_ms) / 60_000));
  const clock =
    Math.abs(offset_ms) < SAME_CLOCK_MS ? t("set.clockRight") : t(offset_ms > 0 ? "set.clockBehind" : "set.clockAhead", { duration });
  return (
    <Page title={t("settings")} back="">
      <h2 className="section">{t("set.language")}</h2>
      <div className="tiles">
        {(Object.keys(LANGUAGES) as Language[]).map((language) => (
          <button
            key={language}
            type="button"
            className="tile"
            lang={language}
            aria-pressed={i18n.language === language}
            onClick={() => switchLanguage(language)}
          >
            {LANGUAGES[language]}
          </button>
        ))}
      </div>
      <h2 className="section">{t("set.light")}</h2>
      <div className="tiles" style={{ gridTemplateColumns: "1.4fr 1fr 1fr" }}>
        {SCHEMES.map((scheme) => (
          <button
            key={scheme}
            type="button"
            className="tile"
            aria-pressed={colorScheme === scheme}
            onClick={() => setColorScheme(scheme)}
          >
            {t(`set.schemes.${scheme}`)}
          </button>
        ))}
      </div>
      <Position />
      <h2 className="section">{t("set.connection")}</h2>
      <div className="card" {...(tier !== "trusted" && { "data-tone": "amber" })}>
        <p>{t(`set.tier.${tier}`)}</p>
        {tier === "clickedThrough" && (
          <Button component="a" href="/setup" variant="default" fullWidth h={52} mt={10}>
            {t("set.trust")}
          </Button>
        )}
      </div>
      <h2 className="section">{t("set.phone")}</h2>
      <dl className="facts card" style={{ display: "grid" }}>
        <dt>{t("set.driver")}</dt>
        <dd>{day?.driverName ?? "–"}</dd>
        <dt>{t("set.version")}</dt>
        <dd>{VERSION}</dd>
        <dt>{t("set.clock")}</dt>
        <dd>{clock}</dd>
      </dl>
      <Unpair />
    </Page>
  );
}

/** What the depot would see, in plain words, before anything is shared. */
function Position() {
  const { t } = useTranslation("driver");
  const phone = usePhone();
  const { day, shares, sharing } = usePhoneView();
  const [isAsking, setIsAsking] = useState(false);
  const [wasDenied, setWasDenied] = useState(false);
  const { keep, trouble: notKept } = useKeeping();
  if (day === undefined) return null;
  const choose = async (on: boolean) => {
    setIsAsking(true);
    const isAllowed = !on || (await phone.positions.isAllowed());
    setWasDenied(!isAllowed);
    if (isAllowed) await keep(() => phone.share(on));
    setIsAsking(false);
  };
  const { depotAllows, keptHours } = day.positions;
  const trouble = wasDenied || sharing === "denied" ? "denied" : sharing === "noFix" ? "noFix" : undefined;
  return (
    <>
      <h2 className="section">{t("position.title")}</h2>
      {!depotAllows && !shares ? (
        <p className="card dim">{t(phone.positions.isPossible ? "position.notWanted" : "position.notSecure")}</p>
      ) : (
        <div className="card">
          <p>{t("position.what", { count: keptHours })}</p>
          <div className="tiles" style={{ marginTop: 10 }} aria-busy={isAsking}>
            {[false, true].map((on) => (
              <button key={String(on)} type="button" className="tile" aria-pressed={shares === on} disabled={isAsking} onClick={() => void choose(on)}>
                {t(on ? "position.on" : "position.off")}
              </button>
            ))}
          </div>
          {notKept}
          {trouble !== undefined && (
            <p role="alert" className="error" style={{ marginTop: 10 }}>
              {t(`position.${trouble}`)}
            </p>
          )}
          {trouble === undefined && shares && (
            <p role="status" className="wrap" style={{ marginTop: 10 }}>
              <IconMapPin size={20} aria-hidden />
              {t(sharing === "on" ? "position.now" : "position.later")}
            </p>
          )}
        </div>
      )}
    </>
  );
}

function Unpair() {
  const { t } = useTranslation("driver");
  const phone = usePhone();
  const { unsent, waitingFiles } = usePhoneView();
  const [isSure, setIsSure] = useState(false);
  const [hasFailed, setHasFailed] = useState(false);
  const isUnsent = unsent + waitingFiles > 0;
  const unpair = async () => {
    try {
      await phone.depot.unpair();
      await phone.forget();
      phone.refresh();
    } catch {
      setHasFailed(true);
    }
  };
  return (
    <>
      <Button
        variant={isSure ? "filled" : "default"}
        color="red.9"
        h="auto"
        mih={56}
        py={8}
        disabled={isUnsent}
        onClick={() => (isSure ? void unpair() : setIsSure(true))}
      >
        {t(isSure ? "set.unpairSure" : "set.unpair")}
      </Button>
      {isUnsent && <p className="dim">{t("set.unpairUnsent")}</p>}
      {hasFailed && (
        <p role="alert" className="error">
          {t("set.unpairFailed")}
        </p>
      )}
    </>
  );
}
