// Who opens an empty depot names it first, where they may; everybody is shown where to begin.
import type { Session } from "@bindings/Session";
import { MantineProvider } from "@mantine/core";
import { RouterProvider, createMemoryHistory, createRootRoute, createRouter } from "@tanstack/react-router";
import { render, screen } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { DepotProvider } from "@kit/depot";
import { startTranslations } from "@kit/i18n";
import { FakeDepot } from "@kit/testing/fakeDepot";
import { theme } from "@kit/theme";
import { SESSION } from "../delivery/sample";
import settingsTexts from "../settings/en.json";
import todayTexts from "../today/en.json";
import texts from "./en.json";
import { Start } from "./Start";

const NAME = { key: "depot.name", value: "Depot", source: "default", default: "Depot", description: "", valid: { kind: "text", longest: 100 } } as const;

beforeEach(() => void startTranslations({ settings: settingsTexts, start: texts, today: todayTexts }));

function show(session: Session) {
  const depot = new FakeDepot({ session, settings: [NAME] });
  const router = createRouter({
    routeTree: createRootRoute({ component: Start }),
    history: createMemoryHistory({ initialEntries: ["/"] }),
  });
  render(
    <MantineProvider theme={theme} env="test">
      <DepotProvider transport={depot}>
        <RouterProvider router={router as never} />
      </DepotProvider>
    </MantineProvider>,
  );
}

test("an admin names the depot", async () => {
  show({ ...SESSION, empty: true, actor: { ...SESSION.actor, role: "admin" } });
  expect(await screen.findByLabelText(/Name/u)).toBeDefined();
  expect(screen.getByRole("button", { name: todayTexts.first.demo })).toBeDefined();
});

test("others are only shown where to begin", async () => {
  show({ ...SESSION, empty: true });
  expect(await screen.findByRole("button", { name: todayTexts.first.demo })).toBeDefined();
  expect(screen.queryByText(texts.title)).toBeNull();
});
