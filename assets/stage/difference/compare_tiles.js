// Difference of two runs: the numbers of the second minus those of the first, step by step and cell by cell.

/** @import { Gate, Scene } from "../data/scene_types.js" */
/** @import { Tile } from "../data/tiles.js" */
/** @import { Table, Tables } from "../model/table.js" */
import { GATES } from "../data/panel_names.js";
import { largest, remainingChange, scaleOf, scalesOf } from "../data/differences.js";

export const VISIBLE = 1e-3; // a difference below cannot be seen in any colour

/**
 * Summary of the difference of two runs, for one layer over all steps.
 * @typedef {object} DifferenceFacts
 * @property {{gate: Gate, t: number, unit: number, value: number} | null} most  the largest difference; null where there is none at all
 * @property {number | null} from  the first step in reading order at which one can be seen; null where none ever is
 * @property {Record<Gate, number>} scales  colour scale of each gate
 * @property {number | null} said  colour scale of the predictions; null where they cannot be compared
 * @property {Float32Array} remains  root mean square of h over the units, at each step
 * @property {number} each  steps that share a column: then means are compared
 */

/**
 * Whether two scenes can be compared unit by unit.
 * @param {Scene} a
 * @param {Scene} b
 */
export function comparable(a, b) {
  return (
    a.trace.units === b.trace.units &&
    a.trace.layers === b.trace.layers &&
    a.trace.bidirectional === b.trace.bidirectional
  );
}

/**
 * Whether two tiles are of the same steps.
 * @param {Tile} a
 * @param {Tile} b
 */
export function coverSameSteps(a, b) {
  // of pooled columns the last may be of fewer steps: only those of runs of one length are compared
  return (
    a.layer === b.layer &&
    a.first === b.first &&
    a.each === b.each &&
    a.units === b.units &&
    (a.each === 1 || a.last === b.last)
  );
}

/**
 * Return the difference of two tiles, b minus a; null if they cover different steps.
 * @param {Tile} a
 * @param {Tile} b
 * @param {boolean} answers  whether the heads' rows mean the same
 * @param {Int32Array | null} [origin]  of each step of b the one of a it is compared with, -1 for none: where steps were inserted or removed
 * @returns {{header: import("../data/scene_types.js").TileHeader, arrays: Tables} | null}
 */
export function compareTiles(a, b, answers, origin = null) {
  if (!coverSameSteps(a, b)) return null;
  const moved = origin !== null && a.each === 1 && a.first === 0 && origin.length === b.columns,
    own = moved ? b : a;
  const columns = moved ? b.columns : Math.min(a.columns, b.columns),
    last = a.each > 1 ? a.last : a.first + columns - 1;
  const less = (/** @type {Table} */ of, /** @type {Table} */ from) => {
    const { rows } = of,
      out = new Float32Array(columns * rows);
    for (let column = 0; column < columns; column++) {
      const other = moved && origin ? origin[column] : column,
        there = other >= 0 && other < from.columns;
      for (let k = 0; k < rows; k++)
        out[column * rows + k] = there ? of[column * rows + k] - from[other * rows + k] : NaN;
    }
    return Object.assign(out, { columns, rows });
  };
  /** @type {Tables} */
  const arrays = {};
  for (const name of ["x", "x_low", "x_high"])
    if (own.arrays[name])
      arrays[name] =
        columns === own.columns
          ? own.arrays[name]
          : Object.assign(own.arrays[name].slice(0, columns * own.arrays[name].rows), {
              columns,
              rows: own.arrays[name].rows,
            });
  for (const gate of GATES) arrays[gate] = less(b.arrays[gate], a.arrays[gate]);
  const { before: started } = a.arrays,
    { before: other } = b.arrays;
  if (started && other && started.length === other.length)
    arrays.before = Object.assign(
      Float32Array.from(other, (value, k) => value - started[k]),
      { columns: 1, rows: started.length },
    );
  const { y } = a.arrays,
    { y: says } = b.arrays;
  if (answers && y && says && y.rows === says.rows) arrays.y = arrays.y_low = arrays.y_high = less(says, y);
  const { layer, first, each, x_each, labels } = own;
  return { header: { layer, first, last, each, x_each, labels: labels.slice(0, last - first + 1), due: [] }, arrays };
}

/**
 * Summarise a difference over all steps.
 * @param {{each: number, first: number}} header
 * @param {Tables} arrays
 * @param {boolean} reverse  the layer reads from the end
 * @returns {DifferenceFacts}
 */
export function factsOf({ each, first }, arrays, reverse) {
  const { columns, rows: units } = arrays.h,
    gates = /** @type {Record<Gate, Float32Array>} */ (
      /** @type {unknown} */ (Object.fromEntries(GATES.map((gate) => [gate, arrays[gate]])))
    );
  const most = largest(gates, units),
    seen = (/** @type {number} */ column) =>
      GATES.some((gate) =>
        gates[gate].subarray(column * units, (column + 1) * units).some((value) => Math.abs(value) > VISIBLE),
      );
  let from = null;
  for (let k = 0; k < columns && from === null; k++) {
    const column = reverse ? columns - 1 - k : k;
    if (seen(column)) from = first + column * each;
  }
  return {
    most: most && { ...most, t: first + most.t * each },
    from,
    each,
    scales: scalesOf(gates),
    said: arrays.y ? scaleOf([/** @type {Float32Array} */ (arrays.y)]) : null,
    remains: remainingChange(
      gates.h,
      new Float32Array(columns * units),
      Int32Array.from({ length: columns }, (_, k) => k),
      columns,
      units,
    ),
  };
}
