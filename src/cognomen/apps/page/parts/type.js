// Part 1: type a name; the answer, bars at every level of the tree, and the belief after each letter.
import { lettersOf } from "../reading/text.js";
import { Bars, el, largest, legend, percent, shownLetter } from "./dom.js";

const REASONS = {
  "empty": "nothing to read", "no-letters": "no letters", "too-long": "too long for a surname",
  "unknown-script": "in letters that this network has never seen", "placeholder": "a word for “no name”",
  "not-a-name": "not a person’s name", "garbled": "text that was decoded wrongly",
};
const SHOWN = { origin: 6, group: 4, region: 3 }, TITLES = { origin: "Origins", group: "Groups", region: "Regions" };
const LONGEST = 40; // letters of the longest name whose beginnings are shown: the work grows with their square
const STACKED = 7; // origins with colours of their own

export function mountType(root, app) {
  const [input, answer, detail] = ["input", ".answer", ".note"].map((which) => root.querySelector(which)); // shown before this runs
  input.addEventListener("input", () => app.setName(input.value));
  for (const example of root.querySelectorAll(".chips button")) example.addEventListener("click", () => app.setName(example.textContent));
  const levels = app.classifier.tree.map(({ name }) => ({ name, bars: new Bars(SHOWN[name], TITLES[name]) }));
  const several = levels.length > 1;
  const boxes = levels.map(({ name, bars }) => el("div", { class: "hidden" }, several ? el("h3", { text: TITLES[name] }) : null, bars.box));
  const belief = new Belief(app.classifier);
  root.append(el("div", { class: "columns" }, el("div", {}, boxes.slice(0, 2)), el("div", {}, belief.box, boxes.slice(2))));
  app.on("waiting", (text) => {
    if (input.value !== text) input.value = text;
    [answer.textContent, detail.textContent] = ["…", "Unpacking the network …"];
    for (const box of [...boxes, belief.box]) box.classList.add("hidden");
  });
  app.on("name", ({ text, found }) => {
    if (input.value !== text) input.value = text;
    answer.replaceChildren(...inWords(found));
    detail.textContent = details(found, app.classifier);
    for (const box of boxes) box.classList.toggle("hidden", !found.levels.length);
    found.levels.forEach((level, i) => {
      const best = level.labels.indexOf(level.label);
      levels[i].bars.show(level.labels, level.probabilities, { marked: found.reason ? -1 : best });
    });
  });
  // Before the name has been answered once, its beginnings would only delay that.
  setTimeout(() => app.on("name", ({ found }) => belief.show(found)));
}

// The answer as text and elements.
export function inWords(found) {
  if (!found.levels.length) return found.reason === "empty" ? ["…"] : [el("span", { text: "Unknown" }), el("small", { text: REASONS[found.reason] })];
  if (found.reason) return [el("span", { text: "Unknown" }), el("small", { text: "unlike any name it was trained on" })];
  const [{ label, probability }, ...wider] = found.levels;
  const more = wider.map((level) => level.label).filter((each, i, all) => each !== label && all.indexOf(each) === i);
  return [el("span", { text: `${label}, ${percent(probability)}` }), ...(more.length ? [el("small", { text: more.join(" · ") })] : [])];
}

function details(found, classifier) {
  if (!found.reading.spelling) return "";
  const parts = [`It reads “${found.reading.spelling.normalize("NFC")}”.`];
  if (found.reason) parts.push(`${whyUnlike(found)} The bars are not to be believed.`);
  else if (found.doubtful) parts.push("It is too short, or too unusual, for a sure answer from its spelling.");
  else if (found.known === true) parts.push("It knows this whole name.");
  else if (found.known === false) parts.push("It does not know this name, and goes by its spelling.");
  if (found.reading.note) parts.push(NOTES[found.reading.note]);
  return parts.join(" ");
}

function whyUnlike({ shapeless, bits, limit }) {
  if (shapeless) return "It is the same few letters again and again, or has letters of several scripts.";
  const measured = limit !== null && bits > limit ? `: ${bits.toFixed(1)} bits per letter, where it trusts itself up to ${limit.toFixed(1)}` : "";
  return `Its letters follow one another as in hardly any training name${measured}.`;
}

const NOTES = {
  "surname-of-full-name": "The rest of the text is not part of the surname.",
  "several-people": "The text names several people; this is the first.",
  "repaired-encoding": "The text had markup in it, or had been decoded wrongly, and is repaired.",
};

// The answer to each beginning of the name, as columns of stacked probabilities.
class Belief {
  constructor(classifier) {
    this.classifier = classifier;
    this.columns = el("ol", { class: "belief", dir: "auto", "aria-label": "The belief after each letter" });
    this.key = el("div");
    this.box = el("div", { class: "hidden" }, el("h3", { text: "The belief after each letter" }), this.columns, this.key);
  }

  show(found) {
    const groups = found.levels.length ? lettersOf(found.reading.spelling) : [], isShown = groups.length > 0 && groups.length <= LONGEST;
    this.box.classList.toggle("hidden", !isShown);
    if (!isShown) return;
    const all = Array.from(found.reading.spelling);
    const letters = groups.map(({ stop, text }) => ({ text, p: this.classifier.believe(all.slice(0, stop).join("")).probabilities }));
    const shown = this.choose(letters, found.probabilities);
    this.columns.style.setProperty("--letters", letters.length);
    this.columns.replaceChildren(...letters.map(({ text, p }) => this.column(text, p, shown)));
    this.key.replaceChildren(legend([...shown.map((c, i) => [`k${i}`, this.classifier.origins[c]]), ["rest", "others"]]));
  }

  // The final answer, what leads after any letter, and the origins with the most belief anywhere along the name.
  choose(letters, last) {
    const most = last.map((p, c) => Math.max(p, ...letters.map((letter) => letter.p[c])));
    const leaders = letters.map(({ p }) => largest(p, 1)[0]).sort((c, d) => most[d] - most[c]);
    return [...new Set([...largest(last, 1), ...leaders, ...largest(most, STACKED)])].slice(0, STACKED);
  }

  column(text, p, shown) {
    const [best] = largest(p, 1), stack = el("div", { class: "stack", "aria-hidden": "true" });
    shown.forEach((c, i) => {
      const part = el("div", { class: `k${i}` });
      part.style.height = `${100 * p[c]}%`;
      stack.append(part);
    });
    return el("li", { title: `${this.classifier.origins[best]} ${percent(p[best])}` }, stack,
      el("span", { class: "letter", "aria-hidden": "true", text: shownLetter(text) }),
      el("span", { class: "sr", text: `after ${text}: ${this.classifier.origins[best]} ${percent(p[best])}` }));
  }
}
