import { expect, test } from "vitest";
import { DEFAULT_COLUMNS, readViews } from "./views";

test("what the browser kept is read with suspicion", () => {
  expect(readViews("nonsense")).toEqual([]);
  expect(readViews([7, { name: " " }, { search: {} }])).toEqual([]);
  const kept = { name: "Late", search: { late: true, status: "Failed,Nonsense", sort: "by whim", panel: "d1" }, columns: ["crew", "price"] };
  expect(readViews([kept])).toEqual([{ name: "Late", search: { late: true, status: "Failed" }, columns: ["route", "crew"] }]);
  expect(readViews([{ name: "Bare", search: null, columns: [] }])).toEqual([{ name: "Bare", search: {}, columns: DEFAULT_COLUMNS }]);
});
