// How the desk looks, who sits at it, and the depot itself.
import type { Session } from "@bindings/Session";
import { Anchor, Button, Stack, Tabs, Text } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useSession, useTransport } from "@kit/depot";
import { dropDrafts } from "@kit/draft";
import { Loaded } from "@kit/Loaded";
import { PageHeader } from "@kit/PageHeader";
import { Panel } from "@kit/Panel";
import type { Transport } from "@kit/protocol";
import { DemoBanner, FirstStart } from "../today/Demo";
import { Appearance } from "./Appearance";
import { DataPanel } from "./DataPanel";
import { DepotSettings, PhoneSettings, RuleSettings } from "./DepotSettings";
import { EndpointPanel } from "./EndpointPanel";
import { NativePanel } from "./NativePanel";
import { Notifications } from "./Notifications";
import { PARTS } from "./search";
import type { SettingsPart } from "./search";
import classes from "./SettingsPage.module.css";
import { Tokens } from "./Tokens";

const route = getRouteApi("/settings");

export function SettingsPage() {
  const { t } = useTranslation("settings");
  const session = useSession();
  const navigate = route.useNavigate();
  const { part = PARTS[0] } = route.useSearch();
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <Tabs
        value={part}
        onChange={(chosen) => void navigate({ search: { part: PARTS.find((known) => known === chosen) ?? PARTS[0] } })}
        orientation="vertical"
        variant="pills"
        keepMounted={false}
        classNames={{ root: classes["root"] ?? "", list: classes["list"] ?? "", tab: classes["tab"] ?? "" }}
      >
        <Tabs.List aria-label={t("title")}>
          {PARTS.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {t(`part.${name}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {PARTS.map((name) => (
          <Tabs.Panel key={name} value={name}>
            <Stack maw={820}>
              <Loaded of={session}>{(shown) => <Part name={name} session={shown} />}</Loaded>
            </Stack>
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  );
}

function Part({ name, session }: { name: SettingsPart; session: Session }) {
  const { t } = useTranslation("settings");
  const isAdmin = session.actor.role === "admin";
  const { native } = useTransport();
  switch (name) {
    case "desk":
      return (
        <>
          <Appearance />
          <Notifications />
          {native !== undefined && <NativePanel native={native} />}
          <SignedIn session={session} />
        </>
      );
    case "depot":
      return (
        <>
          <DepotSettings />
          <RuleSettings />
        </>
      );
    case "endpoint":
      return (
        <>
          {isAdmin ? <EndpointPanel /> : <EndpointInShort session={session} />}
          <PhoneSettings />
        </>
      );
    case "people":
      return isAdmin ? <Tokens /> : <OnlyAdmins title={t("tokens.title")} />;
    case "data":
      return (
        <>
          {isAdmin ? <DataPanel /> : <OnlyAdmins title={t("data.folder")} />}
          <Demo session={session} />
        </>
      );
  }
}

function OnlyAdmins({ title }: { title: string }) {
  const { t } = useTranslation("settings");
  return (
    <Panel title={title}>
      <Text size="sm" c="dimmed">
        {t("adminsSee")}
      </Text>
    </Panel>
  );
}

function SignedIn({ session: { actor, version } }: { session: Session }) {
  const { t } = useTranslation("settings");
  const transport = useTransport();
  return (
    <Panel title={t("session")}>
      <Stack gap="sm" align="flex-start">
        {transport.kind === "window" ? (
          <Text size="sm">{t("window")}</Text>
        ) : (
          <>
            <Text size="sm">{t("who", { name: actor.name, role: t(`role.${actor.role}`) })}</Text>
            <Button variant="default" onClick={() => void signOut(transport)}>
              {t("signOut")}
            </Button>
          </>
        )}
        <Text size="sm" c="dimmed">
          {t("version", { version })}
        </Text>
      </Stack>
    </Panel>
  );
}

/** Leaves nothing of this person in the tab: neither what they saw nor what they typed. */
async function signOut(transport: Transport): Promise<void> {
  await transport.signOut();
  dropDrafts();
  location.assign("/");
}

/** For those who may not see who comes in. */
function EndpointInShort({ session: { endpoint } }: { session: Session }) {
  const { t } = useTranslation("settings");
  return (
    <Panel title={t("endpoint.title")}>
      {endpoint === null ? (
        <Text size="sm">{t("endpoint.closed")}</Text>
      ) : (
        <Stack gap="sm" align="flex-start">
          <Text size="sm">{t("endpointOn", { address: endpoint })}</Text>
          <Anchor href={`${endpoint}/api/docs/`} target="_blank" rel="noreferrer" size="sm">
            {t("docs")}
          </Anchor>
        </Stack>
      )}
    </Panel>
  );
}

function Demo({ session: { demo, empty, mayChange } }: { session: Session }) {
  const { t } = useTranslation("settings");
  if (!mayChange) return null;
  return (
    <Panel title={t("demo")}>
      {empty && <FirstStart />}
      {demo && <DemoBanner />}
      {!empty && !demo && <Text size="sm">{t("demoOff")}</Text>}
    </Panel>
  );
}
