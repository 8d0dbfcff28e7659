// Part 3: one letter, one step, forward and back; the equation beside the numbers.
import { lettersOf } from "../reading/text.js";
import { Bars, choices, el, onThemeChange, plain, scaleLegend, shownLetter, Strip } from "./dom.js";
import { rowsOf } from "./formulas.js";

const SECOND = 900; // milliseconds of each step when it plays

export function mountStep(root, app) {
  new Stepper(root, app);
}

class Stepper {
  constructor(root, app) {
    Object.assign(this, { app, at: 0, d: 0, unit: 0, timer: null });
    const button = (text, action, options = {}) => el("button", { type: "button", text, ...options, on: { click: action } });
    this.back = button("← Back", () => this.go(this.at - 1));
    this.next = button("Step →", () => this.go(this.at + 1), { class: "main" });
    this.playing = button("Play", () => this.play());
    this.said = el("span", { class: "note", role: "status" });
    this.reel = el("div", { class: "reel", dir: "auto" });
    this.rows = el("div", { class: "equations" });
    this.bars = new Bars(3, "What it would answer here");
    const ways = app.classifier.network.levels.at(-1).map(({ reverse }, d) => [String(d), reverse ? "from the end" : "from the beginning"]);
    const way = choices("Reading", ways, "0", (d) => { this.d = Number(d); this.start(); });
    this.shown = el("div", {}, this.reel, this.rows, scaleLegend("−1", "+1"), el("h3", { text: "If the letters read so far were the whole name" }), this.bars.box);
    root.append(ways.length > 1 ? way.box : "", el("div", { class: "row" }, this.back, this.next, this.playing, this.said), this.shown);
    root.addEventListener("keydown", (event) => this.onKey(event));
    app.on("settled", ({ found }) => {
      this.found = found.reading.spelling ? found : null;
      if (this.found) {
        this.groups = lettersOf(found.reading.spelling);
        this.reading = app.classifier.network.read(found.ids);
      }
      this.start();
    });
    onThemeChange(() => this.draw());
  }

  start() {
    this.halt();
    this.at = 0;
    this.draw();
  }

  onKey(event) {
    if (event.target.matches("input, canvas")) return;
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by) this.go(this.at + by);
  }

  get length() {
    return this.found ? this.groups.length : 0;
  }

  go(at) {
    this.at = Math.min(Math.max(at, 0), this.length - 1);
    this.draw();
  }

  play() {
    if (this.timer) return this.halt();
    if (this.at >= this.length - 1) this.at = -1;
    this.playing.textContent = "Pause";
    const turn = () => {
      this.go(this.at + 1);
      if (this.at >= this.length - 1) this.halt();
    };
    turn();
    if (this.at < this.length - 1) this.timer = setInterval(turn, SECOND);
    else this.halt();
  }

  halt() {
    clearInterval(this.timer);
    this.timer = null;
    this.playing.textContent = "Play";
  }

  // The letter of the name that the step reads.
  get letter() {
    return this.reading.directions[this.d].reverse ? this.length - 1 - this.at : this.at;
  }

  draw() {
    for (const button of [this.back, this.next, this.playing]) button.disabled = !this.found;
    this.shown.classList.toggle("hidden", !this.found);
    if (!this.found) {
      this.said.textContent = "Type a name above.";
      return;
    }
    this.back.disabled = this.at === 0;
    this.next.disabled = this.at === this.length - 1;
    const { reverse, steps } = this.reading.directions[this.d], { start, stop, text } = this.groups[this.letter];
    this.said.textContent = `step ${this.at + 1} of ${this.length}: it reads “${shownLetter(text)}”`;
    this.reel.replaceChildren(...this.groups.map((group, i) => el("span", {
      class: i === this.letter ? "now" : (reverse ? i > this.letter : i < this.letter) ? "read" : "", text: shownLetter(group.text) })));
    const first = steps[reverse ? stop - 1 : start], last = steps[reverse ? start : stop - 1];
    this.drawRows(rowsOf(this.app.classifier.facts.architecture, { ...last, before: first.before }));
    this.drawBars(reverse, start, stop);
  }

  drawRows(rows) {
    const values = [], which = el("div", { class: "which" });
    const pick = (unit) => {
      this.unit = unit;
      which.textContent = `number ${unit}`;
      values.forEach(({ strip, at, numbers }) => { strip.mark(unit); at.textContent = plain(numbers[unit]); });
    };
    this.rows.replaceChildren(which, ...rows.map(({ equation, says, values: numbers }) => {
      const strip = new Strip(`${equation}, ${says}`, pick), at = el("span", { class: "at" });
      values.push({ strip, at, numbers });
      strip.draw(numbers);
      return el("div", { class: "equation" }, el("div", { class: "what" }, equation, el("small", { text: says })), strip.box, at);
    }));
    pick(this.unit);
  }

  drawBars(reverse, start, stop) {
    const all = Array.from(this.found.reading.spelling), read = (reverse ? all.slice(start) : all.slice(0, stop)).join("");
    this.bars.show(this.app.classifier.origins, this.app.classifier.believe(read).probabilities);
  }
}
