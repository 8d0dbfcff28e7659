// Part 7: one thing undone at a time: two networks with the same weights and examples, one of them with the fault.
import { makeTask } from "../learning/tasks.js";
import { Trainer } from "../learning/trainer.js";
import { counted, el } from "./dom.js";
import { Curves, Runner } from "./training_view.js";

const LAST = 600;
const USUAL = { cell: "rnn", hidden: 16, nonlinearity: "tanh", direction: "forward", rate: 0.01, clip: 1, seed: 2 };
// name, task and length; what both networks have, and the fault; what to watch for; the chapter that measures it.
const FAULTS = [
  { id: "tanh", name: "No tanh", task: "parity", length: 8, fault: { nonlinearity: "identity" },
    says: "Without a nonlinearity the state is a weighted sum of the inputs, and no weighted sum tells odd from even. Watch the accuracy: it stays near chance for ever, however long it trains." },
  { id: "clip", name: "No clipping", task: "addition", length: 20, both: { nonlinearity: "relu", optimiser: "sgd", rate: 2 }, fault: { clip: Infinity },
    says: "Now and then a gradient is a hundred times larger than the others. Clipped, it is one step of the usual length. Unclipped, it throws the weights so far away that they never come back." },
  { id: "rate", name: "Too large a rate", task: "parity", length: 8, fault: { rate: 0.5 },
    says: "Each step overshoots. Watch the loss: it jumps about and goes nowhere, on the very task that the other network solves." },
  { id: "lag", name: "Too long a lag", task: "recall", length: 8, fault: {}, longer: 50,
    says: "It must name the first symbol at the end: after 7 others, or after 49. The gradient from the end is gone before it reaches the beginning, so there is nothing to learn from." },
  { id: "way", name: "One direction", task: "again", length: 8, both: { cell: "gru", rate: 0.02, direction: "both" }, fault: { direction: "forward" },
    says: "Will this symbol come again? The answer lies in the future. A network that reads forwards alone can only guess from how much is left; one that reads both ways knows." },
];

export function mountBroken(root, app) {
  new Broken(root, app);
}

class Broken {
  constructor(root, app) {
    this.buttons = FAULTS.map((fault) => el("button", { type: "button", "aria-pressed": "false", on: { click: () => this.choose(fault) } },
      el("b", { text: fault.name }), el("span", { text: TITLES[fault.task] })));
    this.says = el("p", { class: "prose" });
    this.run = el("button", { type: "button", class: "main", on: { click: () => this.toggle() } });
    this.said = el("p", { class: "note", role: "status" });
    this.curves = new Curves(["as it should be", "with the fault"], { norms: true });
    this.runner = new Runner({ last: LAST, onDraw: () => this.draw() });
    app.share({ fault: () => (this.fault === FAULTS[0] ? "" : this.fault.id) });
    const again = el("button", { type: "button", text: "Start again", on: { click: () => this.choose(this.fault) } });
    root.append(el("div", { class: "faults" }, this.buttons), this.says, el("div", { class: "row" }, this.run, again, this.said), this.curves.box);
    this.choose(FAULTS.find(({ id }) => id === app.params.get("fault")) ?? FAULTS[0]);
  }

  choose(fault) {
    this.runner.pause();
    this.fault = fault;
    this.buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(FAULTS[i] === fault)));
    this.says.textContent = fault.says;
    const settings = { ...USUAL, ...fault.both }, task = (length) => makeTask(fault.task, { length, names: {} });
    this.runner.trainers = [new Trainer(task(fault.length), settings), new Trainer(task(fault.longer ?? fault.length), { ...settings, ...fault.fault })];
    this.runner.measure();
    this.draw();
  }

  toggle() {
    if (this.runner.running) this.runner.pause();
    else this.runner.start();
    this.draw();
  }

  draw() {
    const [well, badly] = this.runner.trainers, over = well.steps >= LAST;
    this.run.textContent = this.runner.running ? "Pause" : "Train both";
    this.run.disabled = over && !this.runner.running;
    const of = (trainer) => (trainer.diverged ? `diverged at step ${trainer.steps}` : counted(trainer.accuracies.at(-1)[1]));
    this.said.textContent = `step ${well.steps}: right answers ${of(well)} as it should be, ${of(badly)} with the fault`;
    this.curves.draw(this.runner.trainers);
  }
}

const TITLES = {
  parity: "Are the ones so far odd in number?", addition: "Add two binary numbers.", recall: "Name the first symbol at the end.",
  again: "Will this symbol come again?",
};
