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

test("a command bears its key in a header, where every write does", async () => {
  fetched.mockResolvedValue(reply(200, { id: "1" }));
  await new HttpTransport().execute({ type: "AddDriver" }, { idempotencyKey: "k1", expectedVersion: 2 });
  const [path, request] = fetched.mock.lastCall ?? [];
  expect(path).toBe("/api/commands");
  expect(request?.headers).toMatchObject({ "Idempotency-Key": "k1", "Content-Type": "application/json" });
  expect(JSON.parse(String(request?.body))).toEqual({ command: { type: "AddDriver" }, expectedVersion: 2 });
});

test("no answer at all is told apart from a refusal", async () => {
  fetched.mockRejectedValueOnce(new TypeError("Failed to fetch"));
  await expect(new HttpTransport().query({})).rejects.toMatchObject({ code: "unreachable" });
  fetched.mockResolvedValueOnce(reply(409, { code: "conflict", detail: "Somebody was faster." }));
  await expect(new HttpTransport().query({})).rejects.toMatchObject({ code: "conflict" });
  fetched.mockResolvedValueOnce(new Response("<html>", { status: 502 }));
  await expect(new HttpTransport().query({})).rejects.toMatchObject({ code: "unexpected", facts: { status: 502 } });
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
  await transport.signIn("token");
  expect(FakeFeed.opened).toHaveLength(2);
  FakeFeed.opened[1]?.dispatchEvent(new Event("open"));
  expect(transport.connection.get()).toBe("live");
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
  feed?.dispatchEvent(new MessageEvent("message", { data: '{"topics":["drivers"],"sequence":9}' }));
  expect(listener).toHaveBeenCalledWith({ topics: ["drivers"], sequence: 9 });
  leave();
  expect(feed?.readyState).toBe(FakeFeed.CLOSED);
});
