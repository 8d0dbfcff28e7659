// What part 7 of the page "See it think" shows, with many seeds: for each fault, how both networks end.
//
//     node benchmarks/faults.mjs     # four minutes; writes results/faults.json, which figures.py puts into docs/page.md
import { writeFileSync } from "node:fs";
import { FAULTS, LAST, USUAL } from "../src/cognomen/apps/page/learning/training-faults.js";
import { makeTask } from "../src/cognomen/apps/page/learning/tasks.js";
import { Trainer } from "../src/cognomen/apps/page/learning/trainer.js";

const SEEDS = 10, RESULT = new URL("results/faults.json", import.meta.url);

// The accuracy after the last step, and whether training diverged.
function train(task, settings) {
  const trainer = new Trainer(task, settings);
  while (trainer.steps < LAST && !trainer.diverged) trainer.step();
  trainer.measure();
  return { accuracy: trainer.diverged ? null : trainer.accuracies.at(-1)[1], diverged: trainer.diverged, steps: trainer.steps };
}

const found = {};
for (const { id, name, task, length, longer, both, fault } of FAULTS) {
  const runs = Array.from({ length: SEEDS }, (_, seed) => {
    const settings = { ...USUAL, ...both, seed };
    return { seed, well: train(makeTask(task, { length, names: {} }), settings),
      badly: train(makeTask(task, { length: longer ?? length, names: {} }), { ...settings, ...fault }) };
  });
  found[id] = { name, runs };
  console.log(id, ["well", "badly"].map((way) => runs.map((run) => run[way].accuracy?.toFixed(2) ?? `x${run[way].steps}`).join(" ")).join("\n     "));
}
writeFileSync(RESULT, JSON.stringify({ steps: LAST, faults: found }, (key, value) => (typeof value === "number" ? Number(value.toPrecision(4)) : value), 1) + "\n");
