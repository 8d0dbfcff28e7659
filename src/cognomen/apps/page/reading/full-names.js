// The surname in the name of one person: by comma, by capitals, by language, else the last word.
// As cognomen/text/full_names.py.
import { characters, first, fullMatch, isAlpha, isDigit, isLower, isUpper, last, LETTER_OR_DIGIT as W, NO_DIGIT, strip } from "./python.js";
import { beginsWithSurname, isCommonInSpanish, isShortSurnameOfVietnamese, lengthOfSurname, withoutMiddle } from "./surname-first.js";
import { hasLetter, kindOf, words as wordsOf } from "./text.js";

const COMMA = /[,،，、]/;
const isInitialsPattern = fullMatch(`${NO_DIGIT}\\.?|(${NO_DIGIT}\\.-?)+${NO_DIGIT}?`);
const PREFIX = new RegExp(`(?:Mc|Mac|De|Du|Le|La|Di|Van|Fitz|[DdLlO]['’])(?=${W}${W})`, "gu");
const areSyllables = fullMatch("(?:(?:zh|ch|sh|th|ng|kh|[bcdfghjklmnpqrstvwxyz]?[yw]?)[aeiouü]{1,3}(?:ng|n|r)?[\\-']?)+");
const isShort = fullMatch("[bcdfghklmnprstvwyz][aeiouy]|[jqx][iu]|an|oh|ng|ou");
const size = (word) => characters(word).length;

// The surname in the name of one person, and whether it was that of the first of several people.
export function surnameOfPerson(text, words, surnameFirst = false) {
  const parts = text.split(COMMA).filter(hasLetter).map(wordsOf);
  if (!parts.length) return [text, false];
  const [several, natural] = people(parts, words);
  const found = natural || parts.length === 1 ? ofWords(parts[0], words, surnameFirst && !natural)
    : beforeComma(parts[0], parts[1], words, surnameFirst);
  const surname = strip(found.join(" "), words.punctuation);
  return hasLetter(surname) ? [surname, several] : [text, false];
}

// Whether the commas of a text stand between people, and whether these are written surname last.
function people(parts, words) {
  if (parts.length === 1) return [false, false];
  const areWords = parts.every((part) => part.length > 1);
  const byAnd = parts.some((part) => part.some((_, place) => place > 0 && place < part.length - 1 && isAnd(part, place, words)));
  const natural = areWords && (byAnd || parts.every((part) => isInitials(part[0])));
  const cited = areWords && parts.every((part) => size(part[0]) > 2 && isInitials(part.at(-1)));
  return [natural || byAnd || cited, natural];
}

// Whether a word stands between people.
export function isAnd(all, place, words) {
  if (!words.and.has(all[place]) || isParticleAnywhere(all[place + 1], words)) return false;
  const isNoble = words.joiners.has(all[place]) && all.slice(0, place).some((word) => isParticleAnywhere(word, words));
  return !(isNoble && all.length === place + 2);
}

function beforeComma(all, given, words, surnameFirst) {
  const name = withoutSuffixes(withoutTitles(all.filter(isWord), words), words);
  const natural = isApposition(given, name, words) || (name.length > 1 && (isInitials(name[0]) || capitals(name)));
  if (natural || (isTitle(all[0], words) && all.length > 1)) return ofWords(all, words, surnameFirst);
  return [...particlesAfter(given, words), ...name];
}

function isApposition(all, name, words) {
  const beginsSmall = isLower(first(all[0])) && !isParticleAnywhere(all[0], words);
  return all.every((word) => describes(word, words)) || isDigit(first(all[0])) || (beginsSmall && isUpper(first(name.at(-1))));
}

function describes(word, words) {
  return isSuffix(word, words) || isTitle(word, words) || words.suffixesAfterComma.has(strip(word, words.punctuation));
}

function particlesAfter(given, words) {
  const start = startOfParticles(given, given.length, words), found = given.slice(start);
  return found.every((word) => word === word.toLowerCase()) || (start > 0 && found.length > 1) ? found : [];
}

// The surname in a name without commas.
function ofWords(given, words, surnameFirst) {
  let all = withoutSuffixes(withoutComment(withoutTitles(given.filter(isWord), words), words), words);
  if (all.length === 1) return [characters(all[0]).slice(0, lengthOfSurname(all[0], words)).join("")];
  const found = capitals(all);
  if (found) return all.slice(startOfSurname(all, found[0], words), found[1]);
  if (beginsWithSurname(all, words)) return all.slice(0, 1);
  if (surnameFirst && (!isInitials(all[0]) || opensSurname(all, 0, words))) return all.slice(0, endOfSurname(all, words));
  all = withoutMiddle(all, words);
  let start = startOfSurname(all, all.length - 1, words);
  if (start > 1 && isCommonInSpanish(all[0], words)) return all.slice(0, isCommonInSpanish(all[1], words) ? 2 : 1);
  if (start > 0 && isCommonInSpanish(all[start - 1], words)) start = startOfParticles(all, start - 1, words);
  return all.slice(start);
}

const isWord = (word) => hasLetter(word) || isDash(word);

function withoutTitles(all, words) {
  let start = 0;
  while (all.length - start > 1 && isTitle(all[start], words)) start++;
  return all.slice(start);
}

function withoutSuffixes(all, words) {
  let stop = all.length;
  while (stop > 1 && isNoSurname(all[stop - 1], all.slice(0, stop - 1), words)) stop--;
  return all.slice(0, stop);
}

// The words before a dash and a comment.
function withoutComment(all, words) {
  for (let place = 1; place < all.length - 1; place++) {
    const comment = all.slice(place + 1), beginsSmall = isLower(comment[0]) && isUpper(first(all[place - 1]));
    const isPart = isParticleAnywhere(comment[0], words);
    if (isDash(all[place]) && !isPart && (beginsSmall || (place > 1 && comment.length > 1))) return all.slice(0, place);
  }
  return all;
}

// Whether the last word of a name is a suffix, a title, an initial or a dash.
function isNoSurname(word, before, words) {
  if (isDash(word) || isSuffix(word, words)) return true;
  if (word === "O" && before.length === 1 && size(before[0]) > 1) return false;
  const afterName = isUpper(first(before.at(-1))) && !isUpper(before.at(-1));
  if (size(word) === 2 && isAlpha(word) && isUpper(word) && afterName) return !isShortSurname(word, before, words);
  return isInitials(word);
}

function isSuffix(word, words) {
  return words.suffixes.has(bareKey(word, words)) || words.capitalSuffixes.has(strip(word, words.punctuation));
}

const isInitials = (word) => (size(word) === 1 || !isAlpha(word)) && isInitialsPattern(word);

function isShortSurname(word, others) {
  if (!(size(word) === 2 && isUpper(word) && isShort(word.toLowerCase()))) return false;
  return others.every((other) => size(other) <= 12 && areSyllables(other.toLowerCase()));
}

// Where the words in capitals are, [start, stop], if others are not.
function capitals(all) {
  if (all.every((word) => word === word.toUpperCase())) return null;
  const groups = [];
  let start = 0;
  const isLarge = (word) => (isUpper(word) && size(word) > 1) || isCapital(word);
  for (let place = 1; place <= all.length; place++) {
    if (place < all.length && isLarge(all[place]) === isLarge(all[start])) continue;
    if (isLarge(all[start]) && all.slice(start, place).some(isCapital)) groups.push([start, place]);
    start = place;
  }
  if (groups.length) return groups[0][0] === 0 ? groups[0] : groups.at(-1);
  return isShortSurname(all[0], all.slice(1)) ? [0, 1] : null;
}

function isCapital(word) {
  const bare = isUpper(word) ? word : word.replace(PREFIX, "");
  return isUpper(bare) && characters(word).filter(isAlpha).length > 2 && !isInitials(word);
}

// Where the surname begins that ends with, or in capitals begins with, the word at `place`.
function startOfSurname(all, place, words) {
  if (place > 0 && words.secondWords.has(words.casefold(all[place]))) place -= 1;
  let start = startOfParticles(all, place, words);
  while (start > 0) {
    const before = all[start - 1];
    if (start > 1 && (isDash(before) || words.joiners.has(before))) start = startOfParticles(all, start - 2, words);
    else if (start > 1 && (isDash(last(before)) || isDash(first(all[start])))) start = startOfParticles(all, start - 1, words);
    else break;
  }
  return start;
}

// Where the surname ends that a name begins with: "van Gogh Vincent", "Ruiz y Lopez Ana".
function endOfSurname(all, words) {
  if (isShortSurnameOfVietnamese(all, words)) return 1;
  let end = endOfParticles(all, 0, words);
  while (end + 1 < all.length) {
    if (isDash(all[end]) || words.joiners.has(all[end])) end = endOfParticles(all, end + 1, words);
    else if (isDash(last(all[end - 1])) || isDash(first(all[end]))) end = endOfParticles(all, end, words);
    else if (words.secondWords.has(words.casefold(all[end]))) end += 1;
    else break;
  }
  const isDouble = end + 1 < all.length && all.slice(end - 1, end + 1).every((word) => isCommonInSpanish(word, words));
  return isDouble ? end + 1 : end;
}

function endOfParticles(all, start, words) {
  let end = start;
  while (end + 1 < all.length && opensSurname(all, end, words)) end += 1;
  return end + 1;
}

// Whether a word is a particle of the surname that a name begins with.
function opensSurname(all, place, words) {
  const hasGivenName = place + 2 < all.length;
  if (hasGivenName && words.innerParticles.has(words.casefold(all[place]))) return true;
  return isParticle(all, place, hasGivenName && isParticleAnywhere(all[place + 1], words), words);
}

function startOfParticles(all, end, words) {
  let start = end;
  while (start > 0 && isParticle(all, start - 1, start < end, words)) start -= 1;
  return start;
}

function isParticle(all, place, beforeParticle, words) {
  const word = all[place], following = all[place + 1] ?? "";
  let name = words.casefold(word).replaceAll("’", "'").replace(/^-+/, "");
  if (["d", "d."].includes(word) && ["v", "v."].includes(all[place - 1])) return true; // "Jan v. d. Steen"
  if (name === "d" || name === "o") return name === "o" || /^[aeiou]/.test(following);
  if (name === "und") return beforeParticle;
  name = name.replace(/\.$/, "");
  if (words.innerParticles.has(name)) return place > 0 || (isLower(word) && !isLower(following));
  if (words.particles.has(name) || (words.smallParticles.has(name) && (isLower(word) || beforeParticle))) return true;
  const dash = word.lastIndexOf("-"), tail = word.slice(dash + 1);
  return dash >= 0 && hasLetter(word.slice(0, dash)) && isLower(tail) && isParticleAnywhere(tail, words);
}

// Whether a word is a particle in some name.
export function isParticleAnywhere(word, words) {
  const name = words.casefold(word).replaceAll("’", "'").replace(/\.$/, "");
  return ["o", "und"].includes(name) || words.particles.has(name) || words.smallParticles.has(name) || words.innerParticles.has(name);
}

export const isTitle = (word, words) => words.titles.has(bareKey(word, words));
const bareKey = (word, words) => words.casefold(strip(word, words.punctuation).replaceAll(".", ""));
const isDash = (word) => word !== "" && characters(word).every((character) => kindOf(character) === "-");
