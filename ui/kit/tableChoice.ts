// Which rows are chosen after a click on one of them. Draws nothing.

export interface Click {
  readonly index: number;
  readonly isOn: boolean;
  /** The key of the row from which a stretch reaches, where one was asked for. */
  readonly from: string | undefined;
}

/** The row alone, or the stretch from another row to it, those two included. */
export function chosenAfter(chosen: ReadonlySet<string>, keys: readonly string[], { index, isOn, from }: Click): ReadonlySet<string> {
  const begin = from === undefined ? -1 : keys.indexOf(from);
  const [first, last] = begin === -1 ? [index, index] : [Math.min(begin, index), Math.max(begin, index)];
  const next = new Set(chosen);
  for (const key of keys.slice(first, last + 1)) {
    if (isOn) next.add(key);
    else next.delete(key);
  }
  return next;
}
