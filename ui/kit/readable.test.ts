import { expect, test } from "vitest";
import { readable } from "@kit/readable";

test("hidden characters are taken out and those of scripts and emoji stay", () => {
  expect(readable("\u202Egro.elpmaxe\u202C")).toBe("gro.elpmaxe");
  expect(readable(" A\u200Bna\uFEFF \u0000")).toBe("Ana");
  expect(readable("\u200B\u2060")).toBe("");
  expect(readable("two\nlines")).toBe("two\nlines");
  for (const text of ["\u0645\u06CC\u200C\u0631\u0648\u0645", "\u{1F468}\u200D\u{1F469}\u200D\u{1F467}", "\u2764\uFE0F", "1\uFE0F\u20E3", "\u{1F3F4}\u{E0067}\u{E0062}\u{E007F}"]) {
    expect(readable(text)).toBe(text);
  }
});
