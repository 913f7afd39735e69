// Lists of edits, which are immutable: each function returns a new list. And an edit in words.

/** @import { ListedEdit } from "./edit_text.js" */
import { fill } from "../view/format.js";
import { signed } from "../view/axis_number.js";
import { MOST_EDITS, placeOf, writeEdits } from "./edit_text.js";
import { shortNumber, spans, written } from "./text_numbers.js";

export { MOST_EDITS, RANGES, readEdits, writeEdits } from "./edit_text.js";

const LISTED = 4; // stretches of units that are named; more are counted
const STACK = ["r", "z", "n"];

/**
 * Return the edits that are not turned off.
 * @param {readonly ListedEdit[]} edits
 */
export function act(edits) {
  return edits.filter(({ off }) => !off);
}

/**
 * Whether two lists say the same, to the digits that are written.
 * @param {readonly ListedEdit[]} a
 * @param {readonly ListedEdit[]} b
 */
export function same(a, b) {
  return a === b || writeEdits(a) === writeEdits(b);
}

/**
 * @param {readonly ListedEdit[]} edits
 * @param {number} at
 * @param {ListedEdit} edit
 */
export function replaced(edits, at, edit) {
  return edits.map((old, k) => (k === at ? edit : old));
}

/**
 * Add an edit. It replaces one of the same kind on the same units and steps. A full list stays unchanged.
 * @param {readonly ListedEdit[]} edits
 * @param {ListedEdit} edit
 * @returns {ListedEdit[]}
 */
export function merge(edits, edit) {
  const key = placeOf(edit),
    at = edits.findIndex((old) => placeOf(old) === key);
  if (at >= 0) return replaced(edits, at, edit);
  return edits.length < MOST_EDITS ? [...edits, edit] : [...edits];
}

/**
 * @param {readonly ListedEdit[]} edits
 * @param {number} at
 */
export function without(edits, at) {
  return edits.filter((_, k) => k !== at);
}

/**
 * Turn one edit off, or on again.
 * @param {readonly ListedEdit[]} edits
 * @param {number} at
 * @returns {ListedEdit[]}
 */
export function toggled(edits, at) {
  return edits.map((edit, k) => {
    if (k !== at) return edit;
    const { off, ...rest } = edit;
    return off ? /** @type {ListedEdit} */ (rest) : { ...edit, off: true };
  });
}

/**
 * Describe an edit in words: "z of units 3-5 set to 1, steps 5-9".
 * @param {ListedEdit} edit
 * @param {Record<string, any>} words  templates: edit_clamp and the like
 * @param {(unit: number) => string} unitName
 * @param {{units?: number, layerName?: (layer: number) => string}} [model]  units: rows of weights are told as gate and unit; layerName: "" for none
 * @returns {string}
 */
export function nameOf(edit, words, unitName, { units, layerName = (layer) => (layer ? String(layer) : "") } = {}) {
  const name = layerName(edit.layer),
    layer = name && fill(words.edit_layer, { layer: name });
  if (edit.do === "weight") {
    const row = units ? `${STACK[Math.floor(edit.row / units)]} ${unitName(edit.row % units)}` : edit.row;
    return fill(edit.column === null ? words.edit_weight_bias : words.edit_weight, {
      name: edit.name,
      row,
      column: edit.column ?? "",
      value: signed(shortNumber(edit.value)),
      layer,
    });
  }
  const which = unitsInWords(edit.units, words, unitName);
  if (edit.do === "lesion") return fill(words.edit_lesion, { units: which, layer });
  const [first, last] = edit.steps ?? [0, 0],
    steps = edit.steps ? fill(first === last ? words.edit_step : words.edit_steps, { first, last }) : "";
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
  return named.length <= LISTED
    ? fill(words.edit_units, { units: named.join(", ") })
    : fill(words.edit_many, { count: units.length });
}
