// Drivers and vehicles: who and what there is, and what they are doing.
import { Button, Group, Menu, SegmentedControl } from "@mantine/core";
import { IconPencil, IconPhone, IconPlus, IconReplace, IconSteeringWheel, IconTruck } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CallLink } from "@kit/CallLink";
import { DataTable } from "@kit/DataTable";
import type { Column } from "@kit/DataTable";
import { useDepotPages, useMayChange } from "@kit/depot";
import { EmptyState } from "@kit/EmptyState";
import { LinkAnchor, LinkButton } from "@kit/links";
import { Shimmer } from "@kit/Loaded";
import { MoreMenu } from "@kit/MoreMenu";
import { PageHeader } from "@kit/PageHeader";
import { PersonLine } from "@kit/Person";
import { ProblemAlert } from "@kit/ProblemAlert";
import { compact, wordsOf } from "@kit/search";
import { StatusBadge } from "@kit/StatusBadge";
import { StatusChips } from "@kit/StatusChips";
import { TextFilter } from "@kit/TextFilter";
import { Truncated } from "@kit/Truncated";
import { DRIVER_STATUSES, VEHICLE_STATUSES } from "@kit/words";
import { AddMember, EditMember, StatusForm } from "./dialogs";
import { memberOfDriver, memberOfVehicle } from "./member";
import type { Member } from "./member";
import { PhoneForm } from "./PhoneForm";
import type { FleetSearch, Part } from "./search";
import { TwinBadge } from "./TwinBadge";

const LIMIT = 100;

export function FleetPage() {
  const { t } = useTranslation("fleet");
  const search = useSearch({ from: "/fleet" });
  const navigate = useNavigate();
  const mayChange = useMayChange();
  const go = (next: FleetSearch) => void navigate({ to: "/fleet", search: next, replace: true });
  const part: Part = search.part ?? "driver";
  const { create: isCreating = false, ...list } = search;
  const set = (changed: { status?: string | undefined; text?: string | undefined }) =>
    go(compact<Omit<FleetSearch, "create">>({ part: search.part, status: search.status, text: search.text, ...changed }));
  return (
    <>
      <PageHeader title={t("title")} description={t("description")}>
        {mayChange && (
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => go({ ...search, create: true })}>
            {t(`new.${part}`)}
          </Button>
        )}
      </PageHeader>
      <Group gap="sm" mb="md">
        <SegmentedControl
          aria-label={t("title")}
          value={part}
          onChange={(shown) => go(shown === "vehicle" ? { part: "vehicle" } : {})}
          data={[
            { value: "driver", label: t("drivers") },
            { value: "vehicle", label: t("vehicles") },
          ]}
        />
        {part === "driver" ? (
          <StatusChips
            of="driver"
            label={t("status")}
            statuses={DRIVER_STATUSES}
            value={wordsOf(DRIVER_STATUSES, search.status)}
            onChange={(statuses) => set({ status: statuses.join(",") || undefined })}
          />
        ) : (
          <StatusChips
            of="vehicle"
            label={t("status")}
            statuses={VEHICLE_STATUSES}
            value={wordsOf(VEHICLE_STATUSES, search.status)}
            onChange={(statuses) => set({ status: statuses.join(",") || undefined })}
          />
        )}
        <TextFilter label={t(`search.${part}`)} value={search.text ?? ""} onChange={(text) => set({ text: text || undefined })} />
      </Group>
      {part === "driver" ? <Drivers search={list} /> : <Vehicles search={list} />}
      {mayChange && isCreating && <AddMember key={part} part={part} onClose={() => go(list)} />}
    </>
  );
}

function Drivers({ search }: { search: FleetSearch }) {
  const status = wordsOf(DRIVER_STATUSES, search.status);
  const list = useDepotPages({ query: "drivers", status: status.length === 0 ? null : status, text: search.text ?? null, limit: LIMIT });
  const members = list.pages?.flatMap((page) => page.items.map(memberOfDriver));
  return <Members part="driver" search={search} list={list} members={members} />;
}

function Vehicles({ search }: { search: FleetSearch }) {
  const status = wordsOf(VEHICLE_STATUSES, search.status);
  const list = useDepotPages({ query: "vehicles", status: status.length === 0 ? null : status, text: search.text ?? null, limit: LIMIT });
  const members = list.pages?.flatMap((page) => page.items.map(memberOfVehicle));
  return <Members part="vehicle" search={search} list={list} members={members} />;
}

interface MembersProps {
  part: Part;
  search: FleetSearch;
  list: Omit<ReturnType<typeof useDepotPages>, "pages">;
  members: Member[] | undefined;
}

type Dialog = { readonly kind: "edit" | "status" | "phone"; readonly member: Member };

function Members({ part, search, list, members }: MembersProps) {
  const { t } = useTranslation("fleet");
  const mayChange = useMayChange();
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<Dialog>();
  if (members === undefined) {
    return list.error === null ? <Shimmer lines={8} /> : <ProblemAlert problem={list.error} onRetry={list.refetch} />;
  }
  if (members.length === 0) {
    const which = search.text === undefined && search.status === undefined ? part : "filtered";
    const icon = part === "driver" ? IconSteeringWheel : IconTruck;
    return (
      <EmptyState icon={icon} title={t(`empty.${which}.title`)} description={t(`empty.${which}.description`)}>
        {which !== "filtered" && mayChange && (
          <LinkButton to="/fleet" search={{ ...search, create: true }} mt="sm">
            {t(`new.${part}`)}
          </LinkButton>
        )}
      </EmptyState>
    );
  }
  const close = () => setDialog(undefined);
  return (
    <>
      <DataTable
        label={t(part === "driver" ? "drivers" : "vehicles")}
        columns={columnsOf(part, t, mayChange, setDialog)}
        rows={members}
        rowKey={(member) => member.id}
        onOpen={({ id }) =>
          void (part === "driver"
            ? navigate({ to: "/fleet/drivers/$driverId", params: { driverId: id } })
            : navigate({ to: "/fleet/vehicles/$vehicleId", params: { vehicleId: id } }))
        }
        isStale={list.isStale}
        loadMore={list.loadMore}
        isLoadingMore={list.isLoadingMore}
        isPage
        loadAll={list.loadAll}
      />
      {dialog?.kind === "edit" && <EditMember member={dialog.member} onClose={close} />}
      {dialog?.kind === "phone" && <PhoneForm member={dialog.member} onClose={close} />}
      {dialog?.kind === "status" && <StatusForm member={dialog.member} onClose={close} />}
    </>
  );
}

function columnsOf(
  part: Part,
  t: TFunction<"fleet">,
  mayChange: boolean,
  open: (dialog: Dialog) => void,
): Column<Member>[] {
  const isDriver = part === "driver";
  const columns: Column<Member>[] = [
    {
      key: "name",
      title: t(isDriver ? "column.name" : "column.registration"),
      cell: ({ id, name }) => (
        <LinkAnchor
          {...(isDriver
            ? { to: "/fleet/drivers/$driverId", params: { driverId: id } }
            : { to: "/fleet/vehicles/$vehicleId", params: { vehicleId: id } })}
          size="sm"
          fw={600}
          c="var(--mantine-color-text)"
          display="block"
        >
          <PersonLine of={name} />
        </LinkAnchor>
      ),
    },
    {
      key: "detail",
      title: t(isDriver ? "column.license" : "column.type"),
      cell: ({ name, detail, phone }) => (
        <>
          <PersonLine c="dimmed" of={detail} />
          {phone !== null && <CallLink phone={phone} label={t("phone.call", { name, phone })} />}
        </>
      ),
    },
    { key: "status", title: t("column.status"), width: "26%", cell: (member) => <Standing member={member} /> },
    {
      key: "open",
      title: t("column.open"),
      width: "140px",
      cell: ({ id, openDeliveries }) =>
        openDeliveries === 0 ? null : (
          <LinkAnchor to="/deliveries" search={isDriver ? { driver: id, open: true } : { vehicle: id, open: true }} size="sm">
            {t("deliveries", { count: openDeliveries })}
          </LinkAnchor>
        ),
    },
  ];
  // Who may only look has nothing to do here.
  return mayChange ? [...columns, actionsOf(t, open)] : columns;
}

/** How it stands, and why, where somebody said why. */
function Standing({ member }: { member: Member }) {
  const { standing, statusReason } = member;
  const isSetByHand = standing.status !== "Assigned" && standing.status !== "Available";
  return (
    <>
      <Group gap={6}>
        <StatusBadge {...standing} />
        <TwinBadge member={member} />
      </Group>
      {isSetByHand && statusReason !== null && (
        <Truncated fz="xs" c="dimmed">
          {statusReason}
        </Truncated>
      )}
    </>
  );
}

function actionsOf(t: TFunction<"fleet">, open: (dialog: Dialog) => void): Column<Member> {
  return {
    key: "actions",
    title: t("column.actions"),
    width: "90px",
    // Who was erased cannot be changed any more.
    cell: (member) => !member.erased && (
      <MoreMenu label={t("menu", { name: member.name })}>
        <Menu.Item leftSection={<IconPencil size={16} aria-hidden />} onClick={() => open({ kind: "edit", member })}>
          {t("editItem")}
        </Menu.Item>
        <Menu.Item leftSection={<IconReplace size={16} aria-hidden />} onClick={() => open({ kind: "status", member })}>
          {t("statusItem")}
        </Menu.Item>
        {member.part === "driver" && (
          <Menu.Item leftSection={<IconPhone size={16} aria-hidden />} onClick={() => open({ kind: "phone", member })}>
            {t("phone.item")}
          </Menu.Item>
        )}
      </MoreMenu>
    ),
  };
}
