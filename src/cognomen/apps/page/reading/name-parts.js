// The parts of a surname in two: García Márquez, Ruiz y Lopez, Smith-Jones. As cognomen/text/parts.py.
import { isParticleAnywhere } from "./name-particles.js";
import { isLower, later, LETTER_OR_DIGIT as W, NO_DIGIT } from "./python.js";
import { words as wordsOf } from "./text.js";

const JOINT = later(() => new RegExp(`(?<=${W}${W})[-‐‑](?=${NO_DIGIT}${NO_DIGIT})`, "gu"));

// The parts of a surname, one by one; most have one part, themselves.
export function partsOf(surname, words) {
  const parts = [[]];
  for (const word of apart(surname, words)) {
    if (words.joiners.has(word) || word === "-" || word === "–") continue;
    parts.at(-1).push(word);
    if (!isParticleAnywhere(word, words)) parts.push([]);
  }
  const joined = parts.filter((part) => part.length).map((part) => part.join(" "));
  return joined.length > 1 ? joined : [surname];
}

// Whether they stand on either side of a hyphen, rather than side by side.
export function areJoinedByHyphen(surname) {
  return surname.search(JOINT()) >= 0 || surname.includes(" - ");
}

function apart(surname, words) {
  const [before, ...after] = surname.replace(JOINT(), " - ").split(" - "), found = wordsOf(before);
  const inOneCase = isLower(surname);
  for (const each of after) {
    const [head = "", ...rest] = wordsOf(each);
    const isSyllable = isLower(head) && !inOneCase && !isParticleAnywhere(head, words);
    if (isSyllable || (found.length && isParticleAnywhere(found.at(-1), words))) {
      if (found.length) found[found.length - 1] += `-${head}`;
      else found.push(head);
    } else found.push(head);
    found.push(...rest);
  }
  return found;
}
