// The depot's own settings and its rules, to be changed while it runs. What is valid comes from the depot.
import type { SettingView } from "@bindings/SettingView";
import { NumberInput, Select, SimpleGrid, Stack, Switch, Text, TextInput } from "@mantine/core";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "@kit/act";
import { ChangedMeanwhile } from "@kit/ChangedMeanwhile";
import { useDepotQuery, useSession } from "@kit/depot";
import { Loaded } from "@kit/Loaded";
import { ListSelect } from "@kit/ListSelect";
import { Panel } from "@kit/Panel";
import { PickGateContext, usePickGate } from "@kit/pickGate";
import { Refusal } from "@kit/Refusal";
import { useSettingsDraft } from "./draft";
import { SaveButtons } from "./SaveButtons";

const DEPOT = ["depot.name", "depot.time_zone", "depot.language"];
const PHONES = ["phones.positions", "phones.positions_hours", "endpoint.mdns.announce", "endpoint.mdns.name"];
const RULES = ["fleet.turnaround_minutes", "fleet.allow_duplicates"];

/** A language is named in itself, so that whoever cannot read the others finds it. */
const LANGUAGE_NAMES: Readonly<Record<string, string>> = { en: "English", de: "Deutsch" };

export function DepotSettings() {
  const { t } = useTranslation("settings");
  return <SettingsSection title={t("depot")} keys={DEPOT} />;
}

export function RuleSettings() {
  const { t } = useTranslation("settings");
  return <SettingsSection title={t("rules")} keys={RULES} hint={t("rulesHint")} />;
}

export function PhoneSettings() {
  const { t } = useTranslation("settings");
  return <SettingsSection title={t("phones")} keys={PHONES} hint={t("phonesHint")} />;
}

interface SectionProps {
  title: string;
  keys: readonly string[];
  hint?: string;
  /** Beside each other where there is room. */
  isRow?: boolean;
}

/** Some settings in one panel, in the order of `keys`. */
export function SettingsSection({ title, keys, ...form }: SectionProps) {
  const settings = useDepotQuery({ query: "settings" });
  return (
    <Panel title={title}>
      <Loaded of={settings} lines={keys.length}>
        {(all) => <SettingsForm settings={ordered(all, keys)} {...form} />}
      </Loaded>
    </Panel>
  );
}

function ordered(settings: readonly SettingView[], keys: readonly string[]): readonly SettingView[] {
  return keys.flatMap((wanted) => settings.filter(({ key }) => key === wanted));
}

function SettingsForm({ settings, hint, isRow = false }: Pick<SectionProps, "hint" | "isRow"> & { settings: readonly SettingView[] }) {
  const { t } = useTranslation("settings");
  const isAdmin = useSession().data?.actor.role === "admin";
  const act = useAct(t("saved"));
  const draft = useSettingsDraft(settings, (key) => t(`setting.${key}.label`));
  const changes = [...draft.changes];
  const gate = usePickGate(() =>
    draft.save(() => act.run({ entity: "depot", command: { type: "changeSettings", changes } }, { onDone: draft.clear })),
  );
  const save = (event: FormEvent) => {
    event.preventDefault();
    gate.submit();
  };
  return (
    <PickGateContext value={gate}>
      <form onSubmit={save} noValidate>
        <Stack gap="md">
          {hint !== undefined && (
            <Text size="sm" c="dimmed">
              {hint}
            </Text>
          )}
          <SimpleGrid cols={{ base: 1, sm: isRow ? settings.length : 1 }} spacing="md">
            {settings.map((setting) => (
              <Field
                key={setting.key}
                setting={setting}
                value={draft.valueOf(setting.key)}
                isLocked={!isAdmin}
                isRow={isRow}
                onChange={(value) => draft.set(setting.key, value)}
              />
            ))}
          </SimpleGrid>
          {draft.others.length > 0 ? <ChangedMeanwhile changes={draft.others} /> : <Refusal problem={act.problem} />}
          {isAdmin ? (
            <SaveButtons
              hasChanges={changes.length > 0}
              isBusy={act.isBusy}
              onDiscard={() => {
                draft.clear();
                act.reset();
              }}
            />
          ) : (
            <Text size="sm" c="dimmed">
              {t("onlyAdmins")}
            </Text>
          )}
        </Stack>
      </form>
    </PickGateContext>
  );
}

interface FieldProps {
  setting: SettingView;
  value: string;
  isLocked: boolean;
  /** Beside others: its help stands below it, so that the fields are on one line. */
  isRow: boolean;
  onChange: (value: string) => void;
}

const HELP_BELOW = ["label", "input", "description", "error"] as const;

function Field({ setting: { key, source, valid }, value, isLocked, isRow, onChange }: FieldProps) {
  const { t } = useTranslation("settings");
  const isOverridden = source === "environment" || source === "commandLine";
  const shared = {
    label: t(`setting.${key}.label`),
    description: isOverridden ? t(`overridden.${source}`) : t(`setting.${key}.hint`),
    disabled: isLocked || isOverridden,
  };
  const place = isRow ? { inputWrapperOrder: [...HELP_BELOW] } : { maw: 360 };
  switch (valid.kind) {
    case "flag":
      return <Switch {...shared} checked={value === "true"} onChange={(event) => onChange(String(event.currentTarget.checked))} />;
    case "number":
      return (
        <NumberInput
          {...shared}
          value={value}
          onChange={(number) => onChange(String(number))}
          min={valid.least}
          max={valid.most}
          allowDecimal={false}
          w={240}
        />
      );
    case "choice":
      if (valid.values.length > LANGUAGES_MOST) {
        return (
          <ListSelect
            {...shared}
            data={choicesOf(valid.values, value)}
            value={value}
            onChange={(choice) => choice !== null && onChange(choice)}
            required
            withAsterisk={false}
            {...place}
          />
        );
      }
      return (
        <Select
          {...shared}
          data={choicesOf(valid.values, value)}
          value={value}
          onChange={(choice) => choice !== null && onChange(choice)}
          allowDeselect={false}
          {...place}
        />
      );
    case "text":
    case "address":
    case "origins":
      return (
        <TextInput
          {...shared}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
          {...(valid.kind === "text" && { maxLength: valid.longest })}
          {...place}
        />
      );
  }
}

/** More than this are searched rather than read through. */
const LANGUAGES_MOST = 8;

/** Of time zones only those of places, with the one in force: the old and the technical names only lengthen the list. */
function choicesOf(values: readonly string[], value: string) {
  const shown =
    values.length > LANGUAGES_MOST
      ? values.filter((zone) => zone === value || zone === "UTC" || (zone.includes("/") && !/^(?:Etc|US|SystemV)\//u.test(zone)))
      : values;
  return shown.map((choice) => ({ value: choice, label: LANGUAGE_NAMES[choice] ?? choice.replaceAll("_", " ") }));
}
