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

test("what changed of phones while they were asked for the first time is asked for again, once", async () => {
  const ask = vi.fn(
    () =>
      new Promise<Answered<string>>((resolve) => {
        const answered: Answered<string> = { answer: "phones", topics: ["phones"], sequence: 7 };
        setTimeout(() => {
          freshness.onAnswer(answered);
          resolve(answered);
        }, 1_000);
      }),
  );
  new QueryObserver(queries, { queryKey: ["phones"], queryFn: ask }).subscribe(() => {});
  await vi.advanceTimersByTimeAsync(100);
  freshness.onChange({ topics: ["phones"], sequence: 7 });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(ask).toHaveBeenCalledTimes(2);
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
