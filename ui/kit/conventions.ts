// By whose conventions instants and numbers are written, and in which place's time. One for the whole page, set before it
// draws: whoever changes them draws the page anew.

interface Conventions {
  /** Undefined is the user's own locale, with its 12 or 24 hours. */
  readonly locale: string | undefined;
  /** The depot's time zone; undefined is the machine's. */
  readonly timeZone: string | undefined;
}

let current: Conventions = { locale: undefined, timeZone: undefined };
let numbers = new Intl.NumberFormat();
let percents = percentFormat(undefined);
let texts = collator(undefined);
const dates = new Map<string, Intl.DateTimeFormat>();

export function conventions(): Conventions {
  return current;
}

/** A zone that this browser does not know is as good as none. */
export function setConventions({ locale, timeZone }: Conventions): void {
  current = { locale, timeZone: timeZone !== undefined && isTimeZone(timeZone) ? timeZone : undefined };
  numbers = new Intl.NumberFormat(locale);
  percents = percentFormat(locale);
  texts = collator(locale);
  dates.clear();
}

export function formatNumber(value: number): string {
  return numbers.format(value);
}

/** A share from 0 to 1 as per cent. */
export function formatPercent(share: number): string {
  return percents.format(share);
}

/** The order of texts in a list: as the language sorts, with numbers by their value, as the depot sorts its own lists. */
export function compareTexts(one: string, other: string): number {
  return texts.compare(one, other);
}

function collator(locale: string | undefined): Intl.Collator {
  return new Intl.Collator(locale, { numeric: true });
}

function percentFormat(locale: string | undefined): Intl.NumberFormat {
  return new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
}

const BYTE_UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** A size in the unit that suits it, such as 4.2 MB. */
export function formatBytes(bytes: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), BYTE_UNITS.length - 1);
  const options = { style: "unit", unit: BYTE_UNITS[power] ?? "byte", maximumFractionDigits: power === 0 ? 0 : 1 } as const;
  return new Intl.NumberFormat(current.locale, options).format(bytes / 1000 ** power);
}

/** A formatter in the user's locale and the depot's time zone, of the calendar that plans share; made once for each set of options. */
export function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify(options);
  const made = dates.get(key) ?? new Intl.DateTimeFormat(current.locale, { timeZone: current.timeZone, calendar: "gregory", ...options });
  dates.set(key, made);
  return made;
}

/** The zone that holds where the depot has told none. */
export function machineTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
