// The end of part 2, from the states to the answer: what the states and the n-grams say for an origin adds up to its
// logit s, and eˢ, as a share of the sum over all origins, is its probability.
import { el, largest, percent, scientific, signed } from "./dom.js";

const SHOWN = 3; // origins
const KEPT = { max: "the highest value", mean: "the mean over the letters", last: "the value where the reading ends" }; // by pooling

export class Evidence {
  constructor(classifier) {
    this.classifier = classifier;
    this.hasPrior = classifier.logRatios.some((ratio) => ratio !== 0);
    const { longest_ngram: longest } = classifier.facts.architecture;
    const heads = ["Origin", "states", longest && "letter groups", this.hasPrior && "how common", "s", "eˢ", "share"].filter(Boolean);
    this.rows = el("tbody");
    this.note = el("p", { class: "note" });
    this.table = el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "What the states and the letter groups say" },
      el("table", {}, el("thead", {}, el("tr", {}, heads.map((text, i) => el("th", { text, scope: "col", class: i ? "num" : "" })))), this.rows));
    this.box = el("div", {}, el("h3", { class: "later", text: "From the states to the answer" }), el("p", { class: "note", text: this.words() }), this.table, this.note);
  }

  words() {
    const { pooling, longest_ngram: longest, ngram_rank: rank } = this.classifier.facts.architecture, kinds = pooling.split("+");
    return `Of each number of the states, ${kinds.map((kind) => KEPT[kind]).join(" and ")} ${kinds.length > 1 ? "are" : "is"} kept, and a matrix makes of these what the states say for each origin.`
      + (longest ? ` A table adds what groups of up to ${longest} letters (n-grams)${rank ? " and whole names" : ""} say.` : "")
      + (this.hasPrior ? " The last number added is how common the origin is in the world, compared with the names of the training." : "")
      + ` The sum is s, and the origin’s probability is its share of all eˢ, those of ${this.classifier.origins.length} origins (softmax).`;
  }

  show(found) {
    this.table.classList.toggle("hidden", found.pooled === true);
    if (found.pooled) {
      this.note.textContent = "The parts of this surname are read one by one, and the answer is made of the sums of all of them.";
      return;
    }
    const { classifier } = this, scaled = (logits) => classifier.scaled(logits, found.known);
    const states = scaled(classifier.network.read(found.ids).logits), all = scaled(found.logits);
    const sums = all.map((each, c) => each + classifier.logRatios[c]), total = sums.reduce((sum, each) => sum + Math.exp(each), 0);
    this.rows.replaceChildren(...largest(sums, SHOWN).map((c) => {
      const added = [states[c], ...(classifier.ngrams ? [all[c] - states[c]] : []), ...(this.hasPrior ? [classifier.logRatios[c]] : []), sums[c]];
      const told = [...added.map((each) => signed(each)), scientific(Math.exp(sums[c])), percent(Math.exp(sums[c]) / total)];
      return el("tr", {}, el("th", { scope: "row", text: classifier.origins[c] }), told.map((text) => el("td", { class: "num", text })));
    }));
    this.note.textContent = `All eˢ together are ${scientific(total)}. The evidence has first been divided by a temperature, which keeps the network from being surer than it is right.`
      + (found.doubtful ? " The name is so short or unusual that no answer to it is given as surer than 90%." : "");
  }
}
