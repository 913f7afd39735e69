// Orders of a layer's units. Same rules as `ranking` in gruviz/tracing/analysis.py; tests/protocol/test_scene_from.py
// compares the two.

/** @import { LocalRun } from "./local_run.js" */
/** @import { Table, Tables } from "../model/table.js" */
import { stateBefore } from "./local_run.js";
import { clusterOrder, principalAxis } from "./similarity.js";

const STEPS = 4000; // sampled at most, for orders that compare all pairs of units
const ROUNDING = 4 * 2 ** -23; // smaller relative changes are float32 rounding

/**
 * Some steps of one layer.
 * @typedef {object} LayerPart
 * @property {Float32Array} h  [t * units + unit]
 * @property {Float32Array} z
 * @property {number} units
 * @property {number} steps
 * @property {number} first
 * @property {{at: Float32Array, before: Float32Array}} edge  the state of the step computed first, and the previous one
 */

/**
 * An order of units, with the numbers they are sorted by.
 * @typedef {object} Ranking
 * @property {number[]} order  display row -> unit
 * @property {Float64Array | null} values  by unit; null if the order does not sort by numbers
 */

/** @type {Record<string, (part: LayerPart) => Ranking>} */
const ORDERS = {
  index: ({ units }) => ({ order: unitsOfOrder(units), values: null }),
  active: (part) => largestFirst(finiteOrNaN(meanChange(part))),
  half_life: (part) => largestFirst(halfLives(part)),
  mean_z: (part) => largestFirst(finiteOrNaN(meanOf(part.z, part.units))),
  cluster: (part) => ({ order: clusterUnits(part), values: null }),
  component: (part) => largestFirst(loadings(part)),
  peak: (part) => smallestFirst(peaks(part)),
};

export const ORDER_NAMES = Object.keys(ORDERS);

/**
 * Sort the units of one layer. The sort is stable; units with NaN come last.
 * @param {LocalRun} run
 * @param {string} how  one of ORDER_NAMES
 * @param {number} layer
 * @param {readonly [number, number]} [window]  first and last step; all if left out
 * @returns {Ranking}
 */
export function rankingOf(run, how, layer, [first, last] = [0, run.steps - 1]) {
  if (!Object.hasOwn(ORDERS, how))
    throw new RangeError(`The order is ${how}; it must be one of ${ORDER_NAMES.join(", ")}.`);
  const { units, gates, model } = run,
    part = (/** @type {Float32Array} */ values) => values.subarray(first * units, (last + 1) * units);
  const begin = model.layers[layer].reverse ? last : first,
    { h, z } = gates[layer];
  return ORDERS[how]({
    h: part(h),
    z: part(z),
    units,
    steps: last + 1 - first,
    first,
    edge: { at: h.subarray(begin * units, (begin + 1) * units), before: stateBefore(run, layer, begin) },
  });
}

/**
 * Return a ranking as the arrays of a message: "order" and, if there are any, "values".
 * @param {Ranking} ranking
 * @returns {Tables}
 */
export function rankingArrays({ order, values }) {
  const columns = order.length,
    one = (/** @type {Int32Array | Float32Array} */ array) =>
      /** @type {Table} */ (Object.assign(array, { columns, rows: 1 }));
  return { order: one(Int32Array.from(order)), ...(values && { values: one(Float32Array.from(values)) }) };
}

// ---- numbers by unit

/** @param {LayerPart} part */
function meanChange({ h, units, steps, edge: { at, before } }) {
  const total = Float64Array.from(at, (value, unit) => Math.abs(value - before[unit]));
  for (let t = 1, place = units; t < steps; t++)
    for (let unit = 0; unit < units; unit++, place++) total[unit] += Math.abs(Math.fround(h[place] - h[place - units]));
  return total.map((sum) => sum / steps);
}

/** @param {LayerPart} part */
function halfLives({ z, units, steps }) {
  const logs = new Float64Array(units);
  for (let t = 0, place = 0; t < steps; t++)
    for (let unit = 0; unit < units; unit++, place++) logs[unit] += Math.fround(Math.log(z[place]));
  return logs.map((sum) => {
    const rate = -sum / steps;
    return rate > 0 ? Math.LN2 / rate : rate === 0 ? Infinity : NaN;
  });
}

/**
 * @param {Float32Array} values
 * @param {number} units
 */
function meanOf(values, units) {
  const total = new Float64Array(units);
  for (let place = 0; place < values.length; place++) total[place % units] += values[place];
  return total.map((sum) => (sum * units) / values.length);
}

/** Return the first step of the largest |h|. @param {LayerPart} part */
function peaks({ h, units, steps, first }) {
  const step = new Float64Array(units).fill(first),
    most = Float64Array.from(h.subarray(0, units), Math.abs);
  for (let t = 1, place = units; t < steps; t++) {
    for (let unit = 0; unit < units; unit++, place++) {
      const size = Math.abs(h[place]);
      if (!(size > most[unit]) && !Number.isNaN(size)) continue; // once NaN, always NaN
      most[unit] = size;
      step[unit] = first + t;
    }
  }
  return step.map((t, unit) => (Number.isFinite(most[unit]) ? t : NaN));
}

/** @param {Float64Array} values */
function finiteOrNaN(values) {
  return values.map((value) => (Number.isFinite(value) ? value : NaN));
}

// ---- comparisons of units

/**
 * Units that change and units that are constant; units with numbers that are not finite are in neither.
 * @typedef {object} MovingUnits
 * @property {Float64Array[]} h  of each moving unit by step, centred
 * @property {number[]} moving
 * @property {number[]} still
 */

/**
 * @param {LayerPart} part
 * @returns {MovingUnits}
 */
function movingUnits({ h, units, steps }) {
  const count = Math.min(steps, STEPS),
    sampleSteps = Array.from({ length: count }, (_, k) =>
      count < steps ? halfToEven((k * (steps - 1)) / (count - 1)) : k,
    );
  /** @type {MovingUnits} */
  const result = { h: [], moving: [], still: [] };
  for (let unit = 0; unit < units; unit++) {
    let high = h[unit],
      low = high;
    for (let place = unit; place < h.length; place += units) {
      high = Math.max(high, h[place]); // NaN stays
      low = Math.min(low, h[place]);
    }
    if (!Number.isFinite(high) || !Number.isFinite(low)) continue;
    const values = Float64Array.from(sampleSteps, (t) => h[t * units + unit]),
      change =
        values.reduce((most, value) => Math.max(most, value)) - values.reduce((least, value) => Math.min(least, value));
    if (change > ROUNDING * Math.max(Math.abs(high), Math.abs(low))) {
      const mean = values.reduce((sum, value) => sum + value, 0) / count;
      result.h.push(values.map((value) => value - mean));
      result.moving.push(unit);
    } else result.still.push(unit);
  }
  return result;
}

/**
 * Return the loading of each unit on the first principal component of h over time; the largest |loading| is 1.
 * @param {LayerPart} part
 */
function loadings(part) {
  const { h, moving, still } = movingUnits(part),
    loading = new Float64Array(part.units).fill(NaN);
  for (const unit of still) loading[unit] = 0;
  if (!moving.length) return loading;
  const axis = principalAxis(h);
  moving.forEach((unit, k) => {
    loading[unit] = axis[k];
  });
  return loading;
}

/** @param {LayerPart} part */
function clusterUnits(part) {
  const { h, moving, still } = movingUnits(part),
    leaves = clusterOrder(h).map((k) => moving[k]);
  const finite = new Set([...moving, ...still]);
  return [...leaves, ...still, ...unitsOfOrder(part.units).filter((unit) => !finite.has(unit))];
}

// ---- orders

/** @param {number} units */
function unitsOfOrder(units) {
  return Array.from({ length: units }, (_, unit) => unit);
}

/**
 * @param {Float64Array} values
 * @returns {Ranking}
 */
function smallestFirst(values) {
  const order = unitsOfOrder(values.length).sort((a, b) => compare(values[a], values[b]));
  return { order, values };
}

/**
 * @param {Float64Array} values
 * @returns {Ranking}
 */
function largestFirst(values) {
  return { order: smallestFirst(values.map((value) => -value)).order, values };
}

/**
 * Compare numbers for a sort, NaN last.
 * @param {number} a
 * @param {number} b
 */
function compare(a, b) {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a < b ? -1 : Number(a > b);
}

/** @param {number} value  not negative */
function halfToEven(value) {
  const below = Math.floor(value),
    over = value - below;
  return over > 0.5 || (over === 0.5 && below % 2 === 1) ? below + 1 : below;
}
