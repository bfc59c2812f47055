// One driver or vehicle: how it stands and why, its week, when it is free next, its deliveries and its history.
import type { DeliveryRow } from "@bindings/DeliveryRow";
import { Box, Button, Grid, Group, Menu, Stack, Text, Title } from "@mantine/core";
import { IconArrowLeft, IconEraser, IconPencil, IconPhone, IconPrinter, IconReplace } from "@tabler/icons-react";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { CallLink } from "@kit/CallLink";
import { LATENESS_REFETCH_MS, useDepotPages, useDepotQuery, useIsAdmin, useMayChange } from "@kit/depot";
import { useDialog } from "@kit/draft";
import { DriverPlace } from "@kit/DriverPlace";
import { EraseModal } from "@kit/EraseModal";
import { History } from "@kit/History";
import { Journey, journey } from "@kit/Journey";
import { LateSince } from "@kit/LateSince";
import { LinkAnchor, LinkButton } from "@kit/links";
import { Loaded, Shimmer } from "@kit/Loaded";
import { Moment, Span } from "@kit/Moment";
import { MoreMenu } from "@kit/MoreMenu";
import { Panel } from "@kit/Panel";
import { ProblemAlert } from "@kit/ProblemAlert";
import { Sentence } from "@kit/Sentence";
import { StatusBadge } from "@kit/StatusBadge";
import { EditMember, StatusForm } from "./dialogs";
import { FreeSlotFinder } from "./FreeSlotFinder";
import { memberOfDriver, memberOfVehicle } from "./member";
import type { Member } from "./member";
import { PhoneForm } from "./PhoneForm";
import { TwinBadge } from "./TwinBadge";
import { Week } from "./Week";

export function DriverPage() {
  const { driverId } = useParams({ from: "/fleet/drivers/$driverId" });
  const driver = useDepotQuery({ query: "driver", id: driverId });
  return (
    <Frame part="driver">
      <Loaded of={driver} lines={8}>
        {(found) => <Detail key={found.driverId} member={memberOfDriver(found)} />}
      </Loaded>
    </Frame>
  );
}

export function VehiclePage() {
  const { vehicleId } = useParams({ from: "/fleet/vehicles/$vehicleId" });
  const vehicle = useDepotQuery({ query: "vehicle", id: vehicleId });
  return (
    <Frame part="vehicle">
      <Loaded of={vehicle} lines={8}>
        {(found) => <Detail key={found.vehicleId} member={memberOfVehicle(found)} />}
      </Loaded>
    </Frame>
  );
}

function Frame({ part, children }: { part: Member["part"]; children: React.ReactNode }) {
  const { t } = useTranslation("fleet");
  return (
    <Stack>
      <LinkAnchor to="/fleet" search={part === "vehicle" ? { part } : {}} size="sm">
        <IconArrowLeft size={14} aria-hidden /> {t(part === "driver" ? "drivers" : "vehicles")}
      </LinkAnchor>
      {children}
    </Stack>
  );
}

function Detail({ member }: { member: Member }) {
  const { t } = useTranslation("fleet");
  const mayChange = useMayChange() && !member.erased;
  const isAdmin = useIsAdmin();
  const [dialog, setDialog] = useDialog(`${member.part}.${member.id}`, ["edit", "status", "phone", "erase"]);
  const close = () => setDialog(undefined);
  return (
    <>
      <Group justify="space-between" align="flex-start">
        <div style={{ minWidth: 0 }}>
          <Title order={1} fz={24} lh={1.25}>
            {member.erased ? t("erase.name") : member.name}
          </Title>
          <Group gap={8} mt={6}>
            <StatusBadge {...member.standing} />
            <TwinBadge member={member} />
            <Text size="sm" c="dimmed" component="div">
              <Standing member={member} />
            </Text>
          </Group>
          {member.phone !== null && (
            <Box mt={6}>
              <CallLink phone={member.phone} label={t("phone.call", { name: member.name, phone: member.phone })} />
            </Box>
          )}
          {member.part === "driver" && (
            <Box mt={8}>
              <DriverPlace driverId={member.id} />
            </Box>
          )}
        </div>
        <Group gap="xs">
          {member.part === "driver" && (
            <LinkButton
              to="/print/run-sheet/$driverId"
              params={{ driverId: member.id }}
              variant="default"
              leftSection={<IconPrinter size={16} aria-hidden />}
            >
              {t("runSheet")}
            </LinkButton>
          )}
          {mayChange && (
            <>
              <Button variant="default" leftSection={<IconPencil size={16} aria-hidden />} onClick={() => setDialog("edit")}>
                {t("editItem")}
              </Button>
              <Button variant="default" leftSection={<IconReplace size={16} aria-hidden />} onClick={() => setDialog("status")}>
                {t("statusItem")}
              </Button>
              {member.part === "driver" && (
                <MoreMenu label={t("menu", { name: member.name })} isTall>
                  <Menu.Item leftSection={<IconPhone size={16} aria-hidden />} onClick={() => setDialog("phone")}>
                    {t("phone.item")}
                  </Menu.Item>
                  {isAdmin && (
                    <Menu.Item leftSection={<IconEraser size={16} aria-hidden />} onClick={() => setDialog("erase")}>
                      {t("erase.item")}
                    </Menu.Item>
                  )}
                </MoreMenu>
              )}
            </>
          )}
        </Group>
      </Group>
      <Week member={member} />
      <Grid>
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Stack>
            <FreeSlotFinder member={member} />
            <Deliveries member={member} isOpen />
            <Deliveries member={member} isOpen={false} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Panel title={t("history")}>
            <History entityId={member.id} />
          </Panel>
        </Grid.Col>
      </Grid>
      {dialog === "edit" && <EditMember member={member} onClose={close} />}
      {dialog === "phone" && <PhoneForm member={member} onClose={close} />}
      {dialog === "status" && <StatusForm member={member} onClose={close} />}
      {dialog === "erase" && (
        <EraseModal
          title={t("erase.title", { name: member.name })}
          lost={[t("erase.lost"), t("erase.phones")]}
          stays={t("erase.stays")}
          done={t("erase.done")}
          command={{ entity: "driver", id: member.id, command: { type: "eraseDriver" } }}
          onClose={close}
        />
      )}
    </>
  );
}

/** The licence or type, and since when and why the status that was set by hand holds. */
function Standing({ member: { detail, statusSince, statusReason, standing } }: { member: Member }) {
  const { t } = useTranslation("fleet");
  const isSetByHand = standing.status !== "Assigned" && standing.status !== "Available";
  return (
    <>
      {detail}
      {isSetByHand && statusSince !== null && (
        <>
          {" · "}
          <Sentence text={t("since")} parts={{ since: <Moment at={statusSince} /> }} />
        </>
      )}
      {isSetByHand && statusReason !== null && ` · ${statusReason}`}
    </>
  );
}

const SHOWN_FIRST = 10;

function Deliveries({ member: { part, id }, isOpen }: { member: Member; isOpen: boolean }) {
  const { t } = useTranslation("fleet");
  const own = part === "driver" ? { driverId: id } : { vehicleId: id };
  const list = useDepotPages(
    { query: "deliveries", open: isOpen, sort: "scheduledStartTime", descending: !isOpen, limit: SHOWN_FIRST, ...own },
    { refetchInterval: LATENESS_REFETCH_MS },
  );
  const rows = list.pages?.flatMap((page): readonly DeliveryRow[] => page.items);
  return (
    <Panel title={t(isOpen ? "active" : "past")}>
      {rows === undefined && (list.error === null ? <Shimmer lines={2} /> : <ProblemAlert problem={list.error} onRetry={list.refetch} />)}
      {rows?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t(isOpen ? "noActive" : "noPast")}
        </Text>
      )}
      <Stack gap="xs">
        {rows?.map((row) => (
          <Group key={row.id} justify="space-between" wrap="nowrap">
            <div style={{ minWidth: 0 }}>
              <LinkAnchor to="/deliveries/$deliveryId" params={{ deliveryId: row.id }} size="sm" display="block" miw={0}>
                <Journey of={journey(row.routeOrigin, row.routeDestination)} />
              </LinkAnchor>
              <Text size="xs" c="dimmed">
                <Span start={row.scheduledStartTime} end={row.scheduledEndTime} />
              </Text>
            </div>
            <Group gap={6} wrap="nowrap">
              <LateSince at={row.lateSince} />
              <StatusBadge of="delivery" status={row.status} />
            </Group>
          </Group>
        ))}
        {list.loadMore !== undefined && (
          <Button size="compact-sm" variant="default" onClick={list.loadMore} loading={list.isLoadingMore}>
            {t("more")}
          </Button>
        )}
      </Stack>
    </Panel>
  );
}
