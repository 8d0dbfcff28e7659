// Part 6: a small network learns in the page: loss, accuracy, states in two dimensions, sample answers.
import { makeTask } from "../learning/tasks.js";
import { inTwoDimensions, Trainer } from "../learning/trainer.js";
import { counted, el, field, grouped, legend, select, svg } from "./dom.js";
import { Curves, Runner } from "./training-view.js";

const LAST = 3000, LENGTH = 8, SAMPLES = 6, DOTTED = 40; // items whose states are drawn
const TASKS = [["names", "Origins of surnames"], ["parity", "Parity: are the ones odd?"], ["seen", "Has it been seen before?"], ["addition", "Addition of binary numbers"]];
const DEFAULTS = { task: "names", cell: "gru", hidden: "16", nonlinearity: "tanh", rate: "0.01", clip: "1", seed: "1" };
const same = (...values) => values.map((value) => [value, value]);
// Label and choices of each setting but the seed.
const CHOICES = {
  task: ["It learns", TASKS],
  cell: ["Cell", [["rnn", "Elman"], ["gru", "GRU"], ["lstm", "LSTM"]]],
  hidden: ["Hidden numbers", same("2", "4", "8", "16", "32")],
  nonlinearity: ["Nonlinearity", [["tanh", "tanh"], ["relu", "relu"], ["identity", "none"]]],
  rate: ["Learning rate", same("0.001", "0.003", "0.01", "0.03", "0.1", "0.5")],
  clip: ["Clip gradients at", [["0.1", "0.1"], ["1", "1"], ["Infinity", "never"]]],
};
const isValid = (key, value) => (key in CHOICES ? CHOICES[key][1].some(([choice]) => choice === value) : /^\d{1,6}$/.test(value));

export function mountTrain(root, app) {
  new Training(root, app);
}

class Training {
  constructor(root, app) {
    this.app = app;
    this.settings = { ...DEFAULTS };
    const keys = Object.keys(DEFAULTS);
    for (const key of keys) if (isValid(key, app.params.get(key) ?? "")) this.settings[key] = app.params.get(key);
    app.share(Object.fromEntries(keys.map((key) => [key, () => (this.settings[key] === DEFAULTS[key] ? "" : this.settings[key])])));
    this.runner = new Runner({ last: LAST, onDraw: () => this.draw() });
    this.curves = new Curves(["this network"]);
    this.cloud = svg("svg", { role: "img", class: "chart cloud", viewBox: "0 0 400 300" });
    this.key = el("div");
    this.said = el("p", { class: "note", role: "status" });
    this.samples = el("tbody");
    const button = (text, action, main = false) => el("button", { type: "button", text, class: main ? "main" : "", on: { click: action } });
    this.startButton = button("Train", () => this.toggle(), true);
    root.append(this.controls(), el("div", { class: "row" }, this.startButton, button("One step", () => this.runner.once()), button("Start again", () => this.reset()), this.said),
      this.curves.box, el("div", { class: "columns" },
        el("div", {}, el("h3", { text: "Its hidden states, in two dimensions" }), this.cloud, this.key),
        el("div", {}, el("h3", { text: "What it says about items that it has not been trained on" }), el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Sample answers" },
          el("table", {}, el("thead", {}, el("tr", {}, ["Item", "Right", "It says"].map((text) => el("th", { text, scope: "col" })))), this.samples)))));
    this.reset();
  }

  controls() {
    const change = (key) => (value) => { this.settings[key] = value; this.reset(); };
    const seed = el("input", { type: "number", min: 0, max: 999999, value: this.settings.seed });
    seed.addEventListener("change", () => {
      seed.value = Math.min(Math.max(0, Math.floor(Number(seed.value)) || 0), seed.max);
      change("seed")(seed.value);
    });
    this.selects = Object.fromEntries(Object.entries(CHOICES).map(([key, [, options]]) => [key, select(options, this.settings[key], change(key))]));
    const boxes = Object.entries(CHOICES).map(([key, [label]]) => field(label, this.selects[key]));
    boxes[0].classList.add("wide");
    return el("div", { class: "fields" }, boxes, field("Seed", seed));
  }

  reset() {
    this.runner.pause();
    const { task, cell, hidden, nonlinearity, rate, clip, seed } = this.settings;
    this.task = makeTask(task, { length: LENGTH, names: this.app.facts.names });
    this.trainer = new Trainer(this.task, { cell, hidden: Number(hidden), nonlinearity, rate: Number(rate), clip: Number(clip), seed: Number(seed), direction: "forward" });
    this.runner.trainers = [this.trainer];
    this.selects.nonlinearity.disabled = cell !== "rnn"; // the gates of the others need theirs
    this.runner.measure();
    this.key.replaceChildren(legend(this.task.answers.map((answer, k) => [`k${k}`, answer])));
    this.draw();
  }

  toggle() {
    if (this.runner.running) this.runner.pause();
    else this.runner.start();
    this.draw();
  }

  draw() {
    const { trainer } = this, accuracy = trainer.accuracies.at(-1)?.[1] ?? 0;
    this.startButton.textContent = this.runner.running ? "Pause" : "Train";
    this.startButton.disabled = !this.runner.running && (trainer.diverged || trainer.steps >= LAST);
    this.said.textContent = trainer.diverged ? `Diverged at step ${grouped(trainer.steps)}: its numbers became too large to calculate with.`
      : `step ${grouped(trainer.steps)}${trainer.steps >= LAST ? ", the last" : ""}: ${counted(accuracy)} of the held-out answers are right`;
    this.curves.draw([trainer]);
    if (!trainer.diverged) this.drawStates();
  }

  drawStates() {
    const read = this.trainer.heldOut.slice(0, DOTTED).map((item) => ({ item, ...this.trainer.network.read(item.ids) }));
    const points = read.flatMap(({ item, states }) => (this.task.each ? states.map((state, t) => [state, item.targets[t]]) : [[states.at(-1), item.targets[0]]]));
    const places = inTwoDimensions(points.map(([state]) => state)), reach = Math.max(...places.flat().map(Math.abs), 1e-9);
    this.cloud.replaceChildren(...places.map(([x, y], i) => svg("circle", { class: `f${points[i][1]}`, "fill-opacity": 0.75, r: 5,
      cx: (200 + 185 * x / reach).toFixed(1), cy: (150 - 138 * y / reach).toFixed(1) })));
    this.cloud.setAttribute("aria-label", `${points.length} hidden states, coloured by the right answer`);
    this.samples.replaceChildren(...read.slice(0, SAMPLES).map(({ item, logits }) => this.sample(item, logits.map((each) => each.indexOf(Math.max(...each))))));
  }

  sample(item, said) {
    const { symbols, answers } = this.task, digits = answers.every((answer) => answer.length === 1);
    const joined = (ids) => ids.map((id) => (digits ? answers[id] : answers[id])).join(digits ? " " : ", ");
    return el("tr", {}, el("td", { text: item.name ?? item.ids.map((id) => symbols[id]).join(" ") }), el("td", { text: joined(item.targets) }),
      el("td", {}, said.map((id, n) => [n ? (digits ? " " : ", ") : "", el("span", { class: id === item.targets[n] ? "" : "wrong", text: answers[id] })])));
  }
}
