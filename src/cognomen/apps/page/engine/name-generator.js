// New surnames of an origin, letter by letter: as cognomen/network/generator.py.
import { Elman, GRU } from "./recurrent-cells.js";
import { apply, logSoftmax } from "./linear.js";
import { join } from "./name-network.js";
import { isMark } from "../reading/text.js";
import { full, under } from "./packed-tensors.js";

export const BOUNDARY = 0; // the token before the first letter and after the last one

export class Generator {
  constructor(facts, tensors) {
    this.letters = Array.from(facts.alphabet);
    this.lists = facts.lists; // an origin, or "origin (script)" where it has several
    Object.assign(this, { listScripts: facts.list_scripts, scripts: facts.scripts, temperatureScale: facts.temperature_scale });
    this.written = new Set(this.listScripts);
    this.tensors = tensors = full(tensors);
    const encoder = under(tensors, "encoder."), names = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"];
    this.encoder = new Elman(Object.fromEntries(names.map((name) => [name, encoder[`${name}_l0`]])));
    this.decoder = new GRU(under(tensors, "decoder.cell."));
    const joints = [true, ...this.letters.map((letter) => " -'".includes(letter))];
    this.joints = joints; // a word begins after these, and needs a letter there
    this.needsLetter = joints.map((joint, id) => joint || isMark(this.letters[id - 1]) || this.letters[id - 1] === "ß");
  }

  row(name, id) {
    const { shape: [, E], data } = this.tensors[name];
    return data.subarray(id * E, (id + 1) * E);
  }

  // The state before the first letter of a name of a list.
  begin(list) {
    const x = this.row("encoder.embedding.weight", this.lists.indexOf(list));
    const [summary] = this.encoder.step(this.encoder.project(x), this.encoder.initialState()).state;
    const start = apply(this.tensors["decoder.start.weight"], this.tensors["decoder.start.bias"], summary);
    return { list, summary, state: [start.map(Math.tanh)] };
  }

  // The log-probabilities of the next letter (V,), 0 being the end, and the state after the letter `id`.
  step(id, position) {
    const x = join([this.row("decoder.embedding.weight", id), position.summary]);
    const { state } = this.decoder.step(this.decoder.project(x), position.state);
    const logits = apply(this.tensors["decoder.output.weight"], this.tensors["decoder.output.bias"], state[0]);
    return { logP: logSoftmax(logits), position: { ...position, state } };
  }

  // The probabilities from which the next letter is drawn, (V,).
  weights(logP, id, list, temperature) {
    const scale = temperature * this.temperatureScale[this.lists.indexOf(list)];
    const script = this.listScripts[this.lists.indexOf(list)];
    const foreign = (next) => this.scripts[next] !== script && this.written.has(this.scripts[next]);
    const allowed = logP.map((each, next) => ((this.joints[id] && this.needsLetter[next]) || foreign(next) ? -Infinity : each));
    const highest = Math.max(...allowed), raised = allowed.map((each) => Math.exp((each - highest) / scale));
    const sum = raised.reduce((total, each) => total + each, 0);
    return raised.map((each) => each / sum);
  }
}
