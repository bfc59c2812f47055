// Settings are changed by admins, in one command, and only what was touched; what comes from elsewhere is locked and says so.
import type { SettingView } from "@bindings/SettingView";
import type { Session } from "@bindings/Session";
import { MantineProvider } from "@mantine/core";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";
import { DepotProvider } from "@kit/depot";
import { startTranslations } from "@kit/i18n";
import { DepotError } from "@kit/problem";
import { FakeDepot } from "@kit/testing/fakeDepot";
import { theme } from "@kit/theme";
import { SESSION } from "../delivery/sample";
import { DepotSettings, RuleSettings } from "./DepotSettings";
import texts from "./en.json";

const ADMIN: Session = { ...SESSION, actor: { ...SESSION.actor, role: "admin" } };
const NAME = { key: "depot.name", value: "Porto", source: "file", default: "Depot", description: "", valid: { kind: "text", longest: 100 } } as const;
const ZONE = {
  key: "depot.time_zone",
  value: "Europe/Lisbon",
  source: "default",
  default: "Europe/Lisbon",
  description: "",
  valid: { kind: "choice", values: ["UTC", "Asia/Kolkata", "Europe/Lisbon", "Africa/Lagos", "America/Lima", "Asia/Tokyo", "Asia/Seoul", "Etc/GMT", "GMT0"] },
} satisfies SettingView;
const PAUSE = {
  key: "fleet.turnaround_minutes",
  value: "15",
  source: "environment",
  default: "0",
  description: "",
  valid: { kind: "number", least: 0, most: 1440 },
} as const;
const DUPLICATES = { key: "fleet.allow_duplicates", value: "false", source: "default", default: "false", description: "", valid: { kind: "flag" } } as const;

beforeEach(() => void startTranslations({ settings: texts }));

function show(session: Session): FakeDepot {
  const depot = new FakeDepot({ session, settings: [NAME, ZONE, PAUSE, DUPLICATES] });
  render(
    <MantineProvider theme={theme} env="test">
      <DepotProvider transport={depot}>
        <DepotSettings />
        <RuleSettings />
      </DepotProvider>
    </MantineProvider>,
  );
  return depot;
}

test("what was touched is saved in one command, and nothing else", async () => {
  const person = userEvent.setup();
  const depot = show(ADMIN);
  const [save] = await screen.findAllByRole("button", { name: "Save" });
  const name = screen.getByLabelText(/Name/u);
  await person.clear(name);
  await person.type(name, "Porto Norte");
  await person.click(screen.getByRole("combobox", { name: /Time zone/u }));
  await person.click(await screen.findByRole("option", { name: "Asia/Kolkata" }));
  await person.click(save as HTMLElement);
  await waitFor(() => expect(depot.executed).toHaveLength(1));
  expect(depot.executed[0]?.command).toEqual({
    entity: "depot",
    command: {
      type: "changeSettings",
      changes: [
        { key: "depot.name", value: "Porto Norte" },
        { key: "depot.time_zone", value: "Asia/Kolkata" },
      ],
    },
  });
});

test("a refusal is shown where it was caused, and keeps what was typed", async () => {
  const person = userEvent.setup();
  const depot = show(ADMIN);
  depot.onExecute = () => {
    throw DepotError.from({ code: "ruleBroken", detail: "The settings file cannot be changed" });
  };
  const [, save] = await screen.findAllByRole("button", { name: "Save" });
  await person.click(screen.getByLabelText(/may share/u));
  await person.click(save as HTMLElement);
  expect((await screen.findByRole("alert")).textContent).toContain("The settings file cannot be changed");
  expect((screen.getByLabelText(/may share/u) as HTMLInputElement).checked).toBe(true);
});

test("what the environment gives is locked and says so", async () => {
  show(ADMIN);
  const pause = (await screen.findByLabelText(/Minutes/u)) as HTMLInputElement;
  expect([pause.disabled, pause.value]).toEqual([true, "15"]);
  expect(screen.getByText(texts.overridden.environment)).toBeDefined();
});

test("others than admins see the settings and cannot change them", async () => {
  show(SESSION);
  expect(((await screen.findByLabelText(/Name/u)) as HTMLInputElement).disabled).toBe(true);
  expect(screen.queryByRole("button", { name: "Save" })).toBeNull();
});
