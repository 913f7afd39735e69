// Tiles made in the browser: some steps of one layer, exact if they fit, else pooled over time. Same numbers and limits as
// in gruviz/protocol/tiles.py; tests/protocol/test_scene_from.py compares the two.

/** @import { LocalRun } from "./local_run.js" */
/** @import { TileHeader } from "./scene_types.js" */
/** @import { Tables } from "../model/table.js" */
import { stateBefore } from "./local_run.js";
import { tableCopy } from "../model/table.js";
import { pool } from "./pooling.js";
import { GATES } from "./panel_names.js";

export const EXACT_STEPS = 8192;
export const EXACT_CELLS = 600_000; // steps x units of one gate
export const POOLED_CELLS = 200_000;
export const MOST_COLUMNS = 2048;
export const LEAST_COLUMNS = 64;
export const MOST_CHANNELS = 64;
export const LONGEST_LABEL = 40;

/**
 * Return the largest number of columns of a tile.
 * @param {number} steps
 * @param {number} units
 */
function columnsOf(steps, units) {
  if (steps <= EXACT_STEPS && steps * units <= EXACT_CELLS) return steps;
  return Math.min(MOST_COLUMNS, Math.max(LEAST_COLUMNS, Math.floor(POOLED_CELLS / units)));
}

/**
 * Return the first characters of a text. Characters are code points, as in Python.
 * @param {string} text
 * @param {number} [most]
 */
export function shorten(text, most = LONGEST_LABEL) {
  return text.length > most ? [...text].slice(0, most).join("") : text;
}

/**
 * Make a tile of some steps of a layer.
 * @param {LocalRun} run
 * @param {number} layer
 * @param {number} first
 * @param {number} last  both included
 * @param {{arrays: (first: number, last: number, columns: number) => Tables} | null} [outputs]  outputs of the run's head
 * @returns {{header: TileHeader, arrays: Tables}}
 */
export function tileFrom(run, layer, first, last, outputs = null) {
  const { steps, units, inputs, x, gates, labels, due } = run;
  if (!(layer in gates) || !(first >= 0 && first <= last && last < steps))
    throw new RangeError(
      `Layer ${layer}, steps ${first} to ${last} are asked for; there are layers 0 to ${gates.length - 1}, steps 0 to ${steps - 1}.`,
    );
  const columns = columnsOf(last + 1 - first, units),
    part = (/** @type {Float32Array} */ values, /** @type {number} */ wide) =>
      values.subarray(first * wide, (last + 1) * wide);
  const cells = pool(part(x, inputs), inputs, columns, MOST_CHANNELS),
    exact = cells.stepsEach === 1;
  /** @type {Tables} */
  const arrays = {};
  const add = (/** @type {string} */ name, /** @type {import("./pooling.js").PooledTable} */ { mean, low, high }) =>
    Object.assign(arrays, { [name]: mean }, exact ? {} : { [`${name}_low`]: low, [`${name}_high`]: high });
  add("x", cells);
  for (const gate of GATES) add(gate, pool(part(gates[layer][gate], units), units, columns, units));
  if (exact) {
    const edge = run.model.layers[layer].reverse ? last : first;
    arrays.before = tableCopy(stateBefore(run, layer, edge), units, 1);
  }
  if (outputs) Object.assign(arrays, outputs.arrays(first, last, columns));
  const textsOf = (/** @type {string[]} */ texts) =>
    exact ? texts.slice(first, last + 1).map((text) => shorten(text)) : [];
  const header = {
    layer,
    first,
    last,
    each: cells.stepsEach,
    x_each: cells.unitsEach,
    labels: textsOf(labels),
    due: textsOf(due),
  };
  return { header, arrays };
}
