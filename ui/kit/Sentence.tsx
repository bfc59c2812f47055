// A sentence of the catalogue with parts that are more than text: `<name/>` stands for the part of that name.
import { Fragment } from "react";
import type { ReactNode } from "react";

const PLACE = /<(\w+)\/>/u;

/** Parts are never read as markup, so a driver may be named whatever they are. */
export function Sentence({ text, parts }: { text: string; parts: Readonly<Record<string, ReactNode>> }): ReactNode {
  // Splitting by a group puts the names of the places at the odd positions.
  return text.split(PLACE).map((piece, position) => (
    // oxlint-disable-next-line react/no-array-index-key -- a sentence's pieces never move
    <Fragment key={position}>{position % 2 === 0 ? piece : parts[piece]}</Fragment>
  ));
}

/** A word that stands alone with a capital, as it is written inside a sentence. German nouns after the first word keep theirs. */
export function withinSentence(word: string): string {
  return word.charAt(0).toLowerCase() + word.slice(1);
}
