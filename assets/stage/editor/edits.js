// Immutable lists of edits, and edits described in words. Each function returns a new list.

/** @import { ListedEdit } from "./edit_text.js" */
import { fill } from "../view/format.js";
import { withMinusSign } from "../view/axis_number.js";
import { MOST_EDITS, targetText, writeEdits } from "./edit_text.js";
import { shortNumber, toRanges, rangeText } from "./text_numbers.js";

export { MOST_EDITS, RANGES, readEdits, writeEdits } from "./edit_text.js";

const LISTED = 4; // unit ranges that are listed; if there are more, only their number is written
const STACKED_GATES = ["r", "z", "n"];

/**
 * Return the edits that are not turned off.
 * @param {readonly ListedEdit[]} edits
 */
export function activeEdits(edits) {
  return edits.filter(({ off }) => !off);
}

/**
 * Whether two lists are equal to the digits that are written.
 * @param {readonly ListedEdit[]} a
 * @param {readonly ListedEdit[]} b
 */
export function isSameEdits(a, b) {
  return a === b || writeEdits(a) === writeEdits(b);
}

/**
 * Replace the edit at an index.
 * @param {readonly ListedEdit[]} edits
 * @param {number} at
 * @param {ListedEdit} edit
 */
export function replaceEdit(edits, at, edit) {
  return edits.map((old, k) => (k === at ? edit : old));
}

/**
 * Add an edit. It replaces one of the same kind on the same units and steps. A full list stays unchanged.
 * @param {readonly ListedEdit[]} edits
 * @param {ListedEdit} edit
 * @returns {ListedEdit[]}
 */
export function mergeEdit(edits, edit) {
  const key = targetText(edit),
    at = edits.findIndex((old) => targetText(old) === key);
  if (at >= 0) return replaceEdit(edits, at, edit);
  return edits.length < MOST_EDITS ? [...edits, edit] : [...edits];
}

/**
 * Remove the edit at an index.
 * @param {readonly ListedEdit[]} edits
 * @param {number} at
 */
export function removeEdit(edits, at) {
  return edits.filter((_, k) => k !== at);
}

/**
 * Turn one edit off, or on again.
 * @param {readonly ListedEdit[]} edits
 * @param {number} at
 * @returns {ListedEdit[]}
 */
export function toggleEdit(edits, at) {
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
 * @param {{units?: number, layerName?: (layer: number) => string}} [model]  units: with it, a row of weights is written as gate and unit; layerName: "" to omit the layer
 * @returns {string}
 */
export function describeEdit(
  edit,
  words,
  unitName,
  { units, layerName = (layer) => (layer ? String(layer) : "") } = {},
) {
  const name = layerName(edit.layer),
    layer = name && fill(words.edit_layer, { layer: name });
  if (edit.do === "weight") {
    const row = units ? `${STACKED_GATES[Math.floor(edit.row / units)]} ${unitName(edit.row % units)}` : edit.row;
    return fill(edit.column === null ? words.edit_weight_bias : words.edit_weight, {
      name: edit.name,
      row,
      column: edit.column ?? "",
      value: withMinusSign(shortNumber(edit.value)),
      layer,
    });
  }
  const unitsText = unitsInWords(edit.units, words, unitName);
  if (edit.do === "lesion") return fill(words.edit_lesion, { units: unitsText, layer });
  const [first, last] = edit.steps ?? [0, 0],
    steps = edit.steps ? fill(first === last ? words.edit_step : words.edit_steps, { first, last }) : "";
  const template = edit.do === "bias" && edit.gate === "n" ? words.edit_bias_n : words[`edit_${edit.do}`];
  return fill(template, {
    gate: edit.gate,
    units: unitsText,
    value: withMinusSign(shortNumber(edit.value)),
    steps,
    layer,
  });
}

/**
 * Describe units in words: "units 3-5, 7".
 * @param {readonly number[] | null} units
 * @param {Record<string, any>} words
 * @param {(unit: number) => string} unitName
 */
function unitsInWords(units, words, unitName) {
  if (!units) return words.edit_all;
  if (units.length === 1) return fill(words.edit_unit, { unit: unitName(units[0]) });
  const plain = units.every((unit) => unitName(unit) === String(unit));
  const texts = plain ? toRanges(units).map(rangeText) : units.map(unitName);
  return texts.length <= LISTED
    ? fill(words.edit_units, { units: texts.join(", ") })
    : fill(words.edit_many, { count: units.length });
}
