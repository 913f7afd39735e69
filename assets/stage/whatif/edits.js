// What is done to a model by hand, as values: lists that are never changed, each is made anew; and an edit in words.

/** @import { Edit as Acting } from "../gru.js" */
import { signed, fill } from "../wording.js";
import { MOST_EDITS, placeOf, writeEdits } from "./texts/edit_text.js";
import { shortNumber, spans, written } from "./texts/reading.js";

export { MOST_EDITS, RANGES, readEdits, writeEdits } from "./texts/edit_text.js";

/** @typedef {Acting & {off?: true}} Edit  off: stays in the list, does not act */
/** @typedef {"unreadable" | "gate" | "value" | "range" | "unit" | "step" | "layer" | "weight" | "many" | "long"} Why */
/** @typedef {{why: Why, count: number, example: string}} Left  what of a text was left out or cut, and how often */

/**
 * What there is to edit.
 * @typedef {object} Limits
 * @property {number} units
 * @property {number} steps
 * @property {number} layers
 * @property {number | number[]} inputs  of the first layer, or of each
 * @property {string[]} [names]  of units: understood too
 */

const LISTED = 4;  // stretches of units that are named; more are counted
const STACK = ["r", "z", "n"];

/**
 * Those that act.
 * @param {readonly Edit[]} edits
 */
export function act(edits) {
  return edits.filter(({ off }) => !off);
}

/**
 * Whether two lists say the same, to the digits that are written.
 * @param {readonly Edit[]} a
 * @param {readonly Edit[]} b
 */
export function same(a, b) {
  return a === b || writeEdits(a) === writeEdits(b);
}

/**
 * @param {readonly Edit[]} edits
 * @param {number} at
 * @param {Edit} edit
 */
export function replaced(edits, at, edit) {
  return edits.map((old, k) => k === at ? edit : old);
}

/**
 * With one more; it stands in the place of one that does the like to the same units and steps. A full list stays as it is.
 * @param {readonly Edit[]} edits
 * @param {Edit} edit
 * @returns {Edit[]}
 */
export function merge(edits, edit) {
  const key = placeOf(edit), at = edits.findIndex((old) => placeOf(old) === key);
  if (at >= 0) return replaced(edits, at, edit);
  return edits.length < MOST_EDITS ? [...edits, edit] : [...edits];
}

/**
 * @param {readonly Edit[]} edits
 * @param {number} at
 */
export function without(edits, at) {
  return edits.filter((_, k) => k !== at);
}

/**
 * One of them put aside, or back to work.
 * @param {readonly Edit[]} edits
 * @param {number} at
 * @returns {Edit[]}
 */
export function toggled(edits, at) {
  return edits.map((edit, k) => {
    if (k !== at) return edit;
    const { off, ...rest } = edit;
    return off ? /** @type {Edit} */ (rest) : { ...edit, off: true };
  });
}

/**
 * An edit in words: "z of units 3-5 set to 1, steps 5-9".
 * @param {Edit} edit
 * @param {Record<string, any>} words  templates: edit_clamp and the like
 * @param {(unit: number) => string} unitName
 * @param {{units?: number, layerName?: (layer: number) => string}} [model]  units: rows of weights are told as gate and unit; layerName: "" for none
 * @returns {string}
 */
export function nameOf(edit, words, unitName, { units, layerName = (layer) => layer ? String(layer) : "" } = {}) {
  const name = layerName(edit.layer), layer = name && fill(words.edit_layer, { layer: name });
  if (edit.do === "weight") {
    const row = units ? `${STACK[Math.floor(edit.row / units)]} ${unitName(edit.row % units)}` : edit.row;
    return fill(edit.column === null ? words.edit_weight_bias : words.edit_weight, { name: edit.name, row, column: edit.column ?? "", value: signed(shortNumber(edit.value)), layer });
  }
  const which = unitsInWords(edit.units, words, unitName);
  if (edit.do === "lesion") return fill(words.edit_lesion, { units: which, layer });
  const [first, last] = edit.steps ?? [0, 0], steps = edit.steps ? fill(first === last ? words.edit_step : words.edit_steps, { first, last }) : "";
  const template = edit.do === "bias" && edit.gate === "n" ? words.edit_bias_n : words[`edit_${edit.do}`];
  return fill(template, { gate: edit.gate, units: which, value: signed(shortNumber(edit.value)), steps, layer });
}

/**
 * @param {readonly number[] | null} units
 * @param {Record<string, any>} words
 * @param {(unit: number) => string} unitName
 */
function unitsInWords(units, words, unitName) {
  if (!units) return words.edit_all;
  if (units.length === 1) return fill(words.edit_unit, { unit: unitName(units[0]) });
  const plain = units.every((unit) => unitName(unit) === String(unit));
  const named = plain ? spans(units).map(written) : units.map(unitName);
  return named.length <= LISTED ? fill(words.edit_units, { units: named.join(", ") }) : fill(words.edit_many, { count: units.length });
}
