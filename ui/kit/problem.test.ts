import { expect, test } from "vitest";
import { DepotError, UNEXPECTED } from "@kit/problem";

test("a problem keeps its code, its sentence and the facts behind it", () => {
  const error = DepotError.from({
    type: "about:blank",
    title: "Booking conflict",
    status: 400,
    code: "booking_conflict",
    detail: "Anna is on the road until 14:00.",
    message: "Anna is on the road until 14:00.",
    resource: "driver",
    nextFreeStart: "2026-03-01T14:00:00Z",
  });
  expect(error.code).toBe("booking_conflict");
  expect(error.message).toBe("Anna is on the road until 14:00.");
  // Some rules have a status among their facts; in a problem document the HTTP status stands in its place.
  expect(error.facts).toEqual({ status: 400, resource: "driver", nextFreeStart: "2026-03-01T14:00:00Z" });
});

test("a problem without a sentence of its own shows its title", () => {
  expect(DepotError.from({ code: "gone", title: "Gone" }).detail).toBe("Gone");
});

test.each([["a string"], [new Error("a string")]])("anything else is unexpected, and kept as the cause", (value) => {
  const error = DepotError.from(value);
  expect(error).toMatchObject({ code: UNEXPECTED, detail: "a string", cause: value });
});

test("a DepotError stays the one it is", () => {
  const error = DepotError.unreachable(new Error("refused"));
  expect(DepotError.from(error)).toBe(error);
});
