// Who may come in from a browser or another program, and as what. A token is shown once, when it is made.
import type { Role } from "@bindings/Role";
import type { TokenView } from "@bindings/TokenView";
import { Badge, Button, CopyButton, Group, Modal, Select, Stack, Table, Text, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CommandModal } from "@kit/CommandModal";
import { LATENESS_REFETCH_MS, useDepotQuery, useSession } from "@kit/depot";
import { useDialog } from "@kit/draft";
import { DriverName } from "@kit/EntityLink";
import { useForm } from "@kit/form";
import { Loaded } from "@kit/Loaded";
import { Moment } from "@kit/Moment";
import { useNow } from "@kit/now";
import { Panel } from "@kit/Panel";
import { DriverPick } from "@kit/picks";

const ROLES: readonly Role[] = ["admin", "dispatcher", "viewer", "integration", "driver"];
const VALID_DAYS = ["", "30", "90", "365"];

/** Only for admins: nobody else may ask for it. */
export function Tokens() {
  const { t } = useTranslation("settings");
  const tokens = useDepotQuery({ query: "tokens" }, { refetchInterval: LATENESS_REFETCH_MS });
  const [dialog, setDialog] = useDialog("tokens", ["new"]);
  const [revoking, setRevoking] = useState<TokenView>();
  return (
    <Panel
      title={t("tokens.title")}
      action={
        <Button size="compact-sm" variant="default" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setDialog("new")}>
          {t("tokens.create")}
        </Button>
      }
    >
      <Loaded of={tokens}>
        {(all) =>
          all.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t("tokens.none")}
            </Text>
          ) : (
            <TokenTable tokens={all} onRevoke={setRevoking} />
          )
        }
      </Loaded>
      {dialog === "new" && <CreateToken onClose={() => setDialog(undefined)} />}
      {revoking !== undefined && <RevokeToken token={revoking} onClose={() => setRevoking(undefined)} />}
    </Panel>
  );
}

function TokenTable({ tokens, onRevoke }: { tokens: readonly TokenView[]; onRevoke: (token: TokenView) => void }) {
  const { t } = useTranslation("settings");
  const own = useSession().data?.actor.credential;
  const now_ms = useNow();
  return (
    <Table.ScrollContainer minWidth={640}>
      <Table verticalSpacing={6} aria-label={t("tokens.title")}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("tokens.name")}</Table.Th>
            <Table.Th>{t("tokens.role")}</Table.Th>
            <Table.Th>{t("tokens.created")}</Table.Th>
            <Table.Th>{t("tokens.used")}</Table.Th>
            <Table.Th>{t("tokens.until")}</Table.Th>
            <Table.Td />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tokens.map((token) => (
            <Table.Tr key={token.id}>
              <Table.Td style={{ overflowWrap: "anywhere" }}>{token.name}</Table.Td>
              <Table.Td>
                {t(`role.${token.role}`)}
                {token.driverId !== null && (
                  <>
                    {": "}
                    <DriverName id={token.driverId} />
                  </>
                )}
              </Table.Td>
              <Table.Td>
                <Moment at={token.createdAt} />
              </Table.Td>
              <Table.Td>{token.usedAt === null ? t("tokens.never") : <Moment at={token.usedAt} distance />}</Table.Td>
              <Table.Td>
                <Validity token={token} now_ms={now_ms} />
              </Table.Td>
              <Table.Td ta="right">
                {token.id === own ? (
                  <Text size="xs" c="dimmed">
                    {t("tokens.own")}
                  </Text>
                ) : (
                  token.revokedAt === null && (
                    <Button size="compact-sm" variant="subtle" onClick={() => onRevoke(token)} aria-label={t("tokens.revokeOne", { name: token.name })}>
                      {t("tokens.revoke")}
                    </Button>
                  )
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Validity({ token: { revokedAt, expiresAt }, now_ms }: { token: TokenView; now_ms: number }) {
  const { t } = useTranslation("settings");
  if (revokedAt !== null) {
    return (
      <Badge variant="default" tt="none">
        {t("tokens.revoked")}
      </Badge>
    );
  }
  if (expiresAt === null) return t("tokens.forever");
  return Date.parse(expiresAt) <= now_ms ? t("tokens.expired") : <Moment at={expiresAt} />;
}

function CreateToken({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("settings");
  const form = useForm({
    name: "tokens.new",
    initial: () => ({ name: "", role: "dispatcher" as Role, driverId: null as string | null, days: "" }),
  });
  const { name, role, driverId, days } = form.fields;
  const [secret, setSecret] = useState<string>();
  if (secret !== undefined) return <NewSecret secret={secret} onClose={onClose} />;
  const canSubmit = name.trim() !== "" && (role !== "driver" || driverId !== null);
  const submit = () =>
    form.submit(
      {
        entity: "depot",
        command: {
          type: "createToken",
          role,
          name: name.trim(),
          driverId: role === "driver" ? driverId : null,
          expiresInDays: days === "" ? null : Number(days),
        },
      },
      { done: t("tokens.made"), onDone: ({ token }) => (token === undefined ? onClose() : setSecret(token)) },
    );
  return (
    <CommandModal form={form} onClose={onClose} title={t("tokens.create")} submit={t("tokens.create")} canSubmit={canSubmit} onSubmit={submit}>
      <TextInput
        label={t("tokens.name")}
        description={t("tokens.nameHint")}
        value={name}
        onChange={(event) => form.set({ name: event.currentTarget.value })}
        maxLength={100}
        required
        data-autofocus
      />
      <Select
        label={t("tokens.role")}
        description={t(`tokens.may.${role}`)}
        data={ROLES.map((value) => ({ value, label: t(`role.${value}`) }))}
        value={role}
        onChange={(chosen) => form.set({ role: ROLES.find((known) => known === chosen) ?? role })}
        allowDeselect={false}
      />
      {role === "driver" && <DriverPick label={t("tokens.driver")} value={driverId} onChange={(picked) => form.set({ driverId: picked })} required anyStatus />}
      <Select
        label={t("tokens.until")}
        data={VALID_DAYS.map((value) => ({ value, label: value === "" ? t("tokens.forever") : t("tokens.days", { count: Number(value) }) }))}
        value={days}
        onChange={(chosen) => form.set({ days: chosen ?? "" })}
        allowDeselect={false}
      />
    </CommandModal>
  );
}

function NewSecret({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { t } = useTranslation("settings");
  return (
    // It is shown only once: a click beside the dialog does not take it away.
    <Modal opened onClose={onClose} closeOnClickOutside={false} title={t("tokens.secretTitle")} size="lg" centered closeButtonProps={{ "aria-label": t("tokens.done") }}>
      <Stack>
        <Text size="sm">{t("tokens.secretHint")}</Text>
        <TextInput
          aria-label={t("tokens.secretTitle")}
          value={secret}
          readOnly
          onFocus={(event) => event.currentTarget.select()}
          styles={{ input: { fontFamily: "monospace" } }}
          data-autofocus
        />
        <Group justify="flex-end">
          <CopyButton value={secret}>
            {({ copied, copy }) => (
              <Button variant="default" onClick={copy}>
                {t(copied ? "tokens.copied" : "tokens.copy")}
              </Button>
            )}
          </CopyButton>
          <Button onClick={onClose}>{t("tokens.done")}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function RevokeToken({ token: { id, name }, onClose }: { token: TokenView; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const form = useForm({ name: `tokens.${id}.revoke`, initial: () => ({}) });
  return (
    <CommandModal
      form={form}
      onClose={onClose}
      title={t("tokens.revokeOne", { name })}
      submit={t("tokens.revoke")}
      isGrave
      onSubmit={() => form.submit({ entity: "depot", command: { type: "revokeToken", id } }, { done: t("tokens.revokedOne", { name }), onDone: onClose })}
    >
      <Text size="sm">{t("tokens.revokeHint")}</Text>
    </CommandModal>
  );
}
