// The way in for phones and browsers: whether it is open, where, what people type, what stands in its way, and who is here.
import type { EndpointProblem } from "@bindings/EndpointProblem";
import type { EndpointStatus } from "@bindings/EndpointStatus";
import type { Follower } from "@bindings/Follower";
import type { SettingView } from "@bindings/SettingView";
import { ActionIcon, Alert, Anchor, Code, CopyButton, Group, NumberInput, Select, Stack, Switch, Table, Text, Tooltip } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconCircleCheck, IconCircleOff, IconCopy } from "@tabler/icons-react";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "@kit/act";
import { ChangedMeanwhile } from "@kit/ChangedMeanwhile";
import { useDepotQuery, useTransport } from "@kit/depot";
import { Loaded } from "@kit/Loaded";
import { Moment } from "@kit/Moment";
import { Panel } from "@kit/Panel";
import { Refusal } from "@kit/Refusal";
import { ToneBadge } from "@kit/ToneBadge";
import { useSettingsDraft } from "./draft";
import { EVERYWHERE, joined, ONLY_HERE, split } from "./listen";
import { SaveButtons } from "./SaveButtons";

/** Only for admins: nobody else may ask for it. */
export function EndpointPanel() {
  const { t } = useTranslation("settings");
  const endpoint = useDepotQuery({ query: "endpoint" });
  const settings = useDepotQuery({ query: "settings" });
  return (
    <>
      <Panel title={t("endpoint.title")} action={endpoint.data && <Standing of={endpoint.data} />}>
        <Loaded of={endpoint}>
          {(shown) => (
            <Stack gap="md">
              {shown.problem !== null && <Trouble problem={shown.problem} url={shown.open?.url} />}
              <Addresses of={shown} />
              {shown.followsSettings ? (
                <Loaded of={settings} lines={3}>
                  {(all) => <EndpointForm endpoint={shown} settings={all} />}
                </Loaded>
              ) : (
                <Text size="sm" c="dimmed">
                  {t("endpoint.served")}
                </Text>
              )}
            </Stack>
          )}
        </Loaded>
      </Panel>
      <Panel title={t("endpoint.who")}>
        <Loaded of={endpoint}>{({ followers }) => <Followers followers={followers} />}</Loaded>
      </Panel>
    </>
  );
}

function Standing({ of: { open, problem } }: { of: EndpointStatus }) {
  const { t } = useTranslation("settings");
  if (problem !== null) {
    return (
      <ToneBadge tone="amber" icon={IconAlertTriangle}>
        {t("endpoint.troubled")}
      </ToneBadge>
    );
  }
  return open === null ? (
    <ToneBadge tone="neutral" icon={IconCircleOff}>
      {t("endpoint.off")}
    </ToneBadge>
  ) : (
    <ToneBadge tone="green" icon={IconCircleCheck}>
      {t("endpoint.on")}
    </ToneBadge>
  );
}

function Trouble({ problem: { fault, listen, detail }, url }: { problem: EndpointProblem; url: string | undefined }) {
  const { t } = useTranslation("settings");
  return (
    <Alert role="alert" color="orange" variant="light" icon={<IconAlertTriangle aria-hidden />} title={t("endpoint.cannot", { listen })}>
      <Stack gap={4}>
        <Text size="sm">{fault === "other" ? detail : t(`endpoint.fault.${fault}`)}</Text>
        <Text size="sm">{url === undefined ? t("endpoint.again") : t("endpoint.stays", { url })}</Text>
      </Stack>
    </Alert>
  );
}

function Addresses({ of: { open } }: { of: EndpointStatus }) {
  const { t } = useTranslation("settings");
  if (open === null) return <Text size="sm">{t("endpoint.closed")}</Text>;
  return (
    <Stack gap={6}>
      <Text size="sm">{t(open.addresses.length === 0 ? "endpoint.typeHere" : "endpoint.type")}</Text>
      {(open.addresses.length === 0 ? [open.url] : open.addresses).map((address) => (
        <Group key={address} gap={6}>
          <Code fz="sm">{address}</Code>
          <CopyButton value={address}>
            {({ copied, copy }) => (
              <Tooltip label={t(copied ? "tokens.copied" : "endpoint.copy", { address })}>
                <ActionIcon size={28} variant="subtle" aria-label={t("endpoint.copy", { address })} onClick={copy}>
                  {copied ? <IconCheck size={15} aria-hidden /> : <IconCopy size={15} aria-hidden />}
                </ActionIcon>
              </Tooltip>
            )}
          </CopyButton>
        </Group>
      ))}
      <Anchor href={`${open.addresses[0] ?? open.url}/api/docs/`} target="_blank" rel="noreferrer" size="sm">
        {t("docs")}
      </Anchor>
    </Stack>
  );
}

const LABELS = {
  "endpoint.enabled": "endpoint.enabled",
  "endpoint.listen": "endpoint.interface",
  "endpoint.insecure_http": "endpoint.insecure",
} as const;
const KEYS = ["endpoint.enabled", "endpoint.listen", "endpoint.insecure_http"] as const;

function EndpointForm({ endpoint, settings }: { endpoint: EndpointStatus; settings: readonly SettingView[] }) {
  const { t } = useTranslation("settings");
  const transport = useTransport();
  const act = useAct(t("saved"));
  const draft = useSettingsDraft(
    settings.filter(({ key }) => key in LABELS),
    (key) => t(LABELS[key as keyof typeof LABELS]),
  );
  const { set, valueOf } = draft;
  const changes = [...draft.changes];
  const setting = (key: (typeof KEYS)[number]) => settings.find((one) => one.key === key);
  const isLocked = (key: (typeof KEYS)[number]) => ["environment", "commandLine"].includes(setting(key)?.source ?? "");
  const { address, port } = split(valueOf("endpoint.listen"));
  const save = (event: FormEvent) => {
    event.preventDefault();
    draft.save(() => act.run({ entity: "depot", command: { type: "changeSettings", changes } }, { onDone: draft.clear }));
  };
  const choices = [
    { value: ONLY_HERE, label: t("endpoint.onlyHere") },
    { value: EVERYWHERE, label: t("endpoint.everywhere") },
    ...endpoint.interfaces.map((one) => ({ value: one.address, label: `${one.address} (${one.name})` })),
  ];
  if (!choices.some(({ value }) => value === address)) choices.push({ value: address, label: t("endpoint.notHere", { address }) });
  const locked = (["environment", "commandLine"] as const).find((source) => KEYS.some((key) => setting(key)?.source === source));
  return (
    <form onSubmit={save} noValidate aria-label={t("endpoint.title")}>
      <Stack gap="md">
        <Switch
          label={t("endpoint.enabled")}
          description={t("endpoint.enabledHint")}
          checked={valueOf("endpoint.enabled") === "true"}
          disabled={isLocked("endpoint.enabled")}
          onChange={(event) => set("endpoint.enabled", String(event.currentTarget.checked))}
        />
        <Group align="flex-start" gap="md">
          <Select
            label={t("endpoint.interface")}
            data={choices}
            value={address}
            allowDeselect={false}
            disabled={isLocked("endpoint.listen")}
            onChange={(chosen) => chosen !== null && set("endpoint.listen", joined(chosen, port))}
            w={300}
          />
          <NumberInput
            label={t("endpoint.port")}
            value={port}
            min={1}
            max={65_535}
            allowDecimal={false}
            allowNegative={false}
            disabled={isLocked("endpoint.listen")}
            onChange={(chosen) => set("endpoint.listen", joined(address, String(chosen)))}
            w={120}
          />
        </Group>
        {address !== ONLY_HERE && (
          <Switch
            label={t("endpoint.insecure")}
            description={t("endpoint.insecureHint")}
            checked={valueOf("endpoint.insecure_http") === "true"}
            disabled={isLocked("endpoint.insecure_http")}
            onChange={(event) => set("endpoint.insecure_http", String(event.currentTarget.checked))}
          />
        )}
        {locked !== undefined && (
          <Text size="sm" c="dimmed">
            {t(`overridden.${locked}`)}
          </Text>
        )}
        {transport.kind === "browser" && changes.length > 0 && <Text size="sm">{t("endpoint.fromHere")}</Text>}
        {draft.others.length > 0 ? <ChangedMeanwhile changes={draft.others} /> : <Refusal problem={act.problem} />}
        <SaveButtons
          hasChanges={changes.length > 0}
          isValid={port !== ""}
          isBusy={act.isBusy}
          onDiscard={() => {
            draft.clear();
            act.reset();
          }}
        />
      </Stack>
    </form>
  );
}

function Followers({ followers }: { followers: readonly Follower[] }) {
  const { t } = useTranslation("settings");
  if (followers.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t("endpoint.nobody")}
      </Text>
    );
  }
  return (
    <Table.ScrollContainer minWidth={480}>
      <Table verticalSpacing={6} aria-label={t("endpoint.who")}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("tokens.name")}</Table.Th>
            <Table.Th>{t("tokens.role")}</Table.Th>
            <Table.Th>{t("endpoint.address")}</Table.Th>
            <Table.Th>{t("endpoint.since")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {followers.map(({ credential, name, role, address, since }) => (
            <Table.Tr key={`${credential} ${since} ${address}`}>
              <Table.Td style={{ overflowWrap: "anywhere" }}>{name}</Table.Td>
              <Table.Td>{t(`role.${role}`)}</Table.Td>
              <Table.Td className="tabular">{address}</Table.Td>
              <Table.Td>
                <Moment at={since} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
