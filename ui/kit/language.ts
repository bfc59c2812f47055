// Which language to speak and by whose conventions to write dates and numbers. Knows no texts.

export const LANGUAGES = ["en", "de"] as const;

export type Language = (typeof LANGUAGES)[number];

/** What somebody chose for this browser; it goes before the depot's language. */
const CHOICE_KEY = "depot.language";
/** The depot's language as last seen, so that the first paint need not wait for the depot to tell it. */
const DEPOT_KEY = "depot.languageOfDepot";

export function isLanguage(text: unknown): text is Language {
  return LANGUAGES.some((language) => language === text);
}

/** The first of the wanted locales that there are texts for, e.g. `de` for `de-AT`. */
export function languageAmong(locales: readonly string[]): Language {
  return locales.map((locale) => locale.split("-")[0]?.toLowerCase()).find(isLanguage) ?? "en";
}

/**
 * The person's own locale where it is of this language, for a Swiss reads German but writes numbers the Swiss way; else this
 * language as their region writes it: who reads English in Hamburg still has a clock of 24 hours.
 */
export function localeOf(language: Language, locales: readonly string[] = navigator.languages): string {
  const own = locales.find((locale) => locale.split("-")[0]?.toLowerCase() === language);
  const region = locales.map(regionOf).find((known) => known !== undefined);
  return own ?? (region === undefined ? language : `${language}-${region}`);
}

function regionOf(locale: string): string | undefined {
  try {
    return new Intl.Locale(locale).region;
  } catch {
    return undefined;
  }
}

/** Undefined where nobody chose: then the depot's language holds. */
export function chosenLanguage(): Language | undefined {
  return remembered(CHOICE_KEY);
}

export function chooseLanguage(language: Language | undefined): void {
  if (language === undefined) localStorage.removeItem(CHOICE_KEY);
  else localStorage.setItem(CHOICE_KEY, language);
}

export function rememberDepotLanguage(language: Language): void {
  localStorage.setItem(DEPOT_KEY, language);
}

/** The language to begin with, before the depot has said anything. */
export function firstLanguage(): Language {
  return chosenLanguage() ?? remembered(DEPOT_KEY) ?? languageAmong(navigator.languages);
}

function remembered(key: string): Language | undefined {
  const text = localStorage.getItem(key);
  return isLanguage(text) ? text : undefined;
}
