// Text that was decoded wrongly, made whole again where that is certain: as cognomen/text/repair.py.
import { characters, isAlpha, isAscii, later, LETTER_OR_DIGIT, NO_DIGIT } from "./python.js";

const BYTE = new Map(Array.from({ length: 256 }, (_, byte) => [String.fromCharCode(byte), byte]));
// Windows-1252 from 0x80 on; Node decodes it as Latin-1, so it stands here.
Array.from("€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ")
  .forEach((character, i) => { if (!BYTE.has(character)) BYTE.set(character, 0x80 + i); });
const FOLLOWING = [...BYTE].filter(([, byte]) => byte >= 0x80 && byte < 0xc0).map(([character]) => character);
const PUNCTUATION = "´‘’–—“”‚„…·\xa0\xad";
const ANY = `[${FOLLOWING.join("")}]`, SYMBOL = later(() => `[${FOLLOWING.filter((c) => !isAlpha(c) && !PUNCTUATION.includes(c)).join("")}]`);
const WORD = /[^\x00-@[-`{-\x7f]+/g; // of letters, and of anything that is not ASCII
const ENTITY = later(() => new RegExp(`&#?${LETTER_OR_DIGIT}{2,31};`, "gu"));
const MISREAD = later(() => new RegExp(
  `Ã${ANY}|Â${SYMBOL()}|[ÄÅ](${SYMBOL()}|[šžœŸ])|á[º»]${ANY}|â€${ANY}`
  + `|([ÎÏ]${ANY}){2}|([ÐÑ]${ANY}){2}|(×${ANY}){2}|([Ø-Û]${ANY}){2}`
  + `|(à${ANY}{2}){2}|^([ã-í]${ANY}{2})+$`, "u"));
const LOST = later(() => new RegExp(`\\ufffd|(?<=${NO_DIGIT})\\?(?=${NO_DIGIT})|(?<=[a-zß-ÿ])[ÃÂ]|[ÃÂ]${SYMBOL()}`, "u"));

// What JSON and LaTeX write for letters: M\\u00fcller, M{\\"u}ller, Ho\\v{z}a, Garc{\\'\\i}a, {\\O}rsted.
const MARKS = Object.fromEntries([..."`'^\"~=.cuvHrk"].map((mark, i) => [mark, "\u0300\u0301\u0302\u0308\u0303\u0304\u0307\u0327\u0306\u030c\u030b\u030a\u0328"[i]]));
const ESCAPED = later(() => new RegExp("(?<![A-Za-z])([DLMO])\\\\'(?=[A-Z])|\\\\u(?![dD][89a-fA-F])([0-9a-fA-F]{4})"
  + "|\\{?\\\\(?:([`'^\"~=.])\\{?\\\\?([A-Za-z])\\}?|([cuvHrk])[{ ]\\\\?([A-Za-z])\\}?)\\}?"
  + `|\\{\\\\([A-Za-z]{1,2})\\}|\\\\([A-Za-z]{1,2})(?:\\{\\}| |(?!${LETTER_OR_DIGIT}))`, "gu"));
const RAISED = /<(su[bp])>[^<>]*<\/\1>/gi, LINE_END = /<(?:br|\/p|\/li|\/tr|\/div)(?: [^<>]*)?\/?>/gi;
const TAG = /<\/?(?:a|b|big|br|div|em|font|i|li|p|small|span|strong|su[bp]|t[dr]|u)(?: [^<>]*)?\/?>/gi;
const BYTES = /(?:%[C-F][0-9A-F](?:%[89AB][0-9A-F])+|%2[07C])+|(?:=[C-F][0-9A-F](?:=[89AB][0-9A-F])+)+/gi;
const ENCODED_WORD = /=\?utf-8\?(?:q\?([^ ?]*)|b\?((?:[A-Z0-9+/]{4})*(?:[A-Z0-9+/]{2}==|[A-Z0-9+/]{3}=)?))\?=/gi, MARKED = /[&\\<]|[%=][C-Fc-f?]|%2[07Cc]/;

function ofEscape(whole, letters, elided, code, mark, on, named, letter, inside, alone) {
  if (elided) return `${elided}'`; // O\\'Brien, as SQL has it
  if (code) return String.fromCharCode(parseInt(code, 16));
  if (inside || alone) return letters[inside || alone] ?? whole;
  return ((on ?? letter) + MARKS[mark ?? named]).normalize("NFC");
}

function ofBytes(found) {
  const bytes = Uint8Array.from(found.slice(1).split(found[0]), (byte) => parseInt(byte, 16));
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return found;
  }
}

function ofEncodedWord(found, word, bytes) {
  if (word !== undefined) return word.replaceAll("_", " ");
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(atob(bytes), (byte) => byte.charCodeAt(0)));
  } catch {
    return found;
  }
}

// The text without escapes, tags and encodings of bytes.
function withoutMarkup(text, letters) {
  if (text.includes("\\")) text = text.replace(ESCAPED(), (whole, ...groups) => ofEscape(whole, letters, ...groups));
  const plain = text.replace(RAISED, "").replace(LINE_END, "\n").replace(TAG, "");
  if (/\p{L}/u.test(plain)) text = plain;
  return text.replace(ENCODED_WORD, ofEncodedWord).replace(BYTES, ofBytes);
}

// The text as it was before it was escaped for HTML or decoded wrongly, if that is certain.
export function repair(text, entities) {
  if (MARKED.test(text)) text = withoutMarkup(text, entities.letters);
  else if (isAscii(text)) return text;
  for (let round = 0; round < 3; round++) {
    const unescaped = text.replace(ENTITY(), (entity) => unescape(entity, entities));
    const better = unescaped.replace(WORD, decoded);
    if (better === text) break;
    text = better;
  }
  return text;
}

// The text with its letters and marks composed, and without characters that nobody sees.
export function composed(text) {
  if (isAscii(text) || (text.includes("\xad") && MISREAD().test(text))) return text; // half of an í, to be repaired
  const seen = text.replace(/[\u00ad\u200b\u200e\u200f\u2060\ufeff]/g, ""), whole = seen.normalize("NFC");
  return (characters(whole).length < characters(seen).length ? whole : seen) || text; // some letters NFC takes apart
}

function decoded(text) {
  if (isAscii(text) || !MISREAD().test(text)) return text;
  const bytes = Array.from(text, (character) => BYTE.get(character));
  if (bytes.includes(undefined)) return text;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return text;
  }
}

const AROUND = /^[\x00-\x20\x7f-\xa0]+|[\x00-\x20\x7f-\xa0]+$/g;
const isNoText = (character) => !/[ -~]/.test(character) && /[\p{Cs}\p{Co}\p{Cn}]|(?![\t\n\v\f\r\x85])\p{Cc}/u.test(character);

// Whether letters of a text are lost, or there are characters in it that are in no text.
export function isGarbled(text) {
  if (Array.from(text.replace(AROUND, "")).some(isNoText)) return /\p{L}/u.test(text);
  return (text.includes("?") || !isAscii(text)) && LOST().test(text);
}

// What a character reference of HTML stands for; the reference itself if it is none.
function unescape(entity, { names, numbers }) {
  const name = entity.slice(1);
  const numeric = /^#(?:[xX]([0-9a-fA-F]+)|([0-9]+));$/.exec(name);
  if (numeric) {
    const code = numeric[1] ? parseInt(numeric[1], 16) : parseInt(numeric[2], 10);
    if (code in numbers) return numbers[code];
    if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) return "\ufffd";
    return isNoCharacter(code) ? "" : String.fromCodePoint(code);
  }
  if (name in names) return names[name];
  for (let stop = name.length - 1; stop > 1; stop--) {
    if (name.slice(0, stop) in names) return names[name.slice(0, stop)] + name.slice(stop);
  }
  return entity;
}

function isNoCharacter(code) {
  const control = (code >= 1 && code <= 8) || code === 0xb || (code >= 0xe && code <= 0x1f) || (code >= 0x7f && code <= 0x9f);
  return control || (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) === 0xfffe;
}
