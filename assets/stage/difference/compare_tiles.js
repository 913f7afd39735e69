// Difference of two runs: the numbers of the second minus those of the first, step by step and cell by cell.

/** @import { Gate, Scene } from "../data/scene_types.js" */
/** @import { Tile } from "../data/tiles.js" */
/** @import { Table, Tables } from "../model/table.js" */
import { GATES } from "../data/panel_names.js";
import { largest, remainingChange, scaleOf, scalesOf } from "../data/differences.js";

export const VISIBLE = 1e-3; // smaller differences are invisible in any colour

/**
 * Summary of the difference of two runs, for one layer over all steps.
 * @typedef {object} DifferenceFacts
 * @property {{gate: Gate, t: number, unit: number, value: number} | null} most  the largest difference; null if there is none
 * @property {number | null} from  the first step, in reading order, with a visible difference; null if there is none
 * @property {Record<Gate, number>} scales  colour scale of each gate
 * @property {number | null} outputScale  colour scale of the predictions; null if they cannot be compared
 * @property {Float32Array} remains  root mean square of h over the units, at each step
 * @property {number} each  steps per column; if more than 1, means are compared
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
 * Whether two tiles cover the same steps. Runs of different length may share their first steps.
 * @param {Tile} a
 * @param {Tile} b
 */
export function coverSameSteps(a, b) {
  // the last pooled column may cover fewer steps, so pooled tiles must have the same last step
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
 * @param {Int32Array | null} [origin]  for each step of b, the step of a to compare it with; -1 for none. For inserted or removed steps
 * @returns {{header: import("../data/scene_types.js").TileHeader, arrays: Tables} | null}
 */
export function compareTiles(a, b, answers, origin = null) {
  if (!coverSameSteps(a, b)) return null;
  const isShifted = origin !== null && a.each === 1 && a.first === 0 && origin.length === b.columns,
    source = isShifted ? b : a;
  const columns = isShifted ? b.columns : Math.min(a.columns, b.columns),
    last = a.each > 1 ? a.last : a.first + columns - 1;
  const subtract = (/** @type {Table} */ minuend, /** @type {Table} */ subtrahend) => {
    const { rows } = minuend,
      out = new Float32Array(columns * rows);
    for (let column = 0; column < columns; column++) {
      const otherColumn = isShifted && origin ? origin[column] : column,
        exists = otherColumn >= 0 && otherColumn < subtrahend.columns;
      for (let k = 0; k < rows; k++)
        out[column * rows + k] = exists ? minuend[column * rows + k] - subtrahend[otherColumn * rows + k] : NaN;
    }
    return Object.assign(out, { columns, rows });
  };
  /** @type {Tables} */
  const arrays = {};
  for (const name of ["x", "x_low", "x_high"])
    if (source.arrays[name])
      arrays[name] =
        columns === source.columns
          ? source.arrays[name]
          : Object.assign(source.arrays[name].slice(0, columns * source.arrays[name].rows), {
              columns,
              rows: source.arrays[name].rows,
            });
  for (const gate of GATES) arrays[gate] = subtract(b.arrays[gate], a.arrays[gate]);
  const { before: startA } = a.arrays,
    { before: startB } = b.arrays;
  if (startA && startB && startA.length === startB.length)
    arrays.before = Object.assign(
      Float32Array.from(startB, (value, k) => value - startA[k]),
      { columns: 1, rows: startA.length },
    );
  const { y } = a.arrays,
    { y: yB } = b.arrays;
  if (answers && y && yB && y.rows === yB.rows) arrays.y = arrays.y_low = arrays.y_high = subtract(yB, y);
  const { layer, first, each, x_each, labels } = source;
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
    isVisible = (/** @type {number} */ column) =>
      GATES.some((gate) =>
        gates[gate].subarray(column * units, (column + 1) * units).some((value) => Math.abs(value) > VISIBLE),
      );
  let from = null;
  for (let k = 0; k < columns && from === null; k++) {
    const column = reverse ? columns - 1 - k : k;
    if (isVisible(column)) from = first + column * each;
  }
  return {
    most: most && { ...most, t: first + most.t * each },
    from,
    each,
    scales: scalesOf(gates),
    outputScale: arrays.y ? scaleOf([/** @type {Float32Array} */ (arrays.y)]) : null,
    remains: remainingChange(
      gates.h,
      new Float32Array(columns * units),
      Int32Array.from({ length: columns }, (_, k) => k),
      columns,
      units,
    ),
  };
}
