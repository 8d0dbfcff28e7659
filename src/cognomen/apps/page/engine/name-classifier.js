// Names in, answers out: as cognomen/classifier/classifier.py, with its default options.
import { add, argmax, vector } from "./linear.js";
import { Network } from "./name-network.js";
import { lessSure, poolParts, unlikeness } from "./odd-names.js";
import { makeWords, readWithNetwork } from "../reading/read-surname.js";
import { Alphabet } from "../reading/text.js";

export class Classifier {
  // facts: those of model.json that answers need; tensors: its parameters; words: what reading needs; ngrams: made
  // of the model's tables, or what stands in for them until these are there.
  constructor(facts, tensors, words, ngrams) {
    this.facts = facts;
    this.words = makeWords(words);
    this.alphabet = new Alphabet(facts.alphabet);
    this.origins = facts.origins;
    this.network = new Network(facts.architecture, tensors);
    this.ngrams = ngrams;
    const shares = facts.default_shares;
    this.logRatios = this.origins.map((_, c) => (shares ? Math.log(shares[c]) - Math.log(facts.priors[c]) : 0));
    this.tree = makeTree(facts.origins, facts.tree);
    this.beliefs = new Map(); // of spellings, the most recent ones
  }

  // The answer to a text: { text, reading, ... } with its probabilities at every level of the tree.
  answer(text, surnameFirst = false) {
    const reading = readWithNetwork(text, this, surnameFirst);
    if (reading.reason) return { text, reading, reason: reading.reason, levels: [] };
    const whole = this.believe(reading.spelling);
    const belief = reading.parts.length && !whole.known ? this.pooled(whole, reading) : whole;
    const levels = this.tree.map((level) => level.answer(belief.probabilities));
    return { text, reading, ...belief, levels, reason: belief.odd ? "unlike-training" : null };
  }

  // The belief in a surname of parts: that in the whole, with the answers to its parts pooled.
  pooled(whole, { parts, alike }) {
    const beliefs = parts.map((part) => this.believe(part)), known = whole.known === null ? null : beliefs.every((each) => each.known);
    const logits = poolParts(beliefs.map((each) => this.scaled(each.logits, each.known)), alike, this.origins, this.logRatios);
    const probabilities = this.probabilities(logits, whole.doubtful);
    return { ...whole, probabilities, known, pooled: true, odd: beliefs.every((each) => each.odd) };
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
    const like = unlikeness(this, ids, found);
    return {
      ids, logits, probabilities: this.probabilities(this.scaled(logits, found?.known), like.doubtful),
      known: found?.known ?? null, bits: found?.bits ?? null, ...like,
    };
  }

  // Under the default prior, from logits divided by the temperature.
  probabilities(scaled, doubtful) {
    const p = softmax(add(scaled, this.logRatios));
    return doubtful ? lessSure(p) : p;
  }

  // Divided by the temperature: that of names with weights of their own may be another one.
  scaled(logits, known) {
    const { temperature, known_temperature: ofKnown } = this.facts.calibration;
    const divisor = known && ofKnown ? ofKnown : temperature;
    return vector(logits.length, (c) => logits[c] / divisor);
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
