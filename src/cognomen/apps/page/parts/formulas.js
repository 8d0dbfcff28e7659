// The equations of each cell, in words for the learner and with the values of one number.
import { plain } from "./dom.js";

export const GATES = {
  rnn: [],
  gru: [["reset", "reset gate r"], ["update", "update gate z"], ["candidate", "candidate n"]],
  lstm: [["input", "input gate i"], ["forget", "forget gate f"], ["candidate", "candidate g"], ["output", "output gate o"]],
};

const value = (x) => plain(x).replace(/^−.*/, "($&)");

// A sum under the nonlinearity of a plain cell.
const under = (nonlinearity, sum) => (nonlinearity === "identity" ? sum : `${nonlinearity}(${sum})`);

// The lines of the formula that made number j of a state: { text, says }.
export function formulaOf(architecture, cell, { a, b, before, state, gates }, j) {
  const H = cell.size, of = (g) => ({ a: a[g * H + j], b: b[g * H + j] });
  const h = before[0][j], after = state[0][j];
  return LINES[architecture.cell]({ ...architecture, of, h, after, gates, j, before, state });
}

const gate = (name, sum, result, says) =>
  ({ text: `${name} = σ(a + b) = σ(${plain(sum.a)} + ${value(sum.b)}) = ${plain(result)}`, says });

const LINES = {
  rnn: ({ nonlinearity, of, after }) => [
    { text: `h ← ${under(nonlinearity, "U x + V h")} = ${under(nonlinearity, `${plain(of(0).a)} + ${value(of(0).b)}`)} = ${plain(after)}`, says: "U x from the letter, V h from the old state" },
  ],
  gru: ({ of, h, after, gates: { reset, update, candidate }, j }) => [
    gate("r", of(0), reset[j], "reset: how much of the past the candidate uses"),
    gate("z", of(1), update[j], "update: how much of the past is kept"),
    { text: `n = tanh(a + r · b) = tanh(${plain(of(2).a)} + ${plain(reset[j])} · ${value(of(2).b)}) = ${plain(candidate[j])}`, says: "candidate: what it would write" },
    { text: `h ← (1 − z) · n + z · h = ${plain(1 - update[j])} · ${value(candidate[j])} + ${plain(update[j])} · ${value(h)} = ${plain(after)}`, says: "" },
    { text: "", says: "a = U x + bias comes from the letter, b = V h + bias from the old state; each line has its own U and V." },
  ],
  lstm: ({ of, after, gates: { input, forget, candidate, output }, j, before, state }) => [
    gate("i", of(0), input[j], "input: how much is written"),
    gate("f", of(1), forget[j], "forget: how much is kept"),
    { text: `g = tanh(a + b) = tanh(${plain(of(2).a)} + ${value(of(2).b)}) = ${plain(candidate[j])}`, says: "candidate" },
    gate("o", of(3), output[j], "output: how much is shown"),
    { text: `c ← f · c + i · g = ${plain(forget[j])} · ${value(before[1][j])} + ${plain(input[j])} · ${value(candidate[j])} = ${plain(state[1][j])}`, says: "the cell" },
    { text: `h ← o · tanh(c) = ${plain(output[j])} · tanh(${plain(state[1][j])}) = ${plain(after)}`, says: "" },
  ],
};

// The rows of a step for a whole state: { equation, says, values }.
export function rowsOf({ cell, nonlinearity }, { before, state, gates }) {
  const old = { equation: "h", says: "the state before", values: before[0] };
  const fresh = (equation) => ({ equation, says: "the state after", values: state[0] });
  if (cell === "rnn") return [old, fresh(`h ← ${under(nonlinearity, "U x + V h")}`)];
  if (cell === "gru") {
    return [old,
      { equation: "r = σ(U x + V h)", says: "reset gate: how much of the past is used", values: gates.reset },
      { equation: "z = σ(U x + V h)", says: "update gate: how much is kept", values: gates.update },
      { equation: "n = tanh(U x + r · V h)", says: "candidate: what it would write", values: gates.candidate },
      fresh("h ← (1 − z) · n + z · h")];
  }
  return [old, { equation: "c", says: "the cell before", values: before[1] },
    { equation: "i = σ(U x + V h)", says: "input gate: how much is written", values: gates.input },
    { equation: "f = σ(U x + V h)", says: "forget gate: how much is kept", values: gates.forget },
    { equation: "g = tanh(U x + V h)", says: "candidate: what it would write", values: gates.candidate },
    { equation: "o = σ(U x + V h)", says: "output gate: how much is shown", values: gates.output },
    { equation: "c ← f · c + i · g", says: "the cell after", values: state[1] }, fresh("h ← o · tanh(c)")];
}
