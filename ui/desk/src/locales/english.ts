// Every text of the desk in English; a chunk of its own, loaded only where that is the language.
import { byNamespace } from "@kit/i18n";

export const texts = byNamespace(
  import.meta.glob<{ default: object }>(["./en.json", "../features/*/en.json", "../../../kit/locales/en.json"], { eager: true }),
);
