// Recurrent cells: how one input changes the hidden state. As cognomen/rnn/cells.py, for one sequence.
//
//   a = cell.project(x)                              (X,) -> (G * H,): what depends on the input alone
//   { state, gates, b, back } = cell.step(a, state)  state: [h], or [h, c] for the LSTM, (H,) each
//   { da, dstate } = back(dstate)                    one step back in time
//
// Parameters and gate order are those of torch.nn.
import { apply, back, sigmoid, vector } from "./linear.js";

const NONLINEARITIES = {
  tanh: [Math.tanh, (z, h) => 1 - h * h],
  relu: [(z) => Math.max(z, 0), (z) => (z > 0 ? 1 : 0)],
  identity: [(z) => z, () => 1],
};

class Cell {
  constructor(params) {
    this.params = params;
    this.size = params.weight_hh.shape[1]; // H
  }

  initialState() {
    return Array.from({ length: this.slots }, () => new Float64Array(this.size));
  }

  project(x) {
    return apply(this.params.weight_ih, this.params.bias_ih, x);
  }

  // The gradient by x, given that by a.
  projectBack(da, x) {
    return back(this.params.weight_ih, this.params.bias_ih, da, x);
  }

  recurrent(h) {
    return apply(this.params.weight_hh, this.params.bias_hh, h);
  }

  recurrentBack(db, h) {
    return back(this.params.weight_hh, this.params.bias_hh, db, h);
  }
}

// h <- phi(V h + U x); U is weight_ih, V is weight_hh.
export class Elman extends Cell {
  gates = 1;
  slots = 1;

  constructor(params, nonlinearity = "tanh") {
    super(params);
    [this.phi, this.slope] = NONLINEARITIES[nonlinearity];
  }

  step(a, [h]) {
    const H = this.size, b = this.recurrent(h);
    const z = vector(H, (j) => a[j] + b[j]);
    const after = vector(H, (j) => this.phi(z[j]));
    const backward = ([dh]) => {
      const dz = vector(H, (j) => dh[j] * this.slope(z[j], after[j]));
      return { da: dz, dstate: [this.recurrentBack(dz, h)] };
    };
    return { state: [after], gates: {}, b, back: backward };
  }
}

//   r = sigmoid(a_r + b_r)      reset: how much of the past the candidate uses
//   z = sigmoid(a_z + b_z)      update: how much of the past is kept
//   n = tanh(a_n + r * b_n)     candidate
//   h <- (1 - z) * n + z * h
export class GRU extends Cell {
  gates = 3;
  slots = 1;

  step(a, [h]) {
    const H = this.size, b = this.recurrent(h);
    const r = vector(H, (j) => sigmoid(a[j] + b[j]));
    const z = vector(H, (j) => sigmoid(a[H + j] + b[H + j]));
    const n = vector(H, (j) => Math.tanh(a[2 * H + j] + r[j] * b[2 * H + j]));
    const after = vector(H, (j) => n[j] + z[j] * (h[j] - n[j]));
    const backward = ([dh]) => {
      const da = new Float64Array(3 * H), db = new Float64Array(3 * H), kept = new Float64Array(H);
      for (let j = 0; j < H; j++) {
        const dn = dh[j] * (1 - z[j]) * (1 - n[j] * n[j]), dbn = dn * r[j];
        da[j] = db[j] = dbn * b[2 * H + j] * (1 - r[j]);
        da[H + j] = db[H + j] = dh[j] * z[j] * (h[j] - n[j]) * (1 - z[j]);
        da[2 * H + j] = dn;
        db[2 * H + j] = dbn;
        kept[j] = dh[j] * z[j];
      }
      const dbefore = this.recurrentBack(db, h);
      for (let j = 0; j < H; j++) dbefore[j] += kept[j];
      return { da, dstate: [dbefore] };
    };
    return { state: [after], gates: { reset: r, update: z, candidate: n }, b, back: backward };
  }
}

//   i, f, o = sigmoid(a + b)     input, forget and output gate
//   g = tanh(a_g + b_g)          candidate
//   c <- f * c + i * g
//   h <- o * tanh(c)             gates in the order i, f, g, o
export class LSTM extends Cell {
  gates = 4;
  slots = 2;

  step(a, [h, c]) {
    const H = this.size, b = this.recurrent(h), z = vector(4 * H, (j) => a[j] + b[j]);
    const i = vector(H, (j) => sigmoid(z[j]));
    const f = vector(H, (j) => sigmoid(z[H + j]));
    const g = vector(H, (j) => Math.tanh(z[2 * H + j]));
    const o = vector(H, (j) => sigmoid(z[3 * H + j]));
    const cell = vector(H, (j) => f[j] * c[j] + i[j] * g[j]);
    const squashed = vector(H, (j) => Math.tanh(cell[j]));
    const after = vector(H, (j) => o[j] * squashed[j]);
    const backward = ([dh, dcell]) => {
      const da = new Float64Array(4 * H), dc = new Float64Array(H);
      for (let j = 0; j < H; j++) {
        const d = dcell[j] + dh[j] * o[j] * (1 - squashed[j] * squashed[j]);
        da[j] = d * g[j] * i[j] * (1 - i[j]);
        da[H + j] = d * c[j] * f[j] * (1 - f[j]);
        da[2 * H + j] = d * i[j] * (1 - g[j] * g[j]);
        da[3 * H + j] = dh[j] * squashed[j] * o[j] * (1 - o[j]);
        dc[j] = d * f[j];
      }
      return { da, dstate: [this.recurrentBack(da, h), dc] };
    };
    const gates = { input: i, forget: f, candidate: g, output: o };
    return { state: [after, cell], gates, b, back: backward };
  }
}

export const CELLS = { rnn: Elman, gru: GRU, lstm: LSTM };
