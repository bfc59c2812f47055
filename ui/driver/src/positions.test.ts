// Sharing a position: told while it is wanted and not a moment longer, and never in the way when the depot is slow.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { EVERY_MS, PositionSharing } from "./positions";
import type { Fix, SharingState } from "./positions";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A phone that answers when the test says so. */
function phone(send: (fix: Fix) => Promise<void> = async () => {}) {
  const asked: { found: PositionCallback; failed: PositionErrorCallback }[] = [];
  const states: SharingState[] = [];
  const sent: Fix[] = [];
  const sharing = new PositionSharing({
    geolocation: {
      getCurrentPosition: (found, failed) => {
        asked.push({ found, failed: failed ?? (() => {}) });
      },
    },
    send: (fix) => {
      sent.push(fix);
      return send(fix);
    },
    onState: (state) => states.push(state),
  });
  const answer = async (latitude: number) => {
    const coords = { latitude, longitude: -8.6, accuracy: 9_000_000 } as GeolocationCoordinates;
    asked.at(-1)?.found({ coords, timestamp: Date.now() + 5_000 } as GeolocationPosition);
    await vi.advanceTimersByTimeAsync(0);
  };
  const fail = async (code: number) => {
    asked.at(-1)?.failed({ code } as GeolocationPositionError);
    await vi.advanceTimersByTimeAsync(0);
  };
  return { sharing, asked, states, sent, answer, fail };
}

test("it is told at once and then every half minute, for as long as it is wanted", async () => {
  const { sharing, asked, states, sent, answer } = phone();
  sharing.want(true);
  sharing.want(true);
  expect(asked).toHaveLength(1);
  await answer(41.1);
  expect(sent).toEqual([{ latitude: 41.1, longitude: -8.6, accuracyMeters: 100_000, at_ms: Date.now() }]);
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  await answer(41.2);
  expect(sent).toHaveLength(2);
  sharing.want(false);
  await vi.advanceTimersByTimeAsync(10 * EVERY_MS);
  expect(asked).toHaveLength(2);
  expect(states).toEqual(["on", "on", "off"]);
});

test("a place that the phone finds after the driver turned it off is not told", async () => {
  const { sharing, sent, answer, states } = phone();
  sharing.want(true);
  sharing.want(false);
  await answer(41.1);
  expect(sent).toEqual([]);
  expect(states).toEqual(["off"]);
});

test("a depot that does not answer is told of the next place, not of this one again", async () => {
  const { sharing, sent, answer } = phone(() => Promise.reject(new Error("out of reach")));
  sharing.want(true);
  await answer(41.1);
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  await answer(41.2);
  expect(sent.map(({ latitude }) => latitude)).toEqual([41.1, 41.2]);
});

test("a phone that may not or cannot know says so, and is asked again", async () => {
  const { sharing, states, fail, answer } = phone();
  sharing.want(true);
  await fail(1);
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  await fail(3);
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  await answer(41.1);
  expect(states).toEqual(["denied", "noFix", "on"]);
});

test("without a secure connection there is nothing to ask", async () => {
  const sharing = new PositionSharing({ geolocation: undefined, send: async () => {}, onState: () => {} });
  expect(sharing.isPossible).toBe(false);
  expect(await sharing.isAllowed()).toBe(false);
});
