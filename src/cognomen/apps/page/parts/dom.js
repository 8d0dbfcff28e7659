// Small helpers that the parts of the page share: elements, strips of numbers, bars, curves.

// An element. Properties are attributes; `on` has listeners by event, `text` the text.
export function el(tag, { on = {}, text, ...attributes } = {}, ...children) {
  return filled(document.createElement(tag), on, text, attributes, children);
}

export function svg(tag, { on = {}, text, ...attributes } = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), on, text, attributes, children);
}

function filled(made, on, text, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  for (const [event, listener] of Object.entries(on)) made.addEventListener(event, listener);
  if (text !== undefined) made.textContent = text;
  made.append(...children.flat(Infinity).filter((child) => child !== null));
  return made;
}

let count = 0;

// A labelled control; returns its box.
export function field(label, control) {
  control.id ||= `control-${count++}`;
  return el("div", { class: "field" }, el("label", { for: control.id, text: label }), control);
}

export function select(options, value, onChange) {
  const made = el("select", { on: { change: () => onChange(made.value) } },
    options.map(([key, text]) => el("option", { value: key, text, selected: key === value })));
  return made;
}

// What controls hold goes into a link by their keys, where it is not what they begin with, and comes from it.
export function keep(app, controls) {
  for (const [key, control] of Object.entries(controls)) {
    const property = control.type === "checkbox" ? "checked" : "value", first = String(control[property]), given = app.params.get(key);
    if (given !== null) control[property] = property === "checked" ? given === "true" : given;
    if (control.selectedIndex === -1) control.value = first; // no such choice
    app.share({ [key]: () => (String(control[property]) === first ? "" : String(control[property])) });
  }
}

// Radio buttons in a row; returns { box, value() }.
export function choices(legend, options, value, onChange) {
  const name = `choice-${count++}`;
  const box = el("fieldset", { class: "segments" }, el("legend", { text: legend }), options.map(([key, text]) =>
    el("label", {}, el("input", { type: "radio", name, value: key, checked: key === value,
      on: { change: () => onChange(key) } }), text)));
  return { box, value: () => box.querySelector(":checked").value };
}

// A share for people, never rounded to certainty, as on the command line.
export const percent = (p) => (p > 0.999 ? ">99.9%" : p < 0.001 ? "<0.1%" : `${(100 * p).toFixed(1)}%`);
// A count as people write it: 12,345.
export const grouped = (count) => count.toLocaleString("en-US");
// A share that was counted.
export const counted = (p) => `${Math.round(100 * p)}%`;
// A number with its sign, which a zero does not have, however little was rounded to it.
export const plain = (x, digits = 2) => (x < 0 && Number(x.toFixed(digits)) ? "−" : "") + Math.abs(x).toFixed(digits);
export const signed = (x, digits = 2) => (Number(x.toFixed(digits)) > 0 ? "+" : "") + plain(x, digits);
// A power of ten as people write it: 10⁻⁸.
export const powerOfTen = (exponent) => `10${Array.from(`${exponent}`, (sign) => (sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign])).join("")}`;
// A positive number of any size.
export const scientific = (x) => {
  if (x >= 0.01 && x < 1e6) return x < 1000 ? x.toFixed(3) : grouped(Math.round(x));
  const [factor, exponent] = x.toExponential(1).split("e");
  return `${factor}×${powerOfTen(Number(exponent))}`;
};
export const shownLetter = (letter) => (letter === " " ? "␣" : letter);

export const largest = (numbers, count) =>
  Array.from(numbers, (_, i) => i).sort((a, b) => numbers[b] - numbers[a] || a - b).slice(0, count);

// Bars of labelled probabilities, the same elements at every update.
export class Bars {
  constructor(count, label) {
    this.items = Array.from({ length: count }, () => {
      const parts = [el("span"), el("span", { class: "track" }), el("span", { class: "value" })];
      const fill = el("div", { class: "fill" });
      parts[1].append(fill);
      return { item: el("li", {}, ...parts), name: parts[0], fill, value: parts[2] };
    });
    this.box = el("ul", { class: "bars", "aria-label": label }, this.items.map(({ item }) => item));
  }

  // ranges: of each number what it may be, [low, high], if it is known.
  show(labels, numbers, { marked = -1, order = largest(numbers, this.items.length), ranges = null } = {}) {
    this.box.classList.toggle("with-ranges", ranges !== null);
    this.box.classList.toggle("ranked", marked >= 0);
    this.items.forEach(({ item, name, fill, value }, i) => {
      const k = order[i];
      item.classList.toggle("hidden", k === undefined);
      if (k === undefined) return;
      item.classList.toggle("first", k === marked);
      name.textContent = labels[k];
      fill.style.width = `${100 * numbers[k]}%`;
      value.textContent = ranges ? `${percent(numbers[k])} (${ranges[k].map((p) => (100 * p).toFixed(0)).join("–")})` : percent(numbers[k]);
    });
  }
}

// The colours of the theme as numbers, read again when it changes.
let colours = null;
const dark = typeof matchMedia === "function" ? matchMedia("(prefers-color-scheme: dark)") : null;
dark?.addEventListener("change", () => { colours = null; });

export function onThemeChange(redraw) {
  dark?.addEventListener("change", redraw);
  onPrint(redraw);
}

// Before and after printing. Paper has the light theme: page.css has no other where [data-printing] is set.
function onPrint(redraw) {
  for (const event of ["beforeprint", "afterprint"]) addEventListener(event, redraw);
}

if (typeof document === "object") {
  onPrint(({ type }) => {
    document.documentElement.toggleAttribute("data-printing", type === "beforeprint");
    colours = null;
  });
}

function themeColours() {
  if (colours) return colours;
  const style = getComputedStyle(document.documentElement);
  const rgb = (name) => style.getPropertyValue(name).trim().slice(1).match(/../g).map((hex) => parseInt(hex, 16));
  colours = { zero: rgb("--zero"), positive: rgb("--for"), negative: rgb("--against") };
  return colours;
}

// A strip of numbers from -1 to 1 as colours; a number is picked by pointer or arrow keys.
export class Strip {
  constructor(label, onPick = null) {
    this.label = label;
    this.onPick = onPick;
    this.unit = null;
    this.canvas = el("canvas", { height: 1 });
    this.marker = el("div", { class: "marker hidden" });
    this.box = el("div", { class: "strip" }, this.canvas, this.marker);
    this.canvas.setAttribute("role", onPick ? "slider" : "img");
    this.canvas.setAttribute("aria-label", label);
    if (onPick) {
      this.canvas.tabIndex = 0;
      this.canvas.setAttribute("aria-valuemin", 0);
      this.canvas.addEventListener("pointerdown", (event) => this.pick(this.unitAt(event)));
      this.canvas.addEventListener("keydown", (event) => this.onKey(event));
    }
  }

  draw(values) {
    this.values = values;
    const context = this.canvas.getContext("2d"), { zero, positive, negative } = themeColours();
    this.canvas.width = values.length;
    const image = context.createImageData(values.length, 1);
    values.forEach((value, i) => {
      const end = value < 0 ? negative : positive, share = Math.min(1, Math.abs(value)) ** 0.8;
      for (let c = 0; c < 3; c++) image.data[4 * i + c] = zero[c] + share * (end[c] - zero[c]);
      image.data[4 * i + 3] = 255;
    });
    context.putImageData(image, 0, 0);
    if (this.onPick) this.canvas.setAttribute("aria-valuemax", values.length - 1);
    this.mark(this.unit);
  }

  unitAt(event) {
    const { left, width } = this.canvas.getBoundingClientRect();
    return Math.min(this.values.length - 1, Math.max(0, Math.floor((event.clientX - left) / width * this.values.length)));
  }

  pick(unit) {
    this.onPick(unit);
  }

  onKey(event) {
    const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10, Home: -Infinity, End: Infinity }[event.key];
    if (!by) return;
    event.preventDefault();
    this.pick(Math.min(this.values.length - 1, Math.max(0, (this.unit ?? 0) + by)));
  }

  mark(unit) {
    this.unit = unit;
    this.marker.classList.toggle("hidden", unit === null);
    if (!this.onPick) this.canvas.setAttribute("aria-label", this.label);
    if (unit === null || !this.values) {
      if (this.onPick) this.canvas.setAttribute("aria-valuenow", 0);
      return;
    }
    this.marker.style.left = `${100 * (unit + 0.5) / this.values.length}%`;
    this.marker.style.width = `max(4px, ${100 / this.values.length}%)`;
    if (!this.onPick) return;
    this.canvas.setAttribute("aria-valuenow", unit);
    this.canvas.setAttribute("aria-valuetext", `number ${unit}: ${plain(this.values[unit])}`);
  }
}

export function scaleLegend(low, high) {
  return el("div", { class: "scale", "aria-hidden": "true" }, el("span", { text: low }), el("span", { class: "ramp" }), el("span", { text: high }));
}

// Curves over steps: series [{ points: [[x, y], ...], style }], in an SVG that is drawn anew, also when its width changes.
export function drawCurves(chart, series, options) {
  drawings.set(chart, () => draw(chart, series, options));
  resized.observe(chart);
  draw(chart, series, options);
}

const drawings = new WeakMap();
const resized = new ResizeObserver((entries) => { for (const { target } of entries) drawings.get(target)(); });

function draw(chart, series, { low = 0, high, logarithmic = false, xLabel, yTicks, lastX, yLabel = "" }) {
  const width = chart.clientWidth || 520, height = 230, left = 52, right = 12, top = 26, bottom = 30;
  const scale = (y) => (logarithmic ? Math.log10(Math.max(y, Number.MIN_VALUE)) : y);
  const [bottomY, topY] = [scale(low), scale(high)];
  const x = (value) => left + (width - left - right) * value / Math.max(lastX, 1);
  const y = (value) => top + (height - top - bottom) * (1 - (scale(value) - bottomY) / (topY - bottomY || 1));
  // What is beyond an end of the scale leaves the picture, and is not drawn as if it were there.
  const inside = { x: left, y: top - 2, width: width - left - right, height: height - top - bottom + 4 };
  chart.setAttribute("viewBox", `0 0 ${width} ${height}`);
  chart.setAttribute("class", "chart");
  chart.setAttribute("height", height);
  chart.replaceChildren(
    ...yTicks.flatMap((tick) => [
      svg("line", { class: "grid", x1: left, x2: width - right, y1: y(tick), y2: y(tick) }),
      svg("text", { class: "soft", x: left - 7, y: y(tick) + 4, "text-anchor": "end", text: tickText(tick) })]),
    svg("text", { class: "soft", x: left, y: height - 8, text: "0" }),
    svg("text", { class: "soft", x: width - right, y: height - 8, "text-anchor": "end", text: `${grouped(lastX)} ${xLabel}` }),
    svg("text", { class: "soft", x: 4, y: 13, text: yLabel }),
    svg("svg", { ...inside, viewBox: Object.values(inside).join(" ") },
      series.filter(({ points }) => points.length).map(({ points, style }) => svg("polyline", { class: `curve ${style}`,
        points: points.filter(([, value]) => Number.isFinite(value)).map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(" ") }))));
}

const tickText = (tick) => (tick !== 0 && (tick < 0.01 || tick >= 10000) ? powerOfTen(Math.round(Math.log10(tick))) : `${tick}`);

export function legend(entries) {
  return el("ul", { class: "legend" }, entries.map(([style, text]) => el("li", {}, el("span", { class: `swatch ${style}` }), text)));
}
