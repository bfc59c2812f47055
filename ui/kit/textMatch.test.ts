// The cases that the depot's own search is tested with as well.
import { expect, test } from "vitest";
import { compareTexts, setConventions } from "@kit/conventions";
import { isFound } from "@kit/textMatch";
import cases from "@kit/testing/search-cases.json";

test("search of the shared cases finds what it should", () => {
  for (const { query, texts } of cases.found) expect([query, texts, isFound(query, texts)]).toEqual([query, texts, true]);
  for (const { query, texts } of cases.missed) expect([query, texts, isFound(query, texts)]).toEqual([query, texts, false]);
});

test("texts of the shared cases are sorted as in German and English lists", () => {
  for (const locale of ["de", "en", "de-AT", "en-GB"]) {
    setConventions({ locale, timeZone: undefined });
    for (const order of cases.sorted) expect(order.toReversed().toSorted(compareTexts)).toEqual(order);
  }
});
