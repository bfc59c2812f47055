// Starts the translations, and switches them. The kit's own texts are one namespace; each program brings its own beside them.
import i18next from "i18next";
import type { i18n } from "i18next";
import { initReactI18next } from "react-i18next";
import type { Language } from "@kit/language";
import kitEn from "@kit/locales/en.json";

/** Namespace -> texts, nested by dots. */
export type Texts = Record<string, object>;

/** `texts` are of the given language, the kit's among them where that is not English. */
export function startTranslations(texts: Texts, language: Language = "en"): i18n {
  void i18next.use(initReactI18next).init({
    lng: language,
    // Every catalogue is complete, which a test sees to.
    fallbackLng: false,
    resources: { [language]: { kit: kitEn, ...texts } },
    defaultNS: "desk",
    // React escapes already.
    interpolation: { escapeValue: false },
    // Texts are bundled, so the first paint has them.
    initAsync: false,
  });
  document.documentElement.lang = language;
  return i18next;
}

export function switchTranslations(texts: Texts, language: Language): void {
  for (const [namespace, bundle] of Object.entries(texts)) i18next.addResourceBundle(language, namespace, bundle);
  document.documentElement.lang = language;
  void i18next.changeLanguage(language);
}

/** Catalogues as a bundler's glob finds them: a feature's folder, or the one above `locales`, names the namespace. */
export function byNamespace(catalogues: Readonly<Record<string, { default: object }>>): Texts {
  return Object.fromEntries(Object.entries(catalogues).map(([path, { default: texts }]) => [namespaceOf(path), texts]));
}

export function namespaceOf(path: string): string {
  const folders = path.split("/").slice(0, -1).filter((folder) => folder !== "." && folder !== ".." && folder !== "locales");
  return folders.at(-1) ?? "desk";
}
