// Edits of the input. A `Signal` is immutable: each function returns a new one, or the same one if nothing changes.

import { clamp } from "../view/time_window.js";

/**
 * @typedef {object} Signal
 * @property {number} steps
 * @property {number} inputs
 * @property {Float32Array} x  [t * inputs + k]
 * @property {Int32Array} origin  step of the original input that each step comes from; -1: inserted
 */

export const ROUGH = 0.15; // amplitude of noise, as a share of half the input's range
const LARGEST = 1e6; // largest number that can be drawn or typed

/**
 * Make a signal of its parts.
 * @param {number} inputs
 * @param {Float32Array} x
 * @param {Int32Array} origin
 * @returns {Signal}
 */
export function makeSignal(inputs, x, origin) {
  return Object.freeze({ steps: origin.length, inputs, x, origin });
}

/**
 * Return the signal of an unedited sequence.
 * @param {ArrayLike<number>} x
 * @param {number} inputs
 * @returns {Signal}
 */
export function originalSignal(x, inputs) {
  return makeSignal(
    inputs,
    Float32Array.from(x),
    Int32Array.from({ length: Math.floor(x.length / inputs) }, (_, t) => t),
  );
}

/**
 * Return a number rounded and limited to what an input can be.
 * @param {number} value  not NaN
 */
export function toInputNumber(value) {
  return Math.fround(clamp(value, -LARGEST, LARGEST));
}

/**
 * Return the existing steps between a and b in order, or null.
 * @param {Signal} signal
 * @param {number} a
 * @param {number} b
 * @returns {[number, number] | null}
 */
function rangeWithin({ steps }, a, b) {
  const first = Math.max(0, Math.min(a, b)),
    last = Math.min(steps - 1, Math.max(a, b));
  return first <= last && Number.isInteger(first) && Number.isInteger(last) ? [first, last] : null;
}

/**
 * Return the same steps with other numbers.
 * @param {Signal} signal
 * @param {Float32Array} x
 * @returns {Signal}
 */
export function withNumbers(signal, x) {
  return x.every((value, at) => Object.is(value, signal.x[at])) ? signal : makeSignal(signal.inputs, x, signal.origin);
}

/**
 * Set some numbers. NaN and places outside the signal are ignored.
 * @param {Signal} signal
 * @param {readonly (readonly [t: number, k: number, value: number])[]} changes
 * @returns {Signal}
 */
export function setValues(signal, changes) {
  const x = signal.x.slice();
  for (const [t, k, value] of changes) {
    if (!Number.isNaN(value) && t >= 0 && t < signal.steps && k >= 0 && k < signal.inputs)
      x[t * signal.inputs + k] = toInputNumber(value);
  }
  return withNumbers(signal, x);
}

/**
 * Draw a line between two pointer positions, so that a fast pointer leaves no gaps.
 * @param {Signal} signal
 * @param {number} k
 * @param {{t: number, value: number}} from
 * @param {{t: number, value: number}} to
 * @returns {Signal}
 */
export function drawLine(signal, k, from, to) {
  const a = Math.round(from.t),
    b = Math.round(to.t),
    span = Number.isFinite(a + b) ? rangeWithin(signal, a, b) : null;
  if (!span) return signal;
  /** @type {[number, number, number][]} */
  const changes = [];
  for (let t = span[0]; t <= span[1]; t++)
    changes.push([t, k, t === b ? to.value : from.value + ((to.value - from.value) * (t - a)) / (b - a)]);
  return setValues(signal, changes);
}

/**
 * Toggle a number: select or clear the step's symbol; elsewhere swap 0 and 1.
 * @param {Signal} signal
 * @param {number} t
 * @param {number} k
 * @param {boolean} oneHot  a step has one symbol
 * @param {boolean} [keepsOn]  do not clear a symbol that is set already: for painting
 * @returns {Signal}
 */
export function toggleValue(signal, t, k, oneHot, keepsOn = false) {
  const { inputs, x } = signal,
    from = t * inputs;
  if (!(t >= 0 && t < signal.steps && k >= 0 && k < inputs)) return signal;
  const isOn = oneHot
    ? x.subarray(from, from + inputs).every((value, other) => value === (other === k ? 1 : 0))
    : x[from + k] !== 0;
  if (isOn && keepsOn) return signal;
  const numbers = x.slice();
  if (oneHot) numbers.fill(0, from, from + inputs);
  numbers[from + k] = isOn ? 0 : 1;
  return withNumbers(signal, numbers);
}

/**
 * Return whether every step has one input that is 1 and all others 0.
 * @param {ArrayLike<number>} x
 * @param {number} inputs
 */
export function isOneHot(x, inputs) {
  if (inputs < 2 || x.length === 0) return false;
  for (let from = 0; from < x.length; from += inputs) {
    let ones = 0;
    for (let at = from; at < from + inputs; at++) {
      if (x[at] === 1) ones++;
      else if (x[at] !== 0) return false;
    }
    if (ones !== 1) return false;
  }
  return true;
}

/**
 * Make room for steps between others, or remove some.
 * @param {Signal} signal
 * @param {number} before  number of steps before the range
 * @param {number} count  number of empty steps
 * @param {number} after  first step after the range
 * @returns {{x: Float32Array, origin: Int32Array}} the empty steps have zeros and origin -1
 */
function spliceSteps({ steps, inputs, x, origin }, before, count, after) {
  const total = before + count + steps - after,
    numbers = new Float32Array(total * inputs),
    origins = new Int32Array(total).fill(-1);
  numbers.set(x.subarray(0, before * inputs));
  numbers.set(x.subarray(after * inputs), (before + count) * inputs);
  origins.set(origin.subarray(0, before));
  origins.set(origin.subarray(after), before + count);
  return { x: numbers, origin: origins };
}

/**
 * Remove the steps a to b. If they are all steps, nothing is removed.
 * @param {Signal} signal
 * @param {number} a
 * @param {number} b
 * @returns {Signal}
 */
export function removeSteps(signal, a, b) {
  const span = rangeWithin(signal, a, b);
  if (!span || span[1] - span[0] + 1 === signal.steps) return signal;
  const { x, origin } = spliceSteps(signal, span[0], 0, span[1] + 1);
  return makeSignal(signal.inputs, x, origin);
}

/**
 * Repeat the steps a to b right after themselves, as many as fit.
 * @param {Signal} signal
 * @param {number} a
 * @param {number} b
 * @param {number} mostSteps
 * @returns {Signal}
 */
export function repeatSteps(signal, a, b, mostSteps) {
  const span = rangeWithin(signal, a, b),
    { inputs } = signal;
  const count = span ? Math.min(span[1] - span[0] + 1, mostSteps - signal.steps) : 0;
  if (!span || !(count > 0)) return signal;
  const { x, origin } = spliceSteps(signal, span[1] + 1, count, span[1] + 1);
  x.set(signal.x.subarray(span[0] * inputs, (span[0] + count) * inputs), (span[1] + 1) * inputs);
  origin.set(signal.origin.subarray(span[0], span[0] + count), span[1] + 1);
  return makeSignal(inputs, x, origin);
}

/**
 * Insert steps before step `at`, as many as fit.
 * @param {Signal} signal
 * @param {number} at
 * @param {number} count
 * @param {number} mostSteps
 * @param {ArrayLike<number>} row  input of each new step
 * @returns {Signal}
 */
export function insertRows(signal, at, count, mostSteps, row) {
  const added = Math.min(Math.floor(count), mostSteps - signal.steps),
    before = clamp(Math.round(at), 0, signal.steps);
  if (!(added > 0) || !(before >= 0)) return signal;
  const { x, origin } = spliceSteps(signal, before, added, before);
  for (let t = before; t < before + added; t++) x.set(row, t * signal.inputs);
  return makeSignal(signal.inputs, x, origin);
}

/**
 * Add noise to the steps a to b: uniform within -amount to amount. The number at a place depends on the seed and the place
 * alone, so that a wider stretch or another amount leaves the pattern.
 * @param {Signal} signal
 * @param {number} a
 * @param {number} b
 * @param {number | null} k  null: every input
 * @param {number} amount
 * @param {number} seed
 * @returns {Signal}
 */
export function addNoise(signal, a, b, k, amount, seed) {
  const span = rangeWithin(signal, a, b),
    { inputs } = signal;
  if (!span || !Number.isFinite(amount) || (k !== null && !(k >= 0 && k < inputs))) return signal;
  const x = signal.x.slice();
  for (let t = span[0]; t <= span[1]; t++) {
    for (let input = k ?? 0; input <= (k ?? inputs - 1); input++)
      x[t * inputs + input] = toInputNumber(x[t * inputs + input] + amount * (2 * hashToUnit(seed, t, input) - 1));
  }
  return withNumbers(signal, x);
}

/**
 * Hash three numbers to [0, 1).
 * @param {number} seed
 * @param {number} t
 * @param {number} k
 * @returns {number}
 */
function hashToUnit(seed, t, k) {
  // finaliser of MurmurHash3, once for each number
  let hash = 0x9e3779b9 | 0;
  for (const each of [seed, t, k]) {
    hash = (Math.imul(hash ^ each ^ Math.floor(each / 4294967296), 0x85ebca6b) + 0x6d2b79f5) | 0;
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return (hash >>> 0) / 4294967296;
}

/**
 * Return whether a step has the numbers of a step of the original.
 * @param {Signal} signal
 * @param {number} t
 * @param {Signal} first  the original input
 * @param {number} from  step of the original input
 */
export function hasSameInput({ inputs, x }, t, first, from) {
  for (let k = 0; k < inputs; k++) if (x[t * inputs + k] !== first.x[from * inputs + k]) return false;
  return true;
}

/**
 * Return the first step that differs from the original, or null.
 * @param {Signal} signal
 * @param {Signal} first  the original input
 * @returns {number | null} the number of steps if steps are only missing at the end
 */
export function firstEditedStep(signal, first) {
  if (signal === first) return null;
  for (let t = 0; t < signal.steps; t++)
    if (signal.origin[t] !== t || t >= first.steps || !hasSameInput(signal, t, first, t)) return t;
  return signal.steps < first.steps ? signal.steps : null;
}

/**
 * Return the original step that each step is compared with, in order and each once; repeated steps have none.
 * @param {Signal} signal
 * @param {number} originalSteps
 * @returns {Int32Array} -1 for none
 */
export function alignSteps({ origin }, originalSteps) {
  let latest = -1;
  return origin.map((from) => (from > latest && from < originalSteps ? (latest = from) : -1));
}
