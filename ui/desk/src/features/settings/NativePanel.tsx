// What only the depot's own window has: what closing it does, and a start with the system.
import { Stack, Switch } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useAct } from "@kit/act";
import { useDepotQuery } from "@kit/depot";
import { Loaded } from "@kit/Loaded";
import { Panel } from "@kit/Panel";
import type { DepotError } from "@kit/problem";
import type { Native, NativeState } from "@kit/protocol";
import { Refusal } from "@kit/Refusal";

const KEY = ["native"];
const CLOSE_TO_TRAY = "window.close_to_tray";

export function NativePanel({ native }: { native: Native }) {
  const { t } = useTranslation("settings");
  const state = useQuery<NativeState, DepotError>({ queryKey: KEY, queryFn: () => native.state() });
  return (
    <Panel title={t("native.title")}>
      <Loaded of={state} lines={2}>
        {(shown) => (
          <Stack gap="md">
            <CloseToTray hasTray={shown.tray} />
            {shown.autostart !== null && <Autostart native={native} isOn={shown.autostart} />}
          </Stack>
        )}
      </Loaded>
    </Panel>
  );
}

function CloseToTray({ hasTray }: { hasTray: boolean }) {
  const { t } = useTranslation("settings");
  const act = useAct(t("saved"));
  const setting = useDepotQuery({ query: "settings" }).data?.find(({ key }) => key === CLOSE_TO_TRAY);
  const isLocked = setting === undefined || setting.source === "environment" || setting.source === "commandLine";
  const change = (on: boolean) =>
    act.run({ entity: "depot", command: { type: "changeSettings", changes: [{ key: CLOSE_TO_TRAY, value: String(on) }] } });
  return (
    <>
      <Switch
        label={t("native.closeToTray")}
        description={t(hasTray ? "native.closeToTrayHint" : "native.noTray")}
        checked={hasTray && setting?.value === "true"}
        disabled={!hasTray || isLocked}
        onChange={(event) => change(event.currentTarget.checked)}
      />
      <Refusal problem={act.problem} />
    </>
  );
}

function Autostart({ native, isOn }: { native: Native; isOn: boolean }) {
  const { t } = useTranslation("settings");
  const queries = useQueryClient();
  const set = useMutation<void, DepotError, boolean>({
    mutationFn: (on) => native.setAutostart(on),
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
  return (
    <>
      <Switch
        label={t("native.autostart")}
        description={t("native.autostartHint")}
        checked={isOn}
        disabled={set.isPending}
        onChange={(event) => set.mutate(event.currentTarget.checked)}
      />
      <Refusal problem={set.error} />
    </>
  );
}
