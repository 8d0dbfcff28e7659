// Cells that begin with the surname, as letters and the network tell: as cognomen/classifier/two_words.py; and with two at the end, as iberian.py.
import { bareKey, describes, isRole, withoutTitles } from "./full-names.js";
import { isParticleAnywhere } from "./name-particles.js";
import { characters, isUpper, NO_DIGIT as L } from "./python.js";
import { isCommonInSpanish, isShortSurnameOfVietnamese } from "./surname-first.js";
import { normalise, words as wordsOf } from "./text.js";

export const WORD = `${L}{2,}(?:['’\\-]${L}+)*`;
const PARTICLES = "(?:(?:de l(?:a|as|os)|l[aeo]|el|da|das|de|del|della|den|der|di|dos|du|te|ten|ter|van|von) )*";
const BEGINS = new RegExp(
  `^(?<particles>${PARTICLES})(?<surname>(?:[DO]['’])?${WORD})(?<sign>[.:]? | [-–—] | v\\.? )(?<given>${WORD}(?: ${WORD})?)`
  + `(?<more>(?: ${L}\\.?)? (?<and>&|and|und|u\\.|et|og|och|ja|en|y|e) (?<other>${WORD})(?: ${L}\\.?)?)?$`, "iu",
);
const SIGNS = { "–": "-", "—": "-", "v.": "v" }, hasPrefix = (word) => /^(?:Ma?c|[OD]['’])[A-Z]/.test(word);
const LEAST = { "": 6, " ": 6, ".": 2, ":": 2, "-": 3, "&": -1, y: 2, de: 1, Mc: 3, "Jean-": 3, v: 2 };
const MOST_BEYOND = { "": 5, " ": 3, "-": 1, de: 5, Mc: 5, "Jean-": 5 };
const IN_THEIR_ORDER = 0.5, NOT_VON = 3, SHORTEST = 4;

// The cell with a comma after the surname, null if it does not begin so; of: what the network says of a word.
export function surnameFirst(text, of, words) {
  const found = ofCell(text, of, words);
  return found === undefined ? ofCell(withoutTitles(wordsOf(text), words).join(" "), of, words) ?? null : found;
}

// The same of a text without titles; undefined if it is of no such kind.
function ofCell(text, of, words) {
  const found = BEGINS.exec(text)?.groups;
  if (!found) return undefined;
  const { particles, surname, sign, given, more = "", other } = found, others = given.split(" ");
  const mark = sign.trim().toLowerCase(), ofAnd = found.and && (words.joiners.has(found.and.toLowerCase()) ? "y" : "&"); // which joins surnames too
  const kind = ofAnd || (SIGNS[mark] ?? mark) || kindOfWords(particles, surname, given) || " ".repeat(others.length - 1);
  const all = [surname, ...others, ...(other ? [other] : [])];
  const isNoName = (word) => [words.and, words.andOfFullNames, words.joiners].some((set) => set.has(word))
    || isParticleAnywhere(word, words) || describes(word, words) || isRole(bareKey(word, words), words);
  const parts = [surname, ...all.slice(1).flatMap((word) => word.split("-"))]; // "Jean-Pierre", but "El-Din"
  if (isShortSurnameOfVietnamese(text.split(" "), words)) return undefined; // "Le Anh Tuan"
  if (new Set(all.map(isUpper)).size > 1 || (kind === "." && characters(surname).length < SHORTEST) || (!kind && isCommonInSpanish(surname, words)) || parts.some(isNoName)) return undefined;
  if (!parts.every((word) => normalise(word, words.folded)) || !of(surname).known) return null;
  const [first, ...rest] = parts.map(of), least = !kind.trim() && first.inOrder > 0.5 ? IN_THEIR_ORDER : LEAST[kind];
  if (kind === "v") return NOT_VON * (1 - rest.at(-1).germanic) - first.given > least ? `${surname} & ${others.at(-1)}` : null;
  const odds = Math.min(...rest.map((word) => word.given)) + Math.min(-first.given, MOST_BEYOND[kind] ?? Infinity);
  return odds > least ? `${particles}${surname}, ${others.join(" ")}${more}` : null;
}

const kindOfWords = (particles, surname, given) => (particles ? "de" : hasPrefix(surname) ? "Mc" : given.includes("-") ? "Jean-" : "");

const PARTICLE = "(?:d[aeo]|d[ao]s|del|de l(?:a|as|os)) ", IBERIAN = 0.5, SURNAME = -0.5, GIVEN = -1;
const TWO = new RegExp(`^(?<given>${WORD}(?: ${WORD})?) (?!${PARTICLE})(?<one>${WORD}) (?<last>(?:${PARTICLE})?${WORD})$`, "iu");

// The cell with its two surnames before a comma, "Vargas Llosa, Mario"; null if it has none.
export function twoSurnames(text, of, words) {
  const found = TWO.exec(text)?.groups;
  if (!found || new Set(text.split(" ").map(isUpper)).size > 1) return null; // capitals tell
  const all = [...found.given.split(" "), found.one, found.last.split(" ").at(-1)];
  if (all.some((word) => isParticleAnywhere(word, words) || describes(word, words)) || !all.every((word) => normalise(word, words.folded))) return null;
  const [given, one, last] = [all[0], all.at(-2), all.at(-1)].map(of);
  const areTwo = one.known && Math.min(one.iberian, last.iberian) > IBERIAN && one.given < SURNAME && given.given > GIVEN;
  return areTwo ? `${found.one} ${found.last}, ${found.given}` : null;
}
