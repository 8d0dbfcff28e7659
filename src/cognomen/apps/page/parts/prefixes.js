// Part 4: several names share their beginnings; the trie grows as they are typed, with the steps it saves.
import { lettersOf } from "../reading/text.js";
import { counted, el, field, grouped, shownLetter, svg } from "./dom.js";
import { pauses } from "./turns.js";

const NAMES = ["Nakamura", "Nakata", "Nakano", "Nakagawa", "Smith", "Smithson", "Schmidt", "Schmitz"];
const SHOWN = 40; // names drawn; all are counted
const ACROSS = 40, DOWN = 36, MARGIN = 16, RADIUS = 14;

export function mountPrefixes(root, app) {
  const box = el("textarea", { rows: 8, spellcheck: "false", dir: "auto", on: { input: () => draw() } });
  box.value = (app.params.get("names") ?? NAMES.join(",")).split(",").join("\n");
  app.share({ names: () => (touched() ? list().join(",") : "") });
  const said = el("p", { class: "big", role: "status" }), more = el("p", { class: "note" });
  const picture = svg("svg", { role: "img", class: "trie" });
  const scroller = el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "The tree of shared beginnings" }, picture);
  root.append(el("div", { class: "beside" }, field("Names, one per line", box), el("div", {}, said, more, scroller)));
  const list = () => box.value.split(/[\n,;]/).map((name) => name.trim()).filter(Boolean);
  const touched = () => list().join() !== NAMES.join();
  let runs = 0;
  const draw = async () => { // in turns, as a pasted list may be long; ends when there is another one
    const run = ++runs, pause = pauses(), spelled = [];
    for (const name of list()) {
      spelled.push(app.classifier.answer(name).reading.spelling);
      await pause();
      if (run !== runs) return;
    }
    show(spelled.filter(Boolean));
  };
  const show = (spelled) => {
    const { root: trie, letters, steps } = makeTrie(spelled), saved = letters ? 1 - steps / letters : 0;
    said.textContent = `${grouped(letters)} letters, ${grouped(steps)} steps: ${counted(saved)} saved`;
    more.textContent = "Each circle is a step, and is made once. Filled ones are shared by several names; where a name ends, the ring is thick.";
    picture.setAttribute("aria-label", `${grouped(spelled.length)} names with ${grouped(letters)} letters need ${grouped(steps)} steps`);
    drawTrie(picture, spelled.length > SHOWN ? makeTrie(spelled.slice(0, SHOWN)).root : trie);
    if (spelled.length > SHOWN) more.textContent += ` The first ${SHOWN} names are drawn.`;
  };
  draw();
}

function makeTrie(spellings) {
  const root = { letter: "", children: new Map(), names: 0, ends: [] };
  let letters = 0, steps = 0;
  for (const spelling of spellings) {
    let node = root;
    for (const { text } of lettersOf(spelling)) {
      letters += 1;
      if (!node.children.has(text)) {
        node.children.set(text, { letter: text, children: new Map(), names: 0, ends: [] });
        steps += 1;
      }
      node = node.children.get(text);
      node.names += 1;
    }
    node.ends.push(spelling);
  }
  return { root, letters, steps };
}

function drawTrie(picture, root) {
  const edges = [], nodes = [];
  let leaves = 0, deepest = 0;
  const place = (node, depth) => {
    deepest = Math.max(deepest, depth);
    const children = [...node.children.values()];
    const places = children.map((child) => place(child, depth + 1));
    const x = MARGIN + depth * ACROSS;
    const y = places.length ? (places[0].y + places.at(-1).y) / 2 : MARGIN + DOWN * leaves++;
    for (const to of places) edges.push(curve({ x, y }, to));
    if (depth) nodes.push(...circle(node, x, y));
    else nodes.push(svg("circle", { class: "node", cx: x, cy: y, r: 4 }));
    return { x, y };
  };
  place(root, 0);
  const width = 2 * MARGIN + deepest * ACROSS, height = 2 * MARGIN + DOWN * Math.max(leaves - 1, 0);
  picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
  picture.style.width = `clamp(${0.8 * width}px, 100%, ${width}px)`; // smaller on a small screen
  picture.replaceChildren(...edges, ...nodes);
}

function curve(from, to) {
  const middle = (from.x + to.x) / 2;
  return svg("path", { class: "edge", d: `M${from.x},${from.y} C${middle},${from.y} ${middle},${to.y} ${to.x},${to.y}` });
}

function circle(node, x, y) {
  const kinds = ["node", node.names > 1 ? "shared" : "", node.ends.length ? "end" : ""].filter(Boolean).join(" ");
  return [
    svg("circle", { class: kinds, cx: x, cy: y, r: RADIUS }, svg("title", { text: `${node.names} ${node.names === 1 ? "name" : "names"}` })),
    svg("text", { class: "letter", x, y, text: shownLetter(node.letter) })];
}
