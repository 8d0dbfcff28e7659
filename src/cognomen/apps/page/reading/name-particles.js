// Particles: which words belong to the surname beside them, and where a surname begins or ends with them.
// As cognomen/text/particles.py.
import { characters, first, isLower, isUpper, last } from "./python.js";
import { isCommonInSpanish, isShortSurnameOfVietnamese } from "./surname-first.js";
import { hasLetter, kindOf } from "./text.js";

// Where the surname begins that ends with, or in capitals begins with, the word at `place`.
export function startOfSurname(all, place, words) {
  if (place > 0 && words.secondWords.has(words.casefold(all[place]))) place -= 1;
  let start = startOfParticles(all, place, words);
  while (start > 0) {
    const before = all[start - 1], isJoint = isJoiner(before, words) && (start > 2 || before !== "Y"); // not "John Y Smith"
    if (start > 1 && (isDash(before) || isJoint)) start = startOfParticles(all, start - 2, words);
    else if (start > 1 && (isDash(last(before)) || isDash(first(all[start])))) start = startOfParticles(all, start - 1, words);
    else break;
  }
  return start;
}

// Where the surname ends that a name begins with: "van Gogh Vincent", "Ruiz y Lopez Ana".
export function endOfSurname(all, words) {
  if (isShortSurnameOfVietnamese(all, words)) return 1;
  let end = endOfParticles(all, 0, words);
  while (end + 1 < all.length) {
    if (isDash(all[end]) || isJoiner(all[end], words)) end = endOfParticles(all, end + 1, words);
    else if (isDash(last(all[end - 1])) || isDash(first(all[end]))) end = endOfParticles(all, end, words);
    else if (words.secondWords.has(words.casefold(all[end]))) end += 1;
    else if (words.of.has(words.casefold(all[end])) && endOfParticles(all, end, words) < all.length) end = endOfParticles(all, end, words);
    else break;
  }
  if (end + 1 >= all.length) return end;
  const second = endOfParticles(all, end, words);
  const areCommon = isCommonInSpanish(all[end - 1], words) && isCommonInSpanish(all[second - 1], words);
  return second < all.length && areCommon ? second : end;
}

// Whether a word joins two surnames.
const isJoiner = (word, words) => words.joiners.has(word) || word === "Y";

function endOfParticles(all, start, words) {
  let end = start;
  while (end + 1 < all.length && opensSurname(all, end, words)) end += 1;
  return end + 1;
}

// Whether a word is a particle of the surname that a name begins with.
export function opensSurname(all, place, words) {
  const hasGivenName = place + 2 < all.length;
  if (hasGivenName && words.innerParticles.has(words.casefold(all[place]))) return true;
  return isParticle(all, place, hasGivenName && isParticleAnywhere(all[place + 1], words), words);
}

export function startOfParticles(all, end, words) {
  let start = end;
  while (start > 0 && isParticle(all, start - 1, start < end, words)) start -= 1;
  return start;
}

function isParticle(all, place, beforeParticle, words) {
  const word = all[place], following = all[place + 1] ?? "";
  let name = words.casefold(word).replace(/[’ʼ‘`´]/g, "'").replace(/^-+/, "");
  if (["d", "d."].includes(word) && ["v", "v."].includes(all[place - 1])) return true; // "Jan v. d. Steen"
  if (word === "b.") return place > 0 && isUpper(first(all[place - 1])) && isUpper(first(following)); // "Ahmad b. Hanbal"
  if (name === "d" || name === "o") return name === "o" || /^[aeiou]/.test(following);
  if (name === "und") return beforeParticle;
  if (name === "an") return place > 0 && ["mac", "nic", "mhac"].includes(words.casefold(all[place - 1])); // "Mac an tSaoir"
  if (name === "ni") return characters(following)[1] === "h"; // "Ni Bhriain", for Ní
  name = name.replace(/\.$/, "");
  if (words.innerParticles.has(name)) return place > 0 || (isLower(word) && !isLower(following));
  const areInitials = word.length > 1 && isUpper(word) && isLower(following); // "AB de Villiers"
  const isSmall = isLower(word) || (beforeParticle && !areInitials);
  if (words.particles.has(name) || (words.smallParticles.has(name) && isSmall)) return true;
  const dash = word.lastIndexOf("-"), tail = word.slice(dash + 1);
  return dash >= 0 && hasLetter(word.slice(0, dash)) && isLower(tail) && isParticleAnywhere(tail, words);
}

// Whether a word is a particle in some name.
export function isParticleAnywhere(word, words) {
  const name = words.casefold(word).replace(/[’ʼ‘`´]/g, "'").replace(/\.$/, "");
  return ["o", "und"].includes(name) || words.particles.has(name) || words.smallParticles.has(name) || words.innerParticles.has(name);
}

export const isDash = (word) => word !== "" && characters(word).every((character) => kindOf(character) === "-");
