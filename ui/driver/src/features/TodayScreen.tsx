// Today's deliveries in order: the one under way first, then what is still to come, then what is done. Later days stand apart.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import { Button } from "@mantine/core";
import { IconAlertTriangle, IconCloudOff, IconMail, IconSettings, IconTruckOff } from "@tabler/icons-react";
import type { Icon } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { LateBadge } from "@kit/LateBadge";
import { StatusBadge } from "@kit/StatusBadge";
import { formatDay, formatMoment, localDay, minutesBetween } from "@kit/time";
import { go } from "../navigation";
import { useDepotNow } from "../parts/now";
import { Page } from "../parts/Page";
import { usePhone, usePhoneView } from "../phone";
import { isEnded, isLaterDay } from "./step";

export function TodayScreen() {
  const { t } = useTranslation("driver");
  const { day, deliveries, messages, reach } = usePhoneView();
  const now_ms = useDepotNow();
  const phone = usePhone();
  const unended = deliveries.filter((delivery) => !isEnded(delivery));
  const open = unended.filter((delivery) => !isLaterDay(delivery, now_ms));
  const later = unended.filter((delivery) => isLaterDay(delivery, now_ms));
  const current = open.find(({ status }) => status !== "PickedUp") ?? open[0];
  // A day that an older version kept says nothing of it.
  const leftOut = day?.leftOut ?? 0;
  const ended = deliveries.filter(isEnded);
  const settings = (
    <button type="button" className="tap" aria-label={t("settings")} onClick={() => go("settings")}>
      <IconSettings size={26} aria-hidden />
    </button>
  );
  return (
    <Page title={t("today.title")} action={settings}>
      {messages.length > 0 && (
        <button type="button" className="card between" data-tone="blue" onClick={() => go("messages")}>
          <IconMail size={22} aria-hidden style={{ flex: "none" }} />
          <span className="strong grow">
            {t("messages.banner", { count: messages.length })}
          </span>
          <span>{t("messages.read")}</span>
        </button>
      )}
      {reach === "outOfReach" && day !== undefined && <p className="dim">{t("today.asOf", { time: formatMoment(day.now, now_ms) })}</p>}
      {day === undefined && <Nothing icon={IconCloudOff} title={t("today.never")} hint={t("today.neverHint")} />}
      {day !== undefined && deliveries.length === 0 && <Nothing icon={IconTruckOff} title={t("today.none")} hint={t("today.noneHint")} />}
      {open.length === 0 && later.length > 0 && <p className="card dim">{t("today.none")}</p>}
      {open.length > 0 && (
        <ol className="list">
          {current !== undefined && <Card delivery={current} isCurrent now_ms={now_ms} />}
          {open.filter((delivery) => delivery !== current).map((delivery) => (
            <Card key={delivery.id} delivery={delivery} now_ms={now_ms} />
          ))}
        </ol>
      )}
      {ended.length > 0 && (
        <>
          <h2 className="section">{t("today.ended")}</h2>
          <ol className="list">
            {ended.map((delivery) => (
              <Card key={delivery.id} delivery={delivery} now_ms={now_ms} />
            ))}
          </ol>
        </>
      )}
      {later.length > 0 && <Later deliveries={later} now_ms={now_ms} />}
      {leftOut > 0 && (
        <div className="card">
          <p>{t("today.leftOut", { count: leftOut })}</p>
          <Button variant="default" fullWidth h={56} mt={8} onClick={() => phone.showMore()}>
            {t("today.showMore")}
          </Button>
        </div>
      )}
    </Page>
  );
}

/** What is planned for later days, each day under its own heading. */
function Later({ deliveries, now_ms }: { deliveries: readonly DeliveryDetail[]; now_ms: number }) {
  const { t } = useTranslation("driver");
  const days = new Map<string, DeliveryDetail[]>();
  for (const delivery of deliveries) {
    const of = localDay(new Date(delivery.scheduledStartTime));
    days.set(of, [...(days.get(of) ?? []), delivery]);
  }
  return (
    <>
      <h2 className="section">{t("today.later")}</h2>
      {[...days].map(([of, planned]) => (
        <section key={of} aria-label={formatDay(planned[0]?.scheduledStartTime ?? of, now_ms)}>
          <h3 className="dim" style={{ margin: "8px 0" }}>
            {formatDay(planned[0]?.scheduledStartTime ?? of, now_ms)}
          </h3>
          <ol className="list">
            {planned.map((delivery) => (
              <Card key={delivery.id} delivery={delivery} now_ms={now_ms} />
            ))}
          </ol>
        </section>
      ))}
    </>
  );
}

function Nothing({ icon: Sign, title, hint }: { icon: Icon; title: string; hint: string }) {
  return (
    <div className="centre">
      <Sign size={48} stroke={1.4} className="dim" aria-hidden />
      <h2>{title}</h2>
      <p className="dim">{hint}</p>
    </div>
  );
}

function Card({ delivery, isCurrent = false, now_ms }: { delivery: DeliveryDetail; isCurrent?: boolean; now_ms: number }) {
  const { t } = useTranslation("driver");
  const { id, status, plan, vehicleNo, openIncidents, lateSince } = delivery;
  const reached = plan.filter(({ reachedAt }) => reachedAt !== null).length;
  return (
    <li>
      <button type="button" className="card" data-current={isCurrent} onClick={() => go(`deliveries/${id}`)}>
        <span className="between">
          <time className="strong" dateTime={delivery.scheduledStartTime}>
            {formatMoment(delivery.scheduledStartTime, now_ms)}
          </time>
          <StatusBadge of="delivery" status={status} />
        </span>
        <span className={isCurrent ? "strong big" : "strong"} style={{ display: "block", margin: "6px 0 2px" }}>
          {delivery.routeDestination}
        </span>
        <span className="dim">
          {[
            delivery.routeOrigin,
            vehicleNo === null ? t("today.noVehicle") : t("today.vehicle", { vehicle: vehicleNo }),
            plan.length > 0 && t("today.checkpoints", { reached, total: plan.length }),
          ]
            .filter((part) => part !== false)
            .join(" · ")}
        </span>
        {(lateSince !== null || openIncidents > 0) && (
          <span className="wrap" style={{ marginTop: 8 }}>
            {lateSince !== null && <LateBadge minutes={minutesBetween(lateSince, now_ms)} />}
            {openIncidents > 0 && (
              <span className="wrap error">
                <IconAlertTriangle size={18} aria-hidden />
                {t("today.incidents", { count: openIncidents })}
              </span>
            )}
          </span>
        )}
      </button>
    </li>
  );
}
