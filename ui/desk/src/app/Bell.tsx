// Tells of what happened meanwhile: as it happens beside the page, and kept in a list for who was away.
import type { DeliveryRow } from "@bindings/DeliveryRow";
import type { DeliveryStatus } from "@bindings/DeliveryStatus";
import { ActionIcon, Divider, Indicator, Popover, ScrollArea, Stack, Switch, Text, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconBell } from "@tabler/icons-react";
import type { LinkProps } from "@tanstack/react-router";
import type { TFunction } from "i18next";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { UNSEEN_TOO, useDepotQuery, useIsLoadingDemo, useSession, useTransport } from "@kit/depot";
import { personWord } from "@kit/erased";
import { incidentWord } from "@kit/EventSentence";
import { Journey } from "@kit/Journey";
import { useLeader } from "@kit/leader";
import { LinkAnchor } from "@kit/links";
import { Moment } from "@kit/Moment";
import { NEWS_KINDS, isBurst, newsDesk as desk } from "@kit/news";
import type { Burst, News, NewsKind } from "@kit/news";
import { useNow } from "@kit/now";
import { Person } from "@kit/Person";
import type { Native } from "@kit/protocol";

const EVENTS_MOST = 200;
const LATE_MOST = 200;
const UNDER_WAY: DeliveryStatus[] = ["InTransit", "OutForDelivery"];
const SHOWN_MS = 8_000;
const APART_MOST = 3;
const CROWD = "news.crowd";
const DRIVERS_MOST = 500;
/** How long the answers to what changed last may take to come. */
const ANSWERS_LATER_MS = 3_000;
/** Where the things of a burst are listed. */
const PLACES = {
  incident: { to: "/incidents" },
  late: { to: "/deliveries", search: { late: true } },
  failed: { to: "/deliveries", search: { status: "Failed" } },
  delivered: { to: "/deliveries", search: { status: "Delivered" } },
  phone: { to: "/phones" },
} as const satisfies Record<NewsKind, Pick<LinkProps, "to" | "search">>;
const COLORS = { incident: "orange", late: "orange", failed: "red", delivered: "green", phone: "orange" } as const satisfies Record<NewsKind, string>;

export function Bell() {
  const { t } = useTranslation();
  useWatch();
  const { items, unread, off } = useSyncExternalStore(desk.subscribe, desk.get);
  const [isOpen, setIsOpen] = useState(false);
  const turn = (open: boolean) => {
    setIsOpen(open);
    // Read when they were seen, which is when the list goes away.
    if (!open) desk.markRead();
  };
  const label = unread > 0 ? t("news.unread", { count: unread }) : t("news.title");
  return (
    <Popover opened={isOpen} onChange={turn} position="bottom-end" width={360} shadow="md" trapFocus withinPortal>
      <Indicator label={unread} size={16} disabled={unread === 0} color="red.8" offset={4}>
        <Popover.Target>
          <ActionIcon size={36} aria-label={label} onClick={() => turn(!isOpen)}>
            <IconBell size={18} aria-hidden />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown p={0} aria-label={t("news.title")}>
        <Title order={2} fz="sm" px="md" py="sm">
          {t("news.title")}
        </Title>
        <Divider />
        <ScrollArea.Autosize mah={340} viewportProps={{ tabIndex: 0 }}>
          <Stack gap="sm" p="md">
            {items.length === 0 && (
              <Text size="sm" c="dimmed">
                {t("news.none")}
              </Text>
            )}
            {items.map((item) => (
              <Item key={item.id} of={item} onFollow={() => turn(false)} />
            ))}
          </Stack>
        </ScrollArea.Autosize>
        <Divider />
        <Stack gap="xs" p="md">
          <Text size="xs" c="dimmed">
            {t("news.which")}
          </Text>
          {NEWS_KINDS.map((kind) => (
            <Switch
              key={kind}
              size="xs"
              label={t(`news.kind.${kind}`)}
              checked={!off.includes(kind)}
              onChange={(event) => desk.setOn(kind, event.currentTarget.checked)}
            />
          ))}
          <SystemSwitch />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function Item({ of: item, onFollow }: { of: News | Burst; onFollow: () => void }) {
  const { t } = useTranslation();
  const { t: kit } = useTranslation("kit");
  return (
    <div>
      <Text size="sm" fw={600}>
        {isBurst(item) ? t(`news.many.${item.kind}`, { count: item.count }) : titleOf(item, t, kit)}
      </Text>
      <Text size="xs" c="dimmed">
        {isBurst(item) ? (
          <LinkAnchor {...PLACES[item.kind]} inherit onClick={onFollow}>
            {t("news.all")}
          </LinkAnchor>
        ) : (
          <LinkAnchor to="/deliveries/$deliveryId" params={{ deliveryId: item.deliveryId }} inherit onClick={onFollow}>
            <Journey of={item.journey} display="inline" />
          </LinkAnchor>
        )}
        {!isBurst(item) && item.driverId !== undefined && <OfDriver id={item.driverId} />}
        {" · "}
        <Moment at={item.at} />
      </Text>
    </div>
  );
}

/** Asked when it is shown: the list knows no name, so that nobody stands there who was erased meanwhile. */
function OfDriver({ id }: { id: string }) {
  // One list for all of them: what asks for each would ask anew for each with every change.
  const { data } = useDepotQuery({ query: "drivers", limit: DRIVERS_MOST });
  const driver = data?.items.find(({ driverId }) => driverId === id);
  return (
    driver !== undefined && (
      <>
        {" · "}
        <Person of={driver.name} />
      </>
    )
  );
}

/** Browsers know notifications only where the page came over a secure connection or from this very machine. */
function SystemSwitch() {
  const { t } = useTranslation();
  const { native } = useTransport();
  const [permission, setPermission] = useState(() => ("Notification" in window ? Notification.permission : "denied"));
  // The depot's own window tells by way of the system without being asked.
  if (native !== undefined || permission !== "default") return null;
  return (
    <Switch
      size="xs"
      label={t("news.system")}
      checked={false}
      onChange={() => void Notification.requestPermission().then(setPermission)}
    />
  );
}

function useWatch(): void {
  const teller = useTeller();
  const isLeader = useLeader("depot.newsTeller");
  // What the demo day comes with is no news.
  const isLoading = useIsLoadingDemo();
  const [wasLoading] = useDebouncedValue(isLoading, ANSWERS_LATER_MS, { leading: true });
  const isLoadingDemo = isLoading || wasLoading;
  const self = useSession().data?.actor.credential;
  const events = useDepotQuery({ query: "events", category: "delivery-tracking-events", limit: EVENTS_MOST }).data?.items;
  // Lateness comes with time and not with an event, so it is asked for.
  const late = useDepotQuery({ query: "deliveries", late: true, limit: LATE_MOST }, UNSEEN_TOO).data?.items;
  const now_ms = useNow();
  const phones = useDepotQuery({ query: "phones" }).data?.phones;
  const hasPhones = phones?.some(({ revokedAt }) => revokedAt === null) ?? false;
  const underWay = useDepotQuery({ query: "deliveries", status: UNDER_WAY, limit: LATE_MOST }, { enabled: hasPhones }).data?.items;
  useEffect(() => {
    if (!isLeader || events === undefined || self === undefined) return;
    tellAll(teller, desk.takeEvents(events, ({ actor }) => isLoadingDemo || isOf(actor, self)));
  }, [isLeader, events, self, teller, isLoadingDemo]);
  useEffect(() => {
    if (!isLeader || late === undefined) return;
    tellAll(teller, desk.takeLate(late, isLoadingDemo), late);
  }, [isLeader, late, teller, isLoadingDemo]);
  useEffect(() => {
    if (!isLeader || phones === undefined || underWay === undefined) return;
    tellAll(teller, desk.takePhones(phones, underWay, now_ms), underWay);
  }, [isLeader, phones, underWay, now_ms, teller]);
}

/** In whose words things are told, and by way of what beside the page. */
interface Teller {
  readonly t: TFunction;
  readonly kit: TFunction<"kit">;
  readonly native: Native | undefined;
}

function useTeller(): Teller {
  const { t } = useTranslation();
  const { t: kit } = useTranslation("kit");
  const { native } = useTransport();
  return useMemo(() => ({ t, kit, native }), [t, kit, native]);
}

/**
 * Each by itself while they are few; what comes in a crowd would bury the page, and stands in the list anyway. `rows` are
 * the deliveries that know the drivers' names.
 */
function tellAll(teller: Teller, news: readonly News[], rows: readonly DeliveryRow[] = []): void {
  const { t, kit, native } = teller;
  if (news.length <= APART_MOST) {
    for (const one of news) {
      const driver = rows.find(({ driverId }) => driverId === one.driverId)?.driverName ?? null;
      tell(teller, one, driver === null ? one.journey : `${one.journey}, ${personWord(kit, driver)}`);
    }
    return;
  }
  const kinds = NEWS_KINDS.map((kind) => ({ kind, count: news.filter((one) => one.kind === kind).length }));
  const message = kinds.filter(({ count }) => count > 0).map(({ kind, count }) => t(`news.many.${kind}`, { count }));
  // One that still stands is not replaced by another of the same name.
  notifications.hide(CROWD);
  notifications.show({ id: CROWD, title: t("news.crowd"), message: message.join(" · "), autoClose: SHOWN_MS });
  if (!document.hasFocus()) void native?.notify(t("news.crowd"), message.join(" · ")).catch(() => undefined);
}

function tell({ t, kit, native }: Teller, news: News, name: string): void {
  const title = titleOf(news, t, kit);
  notifications.show({ id: news.id, title, message: name, color: COLORS[news.kind], autoClose: SHOWN_MS });
  if (!document.hidden && document.hasFocus()) return;
  // Where nobody shows it, it still waits in the list.
  if (native !== undefined) void native.notify(title, name, news.deliveryId).catch(() => undefined);
  else if ("Notification" in window && Notification.permission === "granted") {
    // The system replaces one of the same tag, should another window of this browser tell it too.
    void new Notification(title, { body: name, tag: news.id });
  }
}

function titleOf({ kind, incidentType }: News, t: TFunction, kit: TFunction<"kit">): string {
  if (kind !== "incident") return t(`news.told.${kind}`);
  return t("news.told.incident", { type: incidentWord(kit, incidentType ?? "") });
}

/** Who sits at the window itself came with no credential, and is named without one. */
function isOf(actor: string, credential: string): boolean {
  return actor.includes(":") ? actor.endsWith(`:${credential}`) : /^[0-]+$/u.test(credential);
}
