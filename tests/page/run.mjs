// Runs the page's modules for the tests: node run.mjs MODULES TASK [PAGE], input and output as JSON.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [modules, task, page] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(`${modules}/${name}.js`).href);
const { fromBase64, readTensors, unpack } = await load("engine/packed-tensors");
const input = JSON.parse(readFileSync(0, "utf-8"));

const inside = (id) => new RegExp(`<script type="[^"]*" id="${id}">([^<]*)</script>`).exec(readFileSync(page, "utf-8"))[1];

async function models() {
  const facts = JSON.parse(inside("facts"));
  const [{ Classifier }, { Generator }] = [await load("engine/name-classifier"), await load("engine/name-generator")];
  const { makeNgrams } = await load("engine/letter-ngrams");
  const tensors = async (id) => readTensors(facts.tensors[id], await unpack(inside(id)));
  const network = readTensors(facts.tensors.network, fromBase64(inside("network")), false);
  const ngrams = makeNgrams(facts.model.architecture, await tensors("ngrams"));
  return {
    classifier: new Classifier(facts.model, network, facts.words, ngrams),
    generator: new Generator(facts.generator, await tensors("generator")),
  };
}

// What reads texts, without the weights.
async function readers() {
  const facts = JSON.parse(inside("facts")), { Alphabet } = await load("reading/text"), { makeWords } = await load("reading/read-surname");
  return { alphabet: new Alphabet(facts.model.alphabet), words: makeWords(facts.words), names: facts.names };
}

const list = (values) => Array.from(values);

const TASKS = {
  async answers({ names }) {
    const { classifier } = await models();
    return names.map((name) => {
      const { reading, reason, probabilities, levels, bits, known } = classifier.answer(name);
      return { spelling: reading.spelling ?? null, surname: reading.surname ?? null, note: reading.note ?? null,
        reason, bits, known, probabilities: probabilities ? list(probabilities) : null,
        labels: levels.map(({ label }) => label) };
    });
  },

  // The name that the page begins with, and its beginnings: as long as the n-grams are missing, and after that.
  async first() {
    const { classifier } = await models(), { first } = JSON.parse(inside("facts"));
    const ngrams = classifier.ngrams, spelling = classifier.answer(first.name).reading.spelling;
    const answers = (which) => {
      classifier.ngrams = which;
      classifier.beliefs.clear();
      return Array.from(spelling, (_, i) => list(classifier.believe(spelling.slice(0, i + 1)).probabilities));
    };
    const kinds = [classifier.network.letter(1), ...classifier.network.levels[0][0].cell.initialState()].map((each) => each.constructor.name);
    return { remembered: answers(first.ngrams && { evidence: (ids) => first.ngrams[ids.join(",")] }), computed: answers(ngrams), kinds };
  },

  async normalised({ texts }) {
    const { normalise } = await load("reading/text"), { words } = await readers();
    return texts.map((text) => normalise(text, words.folded));
  },

  async read({ names, surnameFirst }) {
    const { alphabet, words } = await readers(), { readSurname } = await load("reading/read-surname");
    return names.map((name) => {
      const { spelling = null, reason, surname = null, note = null } = readSurname(name, alphabet, true, words, surnameFirst);
      return [spelling, reason, surname, note];
    });
  },

  async givenNames({ spellings, known }) {
    const { words } = await readers(), { oddsOfGivenName } = await load("reading/reworded-cells");
    return spellings.map((spelling, i) => oddsOfGivenName(spelling, known[i], words));
  },

  async explained({ names, segments }) {
    const { classifier: { network, ngrams, alphabet } } = await models();
    const { attribute, attributeNgrams, jacobianNorms } = await load("engine/letter-attribution");
    return names.map(({ name, origin }) => {
      const ids = alphabet.encode(name), C = network.output[0].shape[0];
      const target = Float64Array.from({ length: C }, (_, c) => (c === origin ? 1 : 0));
      const { directions } = network.read(ids);
      const finished = (run) => {
        let turn = run.next();
        while (!turn.done) turn = run.next();
        return turn.value;
      };
      const norms = directions.map((direction) => finished(jacobianNorms(direction)).map(list));
      return { added: list(finished(attribute(network, ids, target, segments))), norms,
        ofNgrams: list(attributeNgrams(ngrams, ids, target).added),
        states: directions.map(({ steps }) => steps.map(({ state }) => list(state[0]))),
        gates: directions.map(({ steps }) => steps.map(({ gates }) => list(gates.update))) };
    });
  },

  async generated({ list: chosen, tokens }) {
    const { generator } = await models();
    let position = generator.begin(chosen);
    return tokens.map((id) => {
      const found = generator.step(id, position);
      position = found.position;
      return { logP: list(found.logP), weights: list(generator.weights(found.logP, id, chosen, 0.8)) };
    });
  },

  async intervals({ probabilities, counts, priors }) {
    const { shareIntervals } = await load("parts/name-shares"), { Random } = await load("learning/random");
    return shareIntervals(probabilities, counts, priors, new Random(0));
  },

  async shares({ probabilities, counts, priors }) {
    const { estimateShares } = await load("parts/name-shares");
    return list(await estimateShares(probabilities, counts, priors));
  },

  // The gradients of sum(dy * y) over the outputs of one cell.
  async gradients({ kind, nonlinearity, params, x, dy }) {
    const [{ CELLS }, { readDirection }] = [await load("engine/recurrent-cells"), await load("engine/through-time")];
    const made = Object.fromEntries(Object.entries(params).map(([name, { shape, data }]) =>
      [name, { shape, data: Float64Array.from(data), grad: new Float64Array(data.length) }]));
    const cell = new CELLS[kind](made, nonlinearity), inputs = x.map((each) => Float64Array.from(each));
    const { steps, backward } = readDirection(cell, false, inputs.map((each) => cell.project(each)));
    const dx = backward(dy).map((da, t) => list(cell.projectBack(da, inputs[t])));
    return { y: steps.map(({ state }) => list(state[0])), dx,
      grads: Object.fromEntries(Object.entries(made).map(([name, { grad }]) => [name, list(grad)])) };
  },

  // Steps of training, and all that is needed to repeat them elsewhere.
  async trained({ task, length, settings, steps }) {
    const names = task === "names" ? (await readers()).names : {};
    const [{ makeTask }, { Trainer }] = [await load("learning/tasks"), await load("learning/trainer")];
    const made = makeTask(task, { length, names });
    const trainer = new Trainer(made, { ...settings, clip: settings.clip ?? Infinity });
    const { params } = trainer.network, batches = [];
    const copy = () => Object.fromEntries(Object.entries(params).map(([name, { shape, data }]) => [name, { shape, data: list(data) }]));
    const before = copy(), draw = trainer.batch.bind(trainer);
    trainer.batch = () => {
      const batch = draw();
      batches.push(batch);
      return batch;
    };
    for (let step = 0; step < steps; step++) trainer.step();
    return { symbols: made.symbols.length, answers: made.answers.length, each: made.each, before, after: copy(),
      batches, losses: trainer.losses, norms: trainer.norms, accuracy: trainer.measure(), heldOut: trainer.heldOut };
  },
};

process.stdout.write(JSON.stringify(await TASKS[task](input)));
