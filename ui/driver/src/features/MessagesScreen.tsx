// What the depot wants the driver to know, each until it was seen.
import type { PhoneMessage } from "@bindings/PhoneMessage";
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { formatMoment } from "@kit/time";
import { useDepotNow } from "../parts/now";
import { Page } from "../parts/Page";
import { usePhone, usePhoneView } from "../phone";

export function MessagesScreen() {
  const { t } = useTranslation("driver");
  const phone = usePhone();
  const { messages } = usePhoneView();
  const now_ms = useDepotNow();
  const seeAll = () => void phone.see(messages.map(({ id }) => id));
  return (
    <Page
      title={t("messages.title")}
      back=""
      {...(messages.length > 1 && {
        foot: (
          <Button fullWidth h={64} fz={20} onClick={seeAll}>
            {t("messages.seenAll")}
          </Button>
        ),
      })}
    >
      {messages.length === 0 && <p className="dim">{t("messages.none")}</p>}
      <ul className="list">
        {messages.map((message) => (
          <Message key={message.id} message={message} now_ms={now_ms} />
        ))}
      </ul>
    </Page>
  );
}

function Message({ message, now_ms }: { message: PhoneMessage; now_ms: number }) {
  const { t } = useTranslation("driver");
  const phone = usePhone();
  const { id, kind, at, reason, routeOrigin, routeDestination } = message;
  return (
    <li className="card">
      <p className="strong">{t(`messages.${kind}`, { from: routeOrigin, to: routeDestination })}</p>
      {reason !== null && <p style={{ overflowWrap: "anywhere" }}>{reason}</p>}
      <p className="dim">{formatMoment(at, now_ms)}</p>
      <Button variant="default" fullWidth h={56} mt={10} onClick={() => void phone.see([id])}>
        {t("messages.seen")}
      </Button>
    </li>
  );
}
