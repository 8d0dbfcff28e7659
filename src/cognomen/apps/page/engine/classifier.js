// Names in, answers out: as cognomen/classifier/classifier.py, with its default options.
import { add, argmax, vector } from "./linear.js";
import { Network } from "./network.js";
import { makeNgrams } from "./ngrams.js";
import { makeWords, readSurname } from "../reading/reading.js";
import { Alphabet, isMark } from "../reading/text.js";

export class Classifier {
  // facts: those of model.json that answers need; tensors: its parameters; words: what reading needs.
  constructor(facts, tensors, words) {
    this.facts = facts;
    this.words = makeWords(words);
    this.alphabet = new Alphabet(facts.alphabet);
    this.origins = facts.origins;
    this.network = new Network(facts.architecture, tensors);
    this.ngrams = makeNgrams(facts.architecture, tensors);
    const shares = facts.default_shares;
    this.logRatios = this.origins.map((_, c) => (shares ? Math.log(shares[c]) - Math.log(facts.priors[c]) : 0));
    this.tree = makeTree(facts.origins, facts.tree);
    this.beliefs = new Map(); // of spellings, the most recent ones
  }

  // The answer to a text: { text, reading, ... } with its probabilities at every level of the tree.
  answer(text, surnameFirst = false) {
    const reading = readSurname(text, this.alphabet, this.facts.lower, this.words, surnameFirst);
    if (reading.reason) return { text, reading, reason: reading.reason, levels: [] };
    const { probabilities, ...rest } = this.believe(reading.spelling);
    const levels = this.tree.map((level) => level.answer(probabilities));
    return { text, reading, ...rest, probabilities, levels, reason: rest.odd ? "unlike-training" : null };
  }

  // What the network says of a spelling, calibrated and under the default prior.
  believe(spelling) {
    const known = this.beliefs.get(spelling);
    if (known) return known;
    const belief = this.score(this.alphabet.encode(spelling));
    if (this.beliefs.size > 2000) this.beliefs.clear();
    this.beliefs.set(spelling, belief);
    return belief;
  }

  score(ids) {
    const read = this.network.read(ids), found = this.ngrams?.evidence(ids);
    const logits = found ? add(read.logits, found.logits) : read.logits; // (C,)
    const scaled = this.scaled(logits, found?.known);
    const ratios = this.logRatios;
    return {
      ids, logits, probabilities: softmax(vector(scaled.length, (c) => scaled[c] + ratios[c])),
      recurrent: read.logits, ngrams: found?.logits, known: found?.known ?? null,
      bits: found?.bits ?? null, limit: this.limit(ids), odd: this.isOdd(ids, found),
    };
  }

  // Divided by the temperature: that of names with weights of their own may be another one.
  scaled(logits, known) {
    const { temperature, known_temperature: ofKnown } = this.facts.calibration;
    const divisor = known && ofKnown ? ofKnown : temperature;
    return vector(logits.length, (c) => logits[c] / divisor);
  }

  // The bits per letter above which a name that begins so is unlike the training names; null for no limit.
  limit(ids) {
    const { ood_threshold: limit, script_ood_thresholds: byScript } = this.facts.calibration;
    if (!byScript) return limit ?? null;
    return byScript[this.facts.scripts[ids[0]]] ?? null;
  }

  // Whether it is unlike the training names both with its marks and without them.
  isOdd(ids, found) {
    const limit = this.limit(ids);
    if (!found || limit === null || found.known || found.bits <= limit) return false;
    const unmarked = ids.filter((id) => id === 0 || !isMark(this.alphabet.letters[id - 1]));
    return unmarked.length === ids.length || this.ngrams.bitsPerLetter(unmarked) > limit;
  }
}

export function softmax(logits) {
  const highest = Math.max(...logits), raised = logits.map((each) => Math.exp(each - highest));
  const sum = raised.reduce((total, each) => total + each, 0);
  return raised.map((each) => each / sum);
}

// The levels of the tree, the most specific first. A region is summed from its groups.
function makeTree(origins, places) {
  const levels = [new Level("origin", origins, (p) => p)];
  if (!places) return levels;
  const regionOf = new Map(places), groups = [...regionOf.keys()], regions = [...new Set(regionOf.values())];
  const toGroups = sums(places.map(([group]) => groups.indexOf(group)), groups.length);
  const toRegions = sums([...regionOf.values()].map((region) => regions.indexOf(region)), regions.length);
  levels.push(new Level("group", groups, toGroups));
  levels.push(new Level("region", regions, (p) => toRegions(toGroups(p))));
  return levels;
}

const sums = (labelOf, count) => (p) => {
  const totals = new Float64Array(count);
  p.forEach((each, i) => { totals[labelOf[i]] += each; });
  return totals.map((each) => Math.min(each, 1));
};

class Level {
  constructor(name, labels, sum) {
    Object.assign(this, { name, labels, sum });
  }

  answer(probabilities) {
    const p = this.sum(probabilities), best = argmax(p);
    return { level: this.name, labels: this.labels, probabilities: p, label: this.labels[best], probability: p[best] };
  }
}
