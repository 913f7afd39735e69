// Numbers of a run taken apart, as Python's gruviz/tracing/explain.py does with those of a trace: the same replies.

/** @import { Gate, Gates, Layer } from "./layer.js" */
/** @import { Table } from "./table.js" */
/** @import { Edit, GateEdit, LesionEdit, Model } from "./interventions.js" */
import { below } from "./rerun.js";
import { lesioned, spanOf, unitsOf, weighted } from "./interventions.js";

const MOST_TERMS = 8; // as gruviz/protocol/requests.py tells

/** @typedef {"input" | "state" | "bias" | "bias_ih" | "bias_hh" | "by_hand" | "keep" | "write" | "output"} TermKind */
/** @typedef {number | "nan" | "inf" | "-inf"} JsonNumber  JSON has no NaN and no infinity: they travel as texts */
/** @typedef {{gate: Gate | "x" | "y", layer: number, t: number, unit: number, out?: number | null}} Cell  one number of a trace; out: which output of the head */

/**
 * A run: the model, what went in, what is done by hand, and what came out.
 * @typedef {object} TracedRun
 * @property {Model} model  without the edits
 * @property {Float32Array} x  [t * inputs + input]
 * @property {Float32Array} h0  [layer * units + unit]
 * @property {readonly Edit[]} edits
 * @property {readonly Gates[]} gates
 */

/**
 * One summand of a pre-activation, as its factors: value = weight * source * reset.
 * @typedef {object} Term
 * @property {TermKind} kind
 * @property {number | null} index  of its source; null for a bias
 * @property {JsonNumber} value
 * @property {JsonNumber | null} weight
 * @property {JsonNumber | null} source
 * @property {JsonNumber | null} reset  the reset gate, where it multiplies this term
 * @property {Cell | null} at  where the source can be seen
 * @property {Cell | null} reset_at
 * @property {string} name  of the source
 */

/**
 * One number of a run as the terms that add up to it.
 * @typedef {object} Explained
 * @property {Gate | "y"} gate
 * @property {number} layer
 * @property {number} t
 * @property {number} unit
 * @property {number} [out]  of y: which output
 * @property {JsonNumber} value
 * @property {"sigmoid" | "tanh" | "softmax" | null} squash  null for h, which is a sum, and for an output that is no probability
 * @property {JsonNumber} total
 * @property {Term[]} terms  largest first
 * @property {{count: number, value: JsonNumber}} rest  the terms that are not listed
 * @property {(GateEdit | LesionEdit)[]} [by_hand]  edits that set this number
 * @property {JsonNumber} [would_be]  what the terms give, where an edit set the number
 * @property {string} [said]  a sentence about that edit
 */

/** @typedef {{kind: TermKind, index: number | null, value: number, weight: number, source: number | null, reset: number | null}} Summand */
/** @typedef {Float32Array & Table} SumsTable */

const STACK = /** @type {const} */ (["r", "z", "n"]);

/**
 * What one unit computes with.
 * @typedef {object} UnitReader
 * @property {Layer} layer  with the weights that were set
 * @property {number[]} inputs  rows of the layer axis it reads; none reads the sequence
 * @property {(t: number) => Float64Array} x  what it reads at a step
 * @property {(t: number) => Float64Array} h  the state a step starts from
 * @property {(gate: "r" | "z" | "n", t: number) => number | null} added  by hand, to a pre-activation of the unit
 */

/**
 * @param {TracedRun} ran
 * @param {number} row  of the layer axis
 * @param {number} unit
 * @returns {UnitReader}
 */
function reading({ model, x, h0, edits, gates }, row, unit) {
  const layer = weighted(model.layers[row], row, edits),
    { units, inputs } = layer,
    steps = gates[row].h.length / units;
  const rows = below(row, model.directions),
    cut = lesioned(row, units, edits);
  const biased = edits.flatMap((edit) =>
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
      for (const each of cut) start[each] = 0;
      return start;
    },
    added: (gate, t) =>
      biased.reduce(
        (all, { edit, span }) =>
          edit.gate === gate && span && span[0] <= t && t <= span[1] ? (all ?? 0) + edit.value : all,
        /** @type {number | null} */ (null),
      ),
  };
}

/**
 * The terms of a pre-activation, in the order of the equation.
 * @param {UnitReader} read
 * @param {Float32Array} r  of all steps
 * @param {"r" | "z" | "n"} gate
 * @param {number} t
 * @param {number} unit
 * @returns {Summand[]}
 */
function summands({ layer: { reset, inputs, units, w_ih, w_hh, b_ih, b_hh }, x, h, added }, r, gate, t, unit) {
  const row = STACK.indexOf(gate) * units + unit,
    xs = x(t),
    hs = h(t),
    by_hand = added(gate, t);
  /** @type {Summand[]} */
  const terms = [];
  for (let k = 0; k < inputs; k++) terms.push(summand("input", k, w_ih[row * inputs + k], xs[k], null));
  if (b_ih) terms.push(summand(b_hh ? "bias_ih" : "bias", null, b_ih[row], null, null));
  for (let k = 0; k < units; k++)
    terms.push(
      summand(
        "state",
        k,
        w_hh[row * units + k],
        hs[k],
        gate !== "n" ? null : r[t * units + (reset === "before" ? k : unit)],
      ),
    );
  if (b_hh)
    terms.push(
      summand("bias_hh", null, b_hh[row], null, gate === "n" && reset === "after" ? r[t * units + unit] : null),
    );
  if (by_hand !== null) terms.push(summand("by_hand", null, by_hand, null, null));
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
function summand(kind, index, weight, source, reset) {
  return { kind, index, weight, source, reset, value: weight * (source ?? 1) * (reset ?? 1) };
}

/** @param {Summand[]} terms */
function sum(terms) {
  return terms.reduce((all, { value }) => all + value, 0);
}

/**
 * What one unit's pre-activations are added up from, step by step: W x, what the state adds, the biases (and what is added
 * by hand), and their sum; of n, what stands before r acts too. As the reply of that kind has them, see data/sums.js.
 * @param {TracedRun} ran
 * @param {{layer: number, unit: number, first: number, last: number}} piece
 * @returns {Record<"r" | "z" | "n", SumsTable>}
 */
export function sums(ran, { layer: row, unit, first, last }) {
  const read = reading(ran, row, unit),
    after = read.layer.reset === "after",
    { r } = ran.gates[row],
    steps = last + 1 - first;
  const table = (/** @type {"r" | "z" | "n"} */ gate) => {
    const rows = gate === "n" ? 7 : 4,
      values = new Float32Array(steps * rows);
    for (let t = first; t <= last; t++) {
      const terms = summands(read, r, gate, t, unit),
        gated = (/** @type {Summand} */ { kind, reset }) => kind !== "state" && reset !== null;
      const of_x = terms.filter(({ kind }) => kind === "input"),
        of_h = terms.filter(({ kind }) => kind === "state"),
        inner_b = terms.filter(gated);
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
 * The edits that set a very number, whatever its terms make of it, in the order they act in.
 * @param {readonly Edit[]} edits
 * @param {Gate} gate
 * @param {{layer: number, t: number, unit: number}} place
 * @param {number} units
 * @param {number} steps
 * @returns {(GateEdit | LesionEdit)[]}
 */
function setting(edits, gate, { layer, t, unit }, units, steps) {
  const found = edits.flatMap((edit) => {
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
  return [...found.filter((edit) => edit.do !== "lesion"), ...found.filter((edit) => edit.do === "lesion")];
}

/**
 * One number as the terms that make it, as the reply of that kind has it. Where edits set the number itself: which ones,
 * and what it would be without them, which is what the terms make.
 * @param {TracedRun} ran
 * @param {{gate: Gate, layer: number, t: number, unit: number}} place
 * @param {{units?: string[], channels?: string[]}} [names]
 * @returns {Explained}
 */
export function explain(ran, { gate, layer: row, t, unit }, names = {}) {
  const read = reading(ran, row, unit),
    { units, reverse, reset } = read.layer,
    gates = ran.gates[row],
    steps = gates.h.length / units;
  const at = (/** @type {Gate} */ name) => gates[name][t * units + unit],
    value = at(gate),
    back = reverse ? t + 1 : t - 1;
  const by_hand = setting(ran.edits, gate, { layer: row, t, unit }, units, steps);
  const terms =
    gate !== "h"
      ? summands(read, gates.r, gate, t, unit)
      : [summand("keep", unit, at("z"), read.h(t)[unit], null), summand("write", unit, 1 - at("z"), at("n"), null)];
  const total = gate === "h" && !by_hand.length ? value : sum(terms);
  const size = (/** @type {Summand} */ term) => (Number.isNaN(term.value) ? Infinity : Math.abs(term.value));
  const ranked = [...terms].sort((p, q) => (size(q) === size(p) ? 0 : size(q) - size(p)));
  const told = ranked.slice(0, MOST_TERMS).filter((term) => term.value !== 0),
    rest = ranked.slice(MOST_TERMS);
  const here = { layer: row, t };
  /**
   * @param {Summand} term
   * @returns {Term}
   */
  const written = ({ kind, index, value: own, weight, source, reset: factor }) => {
    /** @type {Cell | null} */
    let from = null,
      called = names.units ?? [];
    if (kind === "input" && index !== null) {
      from = read.inputs.length
        ? { gate: "h", layer: read.inputs[Math.floor(index / units)], t, unit: index % units }
        : { gate: "x", ...here, unit: index };
      called = from.gate === "x" ? (names.channels ?? []) : [];
    } else if (kind === "write" && index !== null) from = { gate: "n", ...here, unit: index };
    else if (index !== null && back >= 0 && back < steps) from = { gate: "h", layer: row, t: back, unit: index };
    const which = from ? from.unit : index;
    return {
      kind,
      index,
      value: real(own),
      weight: real(weight),
      source: source === null ? null : real(source),
      reset: factor === null ? null : real(factor),
      at: from,
      reset_at:
        factor === null ? null : { gate: "r", ...here, unit: reset === "after" || index === null ? unit : index },
      name: which === null ? "" : which < called.length ? [...called[which]].slice(0, 40).join("") : String(which),
    };
  };
  const squash = gate === "h" ? null : gate === "n" ? "tanh" : "sigmoid";
  const made = squash === null ? total : squash === "tanh" ? Math.tanh(total) : 1 / (1 + Math.exp(-total));
  return {
    gate,
    ...here,
    unit,
    value: real(value),
    squash,
    total: real(total),
    terms: told.map(written),
    rest: { count: rest.length + Math.min(MOST_TERMS, ranked.length) - told.length, value: real(sum(rest)) },
    ...(by_hand.length ? { by_hand, would_be: real(made) } : {}),
  };
}

/**
 * JSON has no NaN and no inf.
 * @param {number} value
 * @returns {JsonNumber}
 */
function real(value) {
  return Number.isFinite(value) ? value : Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}
