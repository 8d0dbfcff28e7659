// What stands in a column of names and is no name: as cognomen/text/placeholders.py, which has the words.
import {
  first, fullMatch, isAlpha, isPlainWord, isTitleCase, isUpper, later, LETTER_OR_DIGIT as W, NO_DIGIT, NOT_WHITE, strip, stripWhite, WHITE, WORD_END,
} from "./python.js";
import { plainer } from "./plain-forms.js";
import { hasLetter, kindOf, words as wordsOf } from "./text.js";

const areManyIdeographs = fullMatch("[\\u3400-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3347f}]{7,}", "u");
const isNothing = fullMatch(`[-‐‑‒–—―−?${WHITE.slice(1, -1)}]*[-‐‑‒–—―−?][-‐‑‒–—―−?${WHITE.slice(1, -1)}]*`);
const ADDRESS = `[^${WHITE.slice(1, -1)}<>()@,;]+`;
const EMAIL = later(() => new RegExp(`(?:mailto:)?${ADDRESS}(?:@|\\[at\\]|\\(at\\))${ADDRESS}\\.${W}+`, "giu"));
const URLS = later(() => new RegExp(`(?:https?://|www\\.)${NOT_WHITE}+`, "giu"));
const SYMBOL = /[#%*@!?§¶_$+<=>^|~}{£€¤¥¢°±²³¹¬¨¼½¾×÷]/gu;
const DIGITS_AMONG_LETTERS = later(() => new RegExp(`${NO_DIGIT}\\p{Nd}+${NO_DIGIT}`, "u"));
const isDomain = fullMatch(`[\\p{L}\\p{N}_\\-]+(\\.[\\p{L}\\p{N}_\\-]+)*\\.(com|org|net|edu|gov|info|io|ai|app|dev|de|eu|fr|nl|pl|ru|uk|(co|com|org|ac|gov)\\.[a-z]{2})`, "iu");
const isHandle = fullMatch(`[@#]${W}+|(?:${W}|[.\\-])+@|.*${NOT_WHITE}\\[bot\\]`);
const isFile = fullMatch(
  `.*${NOT_WHITE}\\.(?:txt|pdf|docx?|xlsx?|pptx?|csv|json|xml|html?|jpe?g|png|gif|svg|mp[34]|mov|zip|gz|exe|log)`
  + `|${W}{3,}\\.(?:py|sh)|(?:[A-Z]:|~)?[\\\\/]${NOT_WHITE}+|[{].*[}]`, "iu",
);
// A field, a call, a place in a list, a variable, a setting.
const isCode = fullMatch(
  `"${W}+": ?.+|[a-z_.]+\\([a-z_]*\\)|[a-z_]+\\[\\p{Nd}+\\]|\\$[a-z_]+|-*(?:${W}|\\.)+={1,2}${W}+(?:, ?${W}+=[^=]+)*|${W}+::${W}+`,
);
const areLettersAlone = fullMatch("(?:[A-Za-zÀ-ɏЀ-ӿ]\\. ?-?)+(?:[A-Za-zÀ-ɏЀ-ӿ]\\.?)?|[A-Za-z](?: [A-Za-z])+");
const isError = fullMatch(`#(?:N/A|NULL|REF|VALUE|NAME|NUM|DIV/0|SPILL|CALC)[!?]?|\\{\\{.*\\}\\}|\\$\\{.*\\}|%${W}+%`);
const ANYWHERE = ["inc", "llc", "gmbh", "plc"], BEFORE = ["ооо", "оао", "зао", "пао"];
const AT_THE_END = [" S.p.A.", " SpA", " s.r.o.", " z o.o.", " ApS"], FORMS_IN_WORD = ["株式会社", "有限会社", "公司", "주식회사", "银行", "銀行", "集团", "集團", "委员会", "委員會"];
const AFTER_NAME = new RegExp(`[,;]${WHITE}|${WHITE}(?:[\\-–—|@/]|via)${WHITE}`, "g");
const BRACKETS_LAST = new RegExp(`${WHITE}[(\\[][^()\\[\\]]*[)\\]]$`);

const isPlaceholder = (text, words) => words.placeholders.has(text) || words.nobody.has(text);

// Why a text is no name, "placeholder" or "not-a-name"; null if it may be one.
export function reasonForNoName(text, words) {
  let whole = wordsOf(text).join(" ");
  if (isPlaceholder(whole, words)) return "placeholder";
  if (isPlainWord(whole)) return null;
  if (isNothing(whole) || isError(whole)) return "placeholder";
  if (AT_THE_END.some((form) => whole.endsWith(form)) || FORMS_IN_WORD.some((form) => whole.includes(form))) return "not-a-name";
  if (areManyIdeographs(whole)) return "not-a-name";
  if (isAlpha(whole)) return null;
  if (words.leftOver.has(words.casefold(whole.replaceAll(".", "")))) return "not-a-name";
  whole = plainer(whole, words);
  const bare = strip(whole, words.outside);
  if (isPlaceholder(bare, words) || isRepeatedPlaceholder(bare, words) || saysNoName(bare, words)) return "placeholder";
  if (areLettersAlone(whole) || isHandle(whole) || isFile(whole) || isCode(whole)) return "not-a-name";
  const rest = withoutAddresses(bare);
  if (hasManySymbols(rest)) return "not-a-name";
  const isAddress = rest !== bare && !hasLetter(rest);
  if (isAddress || isDomain(bare)) return "not-a-name";
  const isThing = isCompany(strip(nameOf(whole), words.outside), words) || (/\p{Nd}/u.test(bare) && isOneOf(words.ofNumbers, bare)) || isSentence(bare, words);
  return bare.includes(" ") && isThing ? "not-a-name" : null;
}

// Whether a text is of one of the patterns of things.py.
const isOneOf = (patterns, text) => patterns.some((pattern) => new RegExp(`^(?:${pattern})$`, "iu").test(text));

// Whether words that say that there is no name, or head a column, are all: "Not Provided", "Surname, First".
function saysNoName(text, words) {
  const all = wordsOf(text).map((word) => words.casefold(strip(word, words.outside)));
  return all.length > 1 && all.every((word) => words.ofNoName.has(word)) && all.some((word) => Array.from(word).length > 3);
}

// Whether a word is one of an office, a trade or a job, or ends as no surname does: Singverein.
const isNoun = (word, words) => words.nouns.has(word) || Array.from(word).length >= 8 && words.endsOfNouns.some((end) => word.endsWith(end));

// Whether a title, or a Vietnamese syllable, follows a "The" of a name.
function isTitled(all, words) {
  const one = all.length ? words.casefold(strip(all[0], ".")) : "";
  return words.titles.has(one) || words.afterThe.has(one) || all.at(-1) === "Family";
}

// Whether words of sentences are in a text: "Please call the office".
function isSentence(text, words) {
  const all = wordsOf(text), found = all.flatMap((word, place) => (words.inSentences.has(word) && isOfSentence(all, place) ? [place] : []));
  const begins = all.length > 0 && words.inSentences.has(all[0].toLowerCase()) && isTitleCase(all[0]);
  return found.length + begins > 1 || (found[0] > 0 && isUpper(first(text)));
}

// Whether a word is not that of "Rothes, the Countess" and "John Smith the Elder".
function isOfSentence(all, place) {
  const isByName = all[place] === "the" && place === all.length - 2 && place > 1 && isUpper(first(all.at(-1)));
  return !(isByName || all[place - 1]?.endsWith(","));
}

// The two words or more before a comma, a dash or brackets, if two or more follow a comma; else the text.
function nameOf(text) {
  const aside = BRACKETS_LAST.exec(text);
  if (aside && stripWhite(text.slice(0, aside.index)).includes(" ")) return nameOf(text.slice(0, aside.index));
  const found = [...text.matchAll(AFTER_NAME)].find((each) => stripWhite(text.slice(0, each.index)).includes(" "));
  if (!found) return text;
  const before = text.slice(0, found.index), after = text.slice(found.index + found[0].length);
  return stripWhite(after).includes(" ") || !found[0].includes(",") ? before : text;
}

// Whether a text is one placeholder in all its fields: "NULL NULL", "Test Test".
function isRepeatedPlaceholder(text, words) {
  const [one, ...others] = wordsOf(text).map((word) => strip(word, words.outside));
  const isOne = others.length > 0 && others.every((word) => word === one);
  return isOne && (isPlaceholder(one, words) || isPlaceholder(one.toLowerCase(), words));
}

// Whether a third or more of a text is no letter, or digits stand between letters.
export function hasFewLetters(surname) {
  if (isAlpha(surname.replace(/[ '.-]/g, ""))) return false;
  const kinds = Array.from(surname.normalize("NFD")).filter((each) => !".·".includes(each)).map(kindOf);
  const count = (kind) => kinds.filter((each) => each === kind).length;
  return 2 * count("") >= count("L") || DIGITS_AMONG_LETTERS().test(surname);
}

// Whether there are two symbols or more in a text, and one for four letters or fewer.
function hasManySymbols(text) {
  const symbols = (text.match(SYMBOL) ?? []).length;
  return symbols > 1 && 4 * symbols >= Array.from(text).filter(isAlpha).length;
}

export function withoutAddresses(text) {
  return /[@/.]/.test(text) ? text.replace(EMAIL(), " ").replace(URLS(), " ") : text;
}

function isCompany(text, words) {
  const all = wordsOf(words.casefold(text.replaceAll(".", ""))), final = all.pop(), before = all.at(-1);
  if (before === undefined) return false;
  const hasForm = words.company.has(final) || BEFORE.includes(all[0]) || all.some((word) => ANYWHERE.includes(word));
  const isPerson = all.length === 1 && (Array.from(before).length === 1 || words.titles.has(before)); // "Dr. Engineer"
  const isOf = [...all, final].some((word, place) => place > 0 && word === "of" && isNoun(all[place - 1], words));
  const isName = all.length > 1 && wordsOf(text).slice(0, -1).every(isTitleCase); // "John Smith plumber", but "Truck driver"
  const isJob = words.occupations.has(final) && text.endsWith(final) && isUpper(first(text)) && !isName;
  const isThing = (isJob || (isNoun(final, words) && !isPerson) || isOf || words.beforeNames.has(all[0])) && !text.includes(",");
  const ofPartners = ["&", "and", "und"].includes(before) && ["co", "sons", "söhne"].includes(final);
  const namesGroup = text.startsWith("The ") && !isTitled(wordsOf(text).slice(1), words);
  return hasForm || isThing || ofPartners || namesGroup || isOneOf(words.ofWords, text);
}
