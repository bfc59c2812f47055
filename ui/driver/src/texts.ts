// The app's texts in every language it speaks, bundled, and which of them this phone wants.
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import de from "./locales/de.json";
import en from "./locales/en.json";

const KEY = "eroad-language";
const DRIVER = { en, de } as const;
export type Language = keyof typeof DRIVER;
export const LANGUAGES: Readonly<Record<Language, string>> = { en: "English", de: "Deutsch" };

// Whatever languages the kit speaks: its words for statuses, incidents and durations.
const kit = import.meta.glob<{ default: object }>("../../kit/locales/*.json", { eager: true });

export function startTexts(): void {
  void i18next.use(initReactI18next).init({
    lng: languageWanted(),
    fallbackLng: "en",
    resources: Object.fromEntries(
      Object.entries(DRIVER).map(([language, driver]) => [
        language,
        { driver, kit: kit[`../../kit/locales/${language}.json`]?.default ?? {} },
      ]),
    ),
    defaultNS: "driver",
    // React escapes already.
    interpolation: { escapeValue: false },
    initAsync: false,
  });
  document.documentElement.lang = languageWanted();
}

export function switchLanguage(language: Language): void {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // Not kept: this time it is shown all the same.
  }
  document.documentElement.lang = language;
  void i18next.changeLanguage(language);
}

export function languageWanted(): Language {
  let wanted: string | null = null;
  try {
    wanted = localStorage.getItem(KEY);
  } catch {
    // Storage is switched off.
  }
  wanted ??= navigator.language.slice(0, 2);
  return wanted === "de" ? "de" : "en";
}
