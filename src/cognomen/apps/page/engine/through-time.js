// A cell applied to a whole sequence, and backpropagation through time: the same steps in reverse.
import { add } from "./linear.js";

// Reads projected inputs in order: one record { a, before, state, gates, b, back } for each step.
export function scan(cell, inputs, state = cell.initialState()) {
  return inputs.map((a) => {
    const before = state, found = cell.step(a, before);
    state = found.state;
    return { a, before, ...found };
  });
}

// From the gradients by the outputs of all steps, null for none, to those by the projected inputs.
// `watch(t, dstate)` sees the gradient by the state after each step.
export function backThroughTime(cell, steps, doutputs, watch = () => {}) {
  const das = new Array(steps.length);
  let dstate = cell.initialState();
  for (let t = steps.length - 1; t >= 0; t--) {
    if (doutputs[t]) dstate = [add(dstate[0], doutputs[t]), ...dstate.slice(1)];
    watch(t, dstate);
    const found = steps[t].back(dstate);
    das[t] = found.da;
    dstate = found.dstate;
  }
  return { das, dstate };
}

// One direction of a layer: reads vectors (T, X) from the beginning or from the end.
// The records and gradients are in the order of the name, whichever way it is read.
export function readDirection(cell, reverse, projected) {
  const ordered = (each) => (reverse ? [...each].reverse() : each);
  const steps = scan(cell, ordered(projected));
  const backward = (doutputs, watch) => {
    const { das } = backThroughTime(cell, steps, ordered(doutputs), watch);
    return ordered(das);
  };
  return { steps: ordered(steps), backward };
}
