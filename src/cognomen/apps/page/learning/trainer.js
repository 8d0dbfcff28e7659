// Training: a batch, its loss and gradients, clipping, one step of the optimiser, and again.
import { AdamW, SGD, clipGradients } from "./adam.js";
import { Random } from "./random.js";
import { SmallNetwork } from "./small-network.js";
import { heldOutItems } from "./tasks.js";

export const BATCH = 32;

export class Trainer {
  // settings: cell, hidden, nonlinearity, direction, rate, clip (Infinity for none), seed.
  constructor(task, settings) {
    this.task = task;
    this.settings = settings;
    this.random = new Random(settings.seed + 1);
    const sizes = { inputs: task.symbols.length, classes: task.answers.length, each: task.each };
    this.network = new SmallNetwork({ ...settings, ...sizes }, this.random);
    this.params = Object.values(this.network.params);
    this.optimiser = new (settings.optimiser === "sgd" ? SGD : AdamW)(this.params, settings.rate);
    this.heldOut = heldOutItems(task);
    this.losses = [];
    this.norms = [];
    this.accuracies = []; // pairs [step, share of right answers]
  }

  get steps() {
    return this.losses.length;
  }

  // Whether the loss or a gradient is NaN or infinite.
  get diverged() {
    return this.losses.length > 0 && !Number.isFinite(this.losses.at(-1) + this.norms.at(-1));
  }

  batch() {
    return Array.from({ length: BATCH }, () => this.task.draw(this.random, this.task.length));
  }

  step() {
    this.network.clearGradients();
    this.losses.push(this.network.loss(this.batch()));
    this.norms.push(clipGradients(this.params, this.settings.clip));
    if (!this.diverged) this.optimiser.step();
  }

  // The share of right answers on held-out items.
  measure() {
    let right = 0, all = 0;
    for (const { ids, targets } of this.heldOut) {
      this.network.predict(ids).forEach((answer, n) => { right += answer === targets[n] ? 1 : 0; });
      all += targets.length;
    }
    this.accuracies.push([this.steps, right / all]);
    return right / all;
  }
}

// The two directions in which vectors (N, H) vary most, and their places along these: principal components.
export function inTwoDimensions(vectors) {
  const H = vectors[0].length, mean = new Float64Array(H);
  for (const v of vectors) v.forEach((each, j) => { mean[j] += each / vectors.length; });
  const centred = vectors.map((v) => v.map((each, j) => each - mean[j]));
  const axes = [];
  for (let number = 0; number < 2; number++) {
    let axis = Float64Array.from({ length: H }, (_, j) => Math.sin(1 + j + 7 * number));
    for (let round = 0; round < 30; round++) { // power iteration
      const next = new Float64Array(H);
      for (const v of centred) {
        const along = v.reduce((sum, each, j) => sum + each * axis[j], 0);
        v.forEach((each, j) => { next[j] += along * each; });
      }
      for (const other of axes) {
        const along = other.reduce((sum, each, j) => sum + each * next[j], 0);
        other.forEach((each, j) => { next[j] -= along * each; });
      }
      const length = Math.sqrt(next.reduce((sum, each) => sum + each * each, 0)) || 1;
      axis = next.map((each) => each / length);
    }
    axes.push(axis);
  }
  return centred.map((v) => axes.map((axis) => v.reduce((sum, each, j) => sum + each * axis[j], 0)));
}
