// Interventions, compiled to what each layer computes at each step. Within a step: weights, bias, then scale and clamp
// in the order given (r before the candidate uses it, n after its tanh, h after mixing); a lesion is applied last.

/** @import { Act, Gate, Hooks, Layer, Packed, PlanSegment, Span } from "./layer.js" */
import { packed } from "./layer.js";

/** @typedef {{layers: Layer[], directions: 1 | 2}} Model  layers in the order of torch's h_n; each after the first reads the states of those below, side by side */

/** @typedef {{layer: number, units: number[] | null, steps: Span | null}} Where  null: all of them */
/** @typedef {{do: "clamp" | "scale", gate: Gate, value: number} & Where} GateEdit  value: the gate's, or what it is multiplied with */
/** @typedef {{do: "bias", gate: "r" | "z" | "n", value: number} & Where} BiasEdit  value: added to the pre-activation */
/** @typedef {{do: "lesion", layer: number, units: number[] | null}} LesionEdit */
/** @typedef {{do: "weight", layer: number, name: "w_ih" | "w_hh" | "b_ih" | "b_hh", row: number, column: number | null, value: number}} WeightEdit */
/** @typedef {GateEdit | BiasEdit | LesionEdit | WeightEdit} Edit */

/**
 * What one layer computes.
 * @typedef {object} Plan
 * @property {Packed} packed
 * @property {PlanSegment[]} segments  of all steps, in order
 * @property {number[]} lesioned  units that are 0 before the first step too
 */

/** Each layer's numbers as they are without edits: packed once, then used by every plan. */
/** @typedef {{model: Model, packed: Packed[]}} PreparedModel */

/**
 * @param {Model} model
 * @returns {PreparedModel}
 */
export function prepare(model) {
  return { model, packed: model.layers.map(packed) };
}

/** @type {Record<Gate, Span>} */
const RANGE = { r: [0, 1], z: [0, 1], n: [-1, 1], h: [-1, 1] };
const STACK = ["r", "z", "n"];

/**
 * The steps of an edit that there are; null for none.
 * @param {Edit} edit
 * @param {number} steps
 * @returns {Span | null}
 */
export function spanOf(edit, steps) {
  const [first, last] = "steps" in edit && edit.steps ? edit.steps : [0, steps - 1];
  const span = /** @type {Span} */ ([Math.max(0, first), Math.min(steps - 1, last)]);
  return span[0] <= span[1] ? span : null;
}

/**
 * The units of an edit that there are, each once.
 * @param {number[] | null} given
 * @param {number} units
 * @returns {number[]}
 */
export function unitsOf(given, units) {
  return given
    ? [...new Set(given)].filter((unit) => Number.isInteger(unit) && unit >= 0 && unit < units)
    : Array.from({ length: units }, (_, unit) => unit);
}

/**
 * A layer with the numbers that edits set; itself where they set none. Where there is one bias, it changes by as much as
 * the one that is named.
 * @param {Layer} layer
 * @param {number} row  of the layer axis
 * @param {readonly Edit[]} edits
 * @returns {Layer}
 */
export function weighted(layer, row, edits) {
  const own = edits.filter((edit) => edit.do === "weight" && edit.layer === row),
    { inputs, units, w_ih, w_hh, b_ih, b_hh, share } = layer;
  if (!own.length) return layer;
  const one = b_ih !== null && b_hh === null;
  const made = {
    w_ih: w_ih.slice(),
    w_hh: w_hh.slice(),
    b_ih: b_ih?.slice() ?? null,
    b_hh: one ? (share?.slice() ?? new Float32Array(3 * units)) : (b_hh?.slice() ?? null),
  };
  for (const { name, row: at, column, value } of /** @type {WeightEdit[]} */ (own)) {
    const columns = name === "w_ih" ? inputs : name === "w_hh" ? units : 1,
      place = column ?? 0,
      held = made[name];
    if (!held || !(at >= 0 && at < 3 * units && place >= 0 && place < columns)) continue;
    if (one && made.b_ih && made.b_hh && name === "b_hh") made.b_ih[at] += value - made.b_hh[at];
    held[at * columns + place] = one && made.b_hh && name === "b_ih" ? value + made.b_hh[at] : value;
  }
  return { ...layer, ...made, ...(one ? { b_hh: null, share: made.b_hh } : {}) };
}

/**
 * Return the removed units of one layer.
 * @param {number} row  of the layer axis
 * @param {number} units
 * @param {readonly Edit[]} edits
 */
export function lesioned(row, units, edits) {
  return edits.flatMap((edit) => (edit.do === "lesion" && edit.layer === row ? unitsOf(edit.units, units) : []));
}

/**
 * What these edits, all of one layer and of the same steps, compute.
 * @param {readonly Edit[]} edits
 * @param {number} units
 * @returns {Hooks | null}
 */
function hooksOf(edits, units) {
  /** @type {Hooks} */
  const hooks = { bias: null, r: [], z: [], n: [], h: [] };
  let any = false;
  const add = (
    /** @type {Gate} */ gate,
    /** @type {number[] | null} */ given,
    /** @type {number} */ value,
    scale = false,
  ) => {
    const [low, high] = RANGE[gate];
    hooks[gate].push({ units: Int32Array.from(unitsOf(given, units)), scale, value, low, high });
    any = true;
  };
  for (const edit of edits) {
    if (edit.do === "bias") {
      hooks.bias ??= new Float64Array(3 * units);
      for (const unit of unitsOf(edit.units, units)) hooks.bias[STACK.indexOf(edit.gate) * units + unit] += edit.value;
      any = true;
    } else if (edit.do === "clamp" || edit.do === "scale") add(edit.gate, edit.units, edit.value, edit.do === "scale");
  }
  for (const edit of edits) if (edit.do === "lesion") add("h", edit.units, 0);
  return any ? hooks : null;
}

/**
 * All steps in order, in parts of the same edits.
 * @param {readonly Edit[]} edits  of one layer
 * @param {number} units
 * @param {number} steps
 * @returns {PlanSegment[]}
 */
function segmentsOf(edits, units, steps) {
  const placed = edits.map((edit) => ({ edit, span: edit.do === "weight" ? null : spanOf(edit, steps) }));
  const starts = new Set([0]);
  for (const { span } of placed) if (span) starts.add(span[0]).add(span[1] + 1);
  const begins = [...starts].filter((t) => t < steps).sort((p, q) => p - q);
  return begins.map((first, k) => ({
    first,
    last: (begins[k + 1] ?? steps) - 1,
    hooks: hooksOf(
      placed.flatMap(({ edit, span }) => (span && span[0] <= first && span[1] >= first ? [edit] : [])),
      units,
    ),
  }));
}

/**
 * Each layer's plan for a run of `steps` steps.
 * @param {PreparedModel} prepared
 * @param {readonly Edit[]} edits  what names no layer, unit or step that there is does nothing
 * @param {number} steps
 * @returns {Plan[]}
 */
export function compile({ model, packed: free }, edits, steps) {
  return model.layers.map((layer, row) => {
    const own = edits.filter((edit) => edit.layer === row),
      changed = weighted(layer, row, own);
    return {
      packed: changed === layer ? free[row] : packed(changed),
      segments: segmentsOf(own, layer.units, steps),
      lesioned: lesioned(row, layer.units, own),
    };
  });
}

/**
 * The steps of one layer that compute something else by its own edits or its own input, from the first to the last of them.
 * @param {number} row  of the layer axis
 * @param {readonly Edit[]} edits
 * @param {number} steps
 * @param {Span | null} inputs  the steps at which what it reads is another
 * @returns {Span | null}
 */
export function touched(row, edits, steps, inputs = null) {
  /** @type {Span | null} */
  let all = inputs;
  for (const edit of edits) {
    if (edit.layer === row) all = hull(all, spanOf(edit, steps));
  }
  return all;
}

/**
 * Where a run of one layer has to begin: its first changed step, counted as it runs, so the last for one in reverse.
 * @param {Layer} layer
 * @param {number} row  of the layer axis
 * @param {readonly Edit[]} edits
 * @param {number} steps
 * @param {Span | null} [inputs]  the steps at which what it reads is another
 * @returns {number | null}  null: nothing changes
 */
export function firstChanged(layer, row, edits, steps, inputs = null) {
  const span = touched(row, edits, steps, inputs);
  return span && (layer.reverse ? span[1] : span[0]);
}

/**
 * From the lower of two spans to the higher.
 * @param {Span | null} one
 * @param {Span | null} other
 * @returns {Span | null}
 */
export function hull(one, other) {
  return one && other ? [Math.min(one[0], other[0]), Math.max(one[1], other[1])] : (one ?? other);
}
