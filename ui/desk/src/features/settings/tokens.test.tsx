// A token is shown once, when it is made; revoking one asks first.
import type { Session } from "@bindings/Session";
import type { TokenView } from "@bindings/TokenView";
import { MantineProvider } from "@mantine/core";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";
import { DepotProvider } from "@kit/depot";
import { startTranslations } from "@kit/i18n";
import { FakeDepot } from "@kit/testing/fakeDepot";
import { theme } from "@kit/theme";
import { SESSION } from "../delivery/sample";
import texts from "./en.json";
import { Tokens } from "./Tokens";

const ADMIN: Session = { ...SESSION, actor: { ...SESSION.actor, role: "admin", credential: "own" } };
const token = (id: string, name: string): TokenView => ({
  id,
  name,
  role: "viewer",
  driverId: null,
  createdAt: "2026-03-01T09:00:00Z",
  expiresAt: null,
  revokedAt: null,
  usedAt: null,
});

beforeEach(() => void startTranslations({ settings: texts }));

function show(): FakeDepot {
  const depot = new FakeDepot({ session: ADMIN, tokens: [token("own", "This desk"), token("wall", "Screen on the wall")] });
  render(
    <MantineProvider theme={theme} env="test">
      <DepotProvider transport={depot}>
        <Tokens />
      </DepotProvider>
    </MantineProvider>,
  );
  return depot;
}

test("a new token is made and shown", async () => {
  const person = userEvent.setup();
  const depot = show();
  depot.onExecute = () => ({ token: "depot_secret" });
  await person.click(screen.getByRole("button", { name: "Invite person" }));
  await person.type(await screen.findByLabelText(/^Name/u), "Counter");
  await person.click(screen.getAllByRole("button", { name: "Invite person" }).at(-1) as HTMLElement);
  expect(((await screen.findByDisplayValue("depot_secret")) as HTMLInputElement).readOnly).toBe(true);
  expect(depot.executed.map(({ command }) => command)).toEqual([
    {
      entity: "depot",
      command: { type: "createToken", role: "dispatcher", name: "Counter", driverId: null, expiresInDays: null },
    },
  ]);
});

test("a token is revoked after a second thought, and never one's own", async () => {
  const person = userEvent.setup();
  const depot = show();
  await person.click(await screen.findByRole("button", { name: "Withdraw access of Screen on the wall" }));
  expect(screen.queryByRole("button", { name: "Withdraw access of This desk" })).toBeNull();
  expect(depot.executed).toEqual([]);
  await person.click(await screen.findByRole("button", { name: "Withdraw access" }));
  await waitFor(() => expect(depot.executed).toHaveLength(1));
  expect(depot.executed[0]?.command).toEqual({ entity: "depot", command: { type: "revokeToken", id: "wall" } });
});
