// Blocks of a long or wide array as one cell each: their mean, lowest and highest, as gruviz/drawing/pooling.py has them.

/** @import { Table } from "../model/table.js" */
import { tableCopy } from "../model/table.js";

/**
 * An array in at most so many cells. Where nothing is pooled, the three tables are one.
 * @typedef {object} PooledTable
 * @property {Table} mean
 * @property {Table} low
 * @property {Table} high
 * @property {number} stepsEach  steps a column; the last column may hold fewer
 * @property {number} unitsEach  units a row, likewise
 */

/** @typedef {"mean" | "low" | "high"} BlockStatistic */

/**
 * Cells of equal size, just large enough that `columns` x `rows` of them hold the values. A cell that holds one NaN is NaN.
 * @param {Float32Array} values  [t * units + unit], is not changed
 * @param {number} units
 * @param {number} columns  most of them
 * @param {number} rows  most of them
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
    const overTime = pooledSteps(values, units, stepsEach, statistic);
    return Object.assign(pooledUnits(overTime, units, unitsEach, statistic), { columns: long, rows: wide });
  };
  return { mean: of("mean"), low: of("low"), high: of("high"), stepsEach, unitsEach };
}

/**
 * @param {Float32Array} values
 * @param {number} units
 * @param {number} each  steps a block
 * @param {BlockStatistic} statistic
 */
function pooledSteps(values, units, each, statistic) {
  if (each === 1) return values;
  const steps = values.length / units,
    found = new Float32Array(Math.ceil(steps / each) * units),
    block = new Float64Array(units);
  for (let first = 0, to = 0; first < steps; first += each, to += units) {
    const end = Math.min(first + each, steps);
    block.set(values.subarray(first * units, (first + 1) * units));
    for (let t = first + 1; t < end; t++)
      for (let unit = 0; unit < units; unit++) block[unit] = joined(block[unit], values[t * units + unit], statistic);
    for (let unit = 0; unit < units; unit++)
      found[to + unit] = statistic === "mean" ? block[unit] / (end - first) : block[unit];
  }
  return found;
}

/**
 * @param {Float32Array} values
 * @param {number} units
 * @param {number} each  units a block
 * @param {BlockStatistic} statistic
 */
function pooledUnits(values, units, each, statistic) {
  if (each === 1) return values.slice();
  const steps = values.length / units,
    wide = Math.ceil(units / each),
    found = new Float32Array(steps * wide);
  for (let t = 0; t < steps; t++) {
    for (let row = 0; row < wide; row++) {
      const first = row * each,
        end = Math.min(first + each, units);
      let block = values[t * units + first];
      for (let unit = first + 1; unit < end; unit++) block = joined(block, values[t * units + unit], statistic);
      found[t * wide + row] = statistic === "mean" ? block / (end - first) : block;
    }
  }
  return found;
}

/**
 * @param {number} all  of a block so far
 * @param {number} value
 * @param {BlockStatistic} statistic
 */
function joined(all, value, statistic) {
  return statistic === "mean" ? all + value : statistic === "low" ? Math.min(all, value) : Math.max(all, value);
}

/**
 * The mean of every `each` of the values that are numbers; NaN where none is.
 * @param {ArrayLike<number>} values
 * @param {number} each
 * @returns {Table}  (column, 1)
 */
export function shares(values, each) {
  const columns = Math.ceil(values.length / each),
    found = new Float32Array(columns);
  for (let column = 0; column < columns; column++) {
    let sum = 0,
      count = 0;
    for (let t = column * each; t < Math.min((column + 1) * each, values.length); t++) {
      if (Number.isNaN(values[t])) continue;
      sum += values[t];
      count++;
    }
    found[column] = sum / count;
  }
  return Object.assign(found, { columns, rows: 1 });
}
