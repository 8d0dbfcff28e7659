// Part 8: compare two names; generate names letter by letter; score a pasted column.
import { BOUNDARY } from "../engine/name-generator.js";
import { estimateShares, shareIntervals } from "./name-shares.js";
import { Random } from "../learning/random.js";
import { Bars, choices, el, field, grouped, keep, largest, percent, select, shownLetter } from "./dom.js";
import { pauses } from "./turns.js";
import { inWords } from "./type.js";

// --- two names ---------------------------------------------------------------------------------------------

export function mountCompare(root, app) {
  const other = el("input", { type: "text", dir: "auto", autocomplete: "off", spellcheck: "false", maxlength: 200, on: { input: () => draw() } });
  other.value = app.params.get("other") ?? "Nakata";
  app.share({ other: () => (other.value === "Nakata" ? "" : other.value) });
  const answers = [el("p", { class: "big", dir: "auto" }), el("p", { class: "big", dir: "auto" })];
  const bars = [new Bars(5, "Origins of the name above"), new Bars(5, "Origins of the other name")];
  const titles = [el("h3", { dir: "auto" }), el("h3", { dir: "auto" })];
  root.append(el("h3", { class: "title", text: "Compare two names" }), field("Another name, beside the one in part 1", other),
    el("div", { class: "columns narrow" }, [0, 1].map((i) => el("div", {}, titles[i], answers[i], bars[i].box))));
  let mine = null;
  const draw = () => {
    const found = [mine, app.classifier.answer(other.value)], read = found.filter(({ levels }) => levels.length);
    // The same origins in both, those with the most belief in either.
    const most = app.classifier.origins.map((_, c) => Math.max(0, ...read.map(({ probabilities }) => probabilities[c])));
    const order = largest(most, 5);
    found.forEach((each, i) => {
      titles[i].textContent = each.text.trim() || "…";
      answers[i].replaceChildren(...inWords(each));
      bars[i].box.classList.toggle("hidden", !each.levels.length);
      if (each.levels.length) bars[i].show(app.classifier.origins, each.probabilities, { order });
    });
  };
  app.on("settled", ({ found }) => { mine = found; draw(); });
}

// --- new names ---------------------------------------------------------------------------------------------

const SHOWN = 7, LONGEST = 30;

export function mountGenerate(root, app) {
  new Generating(root, app);
}

class Generating {
  constructor(root, app) {
    const { generator } = app;
    Object.assign(this, { generator, random: new Random(1) });
    this.list = select(generator.lists.map((list) => [list, list]), "Japanese", () => this.restart());
    this.temperature = el("input", { type: "range", min: 0.2, max: 1.6, step: 0.1, value: 0.8, on: { input: () => this.draw() } });
    keep(app, { list: this.list, temperature: this.temperature });
    this.degrees = el("output", { class: "mono" });
    this.made = el("p", { class: "made", dir: "auto", role: "status" });
    this.bars = new Bars(SHOWN, "The next letter");
    this.kept = el("p", { class: "note" });
    const button = (text, action, main) => el("button", { type: "button", text, class: main ? "main" : "", on: { click: action } });
    this.next = button("Next letter", () => this.extend(), true);
    root.append(el("h3", { class: "title", text: "Let it make names up" }),
      el("div", { class: "fields" }, field("Origin", this.list), el("div", { class: "slider" }, field("Temperature: high is bold", this.temperature), this.degrees)),
      this.made, el("h3", { text: "What the next letter may be" }), this.bars.box,
      el("div", { class: "row" }, this.next, button("Whole name", () => this.finish()), button("New name", () => this.restart())), this.kept,
      el("p", { class: "note", text: "An invented name may be the name of a real person." }));
    this.restart();
  }

  restart() {
    Object.assign(this, { ids: [], over: false, position: this.generator.begin(this.list.value) });
    this.predict(BOUNDARY);
    this.draw();
  }

  predict(id) {
    const { logP, position } = this.generator.step(id, this.position);
    Object.assign(this, { logP, position });
  }

  get weights() {
    return this.generator.weights(this.logP, this.ids.at(-1) ?? BOUNDARY, this.list.value, Number(this.temperature.value));
  }

  extend() {
    if (this.over) this.restart();
    let rest = this.random.next(), id = 0;
    const { weights } = this;
    while (id < weights.length - 1 && (rest -= weights[id]) >= 0) id++;
    this.over = id === BOUNDARY || this.ids.length >= LONGEST;
    if (this.over) this.kept.textContent = [this.name, ...this.kept.textContent.split(", ").filter(Boolean)].slice(0, 12).join(", ");
    else {
      this.ids.push(id);
      this.predict(id);
    }
    this.draw();
  }

  finish() {
    if (this.over) this.restart();
    while (!this.over) this.extend();
  }

  get name() {
    const letters = this.ids.map((id) => this.generator.letters[id - 1]).join("").normalize("NFC");
    // Georgian has capitals in Unicode that names are not written with.
    return letters.replace(/σ(?!\p{L})/gu, "ς").replace(/(^|[ '-])((?!\p{Script=Georgian})\p{L})/gu, (_, before, letter) => before + letter.toUpperCase());
  }

  draw() {
    this.degrees.textContent = Number(this.temperature.value).toFixed(1);
    this.made.textContent = this.over ? this.name : `${this.name}…`;
    const labels = ["(the end)", ...this.generator.letters.map(shownLetter)];
    this.bars.show(labels, this.weights);
    this.next.textContent = this.over ? "First letter of another" : "Next letter";
  }
}

// --- a column ----------------------------------------------------------------------------------------------

const ROWS = 50; // shown; all are in the file
const FIELDS = ["name", "surname", "origin", "probability", "group", "region", "reason"];

export function mountColumn(root, app) {
  new Column(root, app);
}

class Column {
  constructor(root, { classifier }) {
    Object.assign(this, { classifier, runs: 0 });
    const hidden = { class: "hidden" };
    this.box = el("textarea", { rows: 6, spellcheck: "false", dir: "auto", placeholder: "Kowalczyk, Anna\nJohn Smith\nNakamura" });
    this.order = choices("Where a full name does not show its order, read it like", [["given", "John Smith"], ["surname", "Smith John"]], "given", () => {});
    this.progress = el("progress", { ...hidden, "aria-label": "Names scored" });
    this.said = el("p", { class: "note", role: "status" });
    this.link = el("a", { ...hidden, download: "scored.csv", text: "Save as CSV" });
    this.intervals = el("span");
    this.heading = el("h3", hidden, "What the list is made of, ", this.intervals);
    this.shares = new Bars(8, "Composition");
    [this.head, this.rows] = [el("tr"), el("tbody")];
    this.table = el("div", { class: "scroll hidden", tabindex: 0, role: "region", "aria-label": "Scored names" },
      el("table", { class: "scored" }, el("thead", {}, this.head), this.rows));
    this.shares.box.classList.add("hidden"); // until there is something to show
    root.append(el("h3", { class: "title", text: "Paste a column" }),
      field("Names, one per line: surnames or full names", this.box), el("div", { class: "row spaced" }, this.order.box),
      el("div", { class: "row spaced" }, el("button", { type: "button", class: "main", text: "Score them", on: { click: () => this.score() } }), this.link, this.progress, this.said),
      this.heading, this.shares.box, this.table);
  }

  // In turns, as thousands of names take seconds; ends when another list is to be scored.
  async score() {
    const run = ++this.runs, turns = { pause: pauses(), isStale: () => run !== this.runs };
    const lines = linesOf(this.box.value), answers = [], surnameFirst = this.order.value() === "surname";
    for (const each of [this.link, this.table, this.heading, this.shares.box]) each.classList.add("hidden");
    this.said.textContent = this.said.dataset.intervals = "";
    this.progress.max = lines.length;
    this.progress.classList.toggle("hidden", !lines.length);
    for (const line of lines) {
      answers.push(this.classifier.answer(line, surnameFirst));
      this.progress.value = answers.length;
      await turns.pause();
      if (turns.isStale()) return;
    }
    this.progress.classList.add("hidden");
    this.show(answers);
    await this.showShares(answers.filter(({ reason }) => !reason), turns);
  }

  show(answers) {
    const found = answers.map(row), fields = this.classifier.tree.length > 1 ? FIELDS : FIELDS.filter((each) => !["group", "region"].includes(each));
    this.head.replaceChildren(...fields.map((text) => el("th", { scope: "col", text })));
    this.rows.replaceChildren(...found.slice(0, ROWS).map((each) => el("tr", {}, fields.map((key) => el("td", { text: each[key], dir: "auto" })))));
    const count = answers.length, unknown = answers.filter(({ reason }) => reason).length, cut = count > ROWS ? ` The first ${ROWS} are shown; the file has all.` : "";
    this.said.textContent = count ? `${grouped(count)} ${count === 1 ? "row" : "rows"}, ${grouped(unknown)} unknown.${cut}` : "There is nothing to score yet.";
    for (const each of [this.link, this.table]) each.classList.toggle("hidden", !count);
    if (this.link.href) URL.revokeObjectURL(this.link.href);
    this.link.href = URL.createObjectURL(new Blob([csv(fields, found)], { type: "text/csv;charset=utf-8" }));
  }

  async showShares(read, turns) {
    if (!read.length) return;
    const { origins, facts } = this.classifier, counts = new Map(), beliefs = new Map();
    for (const { reading: { spelling, parts }, probabilities } of read) {
      const key = [spelling, ...parts].join("|");
      counts.set(key, (counts.get(key) ?? 0) + 1);
      beliefs.set(key, probabilities);
    }
    const list = [[...beliefs.values()], [...counts.values()], facts.default_shares ?? facts.priors];
    const found = await estimateShares(...list, turns);
    if (turns.isStale()) return;
    this.shares.show(origins, found);
    this.intervals.textContent = "intervals follow …";
    for (const each of [this.heading, this.shares.box]) each.classList.remove("hidden");
    const ranges = await shareIntervals(...list, new Random(0), turns);
    if (!ranges) return;
    this.shares.show(origins, found, { ranges });
    this.intervals.textContent = "with 95% intervals";
    this.said.dataset.intervals = "shown";
  }
}

// A row for each line, empty ones too, as the answers may be pasted beside the names; not for those at the end.
const linesOf = (text) => (text.trim() ? text.replace(/\n\s*$/, "").split("\n") : []);

function row({ text, reading, reason, levels }) {
  const [origin, group, region] = levels.map(({ label }) => (reason ? "" : label));
  return { name: text, surname: reading.surname ?? "", origin: origin ?? "", probability: levels.length && !reason ? levels[0].probability.toFixed(4) : "",
    group: group ?? "", region: region ?? "", reason: reason ?? "" };
}

// RFC 4180. A cell that a spreadsheet would take for a formula is kept from being one by an apostrophe.
function csv(fields, found) {
  const safe = (text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
  const cell = (text) => (/[",\r\n]/.test(safe(text)) ? `"${safe(text).replaceAll('"', '""')}"` : safe(text));
  return `\ufeff${[fields, ...found.map((each) => fields.map((key) => each[key]))].map((cells) => cells.map(cell).join(",")).join("\r\n")}\r\n`;
}
