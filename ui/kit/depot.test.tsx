import type { DepotCommand } from "@bindings/DepotCommand";
import type { FleetOverview } from "@bindings/FleetOverview";
import { act, render, renderHook, screen, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, test } from "vitest";
import { DepotProvider, useDepotCommand, useDepotQuery } from "@kit/depot";
import { DepotError } from "@kit/problem";
import { FakeDepot } from "@kit/testing/fakeDepot";

const ADD: DepotCommand = { entity: "driver", id: "d1", command: { type: "addDriver", name: "Ana", driverLicense: "L1" } };

function DriverCount() {
  const fleet = useDepotQuery({ query: "fleetOverview" });
  return <p>{fleet.data?.driverCounts.total ?? "none yet"}</p>;
}

function fleetOf(total: number): FleetOverview {
  return {
    driverCounts: { total, available: total, assigned: 0, suspended: 0, unavailable: 0 },
    vehicleCounts: { total: 0, available: 0, assigned: 0, maintenance: 0, outOfService: 0 },
    drivers: [],
    vehicles: [],
  };
}

function within(depot: FakeDepot) {
  return ({ children }: { children: ReactNode }) => <DepotProvider transport={depot}>{children}</DepotProvider>;
}

test("a component shows the new answer after a change", async () => {
  let count = 1;
  const depot = new FakeDepot({ fleetOverview: () => fleetOf(count) });
  render(<DriverCount />, { wrapper: within(depot) });
  await screen.findByText("1");
  count = 2;
  act(() => depot.tell({ topics: ["drivers"] }));
  await screen.findByText("2");
});

test("a lost reply is asked for again under the same key", async () => {
  let tries = 0;
  const depot = new FakeDepot();
  depot.onExecute = () => {
    tries += 1;
    if (tries < 3) throw DepotError.unreachable(new Error("refused"));
    return { message: "done" };
  };
  const { result } = renderHook(() => useDepotCommand(), { wrapper: within(depot) });
  act(() => result.current.mutate({ command: ADD }));
  await waitFor(() => expect(result.current.data?.message).toBe("done"));
  const keys = depot.executed.map(({ options }) => options.idempotencyKey);
  expect(keys).toHaveLength(3);
  expect(new Set(keys).size).toBe(1);
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
});

test("a refusal is not repeated", async () => {
  const depot = new FakeDepot();
  depot.onExecute = () => {
    throw DepotError.from({ code: "conflict", detail: "Somebody was faster." });
  };
  const { result } = renderHook(() => useDepotCommand(), { wrapper: within(depot) });
  act(() => result.current.mutate({ command: ADD }));
  await waitFor(() => expect(result.current.error?.code).toBe("conflict"));
  expect(depot.executed).toHaveLength(1);
});
