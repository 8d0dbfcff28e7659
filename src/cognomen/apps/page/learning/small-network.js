// A small network that can be trained: symbols -> one layer of a cell -> logits, at each step or at the end.
// As cognomen.rnn.shapes: SyncedManyToMany, or ManyToOne with the last state, over an Encoder of one-hot inputs.
import { CELLS } from "../engine/recurrent-cells.js";
import { apply, argmax, back, logSoftmax, vector } from "../engine/linear.js";
import { join } from "../engine/name-network.js";
import { readDirection } from "../engine/through-time.js";

export class SmallNetwork {
  // inputs: symbols, V; hidden: H; classes: C; each: whether there is an answer at each step.
  constructor({ cell, inputs, hidden, classes, direction = "forward", nonlinearity = "tanh", each }, random) {
    this.each = each;
    this.params = {};
    const reverses = direction === "both" ? [false, true] : [false], gates = new CELLS[cell](fake(hidden)).gates;
    this.directions = reverses.map((reverse) => {
      const suffix = `_l0${reverse ? "_reverse" : ""}`, bound = hidden ** -0.5;
      const make = (name, ...shape) => (this.params[`encoder.${name}${suffix}`] = parameter(shape, bound, random));
      const params = {
        weight_ih: make("weight_ih", gates * hidden, inputs), bias_ih: make("bias_ih", gates * hidden),
        weight_hh: make("weight_hh", gates * hidden, hidden), bias_hh: make("bias_hh", gates * hidden),
      };
      return { reverse, cell: new CELLS[cell](params, nonlinearity) };
    });
    const width = hidden * reverses.length;
    this.params["output.weight"] = parameter([classes, width], width ** -0.5, random);
    this.params["output.bias"] = parameter([classes], width ** -0.5, random);
  }

  get output() {
    return [this.params["output.weight"], this.params["output.bias"]];
  }

  // Reads symbols: logits and states at each place with an answer, and backward from the logits' gradients.
  read(ids) {
    const read = this.directions.map(({ cell, reverse }) =>
      ({ cell, reverse, ...readDirection(cell, reverse, ids.map((id) => oneHotProject(cell, id))) }));
    const states = ids.map((_, t) => join(read.map(({ steps }) => steps[t].state[0])));
    const ends = read.map(({ reverse }) => (reverse ? 0 : ids.length - 1));
    const seen = this.each ? states : [join(read.map(({ steps }, d) => steps[ends[d]].state[0]))];
    const logits = seen.map((state) => apply(...this.output, state));
    const backward = (dlogits, watch) => {
      const dseen = dlogits.map((d, n) => back(...this.output, d, seen[n]));
      read.forEach(({ cell, backward: backRead }, d) => {
        const part = (v) => v.subarray(d * cell.size, (d + 1) * cell.size);
        const dys = ids.map((_, t) => (this.each ? part(dseen[t]) : t === ends[d] ? part(dseen[0]) : null));
        backRead(dys, watch).forEach((da, t) => oneHotBack(cell, da, ids[t]));
      });
    };
    return { logits, states, read, backward };
  }

  // The mean cross-entropy of a batch [{ ids, targets }, ...]; adds its gradients.
  loss(batch) {
    const rows = batch.reduce((sum, { targets }) => sum + targets.length, 0);
    let loss = 0;
    for (const { ids, targets } of batch) {
      const { logits, backward } = this.read(ids);
      backward(logits.map((each, n) => {
        const logP = logSoftmax(each);
        loss -= logP[targets[n]] / rows;
        return vector(each.length, (c) => (Math.exp(logP[c]) - (c === targets[n] ? 1 : 0)) / rows);
      }));
    }
    return loss;
  }

  predict(ids) {
    return this.read(ids).logits.map(argmax);
  }

  clearGradients() {
    for (const { grad } of Object.values(this.params)) grad.fill(0);
  }
}

const fake = (hidden) => ({ weight_hh: { shape: [hidden, hidden] } });

export function parameter(shape, bound, random) {
  const data = vector(shape.reduce((product, size) => product * size, 1), () => random.uniform(-bound, bound));
  return { shape, data, grad: new Float64Array(data.length) };
}

// The column of the input's weight that a symbol selects, and the bias.
function oneHotProject(cell, id) {
  const { weight_ih: { data, shape: [rows, columns] }, bias_ih: bias } = cell.params;
  return vector(rows, (i) => data[i * columns + id] + bias.data[i]);
}

function oneHotBack(cell, da, id) {
  const { weight_ih: weight, bias_ih: bias } = cell.params, columns = weight.shape[1];
  da.forEach((d, i) => {
    weight.grad[i * columns + id] += d;
    bias.grad[i] += d;
  });
}
