// What a small network can learn: items { ids, targets }, ids of symbols, targets of one answer or one per step.
import { Random } from "./random.js";

const many = (count, make) => Array.from({ length: count }, make);
const program = (facts) => ({ each: true, length: 8, ...facts });

// Whether the ones so far are odd in number.
const parity = program({
  symbols: ["0", "1"], answers: ["even", "odd"],
  make(random, length) {
    const ids = many(length, () => random.below(2));
    let odd = 0;
    return { ids, targets: ids.map((bit) => (odd ^= bit)) };
  },
});

// Whether this symbol has stood before.
const seen = program({
  symbols: [..."abcde"], answers: ["new", "seen"],
  make(random, length) {
    const ids = many(length, () => random.below(5));
    return { ids, targets: ids.map((id, t) => (ids.indexOf(id) < t ? 1 : 0)) };
  },
});

// Whether it will stand again: this depends on what is still to come.
const again = program({
  symbols: [..."abcde"], answers: ["last", "again"],
  make(random, length) {
    const ids = many(length, () => random.below(5));
    return { ids, targets: ids.map((id, t) => (ids.lastIndexOf(id) > t ? 1 : 0)) };
  },
});

// The sum of two binary numbers, their lowest digits first; a symbol is a pair of digits.
const addition = program({
  symbols: ["0+0", "0+1", "1+0", "1+1"], answers: ["0", "1"],
  make(random, length) {
    const ids = [...many(length - 1, () => random.below(4)), 0];
    let carry = 0;
    return { ids, targets: ids.map((id) => {
      const sum = (id >> 1) + (id & 1) + carry;
      carry = sum >> 1;
      return sum & 1;
    }) };
  },
});

// The first symbol, asked for at the end, after others that do not matter.
const recall = program({
  each: false, symbols: ["A", "B", "x", "y"], answers: ["A", "B"],
  make(random, length) {
    const first = random.below(2);
    return { ids: [first, ...many(length - 1, () => 2 + random.below(2))], targets: [first] };
  },
});

const PROGRAMS = { parity, seen, addition, recall, again };

// A task by name: its symbols, answers and items; `length` of programs' items; names by origin for "names".
export function makeTask(name, { length, names }) {
  return name === "names" ? surnames(names) : { name, ...PROGRAMS[name], draw: PROGRAMS[name].make, length };
}

// Surnames of a few origins; a fifth of them are held out.
function surnames(names) {
  const answers = Object.keys(names), each = Math.max(...answers.map((answer) => names[answer].length));
  const pairs = many(each, (_, i) => answers.map((answer, c) => [names[answer][i], c])).flat().filter(([name]) => name);
  const spell = (name) => Array.from(name.toLowerCase());
  const symbols = [...new Set(pairs.flatMap(([name]) => spell(name)))].sort();
  const items = pairs.map(([name, c]) => ({ ids: spell(name).map((letter) => symbols.indexOf(letter)), targets: [c], name }));
  const unique = [...new Map(items.map((item) => [item.name, item])).values()];
  const heldOut = unique.filter((_, i) => i % 5 === 4), training = unique.filter((_, i) => i % 5 < 4);
  return { name: "names", each: false, symbols, answers, heldOut, draw: (random) => random.choose(training) };
}

// The items that accuracy is measured on: names that are held out, or fresh ones of another seed.
export function heldOutItems(task, count = 200) {
  const random = new Random(987654321);
  return task.heldOut ?? many(count, () => task.draw(random, task.length));
}
