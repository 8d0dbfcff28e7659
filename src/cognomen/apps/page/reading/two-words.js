// Cells that begin with the surname, as letters and the network tell: as cognomen/classifier/two_words.py.
import { bareKey, describes, isRole, withoutTitles } from "./full-names.js";
import { isParticleAnywhere } from "./name-particles.js";
import { characters, isUpper, NO_DIGIT as L } from "./python.js";
import { isCommonInSpanish } from "./surname-first.js";
import { normalise, words as wordsOf } from "./text.js";

export const WORD = `${L}{2,}(?:['’\\-]${L}+)*`;
const BEGINS = new RegExp(
  `^(?<surname>${WORD})(?<sign>[.:]? | [-–—] )(?<given>${WORD}(?: ${WORD})?)`
  + `(?<more>(?: ${L}\\.?)? (?:&|and|und|et|y|e) (?<other>${WORD})(?: ${L}\\.?)?)?$`, "iu",
);
const LEAST = { "": 6, " ": 6, ".": 2, ":": 2, "-": 3, "&": -1 }, MOST_BEYOND = { "": 5, " ": 3, "-": 1 }, SHORTEST = 4;

// The cell with a comma after the surname, null if it does not begin so; of: what the network says of a word.
export function surnameFirst(text, of, words) {
  const found = ofCell(text, of, words);
  return found === undefined ? ofCell(withoutTitles(wordsOf(text), words).join(" "), of, words) ?? null : found;
}

// The same of a text without titles; undefined if it is of no such kind.
function ofCell(text, of, words) {
  const found = BEGINS.exec(text)?.groups;
  if (!found) return undefined;
  const { surname, sign, given, more = "", other } = found, others = given.split(" ");
  const kind = more ? "&" : sign.trim().replace(/[–—]/, "-") || " ".repeat(others.length - 1);
  const all = [surname, ...others, ...(other ? [other] : [])];
  const isNoName = (word) => [words.and, words.andOfFullNames, words.joiners].some((set) => set.has(word))
    || isParticleAnywhere(word, words) || describes(word, words) || isRole(bareKey(word, words), words);
  if ((all.some(isUpper) && !isUpper(text)) || (kind === "." && characters(surname).length < SHORTEST) || (!kind && isCommonInSpanish(surname, words)) || all.some(isNoName)) return undefined;
  if (!all.every((word) => normalise(word, words.folded)) || !of(surname).known) return null;
  const [first, ...odds] = all.map((word) => of(word).given);
  return Math.min(...odds) + Math.min(-first, MOST_BEYOND[kind] ?? Infinity) > LEAST[kind] ? `${surname}, ${others.join(" ")}${more}` : null;
}
