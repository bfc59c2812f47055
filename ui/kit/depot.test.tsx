import { act, render, renderHook, screen, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, test } from "vitest";
import { DepotProvider, useDepotCommand, useDepotQuery } from "@kit/depot";
import { DepotError } from "@kit/problem";
import { FakeDepot } from "@kit/testing/fakeDepot";

function Drivers() {
  const drivers = useDepotQuery<number>({ type: "Drivers" });
  return <p>{drivers.data ?? "none yet"}</p>;
}

function within(depot: FakeDepot) {
  return ({ children }: { children: ReactNode }) => <DepotProvider transport={depot}>{children}</DepotProvider>;
}

test("a component shows the new answer after a change", async () => {
  let count = 1;
  const depot = new FakeDepot({ answer: () => ({ answer: count, topics: ["drivers"], sequence: count }) });
  render(<Drivers />, { wrapper: within(depot) });
  await screen.findByText("1");
  count = 2;
  act(() => depot.tell({ topics: ["drivers"], sequence: 2 }));
  await screen.findByText("2");
});

test("a lost reply is asked for again under the same key", async () => {
  let tries = 0;
  const depot = new FakeDepot({
    execute: () => {
      tries += 1;
      if (tries < 3) throw DepotError.unreachable(new Error("refused"));
      return "done";
    },
  });
  const { result } = renderHook(() => useDepotCommand(), { wrapper: within(depot) });
  act(() => result.current.mutate({ command: { type: "AddDriver" } }));
  await waitFor(() => expect(result.current.data).toBe("done"));
  const keys = depot.executed.map(({ options }) => options?.idempotencyKey);
  expect(keys).toHaveLength(3);
  expect(new Set(keys).size).toBe(1);
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
});

test("a refusal is not repeated", async () => {
  const depot = new FakeDepot({
    execute: () => {
      throw DepotError.from({ code: "conflict", detail: "Somebody was faster." });
    },
  });
  const { result } = renderHook(() => useDepotCommand(), { wrapper: within(depot) });
  act(() => result.current.mutate({ command: { type: "AddDriver" } }));
  await waitFor(() => expect(result.current.error?.code).toBe("conflict"));
  expect(depot.executed).toHaveLength(1);
});
