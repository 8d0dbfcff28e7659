// Any text to the letters that a network reads: as cognomen/text/spelling.py, character for character.

const APOSTROPHES = new Set("'`´ʹʻʼʽʾʿˈˊˋ՚׳ߴߵ‘’‛′‵＇\ua78b\ua78c\u1fbd\u1fbf\u1fef\u1ffd\uff40");
const HYPHENS = new Set("-−⁃˗");
// What Python's str.isspace calls white.
export const SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const WHITE = new RegExp(`[${SPACE}]`), RUNS = new RegExp(`[${SPACE}]+`);
const INVISIBLE = new RegExp(
  "[\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u3164\\ufe00-\\ufe0f\\uffa0\\u{e0100}-\\u{e01ef}"
  + "\\u0591-\\u05bd\\u05bf\\u05c1\\u05c2\\u05c4\\u05c5\\u05c7"
  + "\\u0610-\\u061a\\u0640\\u064b-\\u0653\\u0655-\\u065f\\u0670\\u06d6-\\u06dc\\u06df-\\u06e4\\u06e7\\u06e8\\u06ea-\\u06ed]",
  "u",
);
// Letters of the Arabic script that are written in several ways, and the one that is read.
const ALIKE = {
  "\u0671": "\u0627", "\u0629": "\u0647", "\u06c1": "\u0647", "\u06c3": "\u0647", "\u06d5": "\u0647",
  "\u0649": "\u064a", "\u06cc": "\u064a", "\u06a9": "\u0643", "\u06aa": "\u0643",
};
const WRITTEN_OTHERWISE = new RegExp(`[${Object.keys(ALIKE).join("")}]|(?<![\u0648\u0649\u064a\u06cc])\u0654`, "gu");

export const isLetter = (character) => /^\p{L}$/u.test(character);
export const isMark = (character) => character > "\x7f" && /^\p{M}$/u.test(character);
export const hasLetter = (text) => /[A-Za-z]/.test(text) || /\p{L}/u.test(text);

// The words of a text, as Python's str.split finds them.
export const words = (text) => text.split(RUNS).filter(Boolean);

const kinds = new Map();

// "L" (letter), "M" (mark), "invisible", or what replaces the character.
export function kindOf(character) {
  let kind = kinds.get(character);
  if (kind === undefined) kinds.set(character, (kind = findKind(character)));
  return kind;
}

function findKind(character) {
  if (/[A-Za-z]/.test(character)) return "L"; // is told without a table of letters
  if (APOSTROPHES.has(character)) return "'";
  if (HYPHENS.has(character) || /\p{Pd}/u.test(character)) return "-";
  if (WHITE.test(character)) return " ";
  if (/[\p{Cf}\p{Cc}]/u.test(character) || INVISIBLE.test(character)) return "invisible";
  return isLetter(character) ? "L" : isMark(character) ? "M" : "";
}

// Keeps letters, their marks, spaces, ' and -; drops the rest.
function keep(text) {
  let kept = "", afterLetter = false;
  for (const character of text) {
    const kind = kindOf(character);
    if (kind === "M") kept += afterLetter ? character : "";
    else if (kind !== "invisible") {
      afterLetter = kind === "L";
      kept += afterLetter ? character : kind;
    }
  }
  return kept;
}

function lettersAndMarks(text) {
  let kept = keep(text.normalize("NFD")); // NFKD at once would turn the sign TM and its like into letters
  const apart = kept.normalize("NFKD");
  if (apart !== kept) kept = keep(apart);
  return kept.replace(WRITTEN_OTHERWISE, (found) => ALIKE[found] ?? "");
}

// What Python's str.casefold makes of a text; `folded` has the characters that are not merely made small.
export function casefold(text, folded) {
  return Array.from(text, (character) => folded[character] ?? character.toLowerCase()).join("");
}

// The text as the network reads it; "" if no letter is left.
export function normalise(text, folded, lower = true) {
  const letters = lettersAndMarks(text);
  const kept = words(lower ? casefold(letters, folded) : letters).join(" ");
  return hasLetter(kept) ? kept : "";
}

const PLAIN = {
  ð: "d", đ: "d", ł: "l", ø: "o", ı: "i", ə: "e",
  ғ: "г", қ: "к", ң: "н", ө: "о", ү: "у", ұ: "у", һ: "х", ә: "а", і: "и", ў: "у", ҳ: "х", // on Russian keyboards
};

const STAND_IN = "〓"; // stands for the Chinese characters that an alphabet lacks, if it is in it
const IDEOGRAPH = /^[\u3400-\u9fff\uf900-\ufaff\u{20000}-\u{3347f}]$/u;

// The letters a network knows, in the order of their ids; id 0 is the unknown letter.
export class Alphabet {
  constructor(letters) {
    this.letters = Array.from(letters);
    this.ids = new Map(this.letters.map((letter, i) => [letter, i + 1]));
    this.standIn = this.ids.get(STAND_IN) ?? 0;
  }

  idOf(letter) {
    return this.ids.get(letter) ?? (IDEOGRAPH.test(letter) ? this.standIn : 0);
  }

  encode(name) {
    return Array.from(name, (letter) => this.idOf(letter));
  }

  hasAll(name) {
    return Array.from(name).every((letter) => this.idOf(letter) > 0);
  }

  // The share of the letters, without marks, that are unknown.
  unknownShare(name) {
    const letters = Array.from(name).filter(isLetter);
    return letters.length ? letters.filter((letter) => this.idOf(letter) === 0).length / letters.length : 0;
  }

  // The ids of a name as people type it, without marks and strokes: l for ł, у for ү.
  unmarked(ids) {
    const letters = ids.map((id) => this.ids.get(PLAIN[this.letters[id - 1]]) ?? id);
    return letters.filter((id) => id === 0 || !isMark(this.letters[id - 1]));
  }

  withoutUnknownMarks(name) {
    return Array.from(name).filter((c) => this.ids.has(c) || !isMark(c)).join("");
  }
}

// The places [start, stop) of each letter together with the combining marks after it.
export function lettersOf(spelling) {
  const all = Array.from(spelling), starts = all.flatMap((c, i) => (i && isMark(c) ? [] : [i]));
  return starts.map((start, i) => ({ start, stop: starts[i + 1] ?? all.length,
    text: all.slice(start, starts[i + 1]).join("").normalize("NFC") }));
}
