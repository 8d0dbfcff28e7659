// What parts 6 and 7 share: curves of trainings, and the loop that runs them between the browser's other work.
import { drawCurves, el, legend, svg } from "./dom.js";
import { inTurns } from "./turns.js";

const REDRAWN = 150, MEASURED = 400; // milliseconds between drawings, and at most between measurements of accuracy
const GROWTH = 1.1, AT_LEAST = 5; // steps until the next measurement: early ones stand close, as most is learned early
const SMOOTHED = 20; // losses that one point of the curve is the mean of

// Runs trainers step by step, all to the same step; `onDraw` after some of them.
export class Runner {
  constructor({ last, onDraw }) {
    Object.assign(this, { last, onDraw, trainers: [], stop: null });
  }

  get running() {
    return this.stop !== null;
  }

  start() {
    if (this.running) return;
    let drawn = 0, measured = 0;
    this.stop = inTurns(() => {
      this.advance();
      const now = performance.now(), over = this.trainers.every((each) => each.diverged || each.steps >= this.last);
      if (now - measured > MEASURED || over || this.isDue()) {
        this.measure();
        measured = performance.now();
      }
      if (over) this.stop = null;
      if (now - drawn > REDRAWN || over) {
        this.onDraw();
        drawn = performance.now();
      }
      return !over;
    });
  }

  advance() {
    for (const trainer of this.trainers) if (!trainer.diverged && trainer.steps < this.last) trainer.step();
  }

  isDue() {
    return this.trainers.some(({ steps, diverged, accuracies }) => !diverged && steps >= GROWTH * accuracies.at(-1)[0] + AT_LEAST);
  }

  measure() {
    for (const trainer of this.trainers) if (!trainer.diverged && trainer.accuracies.at(-1)?.[0] !== trainer.steps) trainer.measure();
  }

  // One step by hand.
  once() {
    this.pause();
    this.advance();
    this.measure();
    this.onDraw();
  }

  pause() {
    this.stop?.();
    this.stop = null;
  }
}

function smoothed(values) {
  const points = [];
  const stride = Math.max(1, Math.floor(values.length / 250));
  for (let i = 0; i < values.length; i += stride) {
    const part = values.slice(Math.max(0, i - SMOOTHED + 1), i + 1);
    points.push([i + 1, part.reduce((sum, each) => sum + each, 0) / part.length]);
  }
  return points;
}

// Curves of loss, accuracy and, if asked for, the gradient's norm, with a legend if there are several trainings.
export class Curves {
  constructor(names, { norms = false } = {}) {
    this.names = names;
    this.norms = norms;
    this.charts = ["loss", "accuracy", ...(norms ? ["norms"] : [])].map((kind) => ({ kind, chart: svg("svg", { role: "img", class: "chart" }) }));
    this.box = el("div", {}, names.length > 1 ? legend(names.map((name, i) => [`k${i}`, name])) : null,
      el("div", { class: "charts" }, this.charts.map(({ chart }) => chart)));
  }

  draw(trainers) {
    const lastX = Math.max(50, ...trainers.map(({ steps }) => steps));
    const finite = trainers.flatMap(({ losses }) => losses.filter(Number.isFinite));
    const high = Math.min(3, Math.max(0.8, ...finite.slice(0, 20)));
    const loss = trainers.map(({ losses }, k) => ({ style: `s${k}`, points: smoothed(losses) }));
    const accuracy = trainers.map(({ accuracies }, k) => ({ style: `s${k}`, points: accuracies }));
    const options = {
      loss: { low: 0, high, yTicks: [0, Number((high / 2).toFixed(2)), Number(high.toFixed(2))], yLabel: "loss on the training batches" },
      accuracy: { low: 0, high: 1, yTicks: [0, 0.5, 1], yLabel: "accuracy on held-out items" },
      norms: { low: 1e-4, high: 1e4, logarithmic: true, yTicks: [1e-4, 1e-2, 1, 1e2, 1e4], yLabel: "size of the gradient before clipping" },
    };
    const series = { loss, accuracy, norms: trainers.map(({ norms }, k) => ({ style: `s${k}`, points: every(norms) })) };
    for (const { kind, chart } of this.charts) {
      drawCurves(chart, series[kind], { ...options[kind], lastX, xLabel: "steps" });
      chart.setAttribute("aria-label", `${options[kind].yLabel}: ${trainers.map((each, i) => `${this.names[i]} ${lastOf(each, kind)}`).join(", ")}`);
    }
  }
}

function lastOf({ losses, accuracies, norms }, kind) {
  const value = { loss: losses.at(-1), accuracy: accuracies.at(-1)?.[1], norms: norms.at(-1) }[kind];
  if (value === undefined) return "not yet";
  return Number.isFinite(value) ? value.toPrecision(3) : "too large";
}

function every(values) {
  const stride = Math.max(1, Math.floor(values.length / 400));
  return values.flatMap((value, i) => (i % stride ? [] : [[i + 1, value]]));
}
