import type { Topic } from "@bindings/Topic";
import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ConnectionCell } from "@kit/connection";
import { Freshness } from "@kit/freshness";
import type { Answered, Transport } from "@kit/protocol";

let queries: QueryClient;
let freshness: Freshness;

beforeEach(() => {
  vi.useFakeTimers();
  queries = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  freshness = new Freshness(queries);
});

afterEach(() => {
  queries.clear();
  vi.useRealTimers();
});

/** Keeps a query on screen whose answers name these topics; each answer has seen one event more. */
async function watch(key: string, topics: Topic[], firstSequence = 1) {
  let sequence = firstSequence - 1;
  const ask = vi.fn(async (): Promise<Answered<string>> => {
    sequence += 1;
    const answered = { answer: key, topics, sequence };
    freshness.onAnswer(answered);
    return answered;
  });
  const stop = new QueryObserver(queries, { queryKey: [key], queryFn: ask }).subscribe(() => {});
  await vi.advanceTimersByTimeAsync(0);
  return { ask, stop };
}

test("only the queries that read a touched topic are asked again", async () => {
  const fleet = await watch("fleet", ["drivers", "vehicles"]);
  const routes = await watch("routes", ["routes"]);
  freshness.onChange({ topics: ["vehicles"], sequence: 2 });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(fleet.ask).toHaveBeenCalledTimes(2);
  expect(routes.ask).toHaveBeenCalledTimes(1);
});

test("a change the answer has seen already costs nothing", async () => {
  const fleet = await watch("fleet", ["drivers"], 7);
  freshness.onChange({ topics: ["drivers"], sequence: 7 });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(fleet.ask).toHaveBeenCalledTimes(1);
});

test("what is no answer of the depot is left alone, and keeps nothing else from being asked again", async () => {
  const native = vi.fn(async () => ({ tray: true, autostart: false }));
  new QueryObserver(queries, { queryKey: ["native"], queryFn: native }).subscribe(() => {});
  const endpoint = await watch("endpoint", ["endpoint"]);
  freshness.onChange({ topics: ["endpoint"], sequence: 1 });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(endpoint.ask).toHaveBeenCalledTimes(2);
  expect(native).toHaveBeenCalledTimes(1);
});

test("a burst of changes costs one round at once and one after a quarter of a second", async () => {
  const fleet = await watch("fleet", ["drivers"]);
  for (let sequence = 10; sequence < 30; sequence += 1) {
    freshness.onChange({ topics: ["drivers"], sequence });
    await vi.advanceTimersByTimeAsync(10);
  }
  expect(fleet.ask).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(200);
  expect(fleet.ask).toHaveBeenCalledTimes(3);
});

test("a change that overtakes the first answer is not lost", async () => {
  freshness.onChange({ topics: ["drivers"], sequence: 2 });
  await vi.advanceTimersByTimeAsync(1_000);
  const fleet = await watch("fleet", ["drivers"], 1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(fleet.ask).toHaveBeenCalledTimes(2);
});

/** A query on screen that is answered after so long. */
function watchSlow(key: string, topics: Topic[], after_ms: number) {
  const ask = vi.fn(
    () =>
      new Promise<Answered<string>>((resolve) => {
        setTimeout(() => {
          const answered = { answer: key, topics, sequence: 7 };
          freshness.onAnswer(answered);
          resolve(answered);
        }, after_ms);
      }),
  );
  new QueryObserver(queries, { queryKey: [key], queryFn: ask }).subscribe(() => {});
  return ask;
}

test("what changed of phones while they were asked for the first time is asked for again, once", async () => {
  const phones = watchSlow("phones", ["phones"], 1_000);
  await vi.advanceTimersByTimeAsync(100);
  freshness.onChange({ topics: ["phones"], sequence: 7 });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(phones).toHaveBeenCalledTimes(2);
});

test("while something else waits for its first answer, what changed is asked for again once", async () => {
  const phones = await watch("phones", ["phones"], 7);
  const report = watchSlow("report", ["deliveries"], 4_000);
  freshness.onChange({ topics: ["phones"], sequence: 7 });
  await vi.advanceTimersByTimeAsync(10_000);
  expect([phones.ask, report].map(({ mock }) => mock.calls.length)).toEqual([2, 1]);
});

test("what changed of phones is asked for again, though no event tells of it", async () => {
  const phones = await watch("phones", ["phones"], 7);
  const fleet = await watch("fleet", ["drivers"], 7);
  freshness.onChange({ topics: ["phones"], sequence: 7 });
  await vi.advanceTimersByTimeAsync(1_000);
  expect([phones.ask, fleet.ask].map(({ mock }) => mock.calls.length)).toEqual([2, 1]);
});

test("when the log was replaced by a shorter one, everything is asked again", async () => {
  const fleet = await watch("fleet", ["drivers"], 300);
  freshness.onChange({ topics: ["drivers"], sequence: 299 });
  freshness.onChange({ topics: ["depot"], sequence: 0 });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(fleet.ask).toHaveBeenCalledTimes(2);
});

test("a query off screen is asked again when it comes back, not before", async () => {
  const fleet = await watch("fleet", ["drivers"]);
  fleet.stop();
  freshness.onChange({ topics: ["drivers"], sequence: 2 });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(fleet.ask).toHaveBeenCalledTimes(1);
  expect(queries.getQueryState(["fleet"])?.isInvalidated).toBe(true);
});

test("after a broken connection everything on screen is asked again", async () => {
  const connection = new ConnectionCell("live");
  const transport: Partial<Transport> = { connection, subscribe: () => () => {} };
  const unfollow = freshness.follow(transport as Transport);
  const fleet = await watch("fleet", ["drivers"]);
  connection.set("lost");
  connection.set("live");
  await vi.advanceTimersByTimeAsync(0);
  expect(fleet.ask).toHaveBeenCalledTimes(2);
  unfollow();
});
