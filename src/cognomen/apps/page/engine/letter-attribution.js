// How much each letter adds to a logit, and which letters each state depends on.
// As cognomen/explanation/attribution.py and activations.py.
import { norm, vector } from "./linear.js";

// Integrated gradients of a weighted sum of logits (C,): from a name of unknown letters to the name.
// `segments` of the path: more are more exact. A generator: it yields after each, and returns what each letter
// adds, (T,).
export function* attribute(network, ids, target, segments) {
  const zero = network.letter(0), ways = ids.map((id) => vector(zero.length, (e) => network.letter(id)[e] - zero[e]));
  const heads = headsOf(network, target), added = new Float64Array(ids.length);
  const at = (share) => {
    const x = ways.map((way) => vector(zero.length, (e) => zero[e] + share * way[e]));
    const { directions, backward } = network.readVectors(x);
    return { outputs: directions.map(({ steps }) => steps.map(({ state }) => state[0])), backward };
  };
  let low = at(0);
  for (let segment = 0; segment < segments; segment++) {
    const middle = at((segment + 0.5) / segments), high = at((segment + 1) / segments);
    const slopes = poolingSlopes(network, low.outputs, high.outputs, heads); // (D, T, H)
    for (const [point, weight] of [[low, 1], [middle, 4], [high, 1]]) { // Simpson's rule
      point.backward(slopes).forEach((dx, t) => {
        added[t] += weight / (6 * segments) * dx.reduce((sum, d, e) => sum + d * ways[t][e], 0);
      });
    }
    low = high;
    yield segment;
  }
  return added;
}

// The target's gradient by the pooled values, by kind and direction: (K, D, H).
export function headsOf(network, target) {
  const [{ shape: [, F], data }] = network.output, D = network.levels.at(-1).length;
  const all = vector(F, (f) => target.reduce((sum, each, c) => sum + each * data[c * F + f], 0));
  const H = F / D / network.kinds.length;
  return network.kinds.map((_, k) => Array.from({ length: D }, (_, d) => all.subarray((k * D + d) * H, (k * D + d + 1) * H)));
}

// The gradient by the outputs (D, T, H) with the mean slope of the pooling over a segment in place of its own.
export function poolingSlopes(network, low, high, heads) {
  return low.map((ys, d) => {
    const found = ys.map((y) => new Float64Array(y.length));
    network.kinds.forEach((kind, k) => {
      const head = heads[k][d];
      for (let j = 0; j < head.length; j++) {
        SLOPES[kind](ys, high[d], j, network.levels.at(-1)[d].reverse).forEach((slope, t) => {
          found[t][j] += head[j] * slope;
        });
      }
    });
    return found;
  });
}

const SLOPES = {
  mean: (low) => low.map(() => 1 / low.length),
  last: (low, high, j, reverse) => low.map((_, t) => (t === (reverse ? 0 : low.length - 1) ? 1 : 0)),
  // Where another letter takes the lead, each counts for the part of the way on which it leads.
  max(low, high, j) {
    const first = leader(low, j), last = leader(high, j), slopes = low.map(() => 0);
    const ahead = low[first][j] - low[last][j], behind = high[last][j] - high[first][j];
    const led = ahead + behind > 0 ? ahead / (ahead + behind) : 1;
    slopes[last] = 1 - led;
    slopes[first] = first === last ? 1 : led;
    return slopes;
  },
};

const leader = (ys, j) => ys.reduce((best, y, t) => (y[j] > ys[best][j] ? t : best), 0);

// What n-grams add to a weighted sum of logits, divided among their letters, (T,); and to the baseline.
export function attributeNgrams(ngrams, ids, target) {
  const dot = (logits) => logits.reduce((sum, each, c) => sum + each * target[c], 0);
  const added = new Float64Array(ids.length), covered = new Set();
  let ofMarks = 0;
  for (const span of ngrams.spans(ids)) {
    const value = dot(ngrams.logitsOf([span]));
    if (span.start >= span.stop) ofMarks += value;
    for (let t = span.start; t < span.stop; t++) {
      added[t] += value / (span.stop - span.start);
      covered.add(t);
    }
  }
  const baseline = dot(ngrams.logitsOf(ngrams.spans(ids.map(() => 0))));
  for (const t of covered) added[t] += (ofMarks - baseline) / covered.size;
  return { added, baseline };
}

// For one direction of the last layer: at [t][s] the Frobenius norm of d state_t / d x_s, (T, T).
// A generator, as it takes a while: it yields after each letter, and returns the norms.
export function* jacobianNorms({ cell, reverse, steps, inputs }) {
  const T = steps.length, H = cell.size, order = steps.map((_, t) => (reverse ? T - 1 - t : t));
  const norms = steps.map(() => new Float64Array(T));
  let carry = new Map(); // by letter s: d state / d x_s, E columns of the whole state
  for (const t of order) {
    const { byState, byInput } = stepJacobians(cell, steps[t], inputs[t]);
    const next = new Map([...carry].map(([s, columns]) => [s, columns.map((column) => times(byState, column))]));
    next.set(t, byInput);
    for (const [s, columns] of next) norms[t][s] = norm(columns.map((column) => norm(column.subarray(0, H))));
    carry = next;
    yield t;
  }
  return norms;
}

const times = (rows, v) => vector(rows.length, (i) => {
  const row = rows[i];
  let sum = 0;
  for (let j = 0; j < v.length; j++) sum += row[j] * v[j];
  return sum;
});

// From the cell's own backward, one row of the identity at a time: rows by the state, columns by the input.
function stepJacobians(cell, step, x) {
  const size = cell.slots * cell.size, byState = [], das = [];
  for (let row = 0; row < size; row++) {
    const seeds = cell.initialState();
    seeds[Math.floor(row / cell.size)][row % cell.size] = 1;
    const { da, dstate } = step.back(seeds);
    byState.push(dstate.length === 1 ? dstate[0] : Float64Array.from(dstate.flatMap((each) => [...each])));
    das.push(cell.projectBack(da, x));
  }
  const byInput = Array.from(x, (_, e) => vector(size, (row) => das[row][e]));
  return { byState, byInput };
}
