// Pooling of a long or wide array: mean, lowest and highest of blocks, as in gruviz/drawing/pooling.py.

/** @import { Table } from "../model/table.js" */
import { tableCopy } from "../model/table.js";

/**
 * A pooled array. If nothing was pooled, the three tables are the same object.
 * @typedef {object} PooledTable
 * @property {Table} mean
 * @property {Table} low
 * @property {Table} high
 * @property {number} stepsEach  steps per column; the last column may have fewer
 * @property {number} unitsEach  units per row; the last row may have fewer
 */

/** @typedef {"mean" | "low" | "high"} BlockStatistic */

/**
 * Pool an array into at most `columns` x `rows` blocks of equal size. A block with a NaN is NaN.
 * @param {Float32Array} values  [t * units + unit], not changed
 * @param {number} units
 * @param {number} columns
 * @param {number} rows
 * @returns {PooledTable}
 */
export function pool(values, units, columns, rows) {
  const steps = values.length / units,
    stepsEach = Math.ceil(steps / columns),
    unitsEach = Math.ceil(units / rows);
  if (stepsEach === 1 && unitsEach === 1) {
    const all = tableCopy(values, steps, units);
    return { mean: all, low: all, high: all, stepsEach, unitsEach };
  }
  const wide = Math.ceil(units / unitsEach),
    long = Math.ceil(steps / stepsEach);
  const of = (/** @type {BlockStatistic} */ statistic) => {
    const overTime = poolSteps(values, units, stepsEach, statistic);
    return Object.assign(poolUnits(overTime, units, unitsEach, statistic), { columns: long, rows: wide });
  };
  return { mean: of("mean"), low: of("low"), high: of("high"), stepsEach, unitsEach };
}

/**
 * @param {Float32Array} values
 * @param {number} units
 * @param {number} each  steps per block
 * @param {BlockStatistic} statistic
 */
function poolSteps(values, units, each, statistic) {
  if (each === 1) return values;
  const steps = values.length / units,
    out = new Float32Array(Math.ceil(steps / each) * units),
    block = new Float64Array(units);
  for (let first = 0, to = 0; first < steps; first += each, to += units) {
    const end = Math.min(first + each, steps);
    block.set(values.subarray(first * units, (first + 1) * units));
    for (let t = first + 1; t < end; t++)
      for (let unit = 0; unit < units; unit++) block[unit] = combine(block[unit], values[t * units + unit], statistic);
    for (let unit = 0; unit < units; unit++)
      out[to + unit] = statistic === "mean" ? block[unit] / (end - first) : block[unit];
  }
  return out;
}

/**
 * @param {Float32Array} values
 * @param {number} units
 * @param {number} each  units per block
 * @param {BlockStatistic} statistic
 */
function poolUnits(values, units, each, statistic) {
  if (each === 1) return values.slice();
  const steps = values.length / units,
    wide = Math.ceil(units / each),
    out = new Float32Array(steps * wide);
  for (let t = 0; t < steps; t++) {
    for (let row = 0; row < wide; row++) {
      const first = row * each,
        end = Math.min(first + each, units);
      let block = values[t * units + first];
      for (let unit = first + 1; unit < end; unit++) block = combine(block, values[t * units + unit], statistic);
      out[t * wide + row] = statistic === "mean" ? block / (end - first) : block;
    }
  }
  return out;
}

/**
 * @param {number} all  of the block so far
 * @param {number} value
 * @param {BlockStatistic} statistic
 */
function combine(all, value, statistic) {
  return statistic === "mean" ? all + value : statistic === "low" ? Math.min(all, value) : Math.max(all, value);
}

/**
 * Return the mean of every `each` values, without NaN; NaN if all of them are.
 * @param {ArrayLike<number>} values
 * @param {number} each
 * @returns {Table}  (column, 1)
 */
export function nanMeans(values, each) {
  const columns = Math.ceil(values.length / each),
    out = new Float32Array(columns);
  for (let column = 0; column < columns; column++) {
    let sum = 0,
      count = 0;
    for (let t = column * each; t < Math.min((column + 1) * each, values.length); t++) {
      if (Number.isNaN(values[t])) continue;
      sum += values[t];
      count++;
    }
    out[column] = sum / count;
  }
  return Object.assign(out, { columns, rows: 1 });
}
