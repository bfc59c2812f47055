// The code to scan leads to an address that phones reach; where there is none, there is nothing to scan.
import type { EndpointView } from "@bindings/EndpointView";
import type { PairingView } from "@bindings/PairingView";
import { MantineProvider } from "@mantine/core";
import { RouterProvider, createMemoryHistory, createRootRoute, createRouter } from "@tanstack/react-router";
import { render, screen } from "@testing-library/react";
import { encode } from "uqr";
import { beforeEach, expect, test } from "vitest";
import { DepotProvider } from "@kit/depot";
import { startTranslations } from "@kit/i18n";
import { FakeDepot } from "@kit/testing/fakeDepot";
import { theme } from "@kit/theme";
import texts from "./en.json";
import { PairPhone } from "./PairPhone";

const HERE = "http://127.0.0.1:5000";
const LAN = "http://192.168.1.5:5000";
const PAIRING: PairingView = {
  id: "p1",
  state: "open",
  url: `${HERE}/pair#code`,
  digits: null,
  device: null,
  expiresAt: "2026-03-01T09:00:00Z",
  driverName: null,
};

beforeEach(() => void startTranslations({ phone: texts }));

function show(endpoint: Partial<EndpointView>) {
  const whole: EndpointView = { url: HERE, addresses: [], setup: [], fingerprint: null, secure: false, ...endpoint };
  const page = () => <PairPhone pairingId="p1" endpoint={whole} onAgain={() => undefined} onClose={() => undefined} />;
  const router = createRouter({ routeTree: createRootRoute({ component: page }), history: createMemoryHistory({ initialEntries: ["/"] }) });
  render(
    <MantineProvider theme={theme} env="test">
      <DepotProvider transport={new FakeDepot({ pairing: PAIRING })}>
        <RouterProvider router={router as never} />
      </DepotProvider>
    </MantineProvider>,
  );
}

test("the code leads to an address of the network", async () => {
  show({ addresses: [LAN] });
  const drawn = (await screen.findByRole("img", { name: texts.pairCode })).querySelector("path")?.getAttribute("d") ?? "";
  const squares = [...drawn.matchAll(/M(?<at>\d+ \d+)h1v1h-1z/gu)].map((match) => match.groups?.["at"]);
  const expected = encode(`${LAN}/pair#code`, { ecc: "M", border: 2 }).data;
  expect(squares).toEqual(expected.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`${x} ${y}`] : []))));
});

test("an unreachable depot shows no code", async () => {
  show({});
  expect((await screen.findByRole("link", { name: texts.hereInstead })).getAttribute("href")).toBe(`${HERE}/pair#code`);
  expect(screen.getByRole("link", { name: texts.openNetwork })).toBeDefined();
  expect(screen.queryByRole("img", { name: texts.pairCode })).toBeNull();
});
