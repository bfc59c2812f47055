// What a driver takes along for a day: each delivery with its stops and planned times, and room to write and to sign.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import type { RunSheet } from "@bindings/RunSheet";
import { Group } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { DayField } from "@kit/DayField";
import { useDepotQuery } from "@kit/depot";
import { journey } from "@kit/Journey";
import { incidentWord } from "@kit/EventSentence";
import { LinkAnchor } from "@kit/links";
import { Loaded } from "@kit/Loaded";
import { useNow } from "@kit/now";
import { personWord } from "@kit/erased";
import { Person } from "@kit/Person";
import { formatMoment, formatSpan, formatWholeDay, localDay, startOfDay } from "@kit/time";
import { Facts, Part, Sheet } from "./Sheet";
import classes from "./Sheet.module.css";

const route = getRouteApi("/print/run-sheet/$driverId");

export function RunSheetPage() {
  const { driverId } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const now_ms = useNow();
  const { t } = useTranslation("print");
  const { t: kit } = useTranslation("kit");
  const day = search.day ?? localDay(new Date(now_ms));
  const sheet = useDepotQuery({ query: "runSheet", driverId, day }, { keepPrevious: true });
  const tools = (
    <Group align="flex-end" gap="md">
      <LinkAnchor to="/fleet/drivers/$driverId" params={{ driverId }} size="sm" mb={8}>
        <IconArrowLeft size={14} aria-hidden /> {t("run.back")}
      </LinkAnchor>
      <DayField
        label={t("run.day")}
        value={day}
        onChange={(chosen) => chosen !== null && void navigate({ search: { day: chosen }, replace: true })}
        withWeekday
        w={190}
      />
    </Group>
  );
  return (
    <Loaded of={sheet} lines={8}>
      {(shown) => (
        <Sheet title={t("run.title")} subtitle={personWord(kit, shown.driver.name)} tools={tools}>
          <Run sheet={shown} />
        </Sheet>
      )}
    </Loaded>
  );
}

export function Run({ sheet: { driver, day, deliveries } }: { sheet: RunSheet }) {
  const { t } = useTranslation("print");
  return (
    <>
      <div className={classes["part"]}>
        <Facts
          of={[
            [t("run.day"), <b key="day">{formatWholeDay(day)}</b>],
            [t("run.licence"), <Person key="licence" of={driver.driverLicense} />],
            [t("run.deliveries"), deliveries.length === 0 ? t("run.none") : String(deliveries.length)],
          ]}
        />
      </div>
      {deliveries.map((delivery, index) => (
        <Job key={delivery.id} delivery={delivery} number={index + 1} day={day} />
      ))}
      <div className={`${classes["part"]} ${classes["signatures"]}`}>
        <span>{t("run.driverSigns")}</span>
        <span>{t("run.depotSigns")}</span>
        <span>{t("run.time")}</span>
      </div>
    </>
  );
}

function Job({ delivery, number, day }: { delivery: DeliveryDetail; number: number; day: string }) {
  const { t } = useTranslation("print");
  const { t: kit } = useTranslation("kit");
  // Times of the sheet's own day need no date beside them.
  const day_ms = Date.parse(startOfDay(day));
  const open = delivery.incidents.filter(({ resolved }) => !resolved);
  return (
    <Part title={`${number}. ${journey(delivery.routeOrigin, delivery.routeDestination)}`}>
      <Facts
        of={[
          [t("run.planned"), formatSpan(delivery.scheduledStartTime, delivery.scheduledEndTime, day_ms)],
          [t("vehicle"), delivery.vehicleNo ?? t("run.noVehicle")],
          [t("status"), kit(`status.delivery.${delivery.status}`)],
        ]}
      />
      <table className={classes["table"]} aria-label={t("run.stops", { number })}>
        <thead>
          <tr>
            <th style={{ width: "8mm" }}>{t("stop.number")}</th>
            <th>{t("stop.location")}</th>
            <th className={classes["time"]}>{t("stop.planned")}</th>
            <th className={classes["time"]}>{t("stop.reached")}</th>
            <th className={classes["blank"]}>{t("run.notes")}</th>
            <th className={classes["blank"]}>{t("run.signs")}</th>
          </tr>
        </thead>
        <tbody>
          {delivery.plan.map((stop) => (
            <tr key={stop.sequence}>
              <td>{stop.sequence}</td>
              <td>{stop.location}</td>
              <td className={classes["time"]}>{formatMoment(stop.expectedTime, day_ms)}</td>
              <td className={classes["time"]}>{stop.reachedAt !== null && formatMoment(stop.reachedAt, day_ms)}</td>
              <td className={classes["blank"]}>&nbsp;</td>
              <td className={classes["blank"]}>&nbsp;</td>
            </tr>
          ))}
        </tbody>
      </table>
      {open.map((incident) => (
        <p key={incident.id} style={{ margin: "2mm 0 0" }}>
          <b>{t("run.openIncident", { type: incidentWord(kit, incident.type) })}</b> {incident.description}
        </p>
      ))}
      <p className={classes["small"]} style={{ margin: "2mm 0 0" }}>
        {t("run.notes")}
      </p>
      <div className={classes["lines"]} />
      <div className={classes["signatures"]}>
        <span>{t("run.receiver")}</span>
        <span>{t("run.receiverSigns")}</span>
        <span>{t("run.time")}</span>
      </div>
    </Part>
  );
}
