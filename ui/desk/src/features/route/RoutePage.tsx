// One route with its checkpoints and deliveries, and how far its planning is.
import type { RouteDetail } from "@bindings/RouteDetail";
import type { RouteStatus } from "@bindings/RouteStatus";
import { Button, Grid, Group, Menu, Stack, Text, Title } from "@mantine/core";
import { IconArchive, IconArrowBackUp, IconArrowLeft, IconCopy, IconPencil, IconPlus } from "@tabler/icons-react";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useAct } from "@kit/act";
import { CommandModal } from "@kit/CommandModal";
import { LATENESS_REFETCH_MS, useDepotQuery, useMayChange } from "@kit/depot";
import { useDialog } from "@kit/draft";
import { useForm } from "@kit/form";
import { journey } from "@kit/Journey";
import { History } from "@kit/History";
import { LinkAnchor } from "@kit/links";
import { Loaded } from "@kit/Loaded";
import { Span } from "@kit/Moment";
import { MoreMenu } from "@kit/MoreMenu";
import { Panel } from "@kit/Panel";
import { personWord } from "@kit/erased";
import { Refusal } from "@kit/Refusal";
import { StatusBadge } from "@kit/StatusBadge";
import { Truncated } from "@kit/Truncated";
import { CreateDelivery } from "../delivery/CreateDelivery";
import { CheckpointEditor } from "./CheckpointEditor";
import { DuplicateRoute } from "./DuplicateRoute";
import { RouteForm } from "./RouteForm";

export function RoutePage() {
  const { routeId } = useParams({ from: "/routes/$routeId" });
  const { t } = useTranslation("route");
  const route = useDepotQuery({ query: "route", id: routeId }, { refetchInterval: LATENESS_REFETCH_MS });
  return (
    <Stack>
      <LinkAnchor to="/routes" size="sm">
        <IconArrowLeft size={14} aria-hidden /> {t("back")}
      </LinkAnchor>
      <Loaded of={route} lines={8}>
        {(found) => <Detail key={found.routeId} route={found} />}
      </Loaded>
    </Stack>
  );
}

function Detail({ route }: { route: RouteDetail }) {
  const { t } = useTranslation("route");
  const mayChange = useMayChange();
  return (
    <>
      <Group justify="space-between" align="flex-start">
        <div style={{ minWidth: 0 }}>
          <Title order={1} fz={24} lh={1.25}>
            {journey(route.origin, route.destination)}
          </Title>
          <Group gap={8} mt={6}>
            <StatusBadge of="route" status={route.status} />
            <Text size="sm" c="dimmed">
              <Span start={route.scheduledStartTime} end={route.scheduledEndTime} />
            </Text>
          </Group>
        </div>
        {mayChange && <Actions route={route} />}
      </Group>
      <Grid>
        <Grid.Col span={{ base: 12, md: 7 }}>
          <CheckpointEditor route={route} mayChange={mayChange} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Stack>
            <Deliveries route={route} />
            <Panel title={t("history")}>
              <History entityId={route.routeId} />
            </Panel>
          </Stack>
        </Grid.Col>
      </Grid>
    </>
  );
}

const DIALOGS = ["edit", "duplicate", "deactivate", "delivery"] as const;

function Actions({ route }: { route: RouteDetail }) {
  const { t } = useTranslation("route");
  const { t: kit } = useTranslation("kit");
  const act = useAct();
  const [dialog, setDialog] = useDialog(`route.${route.routeId}`, DIALOGS);
  const close = () => setDialog(undefined);
  const move = (status: RouteStatus) =>
    act.run({ entity: "route", id: route.routeId, command: { type: "changeRouteStatus", status } }, {
      undo: { entity: "route", id: route.routeId, command: { type: "changeRouteStatus", status: route.status } },
      done: t("statusChanged", { destination: route.destination, status: kit(`status.route.${status}`) }),
    });
  return (
    <Stack gap="xs" align="flex-end">
      <Group gap="xs" justify="flex-end">
        {route.status !== "Deactivated" && (
          <Button variant="default" leftSection={<IconPencil size={16} aria-hidden />} onClick={() => setDialog("edit")}>
            {t("edit")}
          </Button>
        )}
        <MoreMenu label={t("moreActions")} isTall>
          <Menu.Item leftSection={<IconCopy size={16} aria-hidden />} onClick={() => setDialog("duplicate")}>
            {t("duplicate")}
          </Menu.Item>
          {route.status === "Active" && (
            <Menu.Item leftSection={<IconArrowBackUp size={16} aria-hidden />} onClick={() => move("Planning")}>
              {t("toPlanning")}
            </Menu.Item>
          )}
          {route.status !== "Deactivated" && (
            <Menu.Item leftSection={<IconArchive size={16} aria-hidden />} onClick={() => setDialog("deactivate")}>
              {t("toDeactivated")}
            </Menu.Item>
          )}
        </MoreMenu>
        {route.status === "Planning" && (
          <Button loading={act.isBusy} onClick={() => move("Active")}>
            {t("toActive")}
          </Button>
        )}
        {route.status === "Active" && (
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setDialog("delivery")}>
            {t("newDelivery")}
          </Button>
        )}
      </Group>
      <Refusal problem={act.problem} />
      {dialog === "edit" && <RouteForm route={route} onClose={close} />}
      {dialog === "duplicate" && <DuplicateRoute route={route} onClose={close} />}
      {dialog === "deactivate" && <Deactivate route={route} onClose={close} />}
      {dialog === "delivery" && <CreateDelivery onClose={close} routeId={route.routeId} />}
    </Stack>
  );
}

function Deactivate({ route: { routeId, destination }, onClose }: { route: RouteDetail; onClose: () => void }) {
  const { t } = useTranslation("route");
  const { t: kit } = useTranslation("kit");
  const form = useForm({ name: `route.${routeId}.deactivate`, initial: () => ({}) });
  const deactivate = () =>
    form.submit({ entity: "route", id: routeId, command: { type: "changeRouteStatus", status: "Deactivated" } }, {
      done: t("statusChanged", { destination, status: kit("status.route.Deactivated") }),
      onDone: onClose,
    });
  return (
    <CommandModal form={form} onClose={onClose} title={t("deactivateTitle")} submit={t("toDeactivated")} isGrave onSubmit={deactivate}>
      <Text size="sm">{t("deactivateHint")}</Text>
    </CommandModal>
  );
}

/** Where the route is used. */
function Deliveries({ route: { routeId, deliveries } }: { route: RouteDetail }) {
  const { t } = useTranslation("route");
  const { t: delivery } = useTranslation("delivery");
  const { t: kit } = useTranslation("kit");
  const open = deliveries.filter(({ status }) => status !== "Delivered" && status !== "Failed").length;
  const all = deliveries.length > 0 && (
    <LinkAnchor to="/deliveries" search={{ route: routeId }} size="sm">
      {t("allDeliveries")}
    </LinkAnchor>
  );
  return (
    <Panel title={t("deliveries")} action={all}>
      {deliveries.length > 0 && (
        <Text size="xs" c="dimmed" mb="xs">
          {t("usedBy", { open, total: deliveries.length })}
        </Text>
      )}
      {deliveries.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("noDeliveries")}
        </Text>
      )}
      <Stack gap="xs">
        {deliveries.map(({ deliveryId, status, driverName, vehicleNo }) => (
          <Group key={deliveryId} justify="space-between" wrap="nowrap">
            <LinkAnchor to="/deliveries/$deliveryId" params={{ deliveryId }} size="sm" miw={0}>
              <Truncated>{`${driverName === null ? delivery("noDriver") : personWord(kit, driverName)}, ${vehicleNo ?? delivery("noVehicle")}`}</Truncated>
            </LinkAnchor>
            <StatusBadge of="delivery" status={status} />
          </Group>
        ))}
      </Stack>
    </Panel>
  );
}
