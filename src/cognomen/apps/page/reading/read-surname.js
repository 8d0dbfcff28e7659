// A text to the surname that a network can read, or to the reason why not: as cognomen/text/reading.py.
import { findSurname } from "./find-surname.js";
import { areJoinedByHyphen, partsOf } from "./name-parts.js";
import { hasFewLetters, reasonForNoName } from "./placeholder-texts.js";
import { characters, isAlpha, stripWhite } from "./python.js";
import { composed, isGarbled, repair } from "./repair-text.js";
import { reworded } from "./reworded-cells.js";
import { lengthOfIdeographs } from "./surname-first.js";
import { casefold, normalise } from "./text.js";

const LONGEST_SURNAME = 100, LONGEST_TEXT = 1000; // characters
const TYPED = { "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "đ": "d", "ł": "l", "ø": "o", "ı": "i", "ə": "e" };
const DROPPED_MARKS = /(?<=[a-zª-ʸͰ-ϡϰ-Ͽᴀ-ᶿḀ-῿Ⱡ-Ɀꜣ-ꟿꬰ-ꭥЀ-ԯᲀ-ᲊꙀ-ꚝ])[^\p{L}\p{N}_ '\-]+/gu;

// The lists of words, as facts.py gives them, as sets; with the two ways to compare words.
export function makeWords({ sets, ...others }) {
  const words = { ...others };
  for (const [name, list] of Object.entries(sets)) words[name] = new Set(list);
  words.casefold = (text) => casefold(text, words.folded);
  words.plain = (text) => text.replace(/[^\0-\x7f]/gu, (c) => TYPED[c] ?? c);
  words.key = (text) => words.plain(normalise(text, words.folded).replace(DROPPED_MARKS, ""));
  return words;
}

// { spelling, surname, note, reason, parts }: either a spelling or a reason; parts: the spellings of a surname's parts.
// surnameFirst: names that do not tell by themselves begin with the surname.
// length: how many of the characters are the surname, 0 to find out, null for a phrase; reworded: what is read in place of the text.
export function readSurname(text, alphabet, lower, words, surnameFirst = false, length = 0, reworded = null) {
  const stripped = stripWhite(text);
  if (!stripped) return { reason: "empty" };
  if (characters(stripped).length > LONGEST_TEXT) return { reason: "too-long" };
  const repaired = repair(text, words.entities), whole = composed(repaired);
  const reason = reasonForNoName(whole, words) ?? (isGarbled(whole) ? "garbled" : null);
  if (reason || length === null) return { reason: reason ?? "not-a-name" };
  const { surname, note } = length ? beginning(stripped, length) : findSurname(reworded ?? whole, words, surnameFirst);
  if (words.nobody.has(surname)) return { reason: "placeholder" };
  const found = spell(surname, alphabet, lower, words);
  if (found.reason) return found;
  if (!isAlpha(surname) && hasFewLetters(surname)) return { reason: "not-a-name" };
  const told = note === "several-people" || repaired === text ? note : "repaired-encoding";
  const parts = /[ -]/.test(found.spelling) ? partsOf(surname, words).map((part) => spell(part, alphabet, lower, words).spelling) : [];
  const areRead = parts.length > 1 && parts.every(Boolean);
  return { ...found, surname, note: told, parts: areRead ? parts : [], alike: areJoinedByHyphen(surname) };
}

// The same for a classifier, whose network tells where some surnames are.
export function readWithNetwork(written, classifier, surnameFirst) {
  const text = composed(written), { alphabet, facts, origins, words } = classifier;
  const believe = (name) => classifier.believe(normalise(name, words.folded));
  const isSpelled = characters(stripWhite(text)).every((each) => normalise(each, words.folded)); // not U+4DC0
  const length = isSpelled ? lengthOfIdeographs(text, believe, origins.indexOf("Japanese")) : 0;
  return readSurname(text, alphabet, facts.lower, words, surnameFirst, length, reworded(text, classifier, surnameFirst));
}

function beginning(text, length) {
  const letters = characters(text);
  return { surname: letters.slice(0, length).join(""), note: length < letters.length ? "surname-of-full-name" : null };
}

// The letters of a surname, or the reason why it cannot be read.
function spell(surname, alphabet, lower, words) {
  const spelling = normalise(surname, words.folded, lower);
  if (!spelling) return { reason: "no-letters" };
  if (characters(spelling).length > LONGEST_SURNAME) return { reason: "too-long" };
  if (alphabet.hasAll(spelling)) return { spelling, reason: null };
  if (alphabet.unknownShare(spelling) > 0.5) return { reason: "unknown-script" };
  return { spelling: alphabet.withoutUnknownMarks(spelling), reason: null };
}
