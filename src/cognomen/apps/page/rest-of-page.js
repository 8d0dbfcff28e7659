// What follows the first answer: the n-grams and the generator, which stand before this script in the file, and the other parts.
import { makeNgrams } from "./engine/letter-ngrams.js";
import { Generator } from "./engine/name-generator.js";
import { readTensors, unpack } from "./engine/packed-tensors.js";
import { contents, sharedState, started } from "./main.js";
import { mountBackwards } from "./parts/backwards.js";
import { mountBroken } from "./parts/broken.js";
import { mountInside } from "./parts/inside.js";
import { mountLinks } from "./parts/links.js";
import { mountColumn, mountCompare, mountGenerate } from "./parts/more.js";
import { mountPrefixes } from "./parts/prefixes.js";
import { mountStep } from "./parts/step-through.js";
import { mountTrain } from "./parts/train-one.js";

const PARTS = {
  inside: mountInside, step: mountStep, prefixes: mountPrefixes, backwards: mountBackwards,
  train: mountTrain, break: mountBroken, compare: mountCompare, generate: mountGenerate, column: mountColumn,
};

async function proceed() {
  const app = await started, { facts } = app;
  const tensors = async (id) => readTensors(facts.tensors[id], await unpack(contents(id)));
  app.use(makeNgrams(facts.model.architecture, await tensors("ngrams")));
  performance.mark("complete");
  app.generator = new Generator(facts.generator, await tensors("generator"));
  for (const [id, mount] of Object.entries(PARTS)) {
    await new Promise((done) => setTimeout(done, 0)); // keys are answered in between
    mount(document.getElementById(`${id}-app`), app);
  }
  mountLinks(app);
  document.documentElement.dataset.ready = "true";
  if (sharedState() !== null) document.getElementById(location.hash.slice(1).split("?")[0])?.scrollIntoView();
}

proceed();
