// The depot does not take anything from this phone any more. What was done is kept, and this says so.
import { Button } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { usePhone, usePhoneView } from "../phone";

const KNOWN = ["revoked", "expired", "unauthenticated", "otherCredential"] as const;

export function ShutOutScreen({ code }: { code: string }) {
  const { t } = useTranslation("driver");
  const phone = usePhone();
  const { day, others, unsent } = usePhoneView();
  const why = KNOWN.find((known) => known === code) ?? "unauthenticated";
  return (
    <main className="centre">
      <IconLock size={72} aria-hidden />
      <h1>{t(`shutOut.${why}`)}</h1>
      <p>{t(`shutOut.${why}Hint`)}</p>
      {unsent > 0 && <p className="strong">{t("shutOut.unsent", { count: unsent })}</p>}
      {unsent > 0 && day !== undefined && <p>{t("shutOut.whose", { name: day.driverName })}</p>}
      {others.map(({ owner, actions, files }) => (
        <p key={owner.driverId}>{t("pair.stillHere", { name: owner.driverName, count: actions.length + files })}</p>
      ))}
      <p className="dim">{t("pair.scan")}</p>
      <Button variant="default" h={56} onClick={() => phone.refresh()}>
        {t("shutOut.try")}
      </Button>
    </main>
  );
}
