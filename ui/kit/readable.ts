// Takes out of a typed text what the depot refuses (`shared/domain/src/text.rs`): characters that nobody sees and such as
// turn text around come along when text is pasted. For the phone, where what was done at a door must not be refused for one.

const HIDDEN = /[\p{Default_Ignorable_Code_Point}\u2028\u2029\uFFF9-\uFFFB\u2800]/u;
const CONTROL = /\p{Cc}/u;
/** The first letter of a script that joins; Latin, Greek and Cyrillic stand before it. */
const JOINING_FROM = 0x590;
const BLACK_FLAG = 0x1f3f4;

/** `text` without hidden characters and control characters, but for line breaks. */
export function readable(text: string): string {
  let previous = "";
  let kept = "";
  for (const character of text) {
    const isKept = /[\n\r\t]/u.test(character) || (!CONTROL.test(character) && (!HIDDEN.test(character) || belongs(previous, character)));
    if (isKept) kept += character;
    if (isKept) previous = character;
  }
  return kept.trim();
}

/** Joiners, variation selectors and tags that scripts and emoji are written with. */
function belongs(previous: string, character: string): boolean {
  const [before, code] = [previous.codePointAt(0) ?? 0, character.codePointAt(0) ?? 0];
  const isSelector = isBetween(before, 0xfe00, 0xfe0f);
  const isVisible = before > 0 && !/\s/u.test(previous) && !HIDDEN.test(previous);
  if (isBetween(code, 0x200c, 0x200d)) return isSelector || (isVisible && before >= JOINING_FROM);
  if (isBetween(code, 0xfe00, 0xfe0f) || isBetween(code, 0x180b, 0x180f) || isBetween(code, 0xe0100, 0xe01ef)) {
    return /[0-9#*]/u.test(previous) || (isVisible && before >= 0x80);
  }
  return isBetween(code, 0xe0020, 0xe007f) && (before === BLACK_FLAG || isBetween(before, 0xe0020, 0xe007e));
}

function isBetween(code: number, first: number, last: number): boolean {
  return first <= code && code <= last;
}
