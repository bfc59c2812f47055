// What a search finds in texts that are already here, by the rules of the depot's own search (`shared/app/src/text.rs`):
// without case, accents and width, in any order of words, numbers and plates without what parts them.
// `testing/search-cases.json` is the test of both.

// oxlint-disable-next-line no-misleading-character-class -- the marks themselves are looked for
const IGNORED = /[\u0300-\u036F\u0591-\u05BD\u05BF\u05C1\u05C2\u05C4\u05C5\u05C7\u0610-\u061A\u064B-\u065F\u0670\u06D6-\u06DC\u06DF-\u06E4\u06E7\u06E8\u06EA-\u06ED\u1AB0-\u1AFF\u1DC0-\u1DFF\u20D0-\u20FF\uFE20-\uFE2F\p{Default_Ignorable_Code_Point}]/gu;
const LETTERS: Readonly<Record<string, string>> = {
  ς: "σ", ø: "o", ł: "l", đ: "d", ð: "d", ħ: "h", ŧ: "t", ŋ: "n", ə: "e", þ: "th", æ: "ae", œ: "oe",
};
const WRITTEN_OUT: Readonly<Record<string, string>> = {
  ä: "ae", Ä: "ae", ö: "oe", Ö: "oe", ø: "oe", Ø: "oe", ü: "ue", Ü: "ue", å: "aa", Å: "aa",
};
/** The noughts of the scripts with decimal digits of their own that are in daily use. */
const NOUGHTS = [..."٠۰߀०০੦૦୦௦౦೦൦๐໐༠၀០"].map((nought) => nought.codePointAt(0) ?? 0);
const WORD = /[\p{L}\p{N}\p{M}\p{So}]+/gu;
const NUMBER = /\p{N}/u;

/** Whether each word of `query` is in one of `texts`. A query without words finds everything. */
export function isFound(query: string, texts: readonly (string | null | undefined)[]): boolean {
  const words = query.split(/\s+/u).flatMap(formsOfWords);
  if (words.length === 0) return true;
  const searched = searchTextOf(texts);
  return words.every((forms) => forms.some((form) => searched.includes(form)));
}

function searchTextOf(texts: readonly (string | null | undefined)[]): string {
  const forms = texts.flatMap((text) =>
    foldsOf(text ?? "").flatMap((folded) => {
      const words = wordsOf(folded);
      return words.length > 1 && NUMBER.test(folded) ? [words.join(""), words.join(" ")] : [words.join(" ")];
    }),
  );
  // No word of a search has a line break, so that none is found across two texts.
  return forms.join("\n");
}

/** The words of a part without spaces, each in the forms of which one must be found. */
function formsOfWords(part: string): string[][] {
  const [plain = [], writtenOut = plain] = foldsOf(part).map((folded) => {
    const words = wordsOf(folded);
    return NUMBER.test(folded) ? [words.join("")] : words;
  });
  return plain.map((word, place) => [word, writtenOut[place] ?? word]).filter(([word]) => word !== "");
}

function foldsOf(text: string): string[] {
  const written = text.normalize("NFKC").replace(/[äÄöÖøØüÜåÅ]/gu, (letter) => WRITTEN_OUT[letter] ?? letter);
  return [...new Set([fold(text), fold(written)])];
}

function wordsOf(folded: string): string[] {
  return folded.match(WORD) ?? [];
}

/** Lower case alone keeps ß, ς and ı; upper case turns them into SS, Σ and I. */
function fold(text: string): string {
  const cased = text.normalize("NFKD").toLowerCase().toUpperCase().toLowerCase();
  return [...cased.replace(IGNORED, "")].map((character) => LETTERS[character] ?? asciiDigit(character)).join("");
}

function asciiDigit(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const nought = NOUGHTS.find((first) => code >= first && code < first + 10);
  return nought === undefined ? character : String(code - nought);
}
