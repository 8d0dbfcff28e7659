// The shares of the origins in a list of names, by expectation-maximisation: as cognomen/classifier/mixture.py.
import { vector } from "./linear.js";

const MAX_STEPS = 1000, TOLERANCE = 1e-6;

// probabilities (U, C) of the distinct names under the shares `priors` (C,); counts (U,): how often each occurs.
export function estimateShares(probabilities, counts, priors) {
  const total = counts.reduce((sum, each) => sum + each, 0), C = priors.length;
  let shares = Float64Array.from(priors);
  for (let step = 0; step < MAX_STEPS; step++) {
    const ratio = vector(C, (c) => (priors[c] > 0 ? shares[c] / priors[c] : 0)), expected = new Float64Array(C);
    probabilities.forEach((p, u) => {
      const likelihood = p.reduce((sum, each, c) => sum + ratio[c] * each, 0) || Number.MIN_VALUE;
      for (let c = 0; c < C; c++) expected[c] += counts[u] / likelihood * p[c];
    });
    const before = shares;
    shares = vector(C, (c) => ratio[c] * expected[c] / total);
    if (shares.every((each, c) => Math.abs(each - before[c]) < TOLERANCE)) break;
  }
  const sum = shares.reduce((all, each) => all + each, 0);
  return shares.map((each) => each / sum);
}
