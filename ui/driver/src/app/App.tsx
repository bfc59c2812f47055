// Which screen is shown: what keeps the driver from working goes before where they want to go.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { DeliveryScreen } from "../features/DeliveryScreen";
import { FailedScreen } from "../features/FailedScreen";
import { IncidentScreen } from "../features/IncidentScreen";
import { MessagesScreen } from "../features/MessagesScreen";
import { OutboxScreen } from "../features/OutboxScreen";
import { HowToPair, PairScreen } from "../features/PairScreen";
import { ProofScreen } from "../features/ProofScreen";
import { SettingsScreen } from "../features/SettingsScreen";
import { ShutOutScreen } from "../features/ShutOutScreen";
import { TodayScreen } from "../features/TodayScreen";
import { go, useScreen } from "../navigation";
import type { Screen } from "../navigation";
import type { Lost } from "../outbox/database";
import { Page } from "../parts/Page";
import { usePhoneView } from "../phone";
import { useUpdate } from "../worker";

const OF_DELIVERY: Readonly<
  Record<Extract<Screen, { deliveryId: string }>["name"], (props: { delivery: DeliveryDetail }) => React.ReactNode>
> = {
  delivery: DeliveryScreen,
  proof: ProofScreen,
  incident: IncidentScreen,
  failed: FailedScreen,
};

export function App() {
  const { lost } = usePhoneView();
  if (lost !== undefined) return <OpenAgain lost={lost} />;
  return (
    <>
      <Shown />
      <Update />
    </>
  );
}

function Shown() {
  const screen = useScreen();
  const { day, shutOut, deliveries } = usePhoneView();
  if (screen.name === "pair") return <PairScreen />;
  if (shutOut !== undefined) return day === undefined ? <HowToPair /> : <ShutOutScreen code={shutOut} />;
  switch (screen.name) {
    case "today":
      return <TodayScreen />;
    case "outbox":
      return <OutboxScreen />;
    case "messages":
      return <MessagesScreen />;
    case "settings":
      return <SettingsScreen />;
    case "delivery":
    case "proof":
    case "incident":
    case "failed": {
      const delivery = deliveries.find(({ id }) => id === screen.deliveryId);
      if (delivery === undefined) return <Gone />;
      const Of = OF_DELIVERY[screen.name];
      return <Of key={screen.deliveryId} delivery={delivery} />;
    }
  }
}

function Gone() {
  const { t } = useTranslation("driver");
  return (
    <Page title={t("delivery.gone")} back="">
      <div className="centre">
        <h2>{t("delivery.gone")}</h2>
        <p className="dim">{t("delivery.goneHint")}</p>
        <Button h={56} onClick={() => go("", { replace: true })}>
          {t("delivery.toToday")}
        </Button>
      </div>
    </Page>
  );
}

/** Offered only where nothing is half filled in. */
function Update() {
  const { t } = useTranslation("driver");
  const apply = useUpdate();
  const { name } = useScreen();
  if (apply === undefined || (name !== "today" && name !== "settings")) return null;
  return (
    <footer className="foot page" style={{ minHeight: 0 }}>
      <div className="between">
        <span>{t("update.text")}</span>
        <Button h={52} onClick={apply}>
          {t("update.apply")}
        </Button>
      </div>
    </footer>
  );
}

function OpenAgain({ lost }: { lost: Lost }) {
  const { t } = useTranslation("driver");
  return (
    <main className="centre page">
      <h1>{t(`lost.${lost}.title`)}</h1>
      <p>{t(`lost.${lost}.text`)}</p>
      <Button h={56} onClick={() => location.reload()}>
        {t("lost.reload")}
      </Button>
    </main>
  );
}

/** Without a database nothing may be done, because nothing would be kept. */
export function CannotKeep() {
  const { t } = useTranslation("driver");
  return (
    <main className="centre page">
      <h1>{t("cannotKeep.title")}</h1>
      <p>{t("cannotKeep.text")}</p>
    </main>
  );
}
