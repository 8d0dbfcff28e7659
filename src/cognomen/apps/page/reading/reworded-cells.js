// Cells that tell where the surname is once the network has been asked of their words: as cognomen/classifier/rewording.py.
import { hashNames } from "../engine/name-hashes.js";
import { plainer } from "./plain-forms.js";
import { bareKey, isOfficeName, isRole, isTitle, mayBeShortSurname, withoutTitles } from "./full-names.js";
import { isParticleAnywhere } from "./name-particles.js";
import { characters, fullMatch, isUpper, later, NO_DIGIT as L } from "./python.js";
import { composed } from "./repair-text.js";
import { isAnySurname, isCommonInSpanish, syllables } from "./surname-first.js";
import { normalise, words as wordsOf } from "./text.js";
import { surnameFirst, twoSurnames, WORD } from "./two-words.js";

// The origins whose surnames come before syllables, or first in their languages, come in twos, or may follow a "von".
const ORIGINS = {
  eastAsian: ["Chinese", "Korean", "Vietnamese"], inOrder: ["Hungarian", "Japanese"], iberian: ["Spanish", "Catalan", "Basque", "Portuguese"],
  germanic: ["German", "Dutch", "Afrikaans", "Luxembourgish", "Danish", "Norwegian", "Swedish"],
};
const SURNAME = 0.9, GIVEN = 0.5;
const LEAST_ODDS = 3, AGREEMENT = 2, AFTER_AND = 1, SURNAME_AFTER_COMMON = -2, NO_GIVEN_NAME = -1;
const BEGINNING = "(?:[bcdfghjklmnpqrstvwxyz]|[kgs]w|[cgknpstz]h|hs|ngh?|t[rsz]|sz|kk|tt|pp|ss|jj)?", END = "(?:ng|ck|[mnptkhrwl])?";
const isSyllable = fullMatch(`${BEGINNING}[wy]?[aeiou]{1,3}${END}|tsz`);
const PERHAPS = `(?:${BEGINNING}['’]?[wy]?[aeiou\\xc0-\\u017e\\u0180-\\u024f\\u1e00-\\u1eff]{1,4}${END}|tsz)`;
const INITIALS = `(?:${L}\\. ?)+`, areInitials = fullMatch(INITIALS, "iu");
const NAME = `(?<name>${WORD}(?: ${WORD}){1,3})`, DESCRIBED = [3, -1.5, 1.5], LEAST_DESCRIBED = 1.5, IS_SURNAME = 2.5;
const IS_DESCRIBED = later(() => [`${NAME}, ?(?<rest>(?:${WORD}\\.? ?)+|${INITIALS})(?:,.*)?`, `${NAME}(?: [-–—]|:) (?<rest>${WORD})`]
  .map((pattern) => new RegExp(`^(?:${pattern})$`, "iu")));
const areTwoNames = fullMatch(`${WORD}(?: ${WORD}){1,2}, ?${WORD}(?: ${WORD}){1,2}`, "iu");
const areJoined = fullMatch(`${WORD}(?: ${WORD})+ [yei] ${WORD}(?: ${WORD})+`);
const mayTell = fullMatch(
  `${L}{2,}-${L}{2,}(?: ${WORD}){1,2}|${WORD}(?: ${WORD}){1,2}, ?${WORD}(?: ${WORD}){1,2}`
  + `|(?:${WORD} )*${L}{2,6} ${PERHAPS}-${PERHAPS}|(?:${WORD} )?${L}{2,6}(?: ${PERHAPS}){2}`, "iu",
);
const isHyphenated = fullMatch(`${L}{2,}-${L}{2,}(?: ${WORD}){1,2}`, "iu");
const BRACKETS_LAST = /( [([].*[)\]]$)/;
const LONGEST_TEXT = 100; // characters
const KNOWN = [0.97, 0.7], BITS = 14n, LONGEST = 4, END_MARK = 1; // as cognomen/classifier/given_names.py
const DIACRITICS = /(?<=[a-zª-ʸͰ-ϡϰ-Ͽᴀ-ᶿḀ-῿Ⱡ-Ɀꜣ-ꟿꬰ-ꭥ])[^\p{L}\p{N}_ '\-]+|(?<=е)\u0308/gu;

// Other words for a text, null for none. The classifier tells what the network knows.
export function reworded(written, classifier, isSurnameFirst = false) {
  const plain = plainer(wordsOf(composed(written).replace(/[\u2010\u2011]/g, "-")).join(" "), classifier.words);
  if (!plain.includes(" ")) return null;
  const [name, rest = ""] = plain.split(BRACKETS_LAST);
  const { words } = classifier, of = (word) => about(normalise(word, words.folded), classifier);
  const untitled = withoutTitles(wordsOf(name), words).join(" ");
  const found = toldWords(untitled, of, words, isSurnameFirst) ?? (isSurnameFirst ? null : surnameFirst(name, of, words) ?? twoSurnames(untitled, of, words));
  return found && found + rest;
}

function toldWords(text, of, words, isSurnameFirst) {
  if (!text.includes(" ") || characters(text).length > LONGEST_TEXT || !(areJoined(text) || mayTell(text) || (!/[,-]/.test(text) && hasTwoCapitals(text, words)) || described(text))) return null;
  const parts = described(text), asked = parts ? `${parts.name} ${parts.rest}` : text;
  if (asked.split(/[ ,-]+/).some((word) => word && !normalise(word, words.folded))) return null;
  return byWords(text, of, words) ?? (parts ? personDescribed(text, parts, of, words, isSurnameFirst) : null);
}

const described = (text) => IS_DESCRIBED().map((pattern) => pattern.exec(text)).find(Boolean)?.groups;

function byWords(text, of, words) {
  if (text.includes(",")) return areTwoNames(text) ? twoPeople(text, of, words) : null;
  if (IS_DESCRIBED()[1].test(text)) return null;
  const all = text.split(" ");
  if (hasTwoCapitals(text, words)) return twoCapitals(all, of, words);
  if (all.some(isUpper) && !isUpper(text)) return null; // capitals tell
  if (all.some((word) => words.joiners.has(word))) return peopleJoined(text, of, words);
  return isHyphenated(text) ? beginsHyphenated(all, of, words) : surnameBeforeSyllables(all, of, words);
}

// Whether one of two words is two capitals that may be a surname: Sylvie LY, LE Sylvie.
function hasTwoCapitals(text, words) {
  const all = text.split(" ");
  return all.length === 2 && isUpper(all[0]) !== isUpper(all[1]) && all.some((word) => mayBeShortSurname(word, words));
}

// Two capitals that are a surname beside a given name, "Sylvie LY", and initials after a surname.
function twoCapitals(all, of, words) {
  const [short, other] = isUpper(all[0]) ? all : [all[1], all[0]], key = words.casefold(short);
  if (words.particles.has(key) && !words.vietnameseBeforeMiddle.has(key)) return null;
  const { given, eastAsian, known } = of(other);
  if (short === all[1] && known && eastAsian < GIVEN && given < NO_GIVEN_NAME) return `${other}, ${short}`; // "Souza MA"
  return given > LEAST_ODDS ? `${short}, ${other}` : null;
}

// What the network says of a word: the log odds of a given name, the probabilities of the groups and of `ORIGINS`,
// and whether it is known as a surname.
function about(spelling, classifier) {
  const belief = classifier.believe(spelling), known = belief.known ?? true;
  const p = classifier.probabilities(classifier.scaled(belief.logits, belief.known));
  const groups = classifier.tree[Math.min(1, classifier.tree.length - 1)].sum(p);
  const sum = (origins) => classifier.origins.reduce((total, origin, c) => total + (origins.includes(origin) ? p[c] : 0), 0);
  const sums = Object.fromEntries(Object.entries(ORIGINS).map(([key, origins]) => [key, sum(origins)]));
  return { given: oddsOfGivenName(spelling, known, classifier.words), groups, ...sums, known };
}

// The log odds of a given name rather than a surname, by letters and by what the network knows.
export function oddsOfGivenName(spelling, known, words) {
  const { scale, bias } = words.givenNames, weights = (words.givenWeights ??= signedBytes(words.givenNames.weights));
  const letters = Array.from(words.plain(spelling.replace(DIACRITICS, "")), (letter) => letter.codePointAt(0));
  const ngrams = hashNames(letters, LONGEST, END_MARK).ngrams.flat().filter(Boolean);
  const sum = ngrams.reduce((total, hash) => total + weights[Number(hash >> (64n - BITS))] * scale, 0);
  const [surname, given] = known ? KNOWN : KNOWN.map((share) => 1 - share);
  return sum / Math.sqrt(ngrams.length) + bias + Math.log(given / surname);
}

const signedBytes = (text) => Int8Array.from(atob(text), (byte) => byte.charCodeAt(0));

const dot = (a, b) => a.reduce((sum, each, i) => sum + each * b[i], 0);

// Two people on either side of a comma: "Mary Jones, Peter Brown", but "Cortes Ortiz, Ana María".
function twoPeople(text, of, words) {
  const [before, after] = text.split(",").map(wordsOf);
  if (isOfficeName(bareKey(after.at(-1), words), words) || isParticleAnywhere(before[0], words) || isCommonInSpanish(before[0], words)) return null;
  const [first, surname, last] = [before[0], before.at(-1), after.at(-1)].map(of);
  const agree = dot(surname.groups, last.groups) - dot(surname.groups, first.groups);
  const ends = [0, -1].some((place) => [before, after].every((part) => isSurname(of(part.at(place)))));
  const areTold = first.given - last.given + AGREEMENT * agree > LEAST_ODDS || (areSyllables([...before, ...after], words) && ends);
  return areTold ? text.replace(",", ";") : null;
}

// The person before a comma, where what follows is no given name, or before a dash: "Jane Doe, London".
function personDescribed(text, { name, rest }, of, words, isSurnameFirst) {
  const names = wordsOf(name), others = wordsOf(rest), areTold = (names.some(isUpper) && !isUpper(text)) || names.some((word) => words.joiners.has(word));
  const isNoName = (word) => isParticleAnywhere(word, words) || isTitle(word, words);
  if (areTold || isCommonInSpanish(names[0], words) || [names[0], names.at(-1), others[0]].some(isNoName)) return null;
  const one = of(isSurnameFirst ? names.at(-1) : names[0]), odds = one.given - IS_SURNAME * dot(of(names[0]).groups, of(names.at(-1)).groups);
  if (areInitials(rest)) {
    const isDegree = words.degrees.has(rest.replace(/[. ]/g, ""));
    return odds + DESCRIBED[isDegree ? 2 : 1] > LEAST_DESCRIBED ? name : null;
  }
  const asked = others.map(of);
  if (text.includes(":") ? !of(names.at(-1)).known || isOfField(bareKey(names.at(-1), words), words) : !text.includes(",") && asked[0].known) return null; // "Photo Credit: Doe", "Anna Smith - Jones"
  const mean = (key) => asked.reduce((sum, each) => sum + Number(each[key]), 0) / asked.length;
  return odds + DESCRIBED[0] - mean("given") / 2 - IS_SURNAME * mean("known") > LEAST_DESCRIBED ? name : null;
}

// Whether a word ends what is no person before a colon.
const isOfField = (key, words) => isRole(key, words) || words.ofNoName.has(key);

// Two full names with an "and" between them that also joins surnames.
function peopleJoined(text, of, words) {
  const [one, ...others] = text.split(/ [yei] /), begins = others[0]?.split(" ")[0];
  if (others.length !== 1 || ![one, others[0]].every((each) => each.includes(" ")) || isParticleAnywhere(begins, words) || of(begins).given <= AFTER_AND) return null;
  return `${one} & ${others[0]}`;
}

// A surname in two parts before given names: "Smith-Jones Mary", but "Mary-Jane Smith".
function beginsHyphenated(all, of, words) {
  const parts = all[0].split("-");
  if (parts.some((part) => isParticleAnywhere(part, words)) || areSyllables(parts, words)) return null;
  const [one, other] = parts.map(of), given = Math.min(...all.slice(1).map((word) => of(word).given));
  const odds = given - (one.given + other.given) / 2 + AGREEMENT * dot(one.groups, other.groups);
  return odds > LEAST_ODDS ? `${all[0]}, ${all.slice(1).join(" ")}` : null;
}

// An East Asian surname before the two syllables of a given name: "Wong Kar-Wai", "Lee Kuan Yew".
function surnameBeforeSyllables(all, of, words) {
  const haveHyphen = all.at(-1).includes("-"), place = all.length - (haveHyphen ? 2 : 3);
  const surname = all[place], parts = haveHyphen ? all.at(-1).split("-") : all.slice(-2);
  const isCommon = words.chinese.has(words.key(surname)) || words.korean.has(words.key(surname));
  if (place === 0 && !haveHyphen && beginsAsAbroad(all, words)) return `${surname}, ${parts.join(" ")}`;
  if (!(isCommon || isSurname(of(surname))) || !areSyllables(parts, words)) return null;
  const told = parts.map((each) => isAnySurname(words.key(each), words));
  const areGiven = haveHyphen ? !told.every(Boolean) || of(surname).given < NO_GIVEN_NAME
    : !mayEnd(of(surname), of(parts[1]), isCommon) && !told[1] && !isParticleAnywhere(parts[0], words);
  return areGiven ? `${surname}, ${[...all.slice(0, place), ...all.slice(place + 1)].join(" ")}` : null;
}

// Whether a Hokkien or Cantonese surname comes first: in "Goh Chok Tong", not in "Lee Min Ho".
function beginsAsAbroad(all, words) {
  const [one, , final] = all.map(words.key), others = [words.chineseAbroad, words.korean, words.vietnamese];
  if (syllables(all[1], words).ofPinyin === 1) others.push(words.chinese, words.chineseToo);
  return words.chineseAbroad.has(one) && !isParticleAnywhere(all[1], words) && !others.some((set) => set.has(final)) && areSyllables(all.slice(1), words);
}

// Whether the last of three words may be the surname: not in "Lee Kuan Yew", but in "Kuan Yew Lee".
function mayEnd(first, last, isCommon) {
  if (isCommon) return last.eastAsian < GIVEN || last.given < SURNAME_AFTER_COMMON;
  return isSurname(last) || (last.eastAsian < GIVEN && first.given > NO_GIVEN_NAME);
}

const areSyllables = (all, words) => all.every((word) => isSyllable(words.key(word).replaceAll("'", "")));
const isSurname = ({ known, eastAsian }) => known && eastAsian >= SURNAME;
