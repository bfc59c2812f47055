import { expect, test } from "vitest";
import { chosenAfter } from "@kit/tableChoice";

const KEYS = ["a", "b", "c", "d"];

test("a click takes one row in or out, and keeps what was chosen elsewhere", () => {
  const one = chosenAfter(new Set(["gone"]), KEYS, { index: 1, isOn: true, from: undefined });
  expect([...one]).toEqual(["gone", "b"]);
  expect([...chosenAfter(one, KEYS, { index: 1, isOn: false, from: undefined })]).toEqual(["gone"]);
});

test("with Shift a stretch goes in or out, in either direction", () => {
  expect([...chosenAfter(new Set(), KEYS, { index: 3, isOn: true, from: "b" })]).toEqual(["b", "c", "d"]);
  expect([...chosenAfter(new Set(KEYS), KEYS, { index: 0, isOn: false, from: "c" })]).toEqual(["d"]);
});

test("a stretch from a row that left the list is the row alone", () => {
  expect([...chosenAfter(new Set(), KEYS, { index: 2, isOn: true, from: "gone" })]).toEqual(["c"]);
});
