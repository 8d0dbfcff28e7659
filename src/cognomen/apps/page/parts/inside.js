// Part 2: the hidden state and the gates at each letter, the formula behind each number, and what depends on what.
import { attribute, attributeNgrams, jacobianNorms } from "../engine/letter-attribution.js";
import { argmax } from "../engine/linear.js";
import { lettersOf } from "../reading/text.js";
import { choices, counted, el, onThemeChange, plain, scaleLegend, shownLetter, signed, Strip } from "./dom.js";
import { Evidence } from "./evidence.js";
import { formulaOf, GATES } from "./formulas.js";
import { inTurns } from "./turns.js";

const SEGMENTS = 24; // of the path of the attributions
const EXPLAINED = 30; // letters of the longest name that is explained: the work grows with their square
const WAYS = { false: "Read from the beginning", true: "Read from the end" };

export function mountInside(root, app) {
  new Inside(root, app);
}

class Inside {
  constructor(root, app) {
    Object.assign(this, { app, what: "state", picked: null, stop: () => {} });
    const { cell } = app.classifier.facts.architecture;
    this.letters = el("ul", { class: "letters", dir: "auto" });
    this.caption = el("p", { class: "note", role: "status" });
    const shown = [["state", "hidden state h"], ...GATES[cell]];
    const control = choices("Show for each letter", shown, "state", (key) => { this.what = key; this.drawStrips(); });
    this.blocks = app.classifier.network.levels.at(-1).map(({ reverse }) => ({ reverse, rows: el("div", { class: "strips" }) }));
    this.formula = el("div", { class: "formula", role: "region", "aria-label": "The formula of the picked number", "aria-live": "polite", tabindex: 0 });
    this.keeps = el("p", { class: "note", role: "status" });
    this.evidence = new Evidence(app.classifier);
    this.shown = el("div", {}, shown.length > 1 ? control.box : null,
      el("div", { class: "columns" }, this.blocks.map(({ reverse, rows }) => el("div", {}, el("h3", { text: WAYS[reverse] }), rows))),
      this.keeps, scaleLegend("−1", "+1"), this.formula, this.evidence.box);
    root.append(el("h3", { text: "What each letter speaks for" }), this.letters, this.caption, this.shown);
    app.on("settled", (state) => this.show(state));
    onThemeChange(() => this.drawStrips());
  }

  show({ found }) {
    this.stop();
    this.picked = this.depending = null;
    this.norms = this.blocks.map(() => null);
    this.found = found.reading.spelling ? found : null;
    this.shown.classList.toggle("hidden", !this.found);
    if (!this.found) {
      this.letters.replaceChildren();
      this.caption.textContent = "Type a name above.";
      return;
    }
    this.groups = lettersOf(found.reading.spelling);
    this.reading = this.app.classifier.network.read(found.ids);
    this.makeLetters();
    this.makeStrips();
    this.evidence.show(found);
    this.pick(0, this.groups.length - 1, strongest(this.step(0, this.groups.length - 1).state[0]));
    this.keeps.textContent = this.found.ids.length > EXPLAINED ? "" : "Point to a letter above to see how much of it the state keeps.";
    this.stop = this.explain();
  }

  // The record of the step at which a direction has read a whole letter, marks included.
  step(d, letter) {
    return this.reading.directions[d].steps[this.place(d, letter)];
  }

  place(d, letter) {
    const { start, stop } = this.groups[letter];
    return this.blocks[d].reverse ? start : stop - 1;
  }

  makeLetters() {
    this.buttons = this.groups.map(({ text }, i) => el("button", { type: "button", "aria-pressed": "false",
      on: { pointerenter: () => this.depend(i), focus: () => this.depend(i), click: () => this.depend(i) } },
    shownLetter(text), el("span", { text: "·" })));
    this.letters.replaceChildren(...this.buttons.map((button) => el("li", {}, button)));
  }

  makeStrips() {
    this.blocks.forEach((block, d) => {
      block.strips = this.groups.map(({ text }, i) => {
        const name = `${block.reverse ? "from the end" : "from the beginning"}, letter ${text}`;
        return { strip: new Strip(name, (unit) => this.pick(d, i, unit)), depends: el("div", { class: "depends" }), text };
      });
      block.rows.replaceChildren(...block.strips.map(({ strip, depends, text }) =>
        el("div", { class: "striprow" }, el("span", { text: shownLetter(text) }), strip.box, depends)));
    });
    this.drawStrips();
  }

  drawStrips() {
    if (!this.found) return;
    this.blocks.forEach(({ strips }, d) => strips.forEach(({ strip }, i) => {
      const { state, gates } = this.step(d, i);
      strip.draw(this.what === "state" ? state[0] : gates[this.what]);
    }));
  }

  pick(d, letter, unit) {
    this.picked = { d, letter, unit };
    this.blocks.forEach(({ strips }, other) => strips.forEach(({ strip }, i) =>
      strip.mark(other === d && i === letter ? unit : null)));
    this.drawFormula();
  }

  drawFormula() {
    const { d, letter, unit } = this.picked, { cell, reverse } = this.reading.directions[d];
    const order = reverse ? "from the end" : "from the beginning";
    const head = el("p", { class: "words", text: `Number ${unit} of the state after “${shownLetter(this.groups[letter].text)}”, read ${order}:` });
    const lines = formulaOf(this.app.classifier.facts.architecture, cell, this.step(d, letter), unit);
    this.formula.replaceChildren(head, ...lines.map(({ text, says }) =>
      el("p", {}, el("span", { text }), says ? el("span", { class: "words", text: `   ${says}` }) : null)));
  }

  // Attributions and Jacobian norms take a while: in turns, between which keys are answered.
  explain() {
    if (this.found.ids.length > EXPLAINED) {
      this.buttons.forEach((button) => button.lastChild.remove());
      this.caption.textContent = `What letters add is worked out for names of up to ${EXPLAINED} letters.`;
      return () => {};
    }
    const work = this.work();
    this.say("…"); // as long as what will stand there, or all below it would move
    return inTurns(() => !work.next().done);
  }

  * work() {
    const { found, app: { classifier } } = this, { c, logit } = this.answered;
    const target = found.probabilities.map((_, other) => (other === c ? 1 : 0));
    const added = yield* attribute(classifier.network, found.ids, target, SEGMENTS);
    if (classifier.ngrams) attributeNgrams(classifier.ngrams, found.ids, target).added.forEach((each, t) => { added[t] += each; });
    this.colour(classifier.scaled(added, found.known), logit);
    for (const [d, direction] of this.reading.directions.entries()) this.norms[d] = yield* jacobianNorms(direction);
    if (this.depending !== null) this.depend(this.depending);
  }

  // The likeliest origin and its logit.
  get answered() {
    const { found, app: { classifier } } = this, c = argmax(found.probabilities);
    return { c, logit: classifier.scaled(found.logits, found.known)[c] };
  }

  say(start) {
    const { c, logit } = this.answered;
    this.caption.textContent = `What each letter adds to the evidence for ${this.app.classifier.origins[c]}: from ${start}, that of as many unknown letters, to ${signed(logit, 1)}. +1 makes it 2.7 times as likely against any other origin.`;
  }

  colour(added, logit) {
    const values = this.groups.map(({ start, stop }) => added.slice(start, stop).reduce((sum, each) => sum + each, 0));
    const most = Math.max(...values.map(Math.abs), 1e-9);
    values.forEach((value, i) => {
      const share = Math.round(45 * Math.abs(value) / most);
      this.buttons[i].style.background = `color-mix(in srgb, var(${value < 0 ? "--against" : "--for"}) ${share}%, var(--card))`;
      this.buttons[i].lastChild.textContent = signed(value, 1);
    });
    this.say(signed(logit - values.reduce((sum, each) => sum + each, 0), 1));
  }

  // Under each strip, how strongly that state depends on a letter: the Frobenius norm of the Jacobian. In words, that
  // of the last state as a share of that of the state which has just read the letter.
  depend(letter) {
    this.depending = letter;
    this.buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(i === letter)));
    const { start, stop, text } = this.groups[letter], told = [];
    this.blocks.forEach(({ strips, reverse }, d) => {
      if (!this.norms[d]) return;
      const norms = this.groups.map((_, i) => Math.hypot(...this.norms[d][this.place(d, i)].subarray(start, stop)));
      const most = Math.max(...norms, 1e-12);
      strips.forEach(({ depends }, i) => { depends.style.width = `${100 * norms[i] / most}%`; depends.title = `‖∂h/∂x‖ = ${plain(norms[i], 3)}`; });
      told.push(`${counted(norms.at(reverse ? 0 : -1) / (norms[letter] || 1))} ${reverse ? "from the end" : "from the beginning"}`);
    });
    if (told.length) this.keeps.textContent = `How much the state still depends on “${shownLetter(text)}” at the end of the reading: ${told.join(", ")}.`;
  }
}

const strongest = (values) => argmax(values.map(Math.abs));
