// Part 5: the gradient on its way back, for the three cells at once, and for the trained network on the typed name.
import { headsOf, poolingSlopes } from "../engine/letter-attribution.js";
import { CELLS } from "../engine/recurrent-cells.js";
import { argmax, norm, vector } from "../engine/linear.js";
import { readDirection } from "../engine/through-time.js";
import { parameter } from "../learning/small-network.js";
import { Random } from "../learning/random.js";
import { lettersOf } from "../reading/text.js";
import { drawCurves, el, field, keep, legend, percent, scientific, shownLetter, svg } from "./dom.js";
import { inTurns } from "./turns.js";

const HIDDEN = 16, INPUTS = 4, LIMIT = 1; // of the clipped gradient
const SERIES = [["rnn", "Elman", "0"], ["gru", "GRU", "1"], ["lstm", "LSTM", "2"]];
const KEPT = { gru: [1], lstm: [1] }; // the gate that keeps the past: z, f

export function mountBackwards(root, app) {
  new Backwards(root, app);
}

class Backwards {
  constructor(root, app) {
    this.app = app;
    const range = (min, max, step, value) => el("input", { type: "range", min, max, step, value, on: { input: () => this.compute() } });
    this.length = range(5, 100, 1, 40);
    this.scale = range(0.2, 4, 0.1, 1);
    this.open = range(-2, 6, 0.5, 3);
    this.clip = el("input", { type: "checkbox", checked: true, on: { change: () => this.tabulate() } });
    this.linear = el("input", { type: "checkbox", on: { change: () => this.compute() } });
    keep(app, { length: this.length, scale: this.scale, open: this.open, linear: this.linear, clipped: this.clip });
    this.values = [this.length, this.scale, this.open].map(() => el("output", { class: "mono" }));
    this.chart = svg("svg", { role: "img" });
    this.table = el("tbody");
    this.play = el("button", { type: "button", class: "main", text: "Send the gradient back", on: { click: () => this.animate() } });
    this.letters = el("ol", { class: "belief short", dir: "auto" });
    this.said = el("p", { class: "note" });
    const labelled = (label, control, i) => el("div", { class: "slider" }, field(label, control), this.values[i]);
    root.append(el("h3", { text: "Three cells with random weights, one long sequence" }),
      el("div", { class: "fields" }, labelled("Steps in the sequence", this.length, 0), labelled("Size of the recurrent weights", this.scale, 1),
        labelled("How open the gates are (bias of z, f)", this.open, 2)),
      el("div", { class: "row" }, this.play, el("label", { class: "inline" }, this.linear, "Elman without tanh"),
        el("label", { class: "inline" }, this.clip, "Clip the gradient of the weights")),
      el("div", { class: "columns" }, el("div", {}, this.chart, legend(SERIES.map(([, name, k]) => [`k${k}`, name]))),
      el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Gradients of the three cells" }, el("table", {},
        el("thead", {}, el("tr", {}, ["Cell", "left at the start", "factor per step", "gradient of weights", "clipped"].map((text, i) =>
          el("th", { text, scope: "col", class: i ? "num" : "" })))), this.table))),
      el("h3", { class: "later", text: "The trained network, on the name you typed" }), this.said, this.letters);
    this.compute();
    app.on("settled", ({ found }) => this.showName(found));
  }

  compute() {
    this.stop?.();
    const steps = Number(this.length.value), scale = Number(this.scale.value), open = Number(this.open.value);
    [`${steps}`, `× ${scale.toFixed(1)}`, `${open}`].forEach((text, i) => { this.values[i].textContent = text; });
    this.found = SERIES.map(([kind, name, k]) => ({ name, k, ...gradientsOf(kind, { steps, scale, open, linear: this.linear.checked }) }));
    this.draw(steps);
    this.tabulate();
  }

  // The curves as far as the gradient has come, `shown` steps back from the end.
  draw(shown) {
    const steps = Number(this.length.value);
    const series = this.found.map(({ norms, k }) => ({ style: `s${k}`, points: norms.slice(0, shown + 1).map((each, back) => [back, each]) }));
    drawCurves(this.chart, series, { low: 1e-8, high: 1e8, logarithmic: true, lastX: steps - 1, xLabel: "steps back",
      yTicks: [1e-8, 1e-4, 1, 1e4, 1e8], yLabel: "size of the state’s gradient, 1 at the end" });
    this.chart.setAttribute("aria-label", this.found.map(({ name, norms }) => `${name}: ${norms.at(-1).toExponential(1)} at the first step`).join("; "));
  }

  animate() {
    this.stop?.();
    let shown = 0;
    const steps = Number(this.length.value);
    this.stop = inTurns(() => {
      this.draw(shown);
      shown += 1;
      return shown < steps;
    }, 0, 1500 / steps);
  }

  tabulate() {
    this.table.replaceChildren(...this.found.map(({ name, norms, weights }) => {
      const left = norms.at(-1), factor = left ** (1 / (norms.length - 1));
      const clipped = this.clip.checked ? Math.min(weights, LIMIT) : weights;
      return el("tr", {}, el("th", { scope: "row", text: name }), [scientific(left), factor.toFixed(3), scientific(weights), scientific(clipped)].map((text) =>
        el("td", { class: "num", text })));
    }));
  }

  // How the evidence for the answer depends on the state after each letter.
  showName(found) {
    const { classifier } = this.app;
    this.letters.replaceChildren();
    this.said.textContent = "Type a name in part 1.";
    if (!found.reading.spelling) return;
    const norms = answerGradients(classifier.network, found.ids, argmax(found.probabilities));
    const groups = lettersOf(found.reading.spelling), most = Math.max(...norms) || 1;
    this.said.textContent = `How much the evidence for ${classifier.origins[argmax(found.probabilities)]} would change with the state after each letter, read from the beginning.`;
    this.letters.style.setProperty("--letters", groups.length);
    this.letters.replaceChildren(...groups.map(({ stop, text }) => {
      const share = norms[stop - 1] / most, fill = el("div", { class: "k0" });
      fill.style.height = `${100 * share}%`;
      return el("li", {}, el("div", { class: "stack", "aria-hidden": "true" }, fill), el("span", { class: "letter", "aria-hidden": "true", text: shownLetter(text) }),
        el("span", { class: "sr", text: `${text}: ${percent(share)} of the largest` }));
    }));
  }
}

// Norms of the gradient by the state, from the last step back, relative to it; and that of the recurrent weights.
function gradientsOf(kind, { steps, scale, open, linear }) {
  const random = new Random(7), gates = { rnn: 1, gru: 3, lstm: 4 }[kind], bound = HIDDEN ** -0.5;
  const params = {
    weight_ih: parameter([gates * HIDDEN, INPUTS], bound, random), bias_ih: parameter([gates * HIDDEN], 0, random),
    weight_hh: parameter([gates * HIDDEN, HIDDEN], bound * scale, random), bias_hh: parameter([gates * HIDDEN], 0, random),
  };
  for (const gate of KEPT[kind] ?? []) params.bias_hh.data.fill(open, gate * HIDDEN, (gate + 1) * HIDDEN);
  const cell = new CELLS[kind](params, linear ? "identity" : "tanh");
  const inputs = Array.from({ length: steps }, () => cell.project(vector(INPUTS, () => random.uniform(-1, 1))));
  const read = readDirection(cell, false, inputs), norms = new Array(steps);
  const end = vector(HIDDEN, () => random.uniform(-1, 1)), length = norm(end);
  read.backward(inputs.map((_, t) => (t === steps - 1 ? end.map((each) => each / length) : null)),
    (t, dstate) => { norms[steps - 1 - t] = Math.hypot(...dstate.map(norm)); });
  return { norms, weights: norm(params.weight_hh.grad) };
}

// The norm of the gradient of an origin's logit by the forward state after each letter.
function answerGradients(network, ids, origin) {
  const target = vector(network.output[0].shape[0], (c) => (c === origin ? 1 : 0));
  const { directions } = network.read(ids), norms = new Array(ids.length);
  const outputs = directions.map(({ steps }) => steps.map(({ state }) => state[0]));
  const [slopes] = poolingSlopes(network, outputs, outputs, headsOf(network, target));
  directions[0].backward(slopes, (t, dstate) => { norms[directions[0].reverse ? ids.length - 1 - t : t] = Math.hypot(...dstate.map(norm)); });
  return norms;
}
