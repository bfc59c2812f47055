// The depot's zone and language reach what is on show, also when an admin changes them meanwhile.
import type { Session } from "@bindings/Session";
import { MantineProvider } from "@mantine/core";
import { act, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { setConventions } from "@kit/conventions";
import { DepotProvider } from "@kit/depot";
import { FollowDepot } from "@kit/FollowDepot";
import { startTranslations } from "@kit/i18n";
import { LanguageProvider } from "@kit/LanguageProvider";
import deKit from "@kit/locales/de.json";
import enKit from "@kit/locales/en.json";
import { Moment } from "@kit/Moment";
import { FakeDepot } from "@kit/testing/fakeDepot";
import { theme } from "@kit/theme";

const session: Session = {
  actor: { role: "admin", credential: "", name: "Desk", driverId: null },
  mayChange: true,
  version: "0",
  depotName: "Porto",
  timeZone: "Asia/Kolkata",
  language: "en",
  empty: false,
  demo: false,
  eventsBesideDemo: 0,
  endpoint: null,
  now: "2026-03-02T09:00:00Z",
  readOnly: false,
};

afterEach(() => {
  localStorage.clear();
  setConventions({ locale: undefined, timeZone: undefined });
});

const load = async (language: string) => ({ kit: language === "de" ? deKit : enKit });

test("a moment is told in the depot's zone, and anew when that is changed", async () => {
  startTranslations({ kit: enKit });
  let told = session;
  const depot = new FakeDepot({ session: () => told });
  render(
    <MantineProvider theme={theme}>
      <DepotProvider transport={depot}>
        <LanguageProvider load={load}>
          <FollowDepot>
            <Moment at="2026-03-02T10:00:00Z" />
          </FollowDepot>
        </LanguageProvider>
      </DepotProvider>
    </MantineProvider>,
  );
  expect((await screen.findByText(/03:30|15:30/u)).tagName).toBe("TIME");
  told = { ...session, timeZone: "Europe/Berlin", language: "de" };
  act(() => depot.tell({ topics: ["depot"] }));
  expect((await screen.findByText("11:00")).tagName).toBe("TIME");
  expect(document.documentElement.lang).toBe("de");
});

test("how long ago something was is told by the depot's clock, not the desk's", async () => {
  startTranslations({ kit: enKit });
  const depot = new FakeDepot({ session: () => session });
  render(
    <MantineProvider theme={theme}>
      <DepotProvider transport={depot}>
        <LanguageProvider load={load}>
          <FollowDepot>
            <Moment at="2026-03-02T08:58:00Z" distance />
          </FollowDepot>
        </LanguageProvider>
      </DepotProvider>
    </MantineProvider>,
  );
  expect(await screen.findByText(/^2 min/u)).not.toBeNull();
});
