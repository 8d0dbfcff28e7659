// The classifier's network: ids -> embedding -> recurrent, both directions -> pooling -> logits.
// As cognomen/network/network.py, for one name; the n-grams are in ngrams.js.
import { CELLS } from "./recurrent-cells.js";
import { add, apply, vector } from "./linear.js";
import { readDirection } from "./through-time.js";
import { under } from "./packed-tensors.js";

export class Network {
  constructor(architecture, tensors) {
    this.architecture = architecture;
    this.embedding = tensors["embedding.weight"]; // (V, E)
    this.output = [tensors["output.weight"], tensors["output.bias"]]; // (C, F), (C,)
    this.kinds = architecture.pooling.split("+");
    const reverses = { forward: [false], reverse: [true], both: [false, true] }[architecture.direction];
    this.levels = Array.from({ length: architecture.num_layers }, (_, level) =>
      reverses.map((reverse) => {
        const suffix = `_l${level}${reverse && reverses.length > 1 ? "_reverse" : ""}`;
        return { reverse, cell: makeCell(architecture, under(tensors, "recurrent."), suffix) };
      }));
    this.projected = reverses.map(() => new Map()); // of letters, by id: all names share them
  }

  letter(id) {
    const E = this.embedding.shape[1];
    return Float64Array.from(this.embedding.data.subarray(id * E, (id + 1) * E)); // as states are: one kind of array is fast
  }

  // Reads the ids of a name: its logits (C,), pooled values (F,), and what the last layer did at each letter.
  read(ids) {
    const inputs = ids.map((id) => this.letter(id));
    const { directions } = this.readVectors(inputs, ids);
    const pooled = this.pool(directions.map(({ steps }) => steps.map(({ state }) => state[0])));
    return { logits: apply(...this.output, pooled), pooled, directions };
  }

  // The recurrent layers on vectors (T, E): the last layer's directions, and backward to the vectors.
  readVectors(inputs, ids = null) {
    let x = inputs, directions = [];
    const backs = [];
    this.levels.forEach((level, number) => {
      const before = x;
      directions = level.map(({ cell, reverse }, d) => {
        const project = ids && number === 0 ? (_, t) => this.project(cell, d, ids[t]) : (v) => cell.project(v);
        return { cell, reverse, inputs: before, ...readDirection(cell, reverse, before.map(project)) };
      });
      const made = directions;
      backs.push((dys) => { // for each direction the gradients by its outputs (T, H)
        const dxs = made.map(({ cell, backward }, d) =>
          backward(dys[d]).map((da, t) => cell.projectBack(da, before[t])));
        return before.map((_, t) => dxs.map((dx) => dx[t]).reduce(add));
      });
      x = x.map((_, t) => join(made.map(({ steps }) => steps[t].state[0])));
    });
    const backward = (dys) => {
      let d = backs.at(-1)(dys);
      for (const each of backs.slice(0, -1).reverse()) d = each(split(d, this.levels[0].length));
      return d;
    };
    return { directions, backward };
  }

  project(cell, d, id) {
    const known = this.projected[d];
    if (!known.has(id)) known.set(id, cell.project(this.letter(id)));
    return known.get(id);
  }

  // Pools the outputs of each direction (D, T, H): kinds, within them directions, (K * D * H,).
  pool(outputs) {
    const reverses = this.levels.at(-1).map(({ reverse }) => reverse);
    return join(this.kinds.flatMap((kind) => outputs.map((y, d) => POOLINGS[kind](y, reverses[d]))));
  }
}

const POOLINGS = {
  last: (y, reverse) => y[reverse ? 0 : y.length - 1], // where the direction ends
  max: (y) => vector(y[0].length, (j) => y.reduce((high, each) => Math.max(high, each[j]), -Infinity)),
  mean: (y) => vector(y[0].length, (j) => y.reduce((sum, each) => sum + each[j], 0) / y.length),
};

export function makeCell({ cell, nonlinearity }, tensors, suffix) {
  const names = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"];
  const params = Object.fromEntries(names.map((name) => [name, tensors[name + suffix]]));
  return new CELLS[cell](params, nonlinearity);
}

export function join(vectors) {
  const joined = new Float64Array(vectors.reduce((sum, each) => sum + each.length, 0));
  let start = 0;
  for (const each of vectors) {
    joined.set(each, start);
    start += each.length;
  }
  return joined;
}

// (T, D * H) -> (D, T, H)
function split(vectors, parts) {
  const size = vectors[0].length / parts;
  return Array.from({ length: parts }, (_, d) => vectors.map((v) => v.subarray(d * size, (d + 1) * size)));
}
