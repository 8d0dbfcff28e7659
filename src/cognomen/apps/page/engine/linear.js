// y = W x + b for one vector, and its backward; a parameter is { shape, data, grad }, grad only in training.

// (Y, X), (Y,) or nothing, (X,) -> (Y,)
export function apply(weight, bias, x) {
  const [rows, columns] = weight.shape, w = weight.data, y = new Float64Array(rows);
  for (let i = 0; i < rows; i++) y[i] = dot(bias ? bias.data[i] : 0, w, i * columns, x);
  return y;
}

// A sum and the product of x with as many numbers of w, from the k-th on. Called for each row, it is compiled after a few.
function dot(sum, w, k, x) {
  for (let j = 0; j < x.length; j++, k++) sum += w[k] * x[j];
  return sum;
}

// The gradient by x, given that by y; adds to the gradients of the parameters that have one.
export function back(weight, bias, dy, x) {
  const [rows, columns] = weight.shape, w = weight.data, dw = weight.grad, dx = new Float64Array(columns);
  for (let i = 0, k = 0; i < rows; i++) {
    const d = dy[i];
    if (bias && bias.grad) bias.grad[i] += d;
    if (d === 0) { k += columns; continue; }
    for (let j = 0; j < columns; j++, k++) {
      dx[j] += w[k] * d;
      if (dw) dw[k] += d * x[j];
    }
  }
  return dx;
}

export const sigmoid = (x) => 1 / (1 + Math.exp(-x));

// A vector made number by number.
export function vector(length, number) {
  const made = new Float64Array(length);
  for (let i = 0; i < length; i++) made[i] = number(i);
  return made;
}

export function add(x, y) {
  return vector(x.length, (i) => x[i] + y[i]);
}

export const norm = (x) => Math.sqrt(x.reduce((sum, each) => sum + each * each, 0));

export function logSoftmax(logits) {
  const highest = Math.max(...logits);
  const log = highest + Math.log(logits.reduce((sum, each) => sum + Math.exp(each - highest), 0));
  return vector(logits.length, (c) => logits[c] - log);
}

export function argmax(x) {
  let best = 0;
  for (let i = 1; i < x.length; i++) if (x[i] > x[best]) best = i;
  return best;
}
