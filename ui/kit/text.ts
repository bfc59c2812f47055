// Typed text brought to one form before it is read: digits of every script as ASCII, no direction marks, one case, one width.

/** Direction marks, joiners and other characters that nobody sees. */
const UNSEEN = /[\p{Cf}]/gu;

/** Ready to be compared and taken apart. */
export function plainText(text: string): string {
  return asciiDigits(text.normalize("NFKC").replace(UNSEEN, "")).toLowerCase().normalize("NFC").trim();
}

/** Letters without their accents, where the script only adds them: ü as u, but no vowel sign is lost. */
export function withoutAccents(text: string): string {
  return text.replace(/\p{Script=Latin}\p{M}*/gu, (letter) => letter.normalize("NFD").replace(/\p{M}/gu, ""));
}

/** Words and numbers in their order; everything between them is left out. */
export function tokensOf(plain: string): readonly string[] {
  return plain.match(/\d+|[\p{L}\p{M}]+/gu) ?? [];
}

function asciiDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => String(valueOf(digit)));
}

/** Every script has its ten digits in one run. */
function valueOf(digit: string): number {
  const code = digit.codePointAt(0) ?? 0;
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value += 1;
  return value;
}
