// What Python's texts can do and JavaScript's cannot, so that the rules read as they do there.
import { SPACE } from "./text.js";

export const LETTER_OR_DIGIT = "[\\p{L}\\p{N}_]"; // \w
export const NO_DIGIT = "[\\p{L}\\p{Nl}\\p{No}]"; // [^\W\d_]
export const WORD_END = `(?:(?<=${LETTER_OR_DIGIT})(?!${LETTER_OR_DIGIT})|(?<!${LETTER_OR_DIGIT})(?=${LETTER_OR_DIGIT}))`; // \b
export const WHITE = `[${SPACE}]`; // \s
export const NOT_WHITE = `[^${SPACE}]`; // \S

export const characters = (text) => Array.from(text);
export const first = (text) => characters(text)[0] ?? "";
export const last = (text) => characters(text).at(-1) ?? "";
export const isAscii = (text) => /^[\0-\x7f]*$/.test(text);
export const isPlainWord = (text) => /^[A-Za-z]+$/.test(text); // is told without a table of letters
export const isAlpha = (text) => isPlainWord(text) || /^\p{L}+$/u.test(text);
export const isUpper = (text) => /\p{Uppercase}/u.test(text) && !/[\p{Lowercase}\p{Lt}]/u.test(text);
export const isLower = (text) => /\p{Lowercase}/u.test(text) && !/[\p{Uppercase}\p{Lt}]/u.test(text);
// Whether every run of cased letters begins with a capital, and the others are small.
export function isTitleCase(text) {
  let afterCased = false, found = false;
  for (const character of text) {
    const upper = /[\p{Uppercase}\p{Lt}]/u.test(character), lower = /\p{Lowercase}/u.test(character);
    if ((upper && afterCased) || (lower && !afterCased)) return false;
    found ||= upper;
    afterCased = upper || lower;
  }
  return found;
}
export const isDigit = (text) => /^\p{Nd}+$/u.test(text);
const IS_WHITE = new RegExp(WHITE);
export const stripWhite = (text) => strip(text, (c) => IS_WHITE.test(c));

// Without the characters at both ends that are among `unwanted`, a text or a test.
export function strip(text, unwanted) {
  const isUnwanted = typeof unwanted === "string" ? (c) => unwanted.includes(c) : unwanted;
  const all = characters(text);
  let start = 0, stop = all.length;
  while (start < stop && isUnwanted(all[start])) start++;
  while (stop > start && isUnwanted(all[stop - 1])) stop--;
  return all.slice(start, stop).join("");
}

// What `make` gives, made when it is first asked for: patterns with tables of letters take the browser milliseconds, for
// which the first answer would wait.
export const later = (make) => {
  let made;
  return () => (made ??= make());
};
export const fullMatch = (source, flags = "u") => {
  const pattern = later(() => new RegExp(`^(?:${source})$`, flags));
  return (text) => pattern().test(text);
};
