// Every catalogue is complete: the same keys, placeholders and plural forms in every language, and no text in the code without one.
import { expect, test } from "vitest";
import { namespaceOf } from "@kit/i18n";

type Catalogue = Record<string, unknown>;

const catalogues = import.meta.glob<{ default: Catalogue }>("/{kit,desk/src,driver/src,driver}/**/{en,de}.json", { eager: true });
const sources = import.meta.glob<string>(["/{kit,desk,driver}/**/*.{ts,tsx}", "!/**/*.test.{ts,tsx}"], {
  eager: true,
  query: "?raw",
  import: "default",
});

const englishPaths = Object.keys(catalogues).filter((path) => path.endsWith("/en.json"));
/** `{{count, number}}` and `{{name}}` of i18next, `<driver/>` of Sentence. */
const PLACEHOLDER = /\{\{.*?\}\}|<\w+\/>/gu;
const PLURAL = /_(?:zero|one|two|few|many|other)$/u;

/** Key by dots -> text. */
function flatten(catalogue: Catalogue, above = ""): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [key, value] of Object.entries(catalogue)) {
    if (typeof value === "string") texts.set(above + key, value);
    else for (const [inner, text] of flatten(value as Catalogue, `${above}${key}.`)) texts.set(inner, text);
  }
  return texts;
}

function textsAt(path: string): Map<string, string> {
  return flatten(catalogues[path]?.default ?? {});
}

function placeholders(text: string): string[] {
  // A plural form may leave its number out: "one" says it.
  return [...new Set(text.match(PLACEHOLDER) ?? [])].filter((place) => !place.includes("{{count")).toSorted();
}

test("there are catalogues to compare, and every one is in both languages", () => {
  expect(englishPaths.length).toBeGreaterThan(6);
  expect(Object.keys(catalogues).length).toBe(2 * englishPaths.length);
});

test.each(englishPaths)("%s and its German have the same keys and placeholders", (path) => {
  const english = textsAt(path);
  const german = textsAt(path.replace(/en\.json$/u, "de.json"));
  expect([...german.keys()]).toEqual([...english.keys()]);
  for (const [key, text] of english) expect([key, placeholders(german.get(key) ?? "")]).toEqual([key, placeholders(text)]);
  for (const [key, text] of german) expect(text.trim(), key).not.toBe("");
});

/** Whether a namespace has the key, or one that a count or the rest of a template completes. */
function isKnown(key: string, texts: ReadonlyMap<string, string>): boolean {
  const [literal = "", ...rest] = key.split("${");
  if (rest.length === 0) return texts.has(key) || [...texts.keys()].some((known) => known.replace(PLURAL, "") === key);
  return [...texts.keys()].some((known) => known.startsWith(literal));
}

test("every text that the code names is in a catalogue", () => {
  const byNamespace = new Map(englishPaths.map((path) => [catalogueName(path), textsAt(path)]));
  const missing: string[] = [];
  for (const [path, source] of Object.entries(sources)) {
    const mine = new Set([...source.matchAll(/(?:useTranslation|TFunction<)\(?"(?<name>\w+)"/gu)].map((match) => match.groups?.["name"] ?? ""));
    if (/useTranslation\(\)/u.test(source)) mine.add("desk");
    const texts = new Map([...mine].flatMap((name) => Array.from(byNamespace.get(name) ?? [])));
    for (const match of source.matchAll(/\bt\(\s*\[?\s*(?<quote>["`])(?<key>[^"`]+)\k<quote>(?!\s+in\b)/gu)) {
      const { namespace, key = "" } = /^(?:(?<namespace>\w+):)?(?<key>.*)$/u.exec(match.groups?.["key"] ?? "")?.groups ?? {};
      const known = namespace === undefined ? texts : (byNamespace.get(namespace) ?? new Map());
      if (!key.startsWith("${") && !isKnown(key, known)) missing.push(`${path}: ${key}`);
    }
  }
  expect(missing).toEqual([]);
});

/** The folder of a program without its sources' is the namespace of what belongs to no feature. */
function catalogueName(path: string): string {
  return namespaceOf(path.replace("/src/", "/"));
}
