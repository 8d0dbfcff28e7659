// Names that begin with the surname, as their words tell: as cognomen/text/surname_first.py.
import { characters, fullMatch, isLower, NO_DIGIT, stripWhite } from "./python.js";

const HAN = "\\u3005\\u3400-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}", KANA = "\\u3041-\\u3096\\u30a1-\\u30fa\\u30fc";
const CONSONANT = "b-df-hj-np-tv-xz";
const isTwoSyllables = fullMatch("[A-Z][a-z]{1,6}-[a-z]{1,6}");
const isOneSyllable = fullMatch(`(?=[A-Za-z])[${CONSONANT}]{0,2}[aeiouy]{1,3}[${CONSONANT}]{0,2}`, "iu");
const isVietnameseSyllable = fullMatch("(?:[cgknpt]h|ngh?|gi|qu|tr|[bcdghklmnrstvx])?[aeiouy]{1,3}(?:ch|n[gh]|[cmnpt])?");
// The syllables of Chinese in pinyin, but those that begin with a vowel, and these.
const PINYIN = "(?:[bpm](?:a(?:i|o|ng?)?|e(?:i|ng?)|o|i(?:e|ao|an|ng?)?|u)|[pmf]ou|m(?:e|iu)|f(?:a(?:ng?)?|e(?:i|ng?)|o|u)"
  + "|[dtnl](?:a(?:i|o|ng?)?|e(?:i|ng?)?|ou|ong|i(?:e|ao|an|ng|u)?|u(?:o|an|n|i)?)|[nl](?:i(?:n|ang)|ue)|lia"
  + "|[gkh](?:a(?:i|o|ng?)?|e(?:i|ng?)?|ou|ong|u(?:a(?:i|ng?)?|o|i|n)?)"
  + "|[jqx](?:i(?:a(?:o|ng?)?|e|u|ng?|ong)?|u(?:e|an|n)?)"
  + "|(?:[zcs]h?|r)(?:a(?:i|o|ng?)?|e(?:i|ng?)?|i|ou|ong|u(?:a(?:i|ng?)?|o|i|n)?)"
  + "|y(?:a(?:o|ng?)?|e|i(?:ng?)?|ong?|ou|u(?:e|an|n)?)|w(?:a(?:i|ng?)?|o|e(?:i|ng?)|u))";
const VOWEL_OF_PINYIN = "(?:a(?:i|o|ng?)?|e[nr]?|ou)", ONE_OF_PINYIN = `(?:${PINYIN}|${VOWEL_OF_PINYIN})`;
const isOneOfPinyin = fullMatch(ONE_OF_PINYIN);
const isTwoOfPinyin = fullMatch(`${ONE_OF_PINYIN}(?:${PINYIN}|'${VOWEL_OF_PINYIN})`);
const KOREAN = "(?:ch|kk|tt|pp|ss|jj|[bdghjkmnprst])?"
  + "(?:y(?:ae?|eo?|oo?|u|ou)|w(?:ae?|oo?|e|i)|ui|ae|e[oue]|o[eou]|[aeiou])(?:ng|[bgklmnpt])?";
const isOneOfKorean = fullMatch(KOREAN), isTwoOfKorean = fullMatch(KOREAN + KOREAN);
const isEastAsian = fullMatch(`[${HAN}${KANA}\\uac00-\\ud7a3\\uff66-\\uff9f]+`);
const isWife = fullMatch(`${NO_DIGIT}{3,}(?<!p)[bcdfhj-nprstvz]né`, "iu"); // but not "d'Aubigné", Daphné
const areIdeographs = fullMatch(`[${HAN}]{3,6}`);
const IN_ONE_WORD = new RegExp(`^(?:(?<hangul>[\\uac00-\\ud7a3]{2,4})|(?<han>[${HAN}]{1,4})(?:[${KANA}]{2,})?)$`, "u");

// Whether the first of several words is the surname.
export function beginsWithSurname(all, words) {
  if (all[0].includes(".")) return false; // "V.O. Pillai"
  const rules = [endsInTwoSyllables, beginsVietnamese, beginsChineseOrKorean, endsInPatronymic, nameWife];
  return all.every(isEastAsian) || rules.some((rule) => rule(all, words));
}

function endsInTwoSyllables(all, words) {
  const begins = words.casefold(all.at(-1).split("-")[0]);
  const isParticle = words.particles.has(begins) || words.innerParticles.has(begins);
  return all.length === 2 && isTwoSyllables(all[1]) && isOneSyllable(all[0]) && !isParticle;
}

// Whether a word is one of the most common Spanish surnames, none of which is a given name.
export const isCommonInSpanish = (word, words) => words.spanish.has(words.key(word));

// The words, without the middle name that reads as a particle in "An Van Nguyen".
export function withoutMiddle(all, words) {
  const isMiddle = all.length > 1 && words.vietnamese.has(words.key(all.at(-1))) && words.vietnameseMiddle.has(words.key(all.at(-2)));
  return isMiddle ? all.slice(-1) : all;
}

function beginsVietnamese(all, words) {
  const keys = all.map(words.key), one = keys[0], final = keys.at(-1), middle = keys.slice(1, -1);
  const isCommon = (each) => words.vietnamese.has(each) || words.vietnameseBeforeMiddle.has(each);
  const hasMiddle = middle.length > 0 && words.vietnameseMiddle.has(middle[0]);
  if (all.length === 3 && isShortSurnameOfVietnamese(all, words) && !isCommon(final)) return true; // "Le Duc Tho"
  return (words.vietnamese.has(one) || (isCommon(one) && hasMiddle)) && (!isCommon(final) || hasMiddle);
}

// Whether a Chinese or Korean surname stands before one or two syllables: "Xi Jinping", "Kim Jong Un".
function beginsChineseOrKorean(all, words) {
  if (all.length < 2 || all.length > 3) return false;
  if (/^\p{Lu}/u.test(all[0]) && isLower(all[1])) return false; // "Kim de Jong" has a particle
  const dash = all[1].indexOf("-");
  const givenWords = all.length === 2 && dash >= 0 ? [all[1].slice(0, dash), all[1].slice(dash + 1)] : all.slice(1);
  const [begins, ...given] = [all[0], ...givenWords].map((word) => syllables(word, words));
  if (given.length === 1) return beginsWithOneWord(begins, given[0]);
  const isChinese = begins.isChinese && given.every((each) => each.ofPinyin === 1);
  const isKorean = begins.isKorean && given.every((each) => each.ofKorean === 1);
  const particle = words.casefold(givenWords[0]); // "Kim Du Pon"
  const hasParticle = words.particles.has(particle) && !words.particlesOrKorean.has(particle);
  const told = (all.length === 2 ? given : given.slice(-1)).map((each) => each.isChinese || each.isKorean);
  return (isChinese || (isKorean && !hasParticle)) && !told.every(Boolean);
}

function beginsWithOneWord(begins, given) {
  if (begins.isChineseOfTwo || (begins.isChinese && given.ofPinyin === 2)) return given.ofPinyin > 0;
  if (begins.isKorean && !begins.isGiven && given.ofKorean === 2) return true;
  const isTold = !given.mayBeSurname || (begins.isNeverGiven && !given.isNeverGiven) || (given.isOftenGiven && !begins.isOftenGiven);
  return begins.isChinese && given.ofPinyin === 1 && isTold; // "Zhang Wei", "Chen Wei"
}

export function isAnySurname(key, words) {
  const sets = [words.chinese, words.chineseOfTwo, words.chineseToo, words.korean, words.vietnamese, words.vietnameseBeforeMiddle];
  return sets.some((set) => set.has(key));
}

// What a word of several letters is in Chinese or Korean.
export function syllables(word, words) {
  const name = words.key(word);
  if (characters(name).length < 2) return {};
  const isChineseOfTwo = words.chineseOfTwo.has(name);
  return {
    isChinese: words.chinese.has(name),
    isChineseOfTwo,
    isKorean: words.korean.has(name),
    isGiven: words.koreanOrGiven.has(name),
    isNeverGiven: words.chineseNeverGiven.has(name),
    isOftenGiven: words.chineseOftenGiven.has(name),
    mayBeSurname: isAnySurname(name, words),
    ofPinyin: isChineseOfTwo ? 0 : isOneOfPinyin(name) ? 1 : isTwoOfPinyin(name) ? 2 : 0,
    ofKorean: isOneOfKorean(name) ? 1 : isTwoOfKorean(name) ? 2 : 0,
  };
}

// Whether the first word is Le, Do, Ho or Ly, and the others are Vietnamese syllables: "Le Hong Son".
export function isShortSurnameOfVietnamese(all, words) {
  const [one, ...others] = all.map(words.key);
  return words.vietnameseBeforeMiddle.has(one) && others.every(isVietnameseSyllable);
}

function endsInPatronymic(all, words) {
  if (all.length > 2 && words.sonOrDaughter.has(words.casefold(all.at(-1)).replaceAll("ʻ", "'"))) return true;
  if (all.length !== 3 || characters(all[1].replace(/\.+$/, "")).length === 1) return false;
  const [one, middle, final] = all.map(words.casefold), ends = (text, endings) => endings.some((each) => text.endsWith(each));
  const endings = [...words.patronymics, ...words.patronymicsOrSurnames];
  const isTold = ends(final, words.patronymics) || ends(one, words.beforePatronymics);
  return ends(final, endings) && isTold && !ends(middle, endings);
}

// Whether one of the first two words says whose wife somebody is in Hungarian: "Kovács Jánosné", "Kovácsné Szabó Mária".
const nameWife = (all) => all.slice(0, 2).some((word) => isWife(word));

// Whether the first of two words ends as surnames do, and the other does not: "Попов Иван".
export const beginsByEnding = (all, words) => all.length === 2 && endsAsSurname(all[0], words) && !endsAsSurname(all[1], words);

function endsAsSurname(word, words) {
  const name = words.casefold(word);
  return characters(name).length > 4 && words.endingsOfSurnames.some((end) => name.endsWith(end)) && !words.givenNamesSoEnding.has(name);
}

// How many characters of a word are the surname.
// How many of three or four ideographs are the surname, 0 if the network does not tell: as cognomen/classifier/ideographs.py.
// believe: what the network says of a name; japanese: the number of that origin, -1 for none.
export function lengthOfIdeographs(text, believe, japanese) {
  const letters = characters(stripWhite(text)), shortest = letters.length > 4 ? 2 : 1;
  if (japanese < 0 || !areIdeographs(letters.join(""))) return 0;
  for (let size = letters.length; size >= shortest; size--) {
    const { known, probabilities } = believe(letters.slice(0, size).join(""));
    if (known === null) return 0; // a network that knows no names by heart
    if (known && (size > 1 || probabilities[japanese] <= 0.5)) return size;
  }
  return shortest > 1 ? null : 0;
}

export function lengthOfSurname(word, words) {
  const found = IN_ONE_WORD.exec(word), all = characters(word);
  if (!found) return all.length;
  if (found.groups.hangul) return words.hangulOfTwo.has(all.slice(0, 2).join("")) ? 2 : 1;
  const han = characters(found.groups.han);
  if (words.hanOfOne.has(han[0])) return 1;
  return han.length === 4 ? 2 : han.length;
}
