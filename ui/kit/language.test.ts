import { describe, expect, it } from "vitest";
import { localeOf } from "./language";

describe("whose conventions hold", () => {
  it("is the person's own locale of the language", () => {
    expect(localeOf("de", ["fr-CH", "de-CH", "en-US"])).toBe("de-CH");
  });

  it("is else the language as their region writes it", () => {
    expect(localeOf("en", ["de", "de-AT"])).toBe("en-AT");
    expect(new Intl.DateTimeFormat(localeOf("en", ["de-DE"]), { timeStyle: "short" }).resolvedOptions().hourCycle).toBe("h23");
  });

  it("is the language alone where no region is known", () => {
    expect(localeOf("en", ["de", "not a locale"])).toBe("en");
  });
});
