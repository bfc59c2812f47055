// What the depot wants the driver to know, each until it was seen.
import type { PhoneMessage } from "@bindings/PhoneMessage";
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { formatMoment } from "@kit/time";
import { useDepotNow } from "../parts/now";
import { useKeeping } from "../parts/keeping";
import { Page } from "../parts/Page";
import { usePhone, usePhoneView } from "../phone";

export function MessagesScreen() {
  const { t } = useTranslation("driver");
  const phone = usePhone();
  const { messages } = usePhoneView();
  const now_ms = useDepotNow();
  const { keep, trouble } = useKeeping();
  const see = (seen: readonly PhoneMessage[]) => void keep(() => phone.see(seen.map(({ id }) => id)));
  return (
    <Page
      title={t("messages.title")}
      back=""
      {...(messages.length > 1 && {
        foot: (
          <Button fullWidth h={64} fz={20} onClick={() => see(messages)}>
            {t("messages.seenAll")}
          </Button>
        ),
      })}
    >
      {trouble}
      {messages.length === 0 && <p className="dim">{t("messages.none")}</p>}
      <ul className="list">
        {messages.map((message) => (
          <Message key={message.id} message={message} now_ms={now_ms} onSeen={() => see([message])} />
        ))}
      </ul>
    </Page>
  );
}

function Message({ message, now_ms, onSeen }: { message: PhoneMessage; now_ms: number; onSeen: () => void }) {
  const { t } = useTranslation("driver");
  const { kind, at, reason, routeOrigin, routeDestination } = message;
  return (
    <li className="card">
      <p className="strong">{t(`messages.${kind}`, { from: routeOrigin, to: routeDestination })}</p>
      {reason !== null && <p style={{ overflowWrap: "anywhere" }}>{reason}</p>}
      <p className="dim">{formatMoment(at, now_ms)}</p>
      <Button variant="default" fullWidth h={56} mt={10} onClick={onSeen}>
        {t("messages.seen")}
      </Button>
    </li>
  );
}
