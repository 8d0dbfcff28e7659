// Part 7: one thing undone at a time: two networks with the same weights and examples, one of them with the fault.
import { FAULTS, LAST, USUAL } from "../learning/training-faults.js";
import { makeTask } from "../learning/tasks.js";
import { Trainer } from "../learning/trainer.js";
import { counted, el } from "./dom.js";
import { Curves, Runner } from "./training-view.js";

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
    this.said.textContent = `step ${well.steps}${over ? ", the last" : ""}: right answers ${of(well)} as it should be, ${of(badly)} with the fault`;
    this.curves.draw(this.runner.trainers);
  }
}

const TITLES = {
  parity: "Are the ones so far odd in number?", addition: "Add two binary numbers.", recall: "Name the first symbol at the end.",
  again: "Will this symbol come again?",
};
