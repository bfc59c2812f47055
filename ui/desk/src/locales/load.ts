// Loads the texts of one language, which are a chunk of their own.
import type { LoadTexts } from "@kit/LanguageProvider";

export const loadTexts: LoadTexts = async (language) => {
  const { texts } = await (language === "de" ? import("./german") : import("./english"));
  return texts;
};
