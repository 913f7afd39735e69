// Differences between the edited run and the free run at each step. They are computed in every frame: pass `out` to avoid
// allocations.

/** @import { Gate } from "./scene_types.js" */
import { GATES } from "./panel_names.js";

const SCALES = [1000, 500, 200, 100, 50, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001]; // smaller differences have no visible colour
const ROUNDING = 1 + 1e-6; // 0.2 as float32 is larger than 0.2

/**
 * Return the edited run minus the free run; NaN where a step has no counterpart.
 * @param {Float32Array} editedValues  [t * units + unit]
 * @param {Float32Array} freeValues  [t * units + unit], over the steps of the original input
 * @param {Int32Array} origin  for each step of the edited run, the step of the original; -1 for none
 * @param {number} units
 * @param {Float32Array} [out]
 * @returns {Float32Array} out
 */
export function difference(editedValues, freeValues, origin, units, out = new Float32Array(origin.length * units)) {
  const steps = freeValues.length / units;
  for (let t = 0; t < origin.length; t++) {
    const from = t * units,
      other = origin[t] * units;
    if (origin[t] < 0 || origin[t] >= steps) out.fill(NaN, from, from + units);
    else
      for (let unit = 0; unit < units; unit++) out[from + unit] = editedValues[from + unit] - freeValues[other + unit];
  }
  return out;
}

/**
 * Return the scale that colours differences: 1, 2 or 5 times a power of ten, from 0.001 to 1000.
 * @param {Iterable<Float32Array>} differences
 * @returns {number}
 */
export function scaleOf(differences) {
  let most = 0;
  for (const each of differences) {
    for (let at = 0; at < each.length; at++) {
      const size = Math.abs(each[at]);
      if (size > most) most = size;
    }
  }
  let scale = SCALES[0];
  for (const smaller of SCALES) if (most <= smaller * ROUNDING) scale = smaller;
  return scale;
}

/**
 * Return one scale per gate, so that small differences of one gate are visible beside large differences of another.
 * @param {Partial<Record<Gate, Float32Array>>} differences
 * @returns {Record<Gate, number>}
 */
export function scalesOf(differences) {
  const of = (/** @type {Gate} */ gate) => [gate, scaleOf([differences[gate] ?? new Float32Array(0)])];
  return /** @type {Record<Gate, number>} */ (Object.fromEntries(GATES.map(of)));
}

/**
 * Return the difference of h at each step: root mean square over the units, NaN where a step has no counterpart.
 * @param {Float32Array} editedStates  states of the edited run, [t * units + unit]
 * @param {Float32Array} freeStates
 * @param {Int32Array} origin
 * @param {number} steps  of the edited run
 * @param {number} units
 * @param {Float32Array} [out]
 * @returns {Float32Array} out
 */
export function remainingChange(editedStates, freeStates, origin, steps, units, out = new Float32Array(steps)) {
  const freeSteps = freeStates.length / units;
  for (let t = 0; t < steps; t++) {
    const from = t * units,
      other = origin[t] * units;
    let sum = origin[t] < 0 || origin[t] >= freeSteps ? NaN : 0;
    for (let unit = 0; unit < units && sum === sum; unit++) {
      const off = editedStates[from + unit] - freeStates[other + unit];
      sum += off * off;
    }
    out[t] = Math.sqrt(sum / units);
  }
  return out;
}

/**
 * Return the largest difference at any step; 0 if there is none.
 * @param {Float32Array} remains
 * @returns {number}
 */
export function peak(remains) {
  let most = 0;
  for (let t = 0; t < remains.length; t++) if (remains[t] > most) most = remains[t];
  return most;
}

/**
 * Classify a change: never visible, gone before the end, or visible to the end.
 * @param {Float32Array} remains
 * @param {number} [tolerance]  factor of `visible`
 * @param {number} [visible]
 * @returns {"never" | "gone" | "lasts"}
 */
export function fate(remains, tolerance, visible) {
  if (goneFrom(remains, tolerance, visible) !== null) return "gone";
  return latest(remains, tolerance, visible) < 0 ? "never" : "lasts";
}

/**
 * Return the first step from which on no difference is visible.
 * @param {Float32Array} remains
 * @param {number} [tolerance]  factor of `visible`
 * @param {number} [visible]
 * @returns {number | null} null: it lasts, or there never was a change; `fate` distinguishes the two
 */
export function goneFrom(remains, tolerance, visible) {
  const last = latest(remains, tolerance, visible);
  if (last < 0) return null;
  for (let t = last + 1; t < remains.length; t++) if (remains[t] === remains[t]) return t;
  return null;
}

/**
 * Return the last step at which a difference is visible; -1 for none.
 * @param {Float32Array} remains
 * @param {number} [tolerance]
 * @param {number} [visible]
 */
function latest(remains, tolerance = 1e-3, visible = 1) {
  for (let t = remains.length - 1; t >= 0; t--) if (remains[t] > tolerance * visible) return t;
  return -1;
}

/**
 * Return the largest difference and its place; null if there is none.
 * @param {Partial<Record<Gate, Float32Array>>} differences
 * @param {number} units
 * @returns {{gate: Gate, t: number, unit: number, value: number} | null}
 */
export function largest(differences, units) {
  /** @type {Gate | null} */
  let bestGate = null;
  let place = 0,
    most = 0,
    value = 0;
  for (const gate of /** @type {Gate[]} */ (Object.keys(differences))) {
    const each = differences[gate];
    if (!each) continue;
    for (let at = 0; at < each.length; at++) {
      const size = Math.abs(each[at]);
      if (size > most) [bestGate, place, most, value] = [gate, at, size, each[at]];
    }
  }
  return bestGate && { gate: bestGate, t: Math.floor(place / units), unit: place % units, value };
}
