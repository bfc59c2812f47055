// Every text of the desk in German, and the calendar's words; a chunk of its own, loaded only where that is the language.
import "dayjs/locale/de";
import { byNamespace } from "@kit/i18n";

export const texts = byNamespace(
  import.meta.glob<{ default: object }>(["./de.json", "../features/*/de.json", "../../../kit/locales/de.json"], { eager: true }),
);
