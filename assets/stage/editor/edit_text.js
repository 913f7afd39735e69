// Edits of the model as text for the page's address. The text is untrusted: time and memory grow with its length, never
// with the numbers in it.
//
//   clamp z 1 u3,5-7 t5-9 l1;scale r 0.5 u3;bias z 2;lesion u3,4;weight w_hh 5,2 0.7;-clamp h 0        "-": kept, not acting

/** @import { Edit } from "../model/gru.js" */
import { clamp } from "../view/time_window.js";
import { Told, endsOf, numberOf, piecesOf, shortNumber, spans, written } from "./text_numbers.js";

/** @typedef {Edit & {off?: true}} ListedEdit  off: stays in the list, does not act */
/** @typedef {"unreadable" | "gate" | "value" | "range" | "unit" | "step" | "layer" | "weight" | "many" | "long"} LeftReason */
/** @typedef {{why: LeftReason, count: number, example: string}} LeftOut  what of a text was left out or cut, and how often */

/**
 * What there is to edit.
 * @typedef {object} Limits
 * @property {number} units
 * @property {number} steps
 * @property {number} layers
 * @property {number | number[]} inputs  of the first layer, or of each
 * @property {string[]} [names]  of units: understood too
 */

export const MOST_EDITS = 100;
const LONGEST = 100_000; // characters that are read
const LARGEST = 1e6; // of a factor, a bias or a weight

/** @type {Record<"r" | "z" | "n" | "h", [number, number]>} */
export const RANGES = { r: [0, 1], z: [0, 1], n: [-1, 1], h: [-1, 1] };
const PLACE = /^(\d+)(?:,(\d+))?$/;

/**
 * @param {readonly ListedEdit[]} edits
 * @returns {string} nothing of those that name no unit or hold no number
 */
export function writeEdits(edits) {
  return edits.map(line).filter(Boolean).join(";");
}

/** @param {ListedEdit} edit */
function line(edit) {
  const value = edit.do === "lesion" ? 0 : edit.value,
    units = edit.do === "weight" ? null : edit.units;
  if (!Number.isFinite(value) || units?.length === 0) return "";
  return `${edit.off ? "-" : ""}${place(edit)}${edit.do === "lesion" ? "" : ` ${shortNumber(clamp(value, ...rangeOf(edit)))}`}${where(edit)}`;
}

/**
 * What an edit takes hold of.
 * @param {ListedEdit} edit
 */
function place(edit) {
  if (edit.do === "lesion") return "lesion";
  if (edit.do !== "weight") return `${edit.do} ${edit.gate}`;
  return `weight ${edit.name} ${edit.row}${edit.column === null ? "" : `,${edit.column}`}`;
}

/**
 * Which edits are of the same place: one would undo the other.
 * @param {ListedEdit} edit
 */
export function placeOf(edit) {
  return place(edit) + where(edit);
}

/** @param {ListedEdit} edit */
function where(edit) {
  const units = edit.do === "weight" ? null : edit.units,
    steps = "steps" in edit ? edit.steps : null;
  return `${units ? ` u${spans(units).map(written).join(",")}` : ""}${steps ? ` t${written(steps)}` : ""}${edit.layer ? ` l${edit.layer}` : ""}`;
}

/**
 * @param {ListedEdit} edit
 * @returns {[number, number]}
 */
function rangeOf(edit) {
  return edit.do === "clamp" ? RANGES[edit.gate] : [-LARGEST, LARGEST];
}

/**
 * What of a text can be done to a model.
 * @param {string} text
 * @param {Limits} limits
 * @returns {{edits: ListedEdit[], left: LeftOut[]}}
 */
export function readEdits(text, limits) {
  /** @type {Told<LeftReason>} */
  const told = new Told();
  /** @type {ListedEdit[]} */
  const edits = [];
  const names = new Map((limits.names ?? []).map((name, unit) => /** @type {const} */ ([name, unit])).reverse()); // of two alike, the first
  for (const words of piecesOf(text, ";", LONGEST, told)) {
    const edit = edits.length < MOST_EDITS ? readEdit(words, limits, names, told) : told.add("many", words);
    if (edit) edits.push(edit);
  }
  return { edits, left: told.left };
}

/**
 * @param {string} text
 * @param {Limits} limits
 * @param {Map<string, number>} names
 * @param {Told<LeftReason>} told
 * @returns {ListedEdit | null}
 */
function readEdit(text, limits, names, told) {
  const off = /^[-~]/.test(text),
    words = text
      .slice(off ? 1 : 0)
      .trim()
      .split(/\s+/),
    verb = words[0];
  const count = verb === "weight" ? 4 : verb === "lesion" ? 1 : 3;
  if (!["clamp", "scale", "bias", "lesion", "weight"].includes(verb)) return told.add("unreadable", text);
  const at = readWhere(words.slice(count), verb, limits, names, text, told);
  if (!at) return null;
  const { units, steps, layer } = at,
    rest = off ? { off: /** @type {const} */ (true) } : {};
  if (verb === "lesion") return { do: verb, units, layer, ...rest };
  const value = numberOf(words[count - 1] ?? "");
  if (verb === "weight") {
    const found = readWeight(words, layer, limits);
    if (!found) return told.add("weight", text);
    return valued({ do: verb, ...found, value, layer, ...rest }, text, told);
  }
  const gate = words[1];
  if (gate === "r" || gate === "z" || gate === "n")
    return valued(
      { do: /** @type {"clamp" | "scale" | "bias"} */ (verb), gate, value, units, steps, layer, ...rest },
      text,
      told,
    );
  if (gate === "h" && verb !== "bias")
    return valued(
      { do: /** @type {"clamp" | "scale"} */ (verb), gate, value, units, steps, layer, ...rest },
      text,
      told,
    );
  return told.add("gate", text);
}

/**
 * An edit with its value within the range; null where it has none.
 * @template {Exclude<ListedEdit, {do: "lesion"}>} Kind
 * @param {Kind} edit
 * @param {string} text
 * @param {Told<LeftReason>} told
 */
function valued(edit, text, told) {
  if (Number.isNaN(edit.value)) return told.add("value", text);
  const value = clamp(edit.value, ...rangeOf(edit));
  if (value !== edit.value) told.add("range", text);
  return { ...edit, value };
}

/**
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
 * Units, steps and layer; null where there are none such.
 * @param {string[]} words
 * @param {string} verb
 * @param {Limits} limits
 * @param {Map<string, number>} names
 * @param {string} text
 * @param {Told<LeftReason>} told
 * @returns {{units: number[] | null, steps: [number, number] | null, layer: number} | null}
 */
function readWhere(words, verb, limits, names, text, told) {
  const letters = verb === "weight" ? "l" : verb === "lesion" ? "ul" : "utl";
  /** @type {Record<string, string>} */
  const given = {};
  for (const word of words) {
    if (!letters.includes(word[0]) || word[0] in given) return told.add("unreadable", text);
    given[word[0]] = word.slice(1);
  }
  if (given.l !== undefined && !/^\d+$/.test(given.l)) return told.add("unreadable", text);
  const layer = +(given.l ?? 0);
  if (layer >= limits.layers) return told.add("layer", text);
  /** @type {[number, number] | null} */
  let steps = null;
  if (given.t !== undefined) {
    const ends = endsOf(given.t);
    if (!ends) return told.add("unreadable", text);
    if (ends[1] >= limits.steps) told.add("step", text);
    if (ends[0] >= limits.steps) return null;
    steps = [ends[0], Math.min(ends[1], limits.steps - 1)];
  }
  if (given.u === undefined) return { units: null, steps, layer };
  const changes = new Int32Array(limits.units + 1); // +1 where a stretch begins, -1 past its end
  let outside = false;
  for (const word of given.u.split(",")) {
    const named = names.get(word),
      ends = named === undefined ? endsOf(word) : [named, named];
    if (!ends) return told.add("unreadable", text);
    outside ||= ends[1] >= limits.units;
    if (ends[0] >= limits.units) continue;
    changes[ends[0]]++;
    changes[Math.min(ends[1], limits.units - 1) + 1]--;
  }
  if (outside) told.add("unit", text);
  /** @type {number[]} */
  const units = [];
  for (let unit = 0, open = 0; unit < limits.units; unit++) {
    open += changes[unit];
    if (open > 0) units.push(unit);
  }
  return units.length ? { units, steps, layer } : null;
}
