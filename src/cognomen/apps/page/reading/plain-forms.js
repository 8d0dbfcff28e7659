// Ways of writing a name that have a plainer one: as cognomen/text/forms.py, which has the table.
import { isPlainWord } from "./python.js";
import { hasLetter, words as wordsOf } from "./text.js";

// A text with single spaces as it is written plainly.
export function plainer(text, words) {
  if (isPlainWord(text)) return text;
  words.formPatterns ??= words.forms.map(([pattern, replacement]) => [new RegExp(pattern, "gu"), replacement]);
  let plain = text;
  for (const [pattern, replacement] of words.formPatterns) plain = plain.replace(pattern, replacement);
  plain = wordsOf(plain).join(" ");
  return hasLetter(plain) ? plain : text;
}
