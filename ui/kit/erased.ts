// Where somebody was erased the depot has a word in the place of what was said of them, whatever the language. It is shown as one
// of the reader's.
import type { TFunction } from "i18next";

/** What stands in the place of a name, a licence or a description that was erased. */
const ERASED = "erased";

export function isErased(text: string | null): boolean {
  return text === ERASED;
}

/** For where there is room for a text alone, such as a hint or a choice. */
export function personWord(t: TFunction<"kit">, text: string): string {
  return isErased(text) ? t("erased") : text;
}
