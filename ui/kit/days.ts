// Days as people write them: shown the locale's way and read back from it. A text that is no day is refused, never bent into
// one, and the month comes first only where the locale writes it first. Days are `YYYY-MM-DD` of the Gregorian calendar.
import { conventions } from "@kit/conventions";
import { plainText, tokensOf, withoutAccents } from "@kit/text";

/** A day, or why there is none: not readable at all, or no day of the calendar. */
export type ReadDay = { readonly day: string } | { readonly problem: "unreadable" | "noSuchDay" };

type Field = "day" | "month" | "year";

const UNREADABLE = { problem: "unreadable" } as const;
const DAY_MS = 86_400_000;
const PREFIX_LETTERS_LEAST = 3;
/** Between the parts of a day, whatever the locale. */
const PUNCTUATION = " .,/-–—";

/** "5 Jan 2027", in German "05.01.2027"; with the day of the week where there is room for it. */
export function showDay(day: string, withWeekday = false): string {
  const date = new Date(`${day}T00:00Z`);
  const shown = formatOf(shownAs()).format(date);
  return withWeekday ? `${formatOf({ weekday: "short" }).format(date)}, ${shown}` : shown;
}

/** Reads a day as the locale writes it, with or without leading zeros, century, year and the month's name; and `2027-01-05`. */
export function readDay(text: string, today: string): ReadDay {
  const plain = plainText(text);
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/u.exec(plain);
  if (iso !== null) return dayOf({ year: iso[1] ?? "", month: iso[2] ?? "", day: iso[3] ?? "" }, today);
  const writing = writingOf(conventions().locale);
  const fields = fieldsIn(plain, writing);
  const found = fields === undefined ? UNREADABLE : dayOf(fields, today);
  return "day" in found ? found : (withoutWeekday(plain, writing, today) ?? found);
}

/** The day in a text that names its weekday too. A weekday that does not fit the day is none of it. */
function withoutWeekday(plain: string, writing: Writing, today: string): ReadDay | undefined {
  // Where two words could be the weekday, it is the one that comes first.
  const named = writing.weekdays.filter(({ name }) => plain.includes(name)).toSorted((one, other) => plain.indexOf(one.name) - plain.indexOf(other.name));
  for (const { whole, weekday } of named) {
    const fields = fieldsIn(plain.replace(whole, " ").trim(), writing);
    const found = fields === undefined ? UNREADABLE : dayOf(fields, today);
    if ("day" in found && new Date(found.day).getUTCDay() === weekday) return found;
  }
  return undefined;
}

function fieldsIn(plain: string, writing: Writing): Fields | undefined {
  const others = plain.replace(/[\d\p{L}\p{M}]/gu, "");
  if (![...others].every((mark) => writing.punctuation.has(mark))) return undefined;
  const tokens = (plain.match(/[\p{L}\p{M}]+\d+|\d+|[\p{L}\p{M}]+/gu) ?? []).flatMap((token) => (writing.months.has(token) ? [token] : tokensOf(token)));
  const month = monthIn(tokens, writing);
  return month === "unknown" ? undefined : fieldsOf(tokens.filter(isNumber), month, writing);
}

/** The day so many days later. */
export function laterDay(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}

/** How far apart two days are. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}

interface Fields {
  readonly day: string;
  readonly month: string;
  /** Left out where the text has none. */
  readonly year?: string;
}

/** Which number is what. */
function fieldsOf(numbers: readonly string[], month: number | undefined, writing: Writing): Fields | undefined {
  const [first = "", second = "", third = "", ...more] = numbers;
  if (more.length > 0) return undefined;
  if (month !== undefined) return third === "" ? withNamedMonth(String(month), first, second, writing) : undefined;
  if (third !== "") return byOrder([first, second, third], writing);
  if (second !== "") return inOrder([first, second], writing.withoutYear);
  return first.length === 6 || first.length === 8 ? byOrder(cut(first, writing), writing) : undefined;
}

function withNamedMonth(month: string, first: string, second: string, { named }: Writing): Fields | undefined {
  if (second === "") return first.length <= 2 && first !== "" ? { month, day: first } : undefined;
  const isYearFirst = isYear(first) !== isYear(second) ? isYear(first) : named.indexOf("year") < named.indexOf("day");
  return isYearFirst ? { month, year: first, day: second } : { month, day: first, year: second };
}

/** Three numbers: a year of four digits says where it stands, else the locale does. */
function byOrder(numbers: readonly string[], { numeric }: Writing): Fields | undefined {
  const [first = "", , last = ""] = numbers;
  const isYearFirst = numeric[0] === "year";
  if (isYear(first)) return inOrder(numbers, isYearFirst ? numeric : ["year", "month", "day"]);
  if (isYearFirst && first.length === 2 && !isYear(last)) return inOrder(numbers, numeric);
  return inOrder(numbers, isYearFirst ? ["day", "month", "year"] : numeric);
}

function inOrder(numbers: readonly string[], order: readonly Field[]): Fields | undefined {
  const fields = Object.fromEntries(order.map((field, index) => [field, numbers[index] ?? ""])) as Record<Field, string>;
  return fields.day === "" || fields.month === "" ? undefined : fields;
}

/** Numbers without anything between them, such as 050127. */
function cut(digits: string, { numeric }: Writing): readonly string[] {
  const widths = numeric.map((field) => (field === "year" ? digits.length - 4 : 2));
  let begin = 0;
  return widths.map((width) => {
    begin += width;
    return digits.slice(begin - width, begin);
  });
}

function dayOf({ year: written, month, day }: Fields, today: string): ReadDay {
  const [m, d] = [Number(month), Number(day)];
  if (month.length > 2 || day.length > 2) return UNREADABLE;
  const thisYear = Number(today.slice(0, 4));
  if (written === undefined) {
    // The nearest one: what is typed in December for February is of the next year.
    const near = [thisYear - 1, thisYear, thisYear + 1].flatMap((year) => dayIn(year, m, d) ?? []);
    const [nearest] = near.toSorted((one, other) => Math.abs(daysBetween(today, one)) - Math.abs(daysBetween(today, other)));
    return nearest === undefined ? { problem: "noSuchDay" } : { day: nearest };
  }
  const year = yearOf(written, thisYear);
  if (year === undefined) return UNREADABLE;
  const found = dayIn(year, m, d);
  return found === undefined ? { problem: "noSuchDay" } : { day: found };
}

/** Two digits are a year of the hundred around this one. */
function yearOf(written: string, thisYear: number): number | undefined {
  if (isYear(written)) return Number(written) >= 1000 ? Number(written) : undefined;
  if (written.length !== 2) return undefined;
  const first = thisYear - 50;
  return first + ((((Number(written) - first) % 100) + 100) % 100);
}

function isYear(number: string): boolean {
  return number.length === 4;
}

function dayIn(year: number, month: number, day: number): string | undefined {
  const date = new Date(Date.UTC(year, month - 1, day));
  const isThere = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && date.getUTCFullYear() === year;
  return isThere ? date.toISOString().slice(0, 10) : undefined;
}

interface Weekday {
  readonly name: string;
  /** The name as a word of its own, in scripts that write words apart. */
  readonly whole: RegExp;
  /** From Sunday, 0. */
  readonly weekday: number;
}

/** How a locale writes days. */
interface Writing {
  /** Months by the letters of their names. */
  readonly months: ReadonlyMap<string, number>;
  /** What else stands in a written day: "de", "年". */
  readonly words: ReadonlySet<string>;
  readonly weekdays: readonly Weekday[];
  readonly punctuation: ReadonlySet<string>;
  readonly numeric: readonly Field[];
  readonly named: readonly Field[];
  readonly withoutYear: readonly Field[];
}

/** The month that the words name; undefined where they name none, `unknown` where one of them is not of a day. */
function monthIn(tokens: readonly string[], writing: Writing): number | undefined | "unknown" {
  const runs: string[][] = [];
  for (const [index, token] of tokens.entries()) {
    if (isNumber(token)) continue;
    if (index > 0 && !isNumber(tokens[index - 1] ?? "")) runs.at(-1)?.push(token);
    else runs.push([token]);
  }
  const named: number[] = [];
  for (const run of runs) {
    const month = monthOf(run, writing);
    if (month !== undefined) named.push(month);
    else if (!run.every((word) => writing.words.has(word))) return "unknown";
  }
  return named.length > 1 ? "unknown" : named[0];
}

function monthOf(run: readonly string[], { months, words }: Writing): number | undefined {
  for (let length = run.length; length > 0; length -= 1) {
    for (let begin = 0; begin + length <= run.length; begin += 1) {
      const rest = [...run.slice(0, begin), ...run.slice(begin + length)];
      const month = lookUp(run.slice(begin, begin + length).join(""), months);
      if (month !== undefined && rest.every((word) => words.has(word))) return month;
    }
  }
  return undefined;
}

function lookUp(name: string, months: ReadonlyMap<string, number>): number | undefined {
  const known = months.get(name) ?? months.get(withoutAccents(name));
  if (known !== undefined || name.length < PREFIX_LETTERS_LEAST) return known;
  const begun = new Set([...months].filter(([full]) => full.startsWith(name)).map(([, month]) => month));
  return begun.size === 1 ? [...begun][0] : undefined;
}

function isNumber(token: string): boolean {
  return /^\d/u.test(token);
}

const writings = new Map<string | undefined, Writing>();

function writingOf(locale: string | undefined): Writing {
  const known = writings.get(locale) ?? learn(locale);
  writings.set(locale, known);
  return known;
}

/** After a number in words that no locale's own styles have. */
const ORDINALS = ["st", "nd", "rd", "th", "er"];
const YEAR = 2027;
const MONTHS = Array.from({ length: 12 }, (_, month) => Date.UTC(YEAR, month, 22));
const DAYS = Array.from({ length: 31 }, (_, day) => Date.UTC(YEAR, 0, day + 1));
const NUMERIC = { day: "numeric", month: "numeric", year: "numeric" } as const;

/** Has the locale write every month, day and weekday in all its styles, and keeps the words. */
function learn(locale: string | undefined): Writing {
  const styles: Intl.DateTimeFormatOptions[] = [
    ...(["short", "medium", "long", "full"] as const).map((dateStyle) => ({ dateStyle })),
    ...(["long", "short"] as const).flatMap((month) => [{ month }, { day: "numeric", month }, { day: "numeric", month, year: "numeric" }] as const),
    NUMERIC,
  ];
  const months = new Map<string, number | undefined>();
  const words = new Set(ORDINALS);
  const weekdays = new Map<string, Weekday>();
  const punctuation = new Set(PUNCTUATION);
  for (const style of styles) {
    const format = formatOf(style, locale);
    const written = MONTHS.map((at) => wordsOf(format, at));
    const common = written.reduce((shared, present) => shared.filter((word) => present.includes(word)));
    for (const word of common) words.add(word);
    for (const [index, present] of written.entries()) {
      const name = present.filter((word) => !common.includes(word)).join("");
      learnName(months, name, index + 1);
    }
    for (const [index, at] of MONTHS.entries()) {
      for (const { type, value } of format.formatToParts(at)) {
        // Such as M11: the number belongs to the name.
        if (type === "month" && /^\p{L}+\d+$/u.test(plainText(value))) learnName(months, plainText(value), index + 1);
        for (const mark of marksOf(value)) punctuation.add(mark);
      }
    }
    const [january = []] = written;
    for (const at of DAYS) {
      for (const word of wordsOf(format, at)) if (!january.includes(word)) words.add(word);
      for (const { type, value } of format.formatToParts(at)) {
        if (type === "weekday") learnWeekday(weekdays, plainText(value), at);
        for (const mark of marksOf(value)) punctuation.add(mark);
      }
    }
  }
  // The short style is the locale's own; numbers asked for one by one may only be ordered as anywhere.
  const numeric = orderOf({ dateStyle: "short" }, locale);
  for (const weekday of ["long", "short"] as const) {
    const format = formatOf({ weekday }, locale);
    for (const at of DAYS.slice(0, 7)) learnWeekday(weekdays, plainText(format.format(at)), at);
  }
  // A name that several months share says nothing of the month.
  for (const [name, month] of months) if (month === undefined) words.add(name);
  for (const month of ["long", "short"] as const) {
    const english = new Intl.DateTimeFormat("en", { month, timeZone: "UTC" });
    for (const [index, at] of MONTHS.entries()) {
      const name = plainText(english.format(at));
      if (!months.has(name)) months.set(name, index + 1);
    }
  }
  return {
    months: new Map([...months].flatMap(([name, month]) => (month === undefined ? [] : [[name, month] as const]))),
    words,
    weekdays: [...weekdays.values()].toSorted((one, other) => other.name.length - one.name.length),
    punctuation,
    numeric,
    named: orderOf({ ...NUMERIC, month: "short" }, locale),
    withoutYear: numeric[0] === "year" ? orderOf({ day: "numeric", month: "numeric" }, locale) : numeric.filter((field) => field !== "year"),
  };
}

/** Remembers a month's name, also without its accents; undefined where two months share it. */
function learnName(months: Map<string, number | undefined>, name: string, month: number): void {
  for (const form of new Set([name, withoutAccents(name)])) {
    if (form !== "") months.set(form, months.has(form) && months.get(form) !== month ? undefined : month);
  }
}

function learnWeekday(weekdays: Map<string, Weekday>, name: string, at_ms: number): void {
  const weekday = new Date(at_ms).getUTCDay();
  const escaped = name.replaceAll(/[$()*+./?[\\\]^{|}]/gu, String.raw`\$&`);
  const isApart = !/\p{Script=Han}|\p{Script=Thai}|\p{Script=Lao}|\p{Script=Khmer}|\p{Script=Myanmar}|\p{Script=Tibetan}/u.test(name);
  const whole = new RegExp(isApart ? `(?<![\\p{L}\\p{M}])${escaped}(?![\\p{L}\\p{M}])` : escaped, "u");
  weekdays.set(`${weekday} ${name}`, { name, whole, weekday });
}

function marksOf(text: string): string {
  return plainText(`|${text}|`).replace(/[\d\p{L}\p{M}|]/gu, "");
}

/** The words of a written day, without those of its weekday. */
function wordsOf(format: Intl.DateTimeFormat, at_ms: number): string[] {
  const parts = format.formatToParts(at_ms).filter(({ type }) => type !== "weekday");
  return tokensOf(plainText(parts.map(({ value }) => value).join(""))).filter((token) => !isNumber(token));
}

function orderOf(options: Intl.DateTimeFormatOptions, locale: string | undefined): readonly Field[] {
  const types = formatOf(options, locale).formatToParts(0).map(({ type }) => type);
  return types.filter((type): type is Field => type === "day" || type === "month" || type === "year");
}

/** German writes days in numbers; where the month has a name, nobody takes it for the day. */
function choose(locale: string | undefined): Intl.DateTimeFormatOptions {
  if (/^(?:de|lb|nds|gsw)\b/u.test(locale ?? "")) return { day: "2-digit", month: "2-digit", year: "numeric" };
  const short = formatOf({ month: "short" }, locale);
  // In some languages two months are short for the same letters.
  const isPlain = new Set(MONTHS.map((at) => withoutAccents(plainText(short.format(at))))).size === MONTHS.length;
  return { day: "numeric", month: isPlain ? "short" : "long", year: "numeric" };
}

const shownBy = new Map<string | undefined, Intl.DateTimeFormatOptions>();

function shownAs(locale = conventions().locale): Intl.DateTimeFormatOptions {
  const known = shownBy.get(locale) ?? choose(locale);
  shownBy.set(locale, known);
  return known;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** A day is the same one everywhere, so no time zone may move it; and the same calendar everywhere, as a plan is shared. */
function formatOf(options: Intl.DateTimeFormatOptions, locale = conventions().locale): Intl.DateTimeFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  const made = formats.get(key) ?? new Intl.DateTimeFormat(locale, { ...options, calendar: "gregory", timeZone: "UTC" });
  formats.set(key, made);
  return made;
}
