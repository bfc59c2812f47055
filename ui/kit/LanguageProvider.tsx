// The language of a whole page: what this browser chose, else what the depot speaks, else the browser's own. Loads the texts.
import { DatesProvider } from "@mantine/dates";
import { createContext, useCallback, useContext, useMemo, useState } from "react";
import type { ReactNode } from "react";
import { conventions, machineTimeZone, setConventions } from "@kit/conventions";
import { startTranslations, switchTranslations } from "@kit/i18n";
import type { Texts } from "@kit/i18n";
import { chooseLanguage, chosenLanguage, firstLanguage, localeOf, rememberDepotLanguage } from "@kit/language";
import type { Language } from "@kit/language";

export type LoadTexts = (language: Language) => Promise<Texts>;

interface LanguageChoice {
  readonly language: Language;
  /** Undefined while the depot's language holds. */
  readonly chosen: Language | undefined;
  /** Chooses for this browser; undefined follows the depot again. */
  readonly choose: (language: Language | undefined) => void;
  /** Takes up what the depot tells of itself. */
  readonly follow: (depot: { language?: Language | undefined; timeZone?: string | undefined }) => void;
}

const LanguageContext = createContext<LanguageChoice | undefined>(undefined);

/** Before the page draws, so that its first paint is in the right language. */
export async function startLanguage(load: LoadTexts): Promise<void> {
  const language = firstLanguage();
  startTranslations(await load(language), language);
  setConventions({ locale: localeOf(language), timeZone: undefined });
}

export function LanguageProvider({ load, children }: { load: LoadTexts; children: ReactNode }) {
  const [language, setLanguage] = useState(firstLanguage);
  const [chosen, setChosen] = useState(chosenLanguage);

  const speak = useCallback(
    async (wanted: Language, timeZone: string | undefined) => {
      const texts = await load(wanted);
      // Before the texts: switching those draws everything again.
      setConventions({ locale: localeOf(wanted), timeZone });
      switchTranslations(texts, wanted);
      setLanguage(wanted);
    },
    [load],
  );
  const choose = useCallback(
    (wanted: Language | undefined) => {
      chooseLanguage(wanted);
      setChosen(wanted);
      void speak(firstLanguage(), conventions().timeZone);
    },
    [speak],
  );
  const follow = useCallback(
    (depot: { language?: Language | undefined; timeZone?: string | undefined }) => {
      if (depot.language !== undefined) rememberDepotLanguage(depot.language);
      // Most often all is as the first paint took it to be, and need not be drawn a second time.
      const isTold = firstLanguage() === language && depot.timeZone === (conventions().timeZone ?? machineTimeZone());
      if (!isTold) void speak(firstLanguage(), depot.timeZone);
    },
    [speak, language],
  );
  const choice = useMemo(() => ({ language, chosen, choose, follow }), [language, chosen, choose, follow]);
  return (
    <LanguageContext value={choice}>
      <DatesProvider settings={{ locale: language, firstDayOfWeek: 1 }}>{children}</DatesProvider>
    </LanguageContext>
  );
}

export function useLanguage(): LanguageChoice {
  const choice = useContext(LanguageContext);
  if (choice === undefined) throw new Error("There is no LanguageProvider above this component.");
  return choice;
}
