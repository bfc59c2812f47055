// The drivers' phones: which there are, when each was last heard of, what it still holds; a new one joins, a lost one goes.
import type { PhoneView } from "@bindings/PhoneView";
import { Button, Group, Paper, Table, Text } from "@mantine/core";
import { IconCheck, IconCloudUp, IconDeviceMobile, IconDeviceMobilePlus, IconPlugConnectedX, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "@kit/act";
import { useDepotQuery, useSession } from "@kit/depot";
import { EmptyState } from "@kit/EmptyState";
import { DriverName } from "@kit/EntityLink";
import { LinkAnchor } from "@kit/links";
import { Loaded } from "@kit/Loaded";
import { Moment } from "@kit/Moment";
import { PageHeader } from "@kit/PageHeader";
import { Refusal } from "@kit/Refusal";
import { ToneBadge } from "@kit/ToneBadge";
import { AwaitedPictures } from "./AwaitedPictures";
import { PairPhone } from "./PairPhone";

export function PhonesPage() {
  const { t } = useTranslation("phone");
  const phones = useDepotQuery({ query: "phones" });
  const role = useSession().data?.actor.role;
  const mayPair = role === "admin" || role === "dispatcher";
  const start = useAct();
  const [pairingId, setPairingId] = useState<string>();
  const endpoint = phones.data?.endpoint ?? undefined;
  const pair = () =>
    start.run({ entity: "phone", command: { type: "startPairing" } }, { onDone: ({ id }) => setPairingId(id) });
  const button = (
    <Button leftSection={<IconDeviceMobilePlus size={16} aria-hidden />} loading={start.isBusy} disabled={endpoint === undefined} onClick={pair}>
      {t("pair")}
    </Button>
  );
  return (
    <>
      <PageHeader title={t("title")} description={t("description")}>
        {mayPair && button}
      </PageHeader>
      <Refusal problem={start.problem} />
      <Loaded of={phones}>
        {({ phones: all, filesAwaited }) => (
          <>
            {(endpoint === undefined || endpoint.addresses.length === 0) && <OutOfReach isOpen={endpoint !== undefined} />}
            {all.length === 0 ? (
              <EmptyState icon={IconDeviceMobile} title={t("none")} description={t("noneHint")} />
            ) : (
              <PhoneTable phones={all} mayRevoke={mayPair} />
            )}
            {filesAwaited.length > 0 && <AwaitedPictures files={filesAwaited} />}
          </>
        )}
      </Loaded>
      {pairingId !== undefined && endpoint !== undefined && (
        <PairPhone key={pairingId} pairingId={pairingId} endpoint={endpoint} onAgain={pair} onClose={() => setPairingId(undefined)} />
      )}
    </>
  );
}

/** Why no phone reaches the depot, and what to do. */
function OutOfReach({ isOpen }: { isOpen: boolean }) {
  const { t } = useTranslation("phone");
  return (
    <Paper withBorder radius="lg" p="md" mb="md" bg="var(--depot-surface)">
      <Group gap="sm" align="flex-start" wrap="nowrap">
        <IconPlugConnectedX size={20} color="var(--depot-amber-text)" style={{ flex: "none" }} aria-hidden />
        <div>
          <Text size="sm" fw={600}>
            {t(isOpen ? "onlyHere" : "off")}
          </Text>
          <Text size="sm">{t(isOpen ? "onlyHereHint" : "offHint")}</Text>
          <LinkAnchor to="/settings" search={{ part: "endpoint" }} size="sm">
            {t("toSettings")}
          </LinkAnchor>
        </div>
      </Group>
    </Paper>
  );
}

function PhoneTable({ phones, mayRevoke }: { phones: readonly PhoneView[]; mayRevoke: boolean }) {
  const { t } = useTranslation("phone");
  return (
    <Paper withBorder radius="lg" bg="var(--depot-surface)">
      <Table.ScrollContainer minWidth={760}>
        <Table verticalSpacing="sm" aria-label={t("title")}>
          <Table.Thead>
            <Table.Tr>
              {(["driver", "device", "seen", "unsent", "version", "paired"] as const).map((column) => (
                <Table.Th key={column}>{t(`column.${column}`)}</Table.Th>
              ))}
              <Table.Td />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {phones.map((phone) => (
              <PhoneRow key={phone.deviceId} phone={phone} mayRevoke={mayRevoke} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}

function PhoneRow({ phone, mayRevoke }: { phone: PhoneView; mayRevoke: boolean }) {
  const { t } = useTranslation("phone");
  const driver = phone.driverName ?? t("unknownDriver");
  const device = phone.device ?? phone.name;
  const revoke = useAct(t("revokedOne", { device, driver }));
  const isRevoked = phone.revokedAt !== null;
  return (
    <Table.Tr {...(isRevoked && { c: "dimmed" })}>
      <Table.Td style={{ overflowWrap: "anywhere" }}>
        <DriverName id={phone.driverId} />
      </Table.Td>
      <Table.Td style={{ overflowWrap: "anywhere" }}>{device}</Table.Td>
      <Table.Td>{phone.seenAt === null ? t("never") : <Moment at={phone.seenAt} distance />}</Table.Td>
      <Table.Td>
        <AtTheDepot phone={phone} />
      </Table.Td>
      <Table.Td className="tabular">{phone.appVersion ?? "–"}</Table.Td>
      <Table.Td>
        <Moment at={phone.pairedAt} />
      </Table.Td>
      <Table.Td ta="right">
        {isRevoked ? (
          <ToneBadge tone="neutral" icon={IconX}>
            {t("revoked")}
          </ToneBadge>
        ) : (
          mayRevoke && (
            <Button
              size="compact-sm"
              variant="default"
              loading={revoke.isBusy}
              aria-label={t("revokeOne", { device, driver })}
              onClick={() => revoke.run({ entity: "phone", command: { type: "revokePhone", deviceId: phone.deviceId } })}
            >
              {t("revoke")}
            </Button>
          )
        )}
        <Refusal problem={revoke.problem} />
      </Table.Td>
    </Table.Tr>
  );
}

/** "14 of 14 at the depot": the same sentence as on the phone. */
function AtTheDepot({ phone: { held, receivedActions, unsentActions, unsentFiles, unseenMessages } }: { phone: PhoneView }) {
  const { t } = useTranslation("phone");
  const unsent = unsentActions ?? 0;
  const files = unsentFiles ?? 0;
  const isAll = unsent === 0 && files === 0;
  return (
    <>
      <ToneBadge tone={isAll ? "green" : "amber"} icon={isAll ? IconCheck : IconCloudUp}>
        {t("atTheDepot", { stored: receivedActions, total: receivedActions + unsent })}
      </ToneBadge>
      {files > 0 && (
        <Text size="xs" mt={4}>
          {t("pictures", { count: files })}
        </Text>
      )}
      {held.map(({ driverId, driverName, actions, files: pictures }) => (
        <Text key={driverId} size="xs" mt={4} style={{ overflowWrap: "anywhere" }}>
          {t("held", { count: actions + pictures, name: driverName ?? t("unknownDriver") })}
        </Text>
      ))}
      {unseenMessages > 0 && (
        <Text size="xs" mt={4}>
          {t("unseen", { count: unseenMessages })}
        </Text>
      )}
    </>
  );
}
