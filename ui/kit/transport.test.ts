import type { DepotCommand } from "@bindings/DepotCommand";
import { clearMocks, mockConvertFileSrc, mockIPC } from "@tauri-apps/api/mocks";
import { emit } from "@tauri-apps/api/event";
import { afterEach, expect, test, vi } from "vitest";
import { DepotError } from "@kit/problem";
import { WindowTransport } from "@kit/transport";

afterEach(clearMocks);

const LOAD: DepotCommand = { entity: "depot", command: { type: "loadDemo" } };

test("a command travels with its options as one request", async () => {
  const asked = vi.fn();
  mockIPC((name, args) => {
    asked(name, args);
    return "done";
  });
  const reply = await new WindowTransport().execute(LOAD, { expectedVersion: 3, idempotencyKey: "k1" });
  expect(reply).toBe("done");
  expect(asked).toHaveBeenCalledWith("execute", {
    request: { command: LOAD, expectedVersion: 3, idempotencyKey: "k1" },
  });
});

test("a refusal becomes a DepotError", async () => {
  mockIPC(() => {
    throw { code: "notFound", detail: "There is no such driver." };
  });
  const refused = new WindowTransport().query({ query: "driver", id: "d1" });
  await expect(refused).rejects.toBeInstanceOf(DepotError);
  await expect(refused).rejects.toMatchObject({ code: "notFound" });
});

test("changes reach the listener until it leaves", async () => {
  mockIPC(() => undefined, { shouldMockEvents: true });
  const transport = new WindowTransport();
  const listener = vi.fn();
  const leave = transport.subscribe(listener);
  await vi.waitFor(() => expect(transport.connection.get()).toBe("live"));
  await emit("changed", { topics: ["drivers"], sequence: 4 });
  expect(listener).toHaveBeenCalledExactlyOnceWith({ topics: ["drivers"], sequence: 4 });
  leave();
});

test("a file comes by the window's own scheme", () => {
  mockConvertFileSrc("linux");
  expect(new WindowTransport().fileUrl("ab12")).toBe("depot-file://localhost/ab12");
});
