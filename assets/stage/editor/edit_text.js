// Edits of the model as text for the page's address. The text is untrusted: time and memory are bounded by its
// length and do not grow with the numbers in it.
//
//   clamp z 1 u3,5-7 t5-9 l1;scale r 0.5 u3;bias z 2;lesion u3,4;weight w_hh 5,2 0.7;-clamp h 0        "-": listed but off

/** @import { Edit } from "../model/gru.js" */
import { clamp } from "../view/time_window.js";
import { ParseIssues, parseEnds, parseNumber, splitPieces, shortNumber, toRanges, rangeText } from "./text_numbers.js";

/** @typedef {Edit & {off?: true}} ListedEdit  off: in the list, but without effect */
/** @typedef {"unreadable" | "gate" | "value" | "range" | "unit" | "step" | "layer" | "weight" | "many" | "long"} EditIssueReason */
/** @typedef {{why: EditIssueReason, count: number, example: string}} EditIssue  a reason why parts of a text were ignored, their count, and the first of them */

/**
 * Limits of a model that edits are checked against.
 * @typedef {object} Limits
 * @property {number} units
 * @property {number} steps
 * @property {number} layers
 * @property {number | number[]} inputs  inputs of the first layer, or of each layer
 * @property {string[]} [names]  names of the units, accepted in place of numbers
 */

export const MOST_EDITS = 100;
const LONGEST = 100_000; // longest text, in characters
const LARGEST = 1e6; // largest factor, bias or weight

/** Range of values of each gate. @type {Record<"r" | "z" | "n" | "h", [number, number]>} */
export const RANGES = { r: [0, 1], z: [0, 1], n: [-1, 1], h: [-1, 1] };
const PLACE = /^(\d+)(?:,(\d+))?$/;

/**
 * Write edits as text, without those that have no unit or no finite number.
 * @param {readonly ListedEdit[]} edits
 * @returns {string}
 */
export function writeEdits(edits) {
  return edits.map(editText).filter(Boolean).join(";");
}

/** @param {ListedEdit} edit */
function editText(edit) {
  const value = edit.do === "lesion" ? 0 : edit.value,
    units = edit.do === "weight" ? null : edit.units;
  if (!Number.isFinite(value) || units?.length === 0) return "";
  return `${edit.off ? "-" : ""}${whatText(edit)}${edit.do === "lesion" ? "" : ` ${shortNumber(clamp(value, ...rangeOf(edit)))}`}${whereText(edit)}`;
}

/**
 * Return the place that an edit changes.
 * @param {ListedEdit} edit
 */
function whatText(edit) {
  if (edit.do === "lesion") return "lesion";
  if (edit.do !== "weight") return `${edit.do} ${edit.gate}`;
  return `weight ${edit.name} ${edit.row}${edit.column === null ? "" : `,${edit.column}`}`;
}

/**
 * Return a key that is equal for edits of the same place.
 * @param {ListedEdit} edit
 */
export function targetText(edit) {
  return whatText(edit) + whereText(edit);
}

/**
 * Write units, steps and layer of an edit: " u3,5-7 t5-9 l1".
 * @param {ListedEdit} edit
 */
function whereText(edit) {
  const units = edit.do === "weight" ? null : edit.units,
    steps = "steps" in edit ? edit.steps : null;
  return `${units ? ` u${toRanges(units).map(rangeText).join(",")}` : ""}${steps ? ` t${rangeText(steps)}` : ""}${edit.layer ? ` l${edit.layer}` : ""}`;
}

/**
 * Return the range of an edit's value.
 * @param {ListedEdit} edit
 * @returns {[number, number]}
 */
function rangeOf(edit) {
  return edit.do === "clamp" ? RANGES[edit.gate] : [-LARGEST, LARGEST];
}

/**
 * Parse a text into edits of a model, with issues for what is invalid.
 * @param {string} text
 * @param {Limits} limits
 * @returns {{edits: ListedEdit[], issues: EditIssue[]}}
 */
export function readEdits(text, limits) {
  /** @type {ParseIssues<EditIssueReason>} */
  const issues = new ParseIssues();
  /** @type {ListedEdit[]} */
  const edits = [];
  const names = new Map((limits.names ?? []).map((name, unit) => /** @type {const} */ ([name, unit])).reverse()); // of two equal names the first counts
  for (const words of splitPieces(text, ";", LONGEST, issues)) {
    const edit = edits.length < MOST_EDITS ? readEdit(words, limits, names, issues) : issues.add("many", words);
    if (edit) edits.push(edit);
  }
  return { edits, issues: issues.list };
}

/**
 * Parse one edit; null if it cannot be read or does not fit the model.
 * @param {string} text
 * @param {Limits} limits
 * @param {Map<string, number>} names
 * @param {ParseIssues<EditIssueReason>} issues
 * @returns {ListedEdit | null}
 */
function readEdit(text, limits, names, issues) {
  const isOff = /^[-~]/.test(text),
    words = text
      .slice(isOff ? 1 : 0)
      .trim()
      .split(/\s+/),
    verb = words[0];
  const count = verb === "weight" ? 4 : verb === "lesion" ? 1 : 3;
  if (!["clamp", "scale", "bias", "lesion", "weight"].includes(verb)) return issues.add("unreadable", text);
  const place = readWhere(words.slice(count), verb, limits, names, text, issues);
  if (!place) return null;
  const { units, steps, layer } = place,
    rest = isOff ? { off: /** @type {const} */ (true) } : {};
  if (verb === "lesion") return { do: verb, units, layer, ...rest };
  const value = parseNumber(words[count - 1] ?? "");
  if (verb === "weight") {
    const weight = readWeight(words, layer, limits);
    if (!weight) return issues.add("weight", text);
    return withinRange({ do: verb, ...weight, value, layer, ...rest }, text, issues);
  }
  const gate = words[1];
  if (gate === "r" || gate === "z" || gate === "n")
    return withinRange(
      { do: /** @type {"clamp" | "scale" | "bias"} */ (verb), gate, value, units, steps, layer, ...rest },
      text,
      issues,
    );
  if (gate === "h" && verb !== "bias")
    return withinRange(
      { do: /** @type {"clamp" | "scale"} */ (verb), gate, value, units, steps, layer, ...rest },
      text,
      issues,
    );
  return issues.add("gate", text);
}

/**
 * Return an edit with its value limited to the range, or null.
 * @template {Exclude<ListedEdit, {do: "lesion"}>} Kind
 * @param {Kind} edit
 * @param {string} text
 * @param {ParseIssues<EditIssueReason>} issues
 */
function withinRange(edit, text, issues) {
  if (Number.isNaN(edit.value)) return issues.add("value", text);
  const value = clamp(edit.value, ...rangeOf(edit));
  if (value !== edit.value) issues.add("range", text);
  return { ...edit, value };
}

/**
 * Parse name and place of a weight: "w_hh 5,2".
 * @param {string[]} words
 * @param {number} layer
 * @param {Limits} limits
 * @returns {{name: "w_ih" | "w_hh" | "b_ih" | "b_hh", row: number, column: number | null} | null}
 */
function readWeight([, name, at = ""], layer, { units, inputs }) {
  const [, row, column] = at.match(PLACE) ?? [];
  if (row === undefined || +row >= 3 * units) return null;
  if (name === "b_ih" || name === "b_hh") return column === undefined ? { name, row: +row, column: null } : null;
  if (name !== "w_ih" && name !== "w_hh") return null;
  const columns = name === "w_hh" ? units : typeof inputs === "number" ? (layer ? units : inputs) : inputs[layer];
  return column !== undefined && +column < columns ? { name, row: +row, column: +column } : null;
}

/**
 * Parse units, steps and layer, or return null.
 * @param {string[]} words
 * @param {string} verb
 * @param {Limits} limits
 * @param {Map<string, number>} names
 * @param {string} text
 * @param {ParseIssues<EditIssueReason>} issues
 * @returns {{units: number[] | null, steps: [number, number] | null, layer: number} | null}
 */
function readWhere(words, verb, limits, names, text, issues) {
  const letters = verb === "weight" ? "l" : verb === "lesion" ? "ul" : "utl";
  /** @type {Record<string, string>} */
  const parts = {};
  for (const word of words) {
    if (!letters.includes(word[0]) || word[0] in parts) return issues.add("unreadable", text);
    parts[word[0]] = word.slice(1);
  }
  if (parts.l !== undefined && !/^\d+$/.test(parts.l)) return issues.add("unreadable", text);
  const layer = +(parts.l ?? 0);
  if (layer >= limits.layers) return issues.add("layer", text);
  /** @type {[number, number] | null} */
  let steps = null;
  if (parts.t !== undefined) {
    const ends = parseEnds(parts.t);
    if (!ends) return issues.add("unreadable", text);
    if (ends[1] >= limits.steps) issues.add("step", text);
    if (ends[0] >= limits.steps) return null;
    steps = [ends[0], Math.min(ends[1], limits.steps - 1)];
  }
  if (parts.u === undefined) return { units: null, steps, layer };
  const changes = new Int32Array(limits.units + 1); // +1 where a range begins, -1 past its end
  let isOutside = false;
  for (const word of parts.u.split(",")) {
    const unitIndex = names.get(word),
      ends = unitIndex === undefined ? parseEnds(word) : [unitIndex, unitIndex];
    if (!ends) return issues.add("unreadable", text);
    isOutside ||= ends[1] >= limits.units;
    if (ends[0] >= limits.units) continue;
    changes[ends[0]]++;
    changes[Math.min(ends[1], limits.units - 1) + 1]--;
  }
  if (isOutside) issues.add("unit", text);
  /** @type {number[]} */
  const units = [];
  for (let unit = 0, open = 0; unit < limits.units; unit++) {
    open += changes[unit];
    if (open > 0) units.push(unit);
  }
  return units.length ? { units, steps, layer } : null;
}
