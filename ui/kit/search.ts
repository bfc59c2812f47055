// What a page keeps in its address, read with suspicion: people edit addresses, and old links outlive fields.

/** The fields that are set, and no others: an address shows only what somebody chose. */
export function compact<Search extends object>(fields: { [Field in keyof Search]-?: Search[Field] | undefined }): Search {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Search;
}

export function textIn(value: unknown): string | undefined {
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && text !== "" ? text : undefined;
}

export function flagIn(value: unknown): true | undefined {
  return value === true || value === "true" || value === 1 ? true : undefined;
}

export function dayIn(value: unknown): string | undefined {
  return typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/u.test(value) ? value : undefined;
}

export function oneOf<Word extends string>(words: readonly Word[], value: unknown): Word | undefined {
  return words.find((word) => word === value);
}

/** Several words of a list, apart by commas; undefined for none. */
export function manyOf<Word extends string>(words: readonly Word[], value: unknown): string | undefined {
  const wanted = typeof value === "string" ? value.split(",") : [];
  return words.filter((word) => wanted.includes(word)).join(",") || undefined;
}

/** The words that `manyOf` put into an address. */
export function wordsOf<Word extends string>(words: readonly Word[], value: string | undefined): Word[] {
  const wanted = value?.split(",") ?? [];
  return words.filter((word) => wanted.includes(word));
}
