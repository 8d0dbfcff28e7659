// A text to the surname that a network can read, or to the reason why not: as cognomen/text/reading.py.
import { normalise, words as wordsOf } from "./text.js";

const LONGEST_SURNAME = 100, LONGEST_TEXT = 1000;

export function readSurname(text, alphabet, lower, words) {
  const stripped = wordsOf(text).join(" ");
  if (!stripped) return { reason: "empty" };
  if (stripped.length > LONGEST_TEXT) return { reason: "too-long" };
  let spelling = normalise(text, words.folded, lower);
  if (!spelling) return { reason: "no-letters" };
  if (Array.from(spelling).length > LONGEST_SURNAME) return { reason: "too-long" };
  if (!alphabet.hasAll(spelling)) {
    if (alphabet.unknownShare(spelling) > 0.5) return { reason: "unknown-script" };
    spelling = alphabet.withoutUnknownMarks(spelling);
  }
  return { spelling, surname: text, reason: null, note: null };
}
