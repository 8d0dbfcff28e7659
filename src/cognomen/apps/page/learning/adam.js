// Gradient clipping and the optimiser: as cognomen/rnn/optim.py.

// Scales all gradients by one factor, so that their norm is at most `limit`; returns the norm before.
export function clipGradients(params, limit) {
  let squares = 0;
  for (const { grad } of params) for (const d of grad) squares += d * d;
  const norm = Math.sqrt(squares);
  if (norm > limit) for (const { grad } of params) grad.forEach((d, i) => { grad[i] = d * limit / norm; });
  return norm;
}

// Adam with decoupled weight decay.
export class AdamW {
  constructor(params, rate, { betas = [0.9, 0.999], eps = 1e-8, decay = 0.01 } = {}) {
    Object.assign(this, { params, rate, betas, eps, decay, steps: 0 });
    this.means = params.map(({ data }) => new Float64Array(data.length));
    this.squares = params.map(({ data }) => new Float64Array(data.length));
  }

  step() {
    const [first, second] = this.betas;
    this.steps += 1;
    const rate = this.rate / (1 - first ** this.steps), scale = Math.sqrt(1 - second ** this.steps);
    this.params.forEach(({ data, grad }, number) => {
      const mean = this.means[number], square = this.squares[number];
      for (let i = 0; i < data.length; i++) {
        mean[i] += (1 - first) * (grad[i] - mean[i]);
        square[i] += (1 - second) * (grad[i] * grad[i] - square[i]);
        data[i] *= 1 - this.rate * this.decay;
        data[i] -= rate * mean[i] / (Math.sqrt(square[i]) / scale + this.eps);
      }
    });
  }
}

// Stochastic gradient descent.
export class SGD {
  constructor(params, rate) {
    Object.assign(this, { params, rate });
  }

  step() {
    for (const { data, grad } of this.params) grad.forEach((d, i) => { data[i] -= this.rate * d; });
  }
}
