// Interventions, compiled for each layer and step. Order within a step: weights, bias, then scale and clamp as listed (r
// before the candidate uses it, n after its tanh, h after mixing), lesions last.

/** @import { GateChange, Gate, Hooks, Layer, PackedLayer, PlanSegment, Span } from "./layer.js" */
import { packLayer } from "./layer.js";

/** @typedef {{layers: Layer[], directions: 1 | 2}} Model  layers in the order of torch's h_n; a layer above the first reads the concatenated states of the one below */

/** @typedef {{layer: number, units: number[] | null, steps: Span | null}} Where  null: all units, all steps */
/** @typedef {{do: "clamp" | "scale", gate: Gate, value: number} & Where} GateEdit  value: the gate's new value, or its factor */
/** @typedef {{do: "bias", gate: "r" | "z" | "n", value: number} & Where} BiasEdit  value: added to the pre-activation */
/** @typedef {{do: "lesion", layer: number, units: number[] | null}} LesionEdit */
/** @typedef {{do: "weight", layer: number, name: "w_ih" | "w_hh" | "b_ih" | "b_hh", row: number, column: number | null, value: number}} WeightEdit */
/** @typedef {GateEdit | BiasEdit | LesionEdit | WeightEdit} Edit */

/**
 * One layer with its edits, compiled.
 * @typedef {object} Plan
 * @property {PackedLayer} packedLayer
 * @property {PlanSegment[]} segments  of all steps, in order
 * @property {number[]} lesionedUnits  their initial state is 0 too
 */

/** @typedef {{model: Model, packedLayers: PackedLayer[]}} PreparedModel  layers without edits: packed once, used by every plan */

/**
 * Prepare a model for `compile`.
 * @param {Model} model
 * @returns {PreparedModel}
 */
export function prepare(model) {
  return { model, packedLayers: model.layers.map(packLayer) };
}

/** @type {Record<Gate, Span>} */
const RANGE = { r: [0, 1], z: [0, 1], n: [-1, 1], h: [-1, 1] };
const STACK = ["r", "z", "n"];

/**
 * Return the steps of an edit that exist in the run; null for none.
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
 * Return the units of an edit that exist in the layer, without repeats.
 * @param {number[] | null} selection
 * @param {number} units
 * @returns {number[]}
 */
export function unitsOf(selection, units) {
  return selection
    ? [...new Set(selection)].filter((unit) => Number.isInteger(unit) && unit >= 0 && unit < units)
    : Array.from({ length: units }, (_, unit) => unit);
}

/**
 * Return a layer with edited weights; the layer itself without such edits. A model with one bias has b_ih + b_hh in it:
 * an edit of either changes it by the same amount.
 * @param {Layer} layer
 * @param {number} row  of the layer axis
 * @param {readonly Edit[]} edits
 * @returns {Layer}
 */
export function withEditedWeights(layer, row, edits) {
  const own = edits.filter((edit) => edit.do === "weight" && edit.layer === row),
    { inputs, units, w_ih, w_hh, b_ih, b_hh, share } = layer;
  if (!own.length) return layer;
  const hasOneBias = b_ih !== null && b_hh === null;
  const weights = {
    w_ih: w_ih.slice(),
    w_hh: w_hh.slice(),
    b_ih: b_ih?.slice() ?? null,
    b_hh: hasOneBias ? (share?.slice() ?? new Float32Array(3 * units)) : (b_hh?.slice() ?? null),
  };
  for (const { name, row: at, column, value } of /** @type {WeightEdit[]} */ (own)) {
    const columns = name === "w_ih" ? inputs : name === "w_hh" ? units : 1,
      place = column ?? 0,
      array = weights[name];
    if (!array || !(at >= 0 && at < 3 * units && place >= 0 && place < columns)) continue;
    if (hasOneBias && weights.b_ih && weights.b_hh && name === "b_hh") weights.b_ih[at] += value - weights.b_hh[at];
    array[at * columns + place] = hasOneBias && weights.b_hh && name === "b_ih" ? value + weights.b_hh[at] : value;
  }
  return { ...layer, ...weights, ...(hasOneBias ? { b_hh: null, share: weights.b_hh } : {}) };
}

/**
 * Return the removed units of one layer.
 * @param {number} row  of the layer axis
 * @param {number} units
 * @param {readonly Edit[]} edits
 */
export function lesionedUnits(row, units, edits) {
  return edits.flatMap((edit) => (edit.do === "lesion" && edit.layer === row ? unitsOf(edit.units, units) : []));
}

/**
 * Compile the edits of one layer at some steps.
 * @param {readonly Edit[]} edits  all of them act at all of these steps
 * @param {number} units
 * @returns {Hooks | null}
 */
function hooksOf(edits, units) {
  /** @type {Hooks} */
  const hooks = { bias: null, r: [], z: [], n: [], h: [] };
  let hasHooks = false;
  const add = (
    /** @type {Gate} */ gate,
    /** @type {number[] | null} */ selection,
    /** @type {number} */ value,
    scale = false,
  ) => {
    const [low, high] = RANGE[gate];
    hooks[gate].push({ units: Int32Array.from(unitsOf(selection, units)), scale, value, low, high });
    hasHooks = true;
  };
  for (const edit of edits) {
    if (edit.do === "bias") {
      hooks.bias ??= new Float64Array(3 * units);
      for (const unit of unitsOf(edit.units, units)) hooks.bias[STACK.indexOf(edit.gate) * units + unit] += edit.value;
      hasHooks = true;
    } else if (edit.do === "clamp" || edit.do === "scale") add(edit.gate, edit.units, edit.value, edit.do === "scale");
  }
  for (const edit of edits) if (edit.do === "lesion") add("h", edit.units, 0);
  return hasHooks ? hooks : null;
}

/**
 * Split the steps into segments with constant edits.
 * @param {readonly Edit[]} edits  of one layer
 * @param {number} units
 * @param {number} steps
 * @returns {PlanSegment[]}
 */
function segmentsOf(edits, units, steps) {
  const spans = edits.map((edit) => ({ edit, span: edit.do === "weight" ? null : spanOf(edit, steps) }));
  const starts = new Set([0]);
  for (const { span } of spans) if (span) starts.add(span[0]).add(span[1] + 1);
  const begins = [...starts].filter((t) => t < steps).sort((p, q) => p - q);
  return begins.map((first, k) => ({
    first,
    last: (begins[k + 1] ?? steps) - 1,
    hooks: hooksOf(
      spans.flatMap(({ edit, span }) => (span && span[0] <= first && span[1] >= first ? [edit] : [])),
      units,
    ),
  }));
}

/**
 * Compile the plan of each layer for a run of `steps` steps.
 * @param {PreparedModel} prepared
 * @param {readonly Edit[]} edits  layers, units and steps that do not exist are ignored
 * @param {number} steps
 * @returns {Plan[]}
 */
export function compile({ model, packedLayers: freeLayers }, edits, steps) {
  return model.layers.map((layer, row) => {
    const own = edits.filter((edit) => edit.layer === row),
      editedLayer = withEditedWeights(layer, row, own);
    return {
      packedLayer: editedLayer === layer ? freeLayers[row] : packLayer(editedLayer),
      segments: segmentsOf(own, layer.units, steps),
      lesionedUnits: lesionedUnits(row, layer.units, own),
    };
  });
}

/**
 * Return the first and last step at which a layer's own edits act or its input differs.
 * @param {number} row  of the layer axis
 * @param {readonly Edit[]} edits
 * @param {number} steps
 * @param {Span | null} inputs  the steps at which its input differs
 * @returns {Span | null}
 */
export function editedSpan(row, edits, steps, inputs = null) {
  /** @type {Span | null} */
  let all = inputs;
  for (const edit of edits) {
    if (edit.layer === row) all = hull(all, spanOf(edit, steps));
  }
  return all;
}

/**
 * Return the step from which a layer has to be computed again; for a reverse layer the last changed step.
 * @param {Layer} layer
 * @param {number} row  of the layer axis
 * @param {readonly Edit[]} edits
 * @param {number} steps
 * @param {Span | null} [inputs]  the steps at which its input differs
 * @returns {number | null}  null: nothing changes
 */
export function firstChangedStep(layer, row, edits, steps, inputs = null) {
  const span = editedSpan(row, edits, steps, inputs);
  return span && (layer.reverse ? span[1] : span[0]);
}

/**
 * Return the smallest span that contains two spans.
 * @param {Span | null} one
 * @param {Span | null} other
 * @returns {Span | null}
 */
export function hull(one, other) {
  return one && other ? [Math.min(one[0], other[0]), Math.max(one[1], other[1])] : (one ?? other);
}
