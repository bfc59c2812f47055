// How the desk looks, who sits at it, and the depot itself.
import type { Session } from "@bindings/Session";
import { Anchor, Button, Code, SegmentedControl, Stack, Text, useMantineColorScheme } from "@mantine/core";
import type { MantineColorScheme } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useSession, useTransport } from "@kit/depot";
import { isLanguage } from "@kit/language";
import { useLanguage } from "@kit/LanguageProvider";
import { Loaded } from "@kit/Loaded";
import { PageHeader } from "@kit/PageHeader";
import { Panel } from "@kit/Panel";
import { DemoBanner, FirstStart } from "../today/Demo";
import { DepotSettings, RuleSettings } from "./DepotSettings";
import { Tokens } from "./Tokens";

const SWITCH_ON = "[endpoint]\nenabled = true";

export function SettingsPage() {
  const { t } = useTranslation("settings");
  const session = useSession();
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <Stack maw={720}>
        <Appearance />
        <Loaded of={session}>
          {(shown) => (
            <>
              <SignedIn session={shown} />
              <DepotSettings />
              <RuleSettings />
              <Endpoint session={shown} />
              {shown.actor.role === "admin" && <Tokens />}
              <Demo session={shown} />
            </>
          )}
        </Loaded>
      </Stack>
    </>
  );
}

function Appearance() {
  const { t } = useTranslation("settings");
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { chosen, choose } = useLanguage();
  const schemes: readonly MantineColorScheme[] = ["light", "dark", "auto"];
  return (
    <Panel title={t("appearance")}>
      <Stack gap="sm" align="flex-start">
      <SegmentedControl
        aria-label={t("scheme.label")}
        value={colorScheme}
        onChange={(scheme) => setColorScheme(scheme as MantineColorScheme)}
        data={schemes.map((value) => ({ value, label: t(`scheme.${value}`) }))}
      />
      <SegmentedControl
        aria-label={t("language.label")}
        value={chosen ?? "depot"}
        onChange={(value) => choose(isLanguage(value) ? value : undefined)}
        data={[
          { value: "depot", label: t("language.depot") },
          // A language is named in itself, so that whoever cannot read the others finds it.
          { value: "en", label: "English" },
          { value: "de", label: "Deutsch" },
        ]}
      />
      </Stack>
    </Panel>
  );
}

function SignedIn({ session: { actor } }: { session: Session }) {
  const { t } = useTranslation("settings");
  const transport = useTransport();
  return (
    <Panel title={t("session")}>
      {transport.kind === "window" ? (
        <Text size="sm">{t("window")}</Text>
      ) : (
        <Stack gap="sm" align="flex-start">
          <Text size="sm">{t("who", { name: actor.name, role: t(`role.${actor.role}`) })}</Text>
          <Button variant="default" onClick={() => void transport.signOut()}>
            {t("signOut")}
          </Button>
        </Stack>
      )}
    </Panel>
  );
}

function Endpoint({ session: { endpoint, version } }: { session: Session }) {
  const { t } = useTranslation("settings");
  return (
    <Panel title={t("endpoint")}>
      <Stack gap="sm" align="flex-start">
        <Text size="sm" c="dimmed">
          {t("version", { version })}
        </Text>
        {endpoint === null ? (
          <>
            <Text size="sm">{t("endpointOff")}</Text>
            <Code block>{SWITCH_ON}</Code>
          </>
        ) : (
          <>
            <Text size="sm">{t("endpointOn", { address: endpoint })}</Text>
            <Anchor href={`${endpoint}/api/docs/`} target="_blank" rel="noreferrer" size="sm">
              {t("docs")}
            </Anchor>
          </>
        )}
      </Stack>
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
