// The surname in a name as people write it: as cognomen/text/names.py.
import { isAnd, isTitle, surnameOfPerson } from "./full-names.js";
import { plainer } from "./plain-forms.js";
import { withoutAddresses } from "./placeholder-texts.js";
import {
  characters, first, fullMatch, isAlpha, isAscii, isLower, isUpper, last, later, LETTER_OR_DIGIT as W, NO_DIGIT, NOT_WHITE, stripWhite, WHITE, WORD_END,
} from "./python.js";
import { repair } from "./repair-text.js";
import { lengthOfSurname } from "./surname-first.js";
import { hasLetter, normalise, words as wordsOf } from "./text.js";

const BRACKETS = later(() => new RegExp(
  `\\([^()]*\\)|\\[[^\\[\\]]*\\]|<[^<>]*>|"[^"]*"|“[^”“]*”|«[^«»]*»|„[^“”„]*[“”]`
  + `|(?<=${W}${WHITE})['‘]${NO_DIGIT}{2,}['’](?![^${WHITE.slice(1, -1)},])`, "gu",
));
const OPENING = new RegExp(`[([<"“«„]|${WHITE}['‘]`);
const isOneWordAndQuoted = fullMatch(`${NOT_WHITE}+${WHITE}+['‘]${NOT_WHITE}+['’]`);
const OPEN = later(() => new RegExp(`(?<=${W})${WHITE}*[(\\[<].*$`, "su"));
const AND_OTHERS = later(() => new RegExp(`,?${WHITE}+(?:et|&|and|и)${WHITE}+(?:al|alii|others|др)${WORD_END}.*$`, "siu"));
const BETWEEN_PEOPLE = later(() => new RegExp(`[;；؛]|${WHITE}[/|>→=]${WHITE}|(?<=${NO_DIGIT}{2})/(?=${NO_DIGIT}{2})`, "u"));
const RELATION = later(() => new RegExp(`(?<=${W}),?${WHITE}+(?:[sdwc]/o|a/[lp]|viuda|vda\\.?|του|της)${WHITE}.*$`, "siu"));
const PRONOUNS = later(() => new RegExp(`(?<=${W})${WHITE}+[a-z]{2,}(?:/[a-z]{2,})+$`, "u"));
const INITIALS_OF_WORD = later(() => new RegExp(`^(?:${NO_DIGIT}\\.-?)+(?=${NO_DIGIT}{2,}(?:['’\\-]${NO_DIGIT}+)*(?:[,;]|${WHITE}|$))`, "u"));
const TWO_WORDS = later(() => new RegExp(`(?<=${NO_DIGIT}{2}\\.)(?=(${NO_DIGIT})${NO_DIGIT})`, "gu"));
const USER = later(() => new RegExp(`^(${NO_DIGIT}{2,}(?:[._]${NO_DIGIT}{2,})+)\\p{Nd}*$`, "u"));
const QUOTES = "'‘’`\"";
const BRACES = later(() => new RegExp(`(?<!${NOT_WHITE})\\{|\\}(?![^${WHITE.slice(1, -1)},;])`, "gu")); // that hold words of BibTeX together
const areInKatakana = fullMatch("[\\u30a1-\\u30fa\\u30fc]+(?:・[\\u30a1-\\u30fa\\u30fc]+)+");

// { surname, note }; the note is null if the whole text is the surname.
export function findSurname(text, words, surnameFirst) {
  const all = wordsOf(text), whole = repair(text, words.entities);
  if (all.length === 1 && whole === text && isPlain(all[0], words)) return { surname: all[0], note: null };
  const [surname, several] = read(plainer(onOneLine(whole), words), words, surnameFirst);
  if (several) return { surname, note: "several-people" };
  if (whole !== text) return { surname, note: "repaired-encoding" };
  return { surname, note: isAllOf(surname, text, words) ? null : "surname-of-full-name" };
}

function isAllOf(surname, text, words) {
  if (text.includes(surname) && hasLetter(text.replace(surname, () => ""))) return false;
  return surname === text || normalise(surname, words.folded, false) === normalise(text, words.folded, false);
}

// Whether a word is a surname as it is: letters, with apostrophes and hyphens between them.
function isPlain(word, words) {
  if (!isAscii(word) && lengthOfSurname(word, words) < Array.from(word).length) return false;
  if (/-(?:san|sama|sensei)$/.test(word)) return false;
  return isAlpha(word) || isAlpha(first(word) + word.replace(/['’-]/g, "") + last(word));
}

// The text with single spaces, and a semicolon between lines of several words: those are people.
function onOneLine(text) {
  const lines = text.split("\n").filter(hasLetter).map(wordsOf);
  const arePeople = lines.length > 1 && lines.every((line) => line.length > 1);
  return arePeople ? lines.map((line) => line.join(" ")).join("; ") : wordsOf(text).join(" ");
}

function read(text, words, surnameFirst) {
  const [rest, several] = firstPerson(withoutQuotes(withoutAsides(withoutBirthName(apart(text), words), words)), words);
  let [surname, more] = surnameOfPerson(rest, words, surnameFirst);
  while (!surname.includes(" ")) {
    const [shorter] = surnameOfPerson(apart(plainer(surname, words)), words);
    if (shorter === surname) break;
    surname = shorter;
  }
  return hasLetter(surname) ? [surname, several || more] : [text, false];
}

// The text with spaces between words that are written together, and without quotation marks around it.
function apart(text) {
  text = withoutQuotes(text);
  if (areInKatakana(text)) return text.slice(text.lastIndexOf("・") + 1); // foreign names, which keep their order
  text = text.replaceAll("・", " ").replace(BRACES(), "");
  const user = USER().exec(text);
  if (user && (isLower(text) || text.includes("_"))) return user[1].replace(/[._]/g, " ");
  if (!text.includes(".")) return text;
  text = text.replace(INITIALS_OF_WORD(), "$& ");
  return text.replace(TWO_WORDS(), (_, letter) => (isUpper(letter) ? " " : ""));
}

function withoutQuotes(written) {
  const text = stripWhite(written), all = characters(text);
  const areQuoted = all.length > 2 && QUOTES.includes(all[0]) && QUOTES.includes(all.at(-1));
  return areQuoted ? withoutQuotes(all.slice(1, -1).join("")) : text;
}

// The text without the surname from birth.
function withoutBirthName(text, words) {
  const births = words.born.join("|").replace("Née", `Née(?=${WHITE}+[\\p{L}\\p{N}_])`); // which may be a surname itself
  const born = new RegExp(`(?<=${NOT_WHITE})[,;]?${WHITE}+[(\\[]?(?:${births}|NÉE)${WORD_END}\\.?:?[^,;()\\[\\]]*[)\\]]?`, "u");
  return text.replace(born, " ");
}

// Another name of a person, or how a message was sent, and what follows.
function alias(words) {
  return new RegExp(`(?<=${W})['’]?,?${WHITE}+(?:@|[af]\\.k\\.a\\.|(?:ext|tel)\\.?(?=${WHITE}[\\p{Nd}+(])|${[...words.aliases].join("|").replaceAll(".", "\\.")})${WHITE}.*$`, "su");
}

function withoutAsides(text, words) {
  const plain = withoutAddresses(text).replace(/< *>/g, " ");
  let outside = OPENING.test(plain) && !isOneWordAndQuoted(plain) ? plain.replace(BRACKETS(), " ").replace(OPEN(), "") : plain;
  if (outside.includes(" al") || outside.includes(" others") || outside.includes(" др")) outside = outside.replace(AND_OTHERS(), "");
  outside = outside.replace(alias(words), "").replace(RELATION(), "").replace(PRONOUNS(), "");
  return [outside, plain.replace(/[()[\]<>"“”«»„]/g, " "), text].find(hasLetter) ?? text;
}

// The part of the text with the surname of the first person, and whether there are several.
function firstPerson(text, words) {
  const people = text.split(BETWEEN_PEOPLE()).filter(hasLetter);
  if (people.length > 1) return [people[0], people.filter((person) => wordsOf(person).length > 1).length > 1];
  let all = wordsOf(text), several = false;
  while (!text.includes(",")) {
    const place = all.findIndex((_, i) => i > 0 && i < all.length - 1 && isAnd(all, i, words));
    if (place < 0) break;
    several = true;
    if (hasSurname(all.slice(0, place), all.slice(place + 1), words)) return [all.slice(0, place).join(" "), true];
    all = all.slice(place + 1);
  }
  return [all.join(" "), several];
}

// Whether the first of two people has a surname alone.
function hasSurname(one, other, words) {
  const [names, others] = [one, other.slice(0, 3).filter(hasLetter)].map((each) => each.filter((word) => !isTitle(word, words)));
  return names.join(" ") !== "M." && names.length >= Math.min(2, others.length);
}
