// How the desk looks in this browser: its colours, how close things stand, and its language.
import { Input, SegmentedControl, Stack, useMantineColorScheme } from "@mantine/core";
import type { MantineColorScheme } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { DENSITIES, useDensity } from "@kit/density";
import { isLanguage } from "@kit/language";
import { useLanguage } from "@kit/LanguageProvider";
import { Panel } from "@kit/Panel";

const SCHEMES: readonly MantineColorScheme[] = ["light", "dark", "auto"];

export function Appearance() {
  const { t } = useTranslation("settings");
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { density, choose: chooseDensity } = useDensity();
  const { chosen, choose } = useLanguage();
  return (
    <Panel title={t("appearance")}>
      <Stack gap="md" align="flex-start">
        <Choice label={t("scheme.label")}>
          <SegmentedControl
            aria-label={t("scheme.label")}
            value={colorScheme}
            onChange={(scheme) => setColorScheme(scheme)}
            data={SCHEMES.map((value) => ({ value, label: t(`scheme.${value}`) }))}
          />
        </Choice>
        <Choice label={t("density.label")}>
          <SegmentedControl
            aria-label={t("density.label")}
            value={density}
            onChange={chooseDensity}
            data={DENSITIES.map((value) => ({ value, label: t(`density.${value}`) }))}
          />
        </Choice>
        <Choice label={t("language.label")}>
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
        </Choice>
      </Stack>
    </Panel>
  );
}

function Choice({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Stack gap={4} align="flex-start">
      <Input.Label component="div" aria-hidden>
        {label}
      </Input.Label>
      {children}
    </Stack>
  );
}
