// Letter n-grams: exact ones (cognomen/network/ngrams.py), and those and whole names found by hash
// (cognomen/network/hashed_ngrams.py); what they add to the logits, and the bits per letter.
import { apply, vector } from "./linear.js";
import { hashNames, lookUp } from "./hashing.js";

const FACTOR = 4, PRIOR_COUNT = 2;
export const PRIOR_LETTERS = 4;
export const PRIOR_BITS = 3;

class NgramLayer {
  // counts: of training names with the n-gram of each row (R,); single: of all n-grams of one letter, summed.
  setCounts(counts, single, alphabetSize) {
    this.counts = counts;
    this.single = single;
    this.endMark = alphabetSize;
    const total = counts.reduce((high, each) => Math.max(high, each), 0);
    this.idf = vector(counts.length, (row) => (counts[row] ? 1 + Math.log((1 + total) / (1 + counts[row])) : 0));
  }

  // The rows of the n-grams of 1 to K letters that end at each letter and end mark: (T + 2, K).
  marked(ids) {
    return [this.endMark, ...ids, this.endMark];
  }

  scale(nodes) {
    const squares = nodes.flat().reduce((sum, row) => sum + this.idf[row] ** 2, 0);
    return FACTOR / Math.sqrt(Math.max(squares, 1));
  }

  // What each known n-gram of a name adds: its letters [start, stop), row and tf-idf weight.
  spans(ids) {
    const nodes = this.find(ids), scale = this.scale(nodes), found = [];
    nodes.forEach((rows, place) => rows.forEach((row, order) => {
      if (!row) return;
      const start = Math.max(place - order - 1, 0), stop = Math.min(place, ids.length);
      found.push({ start, stop, row, x: this.idf[row] * scale });
    }));
    const slot = this.nameSlot(ids);
    if (slot) found.push({ start: 0, stop: ids.length, slot, x: 1 });
    return found;
  }

  // How unlike the training names a name is: the mean of -log2 p over its letters.
  bitsPerLetter(ids) {
    const nodes = this.find(ids);
    let sum = PRIOR_LETTERS * PRIOR_BITS;
    nodes.forEach((rows, place) => {
      if (place === 0) return; // the first end mark is in every name
      let p = 1 / (this.endMark + 1), total = this.single;
      rows.forEach((row, k) => {
        const count = this.counts[row];
        p = (Math.min(count, total) + PRIOR_COUNT * p) / (total + PRIOR_COUNT);
        total = this.counts[nodes[place - 1][k]];
      });
      sum -= Math.log2(p);
    });
    return sum / (nodes.length - 1 + PRIOR_LETTERS);
  }
}

// A weight for each n-gram and origin; the n-grams form a trie.
export class Ngrams extends NgramLayer {
  constructor(tensors, alphabetSize) {
    super();
    const { shape: [G, K], data: letters } = tensors["ngrams.letters"];
    [this.longest, this.width] = [K, alphabetSize + 1];
    this.weight = tensors["ngrams.weight"]; // (G + 1, C)
    const lengths = vector(G, (g) => {
      let length = 0;
      while (length < K && letters[g * K + length]) length++;
      return length;
    });
    this.empty = 1 + lengths.filter((length) => length < K).length; // the row of the empty n-gram
    this.child = new Uint32Array((this.empty + 1) * this.width);
    lengths.forEach((length, g) => { // shorter ones come first, so that their rows exist
      let node = this.empty;
      for (let k = 0; k < length - 1; k++) node = this.extended(node, letters[g * K + k]);
      this.child[node * this.width + letters[g * K + length - 1]] = g + 1;
    });
    const counts = vector(G + 1, (row) => (row ? tensors["ngrams.counts"].data[row - 1] : 0));
    const single = lengths.reduce((sum, length, g) => sum + (length === 1 ? counts[g + 1] : 0), 0);
    this.setCounts(counts, single, alphabetSize);
  }

  extended(node, letter) {
    return this.child[node * this.width + letter];
  }

  find(ids) {
    const marked = this.marked(ids);
    let before = [];
    return marked.map((letter, place) => {
      const rows = Array.from({ length: this.longest }, (_, k) => {
        if (k === 0) return this.extended(this.empty, letter);
        return place && before[k - 1] ? this.extended(before[k - 1], letter) : 0;
      });
      before = rows;
      return rows;
    });
  }

  nameSlot() {
    return 0; // no name has weights of its own
  }

  logitsOf(spans) {
    const C = this.weight.shape[1], logits = new Float64Array(C);
    for (const { row, x } of spans) {
      for (let c = 0; c < C; c++) logits[c] += x * this.weight.data[row * C + c];
    }
    return logits;
  }

  evidence(ids) {
    return { logits: this.logitsOf(this.spans(ids)), bits: this.bitsPerLetter(ids), known: null };
  }
}

// Rows of an embedding found by hash, and a matrix from their sum to the logits.
export class HashedNgrams extends NgramLayer {
  constructor(tensors, alphabetSize, longest) {
    super();
    this.longest = longest;
    this.keys = tensors["ngrams.keys"].data; // (B,)
    this.nameKeys = tensors["ngrams.name_keys"].data; // (W,)
    this.rows = rowsOf(tensors);
    this.output = tensors["ngrams.output.weight"]; // (C, R)
    const stored = tensors["ngrams.counts"].data;
    const counts = vector(this.keys.length + 1, (row) => (row && this.keys[row - 1] ? Math.expm1(stored[row - 1]) : 0));
    const letters = Array.from({ length: alphabetSize }, (_, i) => i + 1); // the end mark is one of them
    const single = new Set(letters.map((id) => lookUp(this.keys, hashNames([id], 1, alphabetSize).ngrams[1][0])));
    this.setCounts(counts, [...single].reduce((sum, row) => sum + counts[row], 0), alphabetSize);
  }

  find(ids) {
    const { ngrams } = hashNames(ids, this.longest, this.endMark);
    return ngrams.map((hashes) => hashes.map((hash) => lookUp(this.keys, hash)));
  }

  nameSlot(ids) {
    return lookUp(this.nameKeys, hashNames(ids, 1, this.endMark).name);
  }

  logitsOf(spans) {
    const sum = new Float64Array(this.output.shape[1]); // (R,)
    for (const { row, slot, x } of spans) {
      const numbers = slot ? this.rows.ofName(slot) : this.rows.ofNgram(row);
      for (let r = 0; r < sum.length; r++) sum[r] += x * numbers[r];
    }
    return apply(this.output, null, sum);
  }

  evidence(ids) {
    const known = this.nameSlot(ids) > 0;
    return { logits: this.logitsOf(this.spans(ids)), bits: this.bitsPerLetter(ids), known };
  }
}

// The one place that knows how the rows of R numbers are stored: those of n-grams as they are, those of names as
// the sum of an entry of each codebook.
function rowsOf(tensors) {
  const { shape: [, R], data } = tensors["ngrams.embedding"], codes = tensors["ngrams.name_codes"];
  const { shape: [S, K], data: books } = tensors["ngrams.name_codebooks"];
  return {
    ofNgram: (row) => data.subarray(row * R, (row + 1) * R),
    ofName(slot) {
      const sum = new Float64Array(R);
      for (let s = 0; s < S; s++) {
        const entry = (s * K + codes.data[(slot - 1) * S + s]) * R;
        for (let r = 0; r < R; r++) sum[r] += books[entry + r];
      }
      return sum;
    },
  };
}

export function makeNgrams(architecture, tensors) {
  if (!architecture.longest_ngram) return null;
  const { alphabet_size: V, longest_ngram: longest, ngram_rank: rank } = architecture;
  return rank ? new HashedNgrams(tensors, V, longest) : new Ngrams(tensors, V);
}
