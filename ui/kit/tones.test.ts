import { expect, test } from "vitest";
import { TONES } from "@kit/tones";

/** WCAG 2.2, success criterion 1.4.3, for text of ordinary size. */
const AA = 4.5;
/** Success criterion 1.4.11, for what is no text. */
const AA_MARK = 3;
/** What panels are drawn on, as in theme.ts. */
const SURFACES: Readonly<Record<string, string>> = { light: "#ffffff", dark: "#161d27" };

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

test("black on white measures 21", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
});

for (const [name, schemes] of Object.entries(TONES)) {
  for (const [scheme, { text, fill, mark }] of Object.entries(schemes)) {
    test(`${name} text can be read on its fill in the ${scheme} scheme`, () => {
      expect(contrast(text, fill)).toBeGreaterThanOrEqual(AA);
    });
    test(`${name} marks can be told from the panel in the ${scheme} scheme`, () => {
      expect(contrast(mark, SURFACES[scheme] ?? "")).toBeGreaterThanOrEqual(AA_MARK);
    });
  }
}
