// What part 7 undoes, one thing at a time. How both networks end with other seeds: benchmarks/faults.mjs.

export const LAST = 600; // steps
export const USUAL = { cell: "rnn", hidden: 16, nonlinearity: "tanh", direction: "forward", rate: 0.01, clip: 1, seed: 2 };
// name, task and length; what both networks have, and the fault; what to watch for; the chapter that measures it.
export const FAULTS = [
  { id: "tanh", name: "No tanh", task: "parity", length: 8, fault: { nonlinearity: "identity" },
    says: "Without a nonlinearity the state is a weighted sum of the inputs, and no weighted sum tells odd from even. Watch the accuracy: it stays near chance for ever, however long it trains." },
  { id: "clip", name: "No clipping", task: "addition", length: 20, both: { nonlinearity: "relu", optimiser: "sgd", rate: 2 }, fault: { clip: Infinity },
    says: "Now and then a gradient is a hundred times larger than the others. Clipped, it is one step of the usual length. Unclipped, it throws the weights so far away that they do not come back: with each of ten seeds the unclipped network ended near chance or overflowed, and the clipped one learned." },
  { id: "rate", name: "Too large a rate", task: "parity", length: 8, fault: { rate: 0.5 },
    says: "Each step overshoots. Watch the loss: it jumps about and goes nowhere, on the very task that the other network solves." },
  { id: "lag", name: "Too long a lag", task: "recall", length: 8, fault: {}, longer: 50,
    says: "It must name the first symbol at the end: after 7 others, or after 49. The gradient from the end is all but gone before it reaches the beginning. With seven of ten seeds the network found nothing to learn from; with three it was lucky." },
  { id: "way", name: "One direction", task: "again", length: 8, both: { cell: "gru", rate: 0.02, direction: "both" }, fault: { direction: "forward" },
    says: "Will this symbol come again? The answer lies in the future. A network that reads forwards alone can only guess from how much is left; one that reads both ways knows." },
];
