// N-grams and whole names known by a hash of their letters: as cognomen/network/hashing.py, in 64 bits.

const STEP = 0x9e3779b97f4a7c15n, MIX_1 = 0xbf58476d1ce4e5b9n, MIX_2 = 0x94d049bb133111ebn;
const KEY_BITS = 16n, SLOTS = 8, UNKNOWN = 0;
const wrap = (h) => BigInt.asUintN(64, h);

// Spreads every bit over all bits: the finaliser of SplitMix64.
function mix(h) {
  h = wrap((h ^ (h >> 30n)) * MIX_1);
  h = wrap((h ^ (h >> 27n)) * MIX_2);
  return h ^ (h >> 31n);
}

const letterHashes = []; // by id + 1
const hashOf = (id) => (letterHashes[id] ??= mix(BigInt(id) + 1n));

// The hashes of the n-grams of 1 to `longest` letters that end at each letter and end mark, (T + 2, K), and of
// the whole name; 0 for what contains the unknown letter, or would begin before the name.
export function hashNames(ids, longest, endMark) {
  const marked = [endMark, ...ids, endMark];
  let before = [], power = 1n, sum = 0n;
  const ngrams = marked.map((id, place) => {
    const letter = hashOf(id);
    sum = wrap(sum + letter * (power = wrap(power * STEP)));
    const running = Array.from({ length: longest }, (_, k) => {
      if (id === UNKNOWN || (k && (place < k || before[k - 1] === null))) return null;
      return k ? wrap(before[k - 1] * STEP + letter) : letter;
    });
    before = running;
    return running.map((h, k) => (h === null ? 0n : mix(wrap(h + BigInt(k)))));
  });
  return { ngrams, name: ids.includes(UNKNOWN) ? 0n : mix(sum) };
}

// 1 + the slot of a hash, 0 for a hash without one.
export function lookUp(keys, hash) {
  if (hash === 0n) return 0;
  const slots = Math.min(SLOTS, keys.length);
  const bucket = Number((hash >> KEY_BITS) & BigInt(keys.length / slots - 1)) * slots;
  const key = Math.max(Number(hash & 0xffffn), 1);
  for (let slot = bucket; slot < bucket + slots; slot++) if (keys[slot] === key) return slot + 1;
  return 0;
}
