// The shares of the origins in a list of names, by expectation-maximisation: as cognomen/classifier/mixture.py.
import { vector } from "../engine/linear.js";

const MAX_STEPS = 1000, TOLERANCE = 1e-6;
const SAMPLES = 200, LEVEL = 0.95, RESAMPLED = 400; // distinct names, fewer than in Python, as a browser is to stay quick

// probabilities (U, C) of the distinct names under the shares `priors` (C,); counts (U,): how often each occurs. The
// shares, beginning with those of `start`. Awaits `pause` between the steps.
export async function estimateShares(probabilities, counts, priors, { start = priors, pause = never } = {}) {
  const total = counts.reduce((sum, each) => sum + each, 0);
  let shares = Float64Array.from(start);
  for (let step = 0; step < MAX_STEPS; step++) {
    const ratio = shares.map((each, c) => (priors[c] > 0 ? each / priors[c] : 0)), expected = expectation(probabilities, counts, ratio);
    const before = shares;
    shares = ratio.map((each, c) => each * expected[c] / total);
    if (shares.every((each, c) => Math.abs(each - before[c]) < TOLERANCE)) break;
    await pause();
  }
  const sum = shares.reduce((all, each) => all + each, 0);
  return shares.map((each) => each / sum);
}

async function never() {}

// The sum over the names of counts * p / (ratio . p), (C,).
function expectation(probabilities, counts, ratio) {
  const C = ratio.length, expected = new Float64Array(C);
  for (let u = 0; u < probabilities.length; u++) {
    const p = probabilities[u];
    let likelihood = 0;
    for (let c = 0; c < C; c++) likelihood += ratio[c] * p[c];
    const weight = counts[u] / (likelihood || Number.MIN_VALUE);
    for (let c = 0; c < C; c++) expected[c] += weight * p[c];
  }
  return expected;
}

// The 95 % interval [low, high] of each share, from resamples of the distinct names: as resampled_shares of mixture.py
// and _interval of composition.py. Awaits `pause` between the steps; null as soon as `isStale()`.
export async function shareIntervals(probabilities, counts, priors, random, { pause = never, isStale = () => false } = {}) {
  const shares = await estimateShares(probabilities, counts, priors, { pause }), U = probabilities.length;
  const part = Math.min(1, RESAMPLED / U), taken = part < 1 ? sample(U, RESAMPLED, random) : [...counts.keys()];
  const table = taken.map((u) => probabilities[u]), weights = taken.map((u) => counts[u]);
  const middle = part < 1 ? await estimateShares(table, weights, priors, { start: shares, pause }) : shares;
  const start = vector(priors.length, (c) => (middle[c] + priors[c]) / 2); // a share of 0 would stay 0
  const resampled = [];
  for (let b = 0; b < SAMPLES; b++) {
    if (isStale()) return null;
    const times = new Float64Array(table.length);
    for (let n = 0; n < table.length; n++) times[random.below(table.length)] += 1;
    const drawn = [...times.keys()].filter((u) => times[u]);
    const found = await estimateShares(drawn.map((u) => table[u]), drawn.map((u) => times[u] * weights[u]), priors, { start, pause });
    resampled.push(found.map((each, c) => Math.min(Math.max(shares[c] + Math.sqrt(part) * (each - middle[c]), 0), 1)));
  }
  const unseen = 1 - (1 - LEVEL) ** (1 / U); // a share that none of the names would show with a probability of .05
  return Array.from(shares, (share, c) => {
    const values = resampled.map((each) => each[c]).sort((a, b) => a - b);
    const low = Math.min(quantile(values, (1 - LEVEL) / 2), share, 1 - unseen);
    return [low, Math.min(Math.max(quantile(values, (1 + LEVEL) / 2), share, unseen), 1)];
  });
}

// Between the two nearest of sorted values.
function quantile(sorted, q) {
  const place = q * (sorted.length - 1), below = Math.floor(place);
  return sorted[below] + (place - below) * ((sorted[below + 1] ?? sorted[below]) - sorted[below]);
}

// Distinct numbers below `count`: the first of a shuffle.
function sample(count, size, random) {
  const all = Array.from({ length: count }, (_, i) => i);
  for (let i = 0; i < size; i++) {
    const j = i + random.below(count - i);
    [all[i], all[j]] = [all[j], all[i]];
  }
  return all.slice(0, size);
}
