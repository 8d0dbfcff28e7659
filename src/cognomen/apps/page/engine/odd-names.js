// What is unlike the training names, and how sure an answer to it may be: as cognomen/classifier/out_of_distribution.py and the
// pool of the parts of a surname in cognomen/classifier/parts.py.
import { argmax, vector } from "./linear.js";
import { PRIOR_BITS, PRIOR_LETTERS } from "./letter-ngrams.js";

const LONGEST_PERIOD = 3, REPETITIONS = 3, LONGEST_RUN = 3, MOST_SURE = 0.9, NEARLY = 0.85, ODD_MARKS = 1.15, FEW_LETTERS = 4;
const COMMON = 0.81, LEAST_GAIN = 2;
const FIRST_COUNTS_MOST = ["Spanish", "Catalan", "Basque"], LAST_COUNTS_MOST = ["Portuguese"];

// { limit, shapeless, odd, doubtful } of a name of ids with what its n-grams say.
export function unlikeness({ facts, alphabet, ngrams }, ids, found) {
  const { ood_threshold: one, script_ood_thresholds: byScript } = facts.calibration;
  const none = { limit: null, shapeless: false, odd: false, doubtful: false };
  if (!found || (one === undefined && !byScript)) return none;
  const limit = byScript ? byScript[facts.scripts[ids[0]]] ?? Infinity : one;
  const unmarked = alphabet.unmarked(ids);
  const tellsLittle = (bits) => found.known === null && gainsLittle(bits, ids.length, limit);
  const isSuspect = (found.bits > NEARLY * limit || tellsLittle(found.bits)) && unmarked.join() !== ids.join();
  const bits = isSuspect ? Math.min(found.bits, ngrams.bitsPerLetter(unmarked)) : found.bits;
  const shapeless = isRepetition(ids) || new Set(ids.map((id) => facts.script_numbers[id]).filter(Boolean)).size > 1;
  const isOddlyMarked = found.known !== null && found.bits > ODD_MARKS * limit;
  const isShort = found.known !== null && ids.length <= FEW_LETTERS && facts.scripts[ids[0]] === "LATIN";
  return { limit: Number.isFinite(limit) ? limit : null, shapeless,
    odd: !found.known && (bits > limit || shapeless), doubtful: !found.known && (bits > NEARLY * limit || isShort || isOddlyMarked || tellsLittle(bits)) };
}

// Whether a name's letters, all together, are hardly likelier than random ones.
function gainsLittle(bits, length, limit) {
  const total = bits * (length + 1 + PRIOR_LETTERS) - PRIOR_LETTERS * PRIOR_BITS;
  return total > (length + 1) * COMMON * limit - LEAST_GAIN;
}

// Whether a name is a few letters repeated, or has one letter four times in a row.
function isRepetition(ids) {
  for (let period = 1; period <= LONGEST_PERIOD; period++) {
    if (ids.length >= REPETITIONS * period && ids.every((id, t) => t < period || id === ids[t - period])) return true;
  }
  return ids.some((id, t) => t >= LONGEST_RUN && [1, 2, 3].every((back) => ids[t - back] === id));
}

// Probabilities whose highest is at most MOST_SURE; the others share what it loses.
export function lessSure(p) {
  const best = argmax(p), rest = p.reduce((sum, each, c) => (c === best ? sum : sum + each), 0);
  if (p[best] <= MOST_SURE || rest === 0) return p;
  return vector(p.length, (c) => (c === best ? MOST_SURE : p[c] * (1 - MOST_SURE) / rest));
}

// The weighted mean of the logits of a surname's parts (C,), each divided by its temperature.
export function poolParts(ofParts, alike, origins, logRatios) {
  const C = origins.length, mean = vector(C, (c) => ofParts.reduce((sum, z) => sum + z[c], 0) / ofParts.length + logRatios[c]);
  const likeliest = origins[argmax(mean)], weights = ofParts.map(() => 1);
  if (!alike && FIRST_COUNTS_MOST.includes(likeliest)) weights[0] += 1;
  if (!alike && LAST_COUNTS_MOST.includes(likeliest)) weights[weights.length - 1] += 1;
  const total = weights.reduce((sum, each) => sum + each, 0);
  return vector(C, (c) => ofParts.reduce((sum, z, i) => sum + weights[i] * z[c], 0) / total);
}
