// Letter n-grams: exact ones (cognomen/network/ngrams.py), and those and whole names found by hash
// (cognomen/network/hashed_ngrams.py); what they add to the logits, and the bits per letter.
import { apply } from "./linear.js";
import { hashNames, lookUp } from "./name-hashes.js";

const FACTOR = 4, PRIOR_COUNT = 2;
export const PRIOR_LETTERS = 4;
export const PRIOR_BITS = 3;

class NgramLayer {
  // count(row): of training names with the n-gram of a row; most: the highest of them; single: of all n-grams of one
  // letter, summed.
  setCounts(count, most, single, alphabetSize) {
    this.count = count;
    this.most = most;
    this.single = single;
    this.endMark = alphabetSize;
  }

  // The inverse document frequency of the n-gram of a row.
  idf(row) {
    const count = this.count(row);
    return count ? 1 + Math.log((1 + this.most) / (1 + count)) : 0;
  }

  // The rows of the n-grams of 1 to K letters that end at each letter and end mark: (T + 2, K).
  marked(ids) {
    return [this.endMark, ...ids, this.endMark];
  }

  scale(nodes) {
    const squares = nodes.flat().reduce((sum, row) => sum + this.idf(row) ** 2, 0);
    return FACTOR / Math.sqrt(Math.max(squares, 1));
  }

  // What each known n-gram of a name adds: its letters [start, stop), row and tf-idf weight.
  spans(ids) {
    const nodes = this.find(ids), scale = this.scale(nodes), found = [];
    nodes.forEach((rows, place) => rows.forEach((row, order) => {
      if (!row) return;
      const start = Math.max(place - order - 1, 0), stop = Math.min(place, ids.length);
      found.push({ start, stop, row, x: this.idf(row) * scale });
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
        const count = this.count(row);
        p = (Math.min(count, total) + PRIOR_COUNT * p) / (total + PRIOR_COUNT);
        total = this.count(nodes[place - 1][k]);
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
    const counts = tensors["ngrams.counts"].data, isFull = (g) => letters[g * K + K - 1] > 0;
    let short = 0, single = 0, most = 0;
    for (let g = 0; g < G; g++) if (!isFull(g)) short++;
    this.empty = 1 + short; // the row of the empty n-gram
    this.child = new Uint32Array((this.empty + 1) * this.width);
    for (let g = 0; g < G; g++) { // shorter ones come first, so that their rows exist
      let node = this.empty, last = 0;
      while (last < K - 1 && letters[g * K + last + 1]) node = this.extended(node, letters[g * K + last++]);
      this.child[node * this.width + letters[g * K + last]] = g + 1;
      if (last === 0) single += counts[g];
      most = Math.max(most, counts[g]);
    }
    this.setCounts((row) => (row ? counts[row - 1] : 0), most, single, alphabetSize);
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
    const stored = tensors["ngrams.counts"].data; // log(1 + count)
    const count = (row) => (row && this.keys[row - 1] ? Math.expm1(stored[row - 1]) : 0);
    const most = Math.expm1(stored.reduce((high, each, slot) => (this.keys[slot] ? Math.max(high, each) : high), 0));
    const letters = Array.from({ length: alphabetSize }, (_, i) => i + 1); // the end mark is one of them
    const single = new Set(letters.map((id) => lookUp(this.keys, hashNames([id], 1, alphabetSize).ngrams[1][0])));
    this.setCounts(count, most, [...single].reduce((sum, row) => sum + count(row), 0), alphabetSize);
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
// sums of an entry of each codebook.
function rowsOf(tensors) {
  const { shape: [, R], data } = tensors["ngrams.embedding"], commonCodes = tensors["ngrams.common_codes"];
  const [buckets, first] = commonCodes.shape, slots = tensors["ngrams.name_keys"].data.length / buckets;
  const addOfAll = adder(tensors["ngrams.name_codes"].data, tensors["ngrams.name_codebooks"]);
  const addOfCommon = adder(commonCodes.data, tensors["ngrams.common_codebooks"]);
  return {
    ofNgram: (row) => data.subarray(row * R, (row + 1) * R),
    ofName(slot) {
      const sum = new Float64Array(R), place = (slot - 1) % slots;
      addOfAll(sum, slot - 1);
      if (place < first) addOfCommon(sum, ((slot - 1 - place) / slots) * first + place);
      return sum;
    },
  };
}

// What adds to a sum the entry of each codebook that the codes of an index name.
function adder(codes, { shape: [S, K, R], data: books }) {
  return (sum, index) => {
    for (let s = 0; s < S; s++) {
      const entry = (s * K + codes[index * S + s]) * R;
      for (let r = 0; r < R; r++) sum[r] += books[entry + r];
    }
  };
}

export function makeNgrams(architecture, tensors) {
  if (!architecture.longest_ngram) return null;
  const { alphabet_size: V, longest_ngram: longest, ngram_rank: rank } = architecture;
  return rank ? new HashedNgrams(tensors, V, longest) : new Ngrams(tensors, V);
}
