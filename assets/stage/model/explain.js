// Terms of a number of a run. The results equal those of gruviz/tracing/explain.py.

/** @import { Gate, Gates, Layer } from "./layer.js" */
/** @import { Table } from "./table.js" */
/** @import { Edit, GateEdit, LesionEdit, Model } from "./interventions.js" */
import { rowsBelow } from "./rerun.js";
import { lesionedUnits, spanOf, unitsOf, withEditedWeights } from "./interventions.js";

const MOST_TERMS = 8; // as in gruviz/protocol/requests.py

/** @typedef {"input" | "state" | "bias" | "bias_ih" | "bias_hh" | "by_hand" | "keep" | "write" | "output"} TermKind */
/** @typedef {number | "nan" | "inf" | "-inf"} JsonNumber  JSON has no NaN and no infinity: they are sent as texts */
/** @typedef {{gate: Gate | "x" | "y", layer: number, t: number, unit: number, out?: number | null}} Cell  one number of a trace; out: the output of the head */

/**
 * A run with everything it was computed from.
 * @typedef {object} TracedRun
 * @property {Model} model  without the edits
 * @property {Float32Array} x  [t * inputs + input]
 * @property {Float32Array} h0  [layer * units + unit]
 * @property {readonly Edit[]} edits
 * @property {readonly Gates[]} gates
 */

/**
 * One summand of a pre-activation and its factors: value = weight * source * reset.
 * @typedef {object} Term
 * @property {TermKind} kind
 * @property {number | null} index  of its source; null for a bias
 * @property {JsonNumber} value
 * @property {JsonNumber | null} weight
 * @property {JsonNumber | null} source
 * @property {JsonNumber | null} reset  the reset gate, if it multiplies this term
 * @property {Cell | null} at  the cell of the source
 * @property {Cell | null} reset_at
 * @property {string} name  of the source
 */

/**
 * One number of a run and its terms.
 * @typedef {object} Explained
 * @property {Gate | "y"} gate
 * @property {number} layer
 * @property {number} t
 * @property {number} unit
 * @property {number} [out]  of y: the output
 * @property {JsonNumber} value
 * @property {"sigmoid" | "tanh" | "softmax" | null} squash  null for h and for outputs that are not probabilities
 * @property {JsonNumber} total
 * @property {Term[]} terms  largest first
 * @property {{count: number, value: JsonNumber}} rest  the terms that are not listed
 * @property {(GateEdit | LesionEdit)[]} [by_hand]  edits that set this number
 * @property {JsonNumber} [would_be]  the number without those edits
 * @property {string} [said]  a sentence about that edit
 */

/** @typedef {{kind: TermKind, index: number | null, value: number, weight: number, source: number | null, reset: number | null}} Summand */
/** @typedef {Float32Array & Table} SumsTable */

const STACK = /** @type {const} */ (["r", "z", "n"]);

/**
 * Weights and sources of one unit.
 * @typedef {object} UnitReader
 * @property {Layer} layer  with edited weights
 * @property {number[]} inputs  rows of the layer axis that it reads; empty if it reads the input
 * @property {(t: number) => Float64Array} x  input of the layer at a step
 * @property {(t: number) => Float64Array} h  state before a step
 * @property {(gate: "r" | "z" | "n", t: number) => number | null} addedBias  edits of the unit's bias; null for none
 */

/**
 * @param {TracedRun} run
 * @param {number} row  of the layer axis
 * @param {number} unit
 * @returns {UnitReader}
 */
function unitReader({ model, x, h0, edits, gates }, row, unit) {
  const layer = withEditedWeights(model.layers[row], row, edits),
    { units, inputs } = layer,
    steps = gates[row].h.length / units;
  const rows = rowsBelow(row, model.directions),
    lesions = lesionedUnits(row, units, edits);
  const biasEdits = edits.flatMap((edit) =>
    edit.do === "bias" && edit.layer === row && unitsOf(edit.units, units).includes(unit)
      ? [{ edit, span: spanOf(edit, steps) }]
      : [],
  );
  return {
    layer,
    inputs: rows,
    x: (t) =>
      Float64Array.from(
        rows.length
          ? rows.flatMap((each) => [...gates[each].h.subarray(t * units, (t + 1) * units)])
          : x.subarray(t * inputs, (t + 1) * inputs),
      ),
    h: (t) => {
      const before = layer.reverse ? t + 1 : t - 1;
      if (before >= 0 && before < steps)
        return Float64Array.from(gates[row].h.subarray(before * units, (before + 1) * units));
      const start = Float64Array.from(h0.subarray(row * units, (row + 1) * units));
      for (const each of lesions) start[each] = 0;
      return start;
    },
    addedBias: (gate, t) =>
      biasEdits.reduce(
        (all, { edit, span }) =>
          edit.gate === gate && span && span[0] <= t && t <= span[1] ? (all ?? 0) + edit.value : all,
        /** @type {number | null} */ (null),
      ),
  };
}

/**
 * Return the terms of a pre-activation, in the order of the equation.
 * @param {UnitReader} reader
 * @param {Float32Array} r  of all steps
 * @param {"r" | "z" | "n"} gate
 * @param {number} t
 * @param {number} unit
 * @returns {Summand[]}
 */
function summands({ layer: { reset, inputs, units, w_ih, w_hh, b_ih, b_hh }, x, h, addedBias }, r, gate, t, unit) {
  const row = STACK.indexOf(gate) * units + unit,
    xs = x(t),
    hs = h(t),
    by_hand = addedBias(gate, t);
  /** @type {Summand[]} */
  const terms = [];
  for (let k = 0; k < inputs; k++) terms.push(makeSummand("input", k, w_ih[row * inputs + k], xs[k], null));
  if (b_ih) terms.push(makeSummand(b_hh ? "bias_ih" : "bias", null, b_ih[row], null, null));
  for (let k = 0; k < units; k++)
    terms.push(
      makeSummand(
        "state",
        k,
        w_hh[row * units + k],
        hs[k],
        gate !== "n" ? null : r[t * units + (reset === "before" ? k : unit)],
      ),
    );
  if (b_hh)
    terms.push(
      makeSummand("bias_hh", null, b_hh[row], null, gate === "n" && reset === "after" ? r[t * units + unit] : null),
    );
  if (by_hand !== null) terms.push(makeSummand("by_hand", null, by_hand, null, null));
  return terms;
}

/**
 * @param {TermKind} kind
 * @param {number | null} index
 * @param {number} weight
 * @param {number | null} source
 * @param {number | null} reset
 * @returns {Summand}
 */
function makeSummand(kind, index, weight, source, reset) {
  return { kind, index, weight, source, reset, value: weight * (source ?? 1) * (reset ?? 1) };
}

/** @param {Summand[]} terms */
function sum(terms) {
  return terms.reduce((all, { value }) => all + value, 0);
}

/**
 * Return the parts of one unit's pre-activations at each step, as in the response "sums": W x, U h, the biases with their
 * edits, and the total. Of n also the parts that r multiplies, without r. data/sums.js lists them in order.
 * @param {TracedRun} run
 * @param {{layer: number, unit: number, first: number, last: number}} piece
 * @returns {Record<"r" | "z" | "n", SumsTable>}
 */
export function sums(run, { layer: row, unit, first, last }) {
  const reader = unitReader(run, row, unit),
    after = reader.layer.reset === "after",
    { r } = run.gates[row],
    steps = last + 1 - first;
  const table = (/** @type {"r" | "z" | "n"} */ gate) => {
    const rows = gate === "n" ? 7 : 4,
      values = new Float32Array(steps * rows);
    for (let t = first; t <= last; t++) {
      const terms = summands(reader, r, gate, t, unit),
        isGated = (/** @type {Summand} */ { kind, reset }) => kind !== "state" && reset !== null;
      const of_x = terms.filter(({ kind }) => kind === "input"),
        of_h = terms.filter(({ kind }) => kind === "state"),
        inner_b = terms.filter(isGated);
      const outer = terms.filter(({ kind, reset }) => kind !== "input" && kind !== "state" && reset === null);
      const bare = (/** @type {Summand[]} */ each) =>
        sum(after ? each.map((term) => ({ ...term, value: term.weight * (term.source ?? 1) })) : each);
      const parts = [
        sum(of_x),
        sum(of_h) + sum(inner_b),
        sum(outer),
        sum(terms),
        bare(of_h) + bare(inner_b),
        bare(of_h),
        bare(inner_b),
      ];
      values.set(parts.slice(0, rows), (t - first) * rows);
    }
    return Object.assign(values, { columns: steps, rows });
  };
  return { r: table("r"), z: table("z"), n: table("n") };
}

/**
 * Return the edits that replace a number, in the order in which they act.
 * @param {readonly Edit[]} edits
 * @param {Gate} gate
 * @param {{layer: number, t: number, unit: number}} place
 * @param {number} units
 * @param {number} steps
 * @returns {(GateEdit | LesionEdit)[]}
 */
function overridingEdits(edits, gate, { layer, t, unit }, units, steps) {
  const matches = edits.flatMap((edit) => {
    if (edit.layer !== layer || (edit.do !== "clamp" && edit.do !== "scale" && edit.do !== "lesion")) return [];
    const span = spanOf(edit, steps);
    return (edit.do === "lesion" ? "h" : edit.gate) === gate &&
      span &&
      span[0] <= t &&
      t <= span[1] &&
      unitsOf(edit.units, units).includes(unit)
      ? [edit]
      : [];
  });
  return [...matches.filter((edit) => edit.do !== "lesion"), ...matches.filter((edit) => edit.do === "lesion")];
}

/**
 * Return the terms of one number, as in the response "explain". If edits replace the number, they are listed too, with
 * the value that the terms give.
 * @param {TracedRun} run
 * @param {{gate: Gate, layer: number, t: number, unit: number}} place
 * @param {{units?: string[], channels?: string[]}} [names]
 * @returns {Explained}
 */
export function explain(run, { gate, layer: row, t, unit }, names = {}) {
  const reader = unitReader(run, row, unit),
    { units, reverse, reset } = reader.layer,
    gates = run.gates[row],
    steps = gates.h.length / units;
  const at = (/** @type {Gate} */ name) => gates[name][t * units + unit],
    value = at(gate),
    back = reverse ? t + 1 : t - 1;
  const by_hand = overridingEdits(run.edits, gate, { layer: row, t, unit }, units, steps);
  const terms =
    gate !== "h"
      ? summands(reader, gates.r, gate, t, unit)
      : [
          makeSummand("keep", unit, at("z"), reader.h(t)[unit], null),
          makeSummand("write", unit, 1 - at("z"), at("n"), null),
        ];
  const total = gate === "h" && !by_hand.length ? value : sum(terms);
  const size = (/** @type {Summand} */ term) => (Number.isNaN(term.value) ? Infinity : Math.abs(term.value));
  const descending = [...terms].sort((p, q) => (size(q) === size(p) ? 0 : size(q) - size(p)));
  const top = descending.slice(0, MOST_TERMS).filter((term) => term.value !== 0),
    rest = descending.slice(MOST_TERMS);
  const here = { layer: row, t };
  /**
   * @param {Summand} term
   * @returns {Term}
   */
  const toTerm = ({ kind, index, value: own, weight, source, reset: factor }) => {
    /** @type {Cell | null} */
    let from = null,
      labels = names.units ?? [];
    if (kind === "input" && index !== null) {
      from = reader.inputs.length
        ? { gate: "h", layer: reader.inputs[Math.floor(index / units)], t, unit: index % units }
        : { gate: "x", ...here, unit: index };
      labels = from.gate === "x" ? (names.channels ?? []) : [];
    } else if (kind === "write" && index !== null) from = { gate: "n", ...here, unit: index };
    else if (index !== null && back >= 0 && back < steps) from = { gate: "h", layer: row, t: back, unit: index };
    const which = from ? from.unit : index;
    return {
      kind,
      index,
      value: jsonNumber(own),
      weight: jsonNumber(weight),
      source: source === null ? null : jsonNumber(source),
      reset: factor === null ? null : jsonNumber(factor),
      at: from,
      reset_at:
        factor === null ? null : { gate: "r", ...here, unit: reset === "after" || index === null ? unit : index },
      name: which === null ? "" : which < labels.length ? [...labels[which]].slice(0, 40).join("") : String(which),
    };
  };
  const squash = gate === "h" ? null : gate === "n" ? "tanh" : "sigmoid";
  const activation = squash === null ? total : squash === "tanh" ? Math.tanh(total) : 1 / (1 + Math.exp(-total));
  return {
    gate,
    ...here,
    unit,
    value: jsonNumber(value),
    squash,
    total: jsonNumber(total),
    terms: top.map(toTerm),
    rest: { count: rest.length + Math.min(MOST_TERMS, descending.length) - top.length, value: jsonNumber(sum(rest)) },
    ...(by_hand.length ? { by_hand, would_be: jsonNumber(activation) } : {}),
  };
}

/**
 * Return a number for JSON, which has no NaN and no infinity.
 * @param {number} value
 * @returns {JsonNumber}
 */
function jsonNumber(value) {
  return Number.isFinite(value) ? value : Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}
