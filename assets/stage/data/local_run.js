// A run without a server: weights, input and every gate, computed here or traced by Python.

/** @import { Gates, Layer, Model } from "../model/gru.js" */
/** @import { OutputSpec } from "../model/head.js" */
import { startRerun, finishRerun, prepare, allocateGates } from "../model/gru.js";

/**
 * The linear layer that reads the top layer's states, both directions concatenated.
 * @typedef {object} LocalHead
 * @property {OutputSpec["kind"]} kind
 * @property {number | null} within  a number off by less is correct; null: numbers are only near or far
 * @property {Float32Array} w  (output, unit)
 * @property {Float32Array} b  (output)
 * @property {string[]} names  of the outputs
 */

/** @typedef {Partial<LocalHead> & Pick<LocalHead, "kind" | "w">} HeadInput  without b: 0; without names: the numbers of the outputs */
/** @typedef {Model & {head?: HeadInput | null}} ModelWithHead */

/**
 * Input of a run.
 * @typedef {object} LocalInput
 * @property {Float32Array} x  [t * inputs + input]
 * @property {number} [inputs]  numbers per step, to check that the model fits
 * @property {Float32Array | null} [h0]  [layer * units + unit], or one state [unit] for every layer; 0 if left out
 * @property {string[]} [labels]  name of each step, or none
 * @property {string[]} [due]  target of each step as text, or none
 * @property {string[]} [channels]  names of the inputs, or none
 * @property {Float32Array | null} [target]  [t * k + output]; of classes [t], the class number. NaN where there is none
 */

/**
 * @typedef {object} RunOptions
 * @property {string} [id]  differs for every run; a new one if left out
 * @property {string} [kind]  name of the model, as in Python's `trace.meta.kind`
 * @property {string[]} [unitNames]
 * @property {readonly Gates[] | null} [trace]  every layer's gates as Python traced them; if left out they are computed here
 */

/**
 * @typedef {object} LocalRun
 * @property {string} id
 * @property {string} kind
 * @property {Model} model
 * @property {Float32Array} x
 * @property {number} inputs
 * @property {number} steps
 * @property {number} units
 * @property {Float32Array} h0  [layer * units + unit]
 * @property {readonly Gates[]} gates  of each layer
 * @property {boolean} isImported  Python traced the gates
 * @property {LocalHead | null} head
 * @property {Float32Array | null} target
 * @property {string[]} labels
 * @property {string[]} due
 * @property {string[]} channels
 * @property {string[]} unitNames
 */

const KINDS = ["classes", "signs", "numbers"];
let count = 0;

/**
 * Make a run of a model on an input.
 * @param {ModelWithHead} model
 * @param {LocalInput} input
 * @param {RunOptions} [options]
 * @returns {LocalRun}
 * @throws {RangeError} a shape does not fit; the message names it and the shape needed
 */
export function runFrom(model, input, { id, kind, unitNames = [], trace = null } = {}) {
  const { head: headOfModel = null, ...stack } = model,
    layers = checkLayers(stack);
  const own = { ...stack, layers },
    { inputs, units, reset } = layers[0];
  if ((input.inputs ?? inputs) !== inputs)
    throw new RangeError(`The input has ${input.inputs} numbers a step; this model reads ${inputs}.`);
  const steps = input.x.length / inputs;
  if (!Number.isInteger(steps) || steps < 1)
    throw new RangeError(
      `The input has ${input.x.length} numbers; ${inputs} for each of at least one step are needed.`,
    );
  const x = toFloats("The input", input.x, steps * inputs),
    h0 = initialStates(input.h0 ?? null, layers.length, units);
  const head = headOfModel && checkHead(headOfModel, stack.directions * units);
  return {
    id: id ?? `local ${++count}`,
    kind: kind ?? (reset === "after" ? "torch" : layers[0].b_ih && !layers[0].b_hh ? "concat" : "split"),
    model: own,
    x,
    inputs,
    steps,
    units,
    h0,
    isImported: trace !== null,
    gates: trace ? checkTrace(trace, layers.length, steps * units) : computeGates(own, x, h0, steps),
    head,
    target: head && input.target ? checkTarget(head, input.target, steps) : null,
    labels: checkTexts("labels", input.labels, steps),
    due: checkTexts("due", input.due, steps),
    channels: input.channels ?? [],
    unitNames,
  };
}

/**
 * Return the state that one step of a layer starts from.
 * @param {LocalRun} run
 * @param {number} layer
 * @param {number} t
 */
export function stateBefore({ model: { layers }, gates, h0, steps, units }, layer, t) {
  const before = layers[layer].reverse ? t + 1 : t - 1;
  return before >= 0 && before < steps
    ? gates[layer].h.subarray(before * units, (before + 1) * units)
    : h0.subarray(layer * units, (layer + 1) * units);
}

/**
 * Return the states that a head reads: those of the top layer, both directions concatenated.
 * @param {LocalRun} run
 * @returns {Float32Array}  [t * (directions * units) + unit]
 */
export function headInput({ model: { directions }, gates, steps, units }) {
  const top = gates.slice(-directions);
  if (top.length === 1) return top[0].h;
  const wide = directions * units,
    states = new Float32Array(steps * wide);
  top.forEach(({ h }, way) => {
    for (let t = 0; t < steps; t++) states.set(h.subarray(t * units, (t + 1) * units), t * wide + way * units);
  });
  return states;
}

/**
 * @param {Model} model
 * @param {Float32Array} x
 * @param {Float32Array} h0
 * @param {number} steps
 */
function computeGates(model, x, h0, steps) {
  const gates = allocateGates(model, steps);
  finishRerun(startRerun(prepare(model), x, h0, [], null, gates));
  return gates;
}

/**
 * @param {string} name  of the array, as the subject of the error message
 * @param {ArrayLike<number>} values
 * @param {number} size
 * @returns {Float32Array}
 */
function toFloats(name, values, size) {
  if (values?.length !== size)
    throw new RangeError(`${name} has ${values?.length ?? "no"} numbers; ${size} are needed.`);
  return values instanceof Float32Array ? values : Float32Array.from(values);
}

/**
 * @param {Model} model
 * @returns {Layer[]}
 */
function checkLayers({ layers, directions }) {
  if (directions !== 1 && directions !== 2) throw new RangeError(`directions is ${directions}; it must be 1 or 2.`);
  if (!layers?.length || layers.length % directions)
    throw new RangeError(
      `The model has ${layers?.length ?? "no"} layers; at least one for each of ${directions} directions is needed.`,
    );
  const { units, reset } = layers[0];
  return layers.map((layer, k) => {
    const needs = {
      units,
      reset,
      inputs: k < directions ? layers[0].inputs : directions * units,
      reverse: directions === 2 && k % 2 === 1,
    };
    for (const name of /** @type {const} */ (["units", "reset", "inputs", "reverse"]))
      if (layer[name] !== needs[name])
        throw new RangeError(`${name} of layer ${k} is ${layer[name]}; ${needs[name]} is needed.`);
    const bias = (/** @type {"b_ih" | "b_hh"} */ name) => {
      const { [name]: values } = layer;
      return values ? toFloats(`${name} of layer ${k}`, values, 3 * units) : null;
    };
    return {
      ...layer,
      w_ih: toFloats(`w_ih of layer ${k}`, layer.w_ih, 3 * units * layer.inputs),
      w_hh: toFloats(`w_hh of layer ${k}`, layer.w_hh, 3 * units * units),
      b_ih: bias("b_ih"),
      b_hh: bias("b_hh"),
    };
  });
}

/**
 * @param {ArrayLike<number> | null} h0
 * @param {number} layers
 * @param {number} units
 */
function initialStates(h0, layers, units) {
  if (h0?.length !== units || layers === 1)
    return h0 ? toFloats("h0", h0, layers * units) : new Float32Array(layers * units);
  const states = new Float32Array(layers * units);
  for (let row = 0; row < layers; row++) states.set(h0, row * units);
  return states;
}

/**
 * @param {readonly Gates[]} trace
 * @param {number} layers
 * @param {number} size  numbers of one gate
 * @returns {Gates[]}
 */
function checkTrace(trace, layers, size) {
  if (trace.length !== layers) throw new RangeError(`The trace has ${trace.length} layers; this model has ${layers}.`);
  return trace.map(({ r, z, n, h }, k) => {
    const gate = (/** @type {string} */ name, /** @type {Float32Array} */ values) =>
      toFloats(`${name} of layer ${k} in the trace`, values, size);
    return { r: gate("r", r), z: gate("z", z), n: gate("n", n), h: gate("h", h) };
  });
}

/**
 * @param {HeadInput} head
 * @param {number} units  that it reads
 * @returns {LocalHead}
 */
function checkHead({ kind, within = null, w: weights, b, names }, units) {
  if (!KINDS.includes(kind)) throw new RangeError(`The head's kind is ${kind}; it must be one of ${KINDS.join(", ")}.`);
  const outputs = b ? b.length : weights.length / units;
  if (!Number.isInteger(outputs) || outputs < 1)
    throw new RangeError(
      `The head's w has ${weights.length} numbers; ${units} for each of at least one output are needed.`,
    );
  if (names && names.length !== outputs)
    throw new RangeError(`The head has ${names.length} names; ${outputs} are needed, one for each output.`);
  return {
    kind,
    within,
    w: toFloats("The head's w", weights, outputs * units),
    b: b ? toFloats("The head's b", b, outputs) : new Float32Array(outputs),
    names: names ?? Array.from({ length: outputs }, (_, k) => String(k)),
  };
}

/**
 * @param {LocalHead} head
 * @param {ArrayLike<number>} target
 * @param {number} steps
 */
function checkTarget({ kind, b }, target, steps) {
  const values = toFloats("The target", target, kind === "classes" ? steps : steps * b.length);
  const odd = values.find(
    (value) => !Number.isNaN(value) && !(Number.isInteger(value) && value >= 0 && value < b.length),
  );
  if (kind === "classes" && odd !== undefined)
    throw new RangeError(`The target names class ${odd}; the head has classes 0 to ${b.length - 1}.`);
  return values;
}

/**
 * @param {string} name
 * @param {string[] | undefined} list
 * @param {number} steps
 */
function checkTexts(name, list, steps) {
  if (list?.length && list.length !== steps)
    throw new RangeError(`${name} has ${list.length} texts for ${steps} steps; one a step is needed, or none.`);
  return list ?? [];
}
