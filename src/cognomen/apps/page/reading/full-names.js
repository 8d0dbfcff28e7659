// The surname in the name of one person: by comma, by capitals, by language, else the last word.
// As cognomen/text/full_names.py.
import {
  endOfSurname, isDash, isParticleAnywhere, opensSurname, startOfParticles, startOfSurname,
} from "./name-particles.js";
import {
  characters, first, fullMatch, isAlpha, isAscii, isDigit, isLower, isTitleCase, isUpper, later, LETTER_OR_DIGIT as W, NO_DIGIT, strip,
} from "./python.js";
import { beginsByEnding, beginsWithSurname, isCommonInSpanish, lengthOfSurname, withoutMiddle } from "./surname-first.js";
import { hasLetter, words as wordsOf } from "./text.js";

const FOOTNOTE = later(() => new RegExp(`(?<=(?![A-Z])${NO_DIGIT}(?![A-Z])${NO_DIGIT})\\^?\\p{Nd}$`, "u")); // Jane Doe1
const COMMA = /[,،，、]/;
const isInitialsPattern = fullMatch(`${NO_DIGIT}\\.?|(${NO_DIGIT}(\\.-?|-))+${NO_DIGIT}?`);
const isUnspokenPattern = fullMatch("(?!NG$|.[RL][^RL])[B-DF-HJ-NP-TV-XZ]{2,5}");
const isAbbreviated = fullMatch(`(?:${NO_DIGIT}{1,4}\\.-?)+${NO_DIGIT}{1,4}\\.?`); // P.Eng., S.Kom., Dipl.-Inf.
const isAcronym = fullMatch("[A-Z]{3,5}|[A-Z]{1,5}-[A-Z]{2,4}");
const PREFIX = later(() => new RegExp(`(?:Mc|Mac|De|Du|Le|La|Di|Van|Fitz|[DdLlO]['’])(?=${W}${W})`, "gu"));
const areSyllables = fullMatch("(?:(?:zh|ch|sh|th|ng|kh|[bcdfghjklmnpqrstvwxyz]?[yw]?)[aeiouü]{1,3}(?:ng|n|r)?[\\-']?)+");
const isShort = fullMatch("[bcdfghklmnprstvwyz][aeiouy]|[jqx][iu]|an|oh|ng|ou");
const size = (word) => characters(word).length;

// The surname in the name of one person, and whether it was that of the first of several people.
export function surnameOfPerson(text, words, surnameFirst = false) {
  const parts = text.split(COMMA).filter(hasLetter).map(wordsOf);
  if (!parts.length) return [text, false];
  const [several, natural] = people(parts, words);
  const found = natural || parts.length === 1 || areDegrees(parts) ? ofWords(parts[0], words, surnameFirst && !natural)
    : beforeComma(parts[0], parts[1], words, surnameFirst);
  const bare = strip(found.join(" "), words.punctuation), surname = parts[0].length > 1 ? bare.replace(FOOTNOTE(), "") : bare;
  return hasLetter(surname) ? [surname, several] : [text, false];
}

// Whether the commas of a text stand between people, and whether these are written surname last.
function people(parts, words) {
  if (parts.length === 1) return [false, false];
  const areWords = parts.every((part) => part.length > 1);
  const byAnd = parts.some((part) => part.some((_, place) => place > 0 && place < part.length - 1 && isAnd(part, place, words)));
  const areMany = parts.length > 2 && !parts.some((part) => isDigit(first(part[0])) || part.some((word) => describes(word, words)));
  const begin = parts.every((part) => isInitials(part[0])) || parts.every((part) => isTitle(part[0], words));
  const natural = areWords && (byAnd || areMany || begin);
  const cited = areWords && parts.every((part) => (size(part[0]) > 2 || isTitleCase(part[0])) && endsInInitials(part, words));
  return [natural || byAnd || cited || alternate(parts, words), natural];
}

// Whether surnames and initials take turns: "Smith, J., Doe, A.".
function alternate(parts, words) {
  const initials = parts.filter((_, place) => place % 2).flat();
  return parts.length > 3 && initials.every(isInitials) && !parts[2].some((word) => describes(word, words));
}

// Whether what follows commas is degrees that look like initials: "Ahmad Fauzi, S.H., M.H.".
function areDegrees([name, ...after]) {
  return after.length > 1 && name.length > 1 && after.every((part) => part.length === 1 && isInitials(part[0]));
}

// Whether a word stands between people.
export function isAnd(all, place, words) {
  if (isParticleAnywhere(all[place + 1], words)) return false;
  if (words.andOfFullNames.has(all[place])) return place > 1 && place < all.length - 2 && isUpper(first(all[place + 1]));
  if (!words.and.has(all[place])) return false;
  const isNoble = words.joiners.has(all[place]) && all.slice(0, place).some((word) => isParticleAnywhere(word, words));
  return !(isNoble && all.length === place + 2);
}

function beforeComma(all, given, words, surnameFirst) {
  const name = withoutSuffixes(withoutTitles(all.filter(isWord), words), words);
  const natural = isApposition(given, name, words)
    || (name.length > 1 && (isInitials(name[0]) || capitals(name, words) || beginsWithSurname(name, words)));
  if (natural || (comesBeforeNames(all[0], words) && all.length > 1)) return ofWords(all, words, surnameFirst);
  return [...particlesAfter(given, words), ...name];
}

function isApposition(all, name, words) {
  const beginsSmall = isLower(first(all[0])) && !isParticleAnywhere(all[0], words) && !isTitle(all[0], words);
  const isFull = name.length > 1 && !isParticleAnywhere(name[0], words) && !name.some((word) => isUpper(word) && !isInitials(word));
  const describe = all.every((word) => describes(word, words) || (isFull && isAcronym(strip(word, words.punctuation))));
  const beginsPlace = all.length > 1 && words.beginPlaces.has(bareKey(all[0], words));
  const last = bareKey(all.at(-1), words), isOffice = beginsPlace || all.indexOf("of", 1) > 0 || (all.length > 1 ? isOfficeName : isRole)(last, words);
  return describe || isOffice || isDigit(first(all[0])) || (beginsSmall && isUpper(first(name.at(-1))));
}

export function describes(word, words) {
  const isDegree = isAbbreviated(word) && !isInitials(word);
  return isDegree || isSuffix(word, words) || isTitle(word, words) || words.suffixesAfterComma.has(strip(word, words.punctuation));
}

function particlesAfter(given, words) {
  const start = startOfParticles(given, given.length, words), found = given.slice(start);
  return found.every((word) => word === word.toLowerCase()) || (start > 0 && found.length > 1) ? found : [];
}

// The surname in a name without commas.
function ofWords(given, words, surnameFirst) {
  let all = withoutTitles(withoutComment(given.filter(isWord), words), words);
  const isSurname = all.length === 2 && [all[1], bareKey(all[1], words)].some((word) => words.suffixesOrSurnames.has(word));
  if (!isSurname) all = withoutSuffixes(all, words);
  if (all.length === 1) return [characters(all[0]).slice(0, lengthOfSurname(all[0], words)).join("")];
  const found = capitals(all, words);
  if (found) return all.slice(startOfSurname(all, found[0], words), found[1]);
  if (beginsWithSurname(all, words) || beginsByEnding(all, words)) return all.slice(0, 1);
  if (surnameFirst && (!isInitials(all[0]) || opensSurname(all, 0, words))) return all.slice(0, endOfSurname(all, words));
  all = withoutMiddle(all, words);
  const start = startOfSurname(all, all.length - 1, words);
  if (start > 1 && isCommonInSpanish(all[0], words)) return all.slice(0, isCommonInSpanish(all[1], words) ? 2 : 1);
  return all.slice(start > 0 && isCommonInSpanish(all[start - 1], words) ? startOfParticles(all, start - 1, words) : start);
}

const isWord = (word) => hasLetter(word) || isDash(word);

export function withoutTitles(all, words) {
  let start = 0;
  while (all.length - start > 1 && comesBeforeNames(all[start], words)) start++;
  return all.slice(start);
}

// Whether a word before a name is a title: a known one, an abbreviation (Avv., Sig.ra), or WGM.
function comesBeforeNames(word, words) {
  const isShort = word.includes(".") && !isInitials(word) && !isParticleAnywhere(word, words);
  const isSpoken = !isUnspoken(word) || isParticleAnywhere(word, words);
  return isTitle(word, words) || !isSpoken || (isShort && !word.startsWith("v."));
}

function withoutSuffixes(all, words) {
  let stop = all.length;
  while (stop > 1 && isNoSurname(all[stop - 1], all.slice(0, stop - 1), words)) stop--;
  return all.slice(0, stop);
}

// The words before a dash and a comment, before a place, or a role: "Lord Smith of Kelvin".
function withoutComment(all, words) {
  for (let place = 1; place < all.length - 1; place++) {
    const before = all[place - 1], comment = all.slice(place + 1), [begins] = comment;
    const hasOtherCase = (isLower(begins) && isUpper(first(before))) || (isUpper(begins) && isTitleCase(before));
    const tells = comment.length > 1 || isRole(bareKey(begins, words), words);
    const isComment = isDash(all[place]) && (hasOtherCase || (place > 1 && tells));
    if (isComment && (!isParticleAnywhere(begins, words) || words.company.has(bareKey(comment.at(-1), words)))) return all.slice(0, place);
    if (place > 1 && words.afterNames.has(all[place]) && endsName(all, place, words)) return all.slice(0, place);
  }
  return all;
}

// Whether "of" and its like follow a name: not in "In memory of John", nor the "in" of "in 't Veld".
function endsName(all, place, words) {
  const isName = isUpper(first(all[place - 1])) || !isUpper(first(all[0]));
  return isName && !(all[place] === "in" && isParticleAnywhere(all[place + 1], words));
}

// Whether the last word of a name is a suffix, a title, an initial or a dash.
function isNoSurname(word, before, words) {
  if (isDash(word) || isSuffix(word, words) || (word.includes(".") && isTitle(word, words))) return true;
  if (word === "O" && before.length === 1 && size(before[0]) > 1) return false;
  if (before.length > 1 && words.suffixesOfPortuguese.has(words.casefold(word))) return true;
  if (before.length > 1 && words.occupations.has(word) && isUpper(first(before.at(-1)))) return true; // "John Smith plumber"
  if (size(word) > 2 && size(word) < 6 && word.endsWith(".") && isLower(word) && isUpper(first(before.at(-1)))) return true; // "geom."
  return areTwoCapitals(word, before) ? !isShortSurname(word, before, words) : isInitials(word);
}

// Whether a word is two capitals after a name that is not in capitals.
function areTwoCapitals(word, before) {
  const afterName = isUpper(first(before.at(-1))) && !isUpper(before.at(-1));
  return size(word) === 2 && isAlpha(word) && isUpper(word) && afterName;
}

// Whether a name is cited: "Doe J", "Doe J. A.", "Doe JA".
function endsInInitials(all, words) {
  const word = all.at(-1), isOne = all.length === 2 && areTwoCapitals(word, all.slice(0, -1));
  return isInitials(word) || (isOne && !isShortSurname(word, all.slice(0, -1), words));
}

function isSuffix(word, words) {
  return words.suffixes.has(bareKey(word, words)) || words.capitalSuffixes.has(strip(word, words.punctuation));
}

const isInitials = (word) => (size(word) === 1 || !isAlpha(word) ? isInitialsPattern(word) : isUnspoken(word));
const isUnspoken = (word) => isAscii(word) && isUnspokenPattern(word);

function isShortSurname(word, others, words) {
  if (!mayBeShortSurname(word, words)) return false;
  if (others.some((other) => isLower(other) && isParticleAnywhere(other, words))) return false; // "de Souza MA"
  return others.every((other) => size(other) <= 12 && areSyllables(words.key(other)));
}

// Whether a word is two capitals that are a syllable, and so perhaps a surname: LI, but not JA.
export const mayBeShortSurname = (word, words) => size(word) === 2 && isUpper(word) && isShort(words.key(word));

// Where the words in capitals are, [start, stop], if others are not.
function capitals(all, words) {
  if (all.every((word) => word === word.toUpperCase())) return null;
  const groups = [];
  let start = 0;
  const isLarge = (word) => (isUpper(word) && size(word) > 1) || isCapital(word);
  for (let place = 1; place <= all.length; place++) {
    if (place < all.length && isLarge(all[place]) === isLarge(all[start])) continue;
    let stop = place;
    if (isLarge(all[start]) && all.slice(start, place).some(isCapital)) {
      while (isInitials(all[stop - 1])) stop--; // "PUSARLA V. Sindhu"
      let begin = start;
      while (isInitials(all[begin])) begin++; // "M. DUPONT Jean"
      groups.push([begin, stop]);
    }
    start = place;
  }
  if (groups.length) return groups[0][0] === 0 ? groups[0] : groups.at(-1);
  return isShortSurname(all[0], all.slice(1), words) ? [0, 1] : null;
}

function isCapital(word) {
  const bare = isUpper(word) ? word : word.replace(PREFIX(), "");
  return isUpper(bare) && characters(word).filter(isAlpha).length > 2 && !isInitials(word);
}

export const isTitle = (word, words) => words.titles.has(bareKey(word, words)) || words.capitalTitles.has(strip(word, words.punctuation));
export const isOfficeName = (key, words) => words.company.has(key) || words.nouns.has(key);
export const isRole = (key, words) => key !== "america" && (isOfficeName(key, words) || words.occupations.has(key) || words.countries.has(key));
export const bareKey = (word, words) => words.casefold(strip(word, words.punctuation).replaceAll(".", ""));
