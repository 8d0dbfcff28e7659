// The page as far as its first answer: what types, and tells the parts when the name changes. All else follows in
// rest-of-page.js, which the browser reads, as it does the n-grams, when the answer is there.
import { Classifier } from "./engine/name-classifier.js";
import { fromBase64, readTensors } from "./engine/packed-tensors.js";
import { pictured } from "./first-picture.js";
import { el } from "./parts/dom.js";
import { mountType } from "./parts/type.js";

const SETTLED = 120; // milliseconds without a key until the slower parts follow

class App {
  constructor(facts, classifier) {
    Object.assign(this, { facts, classifier, listeners: { name: [], settled: [], waiting: [] }, shared: {}, complete: false });
    const shared = sharedState();
    this.params = new URLSearchParams(shared ?? "");
    addEventListener("hashchange", () => { if (![null, shared].includes(sharedState())) location.reload(); }); // another link
  }

  // Calls a listener at each event, and at once if there has been one.
  on(event, listener) {
    this.listeners[event].push(listener);
    if (this.state) listener(this.state);
  }

  // Until the n-grams are there, only the name that the page begins with can be answered; others wait.
  setName(text) {
    this.text = text;
    if (!this.complete && text !== this.facts.first.name) {
      for (const listener of this.listeners.waiting) listener(text);
      return;
    }
    this.state = { text, found: this.classifier.answer(text) };
    for (const listener of this.listeners.name) listener(this.state);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { for (const listener of this.listeners.settled) listener(this.state); }, SETTLED);
  }

  // From now on every name can be answered.
  use(ngrams) {
    this.classifier.ngrams = ngrams;
    this.classifier.beliefs.clear();
    this.complete = true;
    this.setName(this.text);
  }

  // What a part wants a link to hold: a function that returns its values by key.
  share(values) {
    Object.assign(this.shared, values);
  }

  // The address of a part with the page's state in the fragment, which no browser sends anywhere.
  link(part) {
    const values = { name: this.text };
    for (const [key, read] of Object.entries(this.shared)) values[key] = read();
    const kept = Object.entries(values).filter(([, value]) => value);
    return `${location.href.split("#")[0]}#${part}?${new URLSearchParams(kept)}`;
  }
}

function linkChapters(study) {
  for (const place of document.querySelectorAll("[data-chapter]")) {
    const { chapter, title } = place.dataset;
    place.append("In the study: ", study === null ? title : el("a", { href: `${study}${chapter}.html`, text: title }));
  }
}

// Marks the part in view in the tour.
function followTour() {
  const links = new Map([...document.querySelectorAll(".tour a")].map((link) => [link.hash.slice(1), link]));
  const watch = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      for (const [id, link] of links) {
        if (id === target.id) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
      const link = links.get(target.id), list = link.closest("ol");
      list.scrollTo({ left: link.offsetLeft - list.clientWidth / 2 + link.clientWidth / 2 });
    }
  }, { rootMargin: "-30% 0px -60% 0px" });
  document.querySelectorAll("main section").forEach((section) => watch.observe(section));
}

async function start() {
  await pictured;
  const facts = JSON.parse(contents("facts")), network = readTensors(facts.tensors.network, fromBase64(contents("network")), false);
  const app = new App(facts, new Classifier(facts.model, network, facts.words, remembered(facts.first)));
  mountType(document.getElementById("type-app"), app);
  app.setName(app.params.get("name") ?? document.getElementById("name").value); // somebody may have been typing
  performance.mark("answered");
  linkChapters(facts.study);
  followTour();
  return app;
}

// What an element of the file holds.
export const contents = (id) => document.getElementById(id).textContent;

// What stands in for the n-grams: what they say of the first name and its beginnings, by their ids.
function remembered({ ngrams }) {
  return ngrams && { evidence: (ids) => ngrams[ids.join(",")] };
}

// What a shared link holds, #part?state; null for a link to a part alone.
export const sharedState = () => location.hash.split("?")[1] ?? null;

export const started = start();
