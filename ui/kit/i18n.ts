// Starts the translations. The kit's own texts are one namespace; each program brings its own beside them.
import i18next from "i18next";
import type { i18n } from "i18next";
import { initReactI18next } from "react-i18next";
import kitEn from "@kit/locales/en.json";

/** Namespace -> texts, nested by dots. */
type Texts = Record<string, object>;

export function startTranslations(texts: Texts): i18n {
  void i18next.use(initReactI18next).init({
    lng: "en",
    fallbackLng: "en",
    resources: { en: { kit: kitEn, ...texts } },
    defaultNS: "desk",
    // React escapes already.
    interpolation: { escapeValue: false },
    // Texts are bundled, so the first paint has them.
    initAsync: false,
  });
  return i18next;
}
