// Takes out of a typed text what the depot refuses (`shared/domain/src/text.rs`): characters that nobody sees and such as
// turn text around come along when text is pasted. For the phone, where what was done at a door must not be refused for one.

const HIDDEN = /[\p{Default_Ignorable_Code_Point}\u2028\u2029\uFFF9-\uFFFB\u2800]/u;
const CONTROL = /\p{Cc}/u;

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
  if (/[\u200C\u200D]/u.test(character)) return /^[\uFE00-\uFE0F]$|^[\u{590}-\u{10FFFF}]$/u.test(previous) && !/\s/u.test(previous) && (!HIDDEN.test(previous) || /[\uFE00-\uFE0F]/u.test(previous));
  if (/[\uFE00-\uFE0F\u180B-\u180F\u{E0100}-\u{E01EF}]/u.test(character)) return /^[0-9#*]$|^[\u{80}-\u{10FFFF}]$/u.test(previous) && !/\s/u.test(previous) && !HIDDEN.test(previous);
  return /[\u{E0020}-\u{E007F}]/u.test(character) && /^[\u{1F3F4}\u{E0020}-\u{E007E}]$/u.test(previous);
}
