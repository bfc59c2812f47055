import type { DepotCommand } from "@bindings/DepotCommand";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { HttpTransport } from "@kit/httpTransport";

/** A feed whose fate the test decides. */
class FakeFeed extends EventTarget {
  static readonly CLOSED = 2;
  static opened: FakeFeed[] = [];
  readyState = 0;

  constructor() {
    super();
    FakeFeed.opened.push(this);
  }

  close() {
    this.readyState = FakeFeed.CLOSED;
  }

  refuse() {
    this.readyState = FakeFeed.CLOSED;
    this.dispatchEvent(new Event("error"));
  }
}

const LOAD: DepotCommand = { entity: "depot", command: { type: "loadDemo" } };
const fetched = vi.fn<typeof fetch>();

beforeEach(() => {
  vi.useFakeTimers();
  FakeFeed.opened = [];
  fetched.mockReset();
  vi.stubGlobal("EventSource", FakeFeed);
  vi.stubGlobal("fetch", fetched);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function reply(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status });
}

test("a command bears its key and the version that it was meant for", async () => {
  fetched.mockResolvedValue(reply(200, { id: "1" }));
  await new HttpTransport().execute(LOAD, { idempotencyKey: "k1", expectedVersion: 2 });
  const [path, request] = fetched.mock.lastCall ?? [];
  expect(path).toBe("/api/commands");
  expect(request?.headers).toMatchObject({ "Content-Type": "application/json" });
  expect(JSON.parse(String(request?.body))).toEqual({ command: LOAD, expectedVersion: 2, idempotencyKey: "k1" });
});

test("no answer at all is told apart from a refusal", async () => {
  fetched.mockRejectedValueOnce(new TypeError("Failed to fetch"));
  await expect(new HttpTransport().query({ query: "board" })).rejects.toMatchObject({ code: "unreachable" });
  fetched.mockResolvedValueOnce(reply(409, { code: "conflict", detail: "Somebody was faster." }));
  await expect(new HttpTransport().query({ query: "board" })).rejects.toMatchObject({ code: "conflict" });
  fetched.mockResolvedValueOnce(new Response("<html>", { status: 502 }));
  await expect(new HttpTransport().query({ query: "board" })).rejects.toMatchObject({ code: "unexpected", facts: { status: 502 } });
});

test("an unknown credential signs the desk out, and the feed rests until somebody signs in", async () => {
  const transport = new HttpTransport();
  transport.subscribe(() => {});
  fetched.mockResolvedValueOnce(new Response(null, { status: 401 }));
  FakeFeed.opened[0]?.refuse();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(transport.connection.get()).toBe("signedOut");
  expect(FakeFeed.opened).toHaveLength(1);

  fetched.mockResolvedValueOnce(reply(200, {}));
  await transport.signIn({ code: "once" });
  expect(fetched.mock.lastCall?.[0]).toBe("/api/session");
  expect(fetched.mock.lastCall?.[1]?.body).toBe('{"code":"once"}');
  expect(FakeFeed.opened).toHaveLength(2);
  FakeFeed.opened[1]?.dispatchEvent(new Event("open"));
  expect(transport.connection.get()).toBe("live");
});

test("signing out ends the session and the feed", async () => {
  const transport = new HttpTransport();
  transport.subscribe(() => {});
  fetched.mockResolvedValueOnce(new Response(null, { status: 204 }));
  await transport.signOut();
  expect(fetched.mock.lastCall?.[1]?.method).toBe("DELETE");
  expect(transport.connection.get()).toBe("signedOut");
  expect(FakeFeed.opened[0]?.readyState).toBe(FakeFeed.CLOSED);
});

test("a refused feed is tried again, less and less often", async () => {
  const transport = new HttpTransport();
  transport.subscribe(() => {});
  fetched.mockRejectedValue(new TypeError("Failed to fetch"));
  for (const wait_ms of [500, 1_000, 2_000]) {
    const count = FakeFeed.opened.length;
    FakeFeed.opened.at(-1)?.refuse();
    await vi.advanceTimersByTimeAsync(wait_ms - 1);
    expect(FakeFeed.opened).toHaveLength(count);
    await vi.advanceTimersByTimeAsync(1);
    expect(FakeFeed.opened).toHaveLength(count + 1);
  }
  expect(transport.connection.get()).toBe("lost");
});

test("changes reach every listener, and the last to leave closes the feed", () => {
  const transport = new HttpTransport();
  const listener = vi.fn();
  const leave = transport.subscribe(listener);
  const feed = FakeFeed.opened[0];
  feed?.dispatchEvent(new MessageEvent("changed", { data: '{"topics":["drivers"],"sequence":9}' }));
  expect(listener).toHaveBeenCalledWith({ topics: ["drivers"], sequence: 9 });
  leave();
  expect(feed?.readyState).toBe(FakeFeed.CLOSED);
});

test("a file comes from the depot that served the page", () => {
  expect(new HttpTransport().fileUrl("ab12")).toBe("/api/files/ab12");
});
