import { expect, test } from "vitest";
import { namesakesOf } from "@kit/namesakes";

const driver = (driverId: string, name: string, driverLicense: string, erased = false) => ({ driverId, name, driverLicense, erased });

test("only drivers whose names coincide have a mark", () => {
  const marks = namesakesOf([
    driver("a", "Thomas Schröder", "DE-100-4711"),
    driver("b", "thomas  schroder", "DE-100-0815"),
    driver("c", "Li Na", "CN-1"),
    driver("d", "erased", "", true),
    driver("e", "erased", "", true),
  ]);
  expect([...marks]).toEqual([["a", "…4711"], ["b", "…0815"]]);
});

test("licences that end alike are shown whole", () => {
  const marks = namesakesOf([driver("a", "Li Na", "A-4711"), driver("b", "Li Na", "B-4711"), driver("c", "Li Na", "L1")]);
  expect([...marks.values()]).toEqual(["A-4711", "B-4711", "L1"]);
});
