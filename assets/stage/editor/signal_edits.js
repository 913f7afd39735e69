// Edits of the input. A `Signal` is immutable: each function returns a new one, or the same one if nothing changes.

import { clamp } from "../view/time_window.js";

/**
 * @typedef {object} Signal
 * @property {number} steps
 * @property {number} inputs
 * @property {Float32Array} x  [t * inputs + k]
 * @property {Int32Array} origin  the step of the sequence that each step is or was; -1: an inserted one
 */

export const ROUGH = 0.15; // amplitude of noise, as a share of half the input's range
const LARGEST = 1e6; // of a number that is drawn or typed

/**
 * @param {number} inputs
 * @param {Float32Array} x
 * @param {Int32Array} origin
 * @returns {Signal}
 */
export function made(inputs, x, origin) {
  return Object.freeze({ steps: origin.length, inputs, x, origin });
}

/**
 * The sequence as it came.
 * @param {ArrayLike<number>} x
 * @param {number} inputs
 * @returns {Signal}
 */
export function original(x, inputs) {
  return made(
    inputs,
    Float32Array.from(x),
    Int32Array.from({ length: Math.floor(x.length / inputs) }, (_, t) => t),
  );
}

/**
 * A number as an input can have it.
 * @param {number} value  not NaN
 */
export function tidy(value) {
  return Math.fround(clamp(value, -LARGEST, LARGEST));
}

/**
 * The steps there are of a to b, in order; null for none.
 * @param {Signal} signal
 * @param {number} a
 * @param {number} b
 * @returns {[number, number] | null}
 */
function within({ steps }, a, b) {
  const first = Math.max(0, Math.min(a, b)),
    last = Math.min(steps - 1, Math.max(a, b));
  return first <= last && Number.isInteger(first) && Number.isInteger(last) ? [first, last] : null;
}

/**
 * The same steps with other numbers.
 * @param {Signal} signal
 * @param {Float32Array} x
 * @returns {Signal}
 */
export function withNumbers(signal, x) {
  return x.every((value, at) => Object.is(value, signal.x[at])) ? signal : made(signal.inputs, x, signal.origin);
}

/**
 * Some numbers put in; what is no number, or nowhere, is passed over.
 * @param {Signal} signal
 * @param {readonly (readonly [t: number, k: number, value: number])[]} changes
 * @returns {Signal}
 */
export function put(signal, changes) {
  const x = signal.x.slice();
  for (const [t, k, value] of changes) {
    if (!Number.isNaN(value) && t >= 0 && t < signal.steps && k >= 0 && k < signal.inputs)
      x[t * signal.inputs + k] = tidy(value);
  }
  return withNumbers(signal, x);
}

/**
 * A line between two places of a pointer, so that a fast one leaves no gaps.
 * @param {Signal} signal
 * @param {number} k
 * @param {{t: number, value: number}} from
 * @param {{t: number, value: number}} to
 * @returns {Signal}
 */
export function stroke(signal, k, from, to) {
  const a = Math.round(from.t),
    b = Math.round(to.t),
    span = Number.isFinite(a + b) ? within(signal, a, b) : null;
  if (!span) return signal;
  /** @type {[number, number, number][]} */
  const changes = [];
  for (let t = span[0]; t <= span[1]; t++)
    changes.push([t, k, t === b ? to.value : from.value + ((to.value - from.value) * (t - a)) / (b - a)]);
  return put(signal, changes);
}

/**
 * A click on a number: a symbol becomes the step's one symbol, or none again; elsewhere 0 and 1 change places.
 * @param {Signal} signal
 * @param {number} t
 * @param {number} k
 * @param {boolean} oneHot  a step has one symbol
 * @param {boolean} [stays]  what is there already is not taken away: painted along
 * @returns {Signal}
 */
export function toggle(signal, t, k, oneHot, stays = false) {
  const { inputs, x } = signal,
    from = t * inputs;
  if (!(t >= 0 && t < signal.steps && k >= 0 && k < inputs)) return signal;
  const alone = oneHot
    ? x.subarray(from, from + inputs).every((value, other) => value === (other === k ? 1 : 0))
    : x[from + k] !== 0;
  if (alone && stays) return signal;
  const numbers = x.slice();
  if (oneHot) numbers.fill(0, from, from + inputs);
  numbers[from + k] = alone ? 0 : 1;
  return withNumbers(signal, numbers);
}

/**
 * Whether every step has one input that is 1 and all others 0.
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
 * Room for steps between others, or some of them taken out.
 * @param {Signal} signal
 * @param {number} before  steps that stay ahead
 * @param {number} count  of steps that come between
 * @param {number} after  the step that follows them
 * @returns {{x: Float32Array, origin: Int32Array}} the steps between yet to be filled
 */
function spliced({ steps, inputs, x, origin }, before, count, after) {
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
 * Without the steps a to b; one step is always left.
 * @param {Signal} signal
 * @param {number} a
 * @param {number} b
 * @returns {Signal}
 */
export function remove(signal, a, b) {
  const span = within(signal, a, b);
  if (!span || span[1] - span[0] + 1 === signal.steps) return signal;
  const { x, origin } = spliced(signal, span[0], 0, span[1] + 1);
  return made(signal.inputs, x, origin);
}

/**
 * The steps a to b once more, right after themselves; as many of them as there is room for.
 * @param {Signal} signal
 * @param {number} a
 * @param {number} b
 * @param {number} mostSteps
 * @returns {Signal}
 */
export function repeat(signal, a, b, mostSteps) {
  const span = within(signal, a, b),
    { inputs } = signal;
  const count = span ? Math.min(span[1] - span[0] + 1, mostSteps - signal.steps) : 0;
  if (!span || !(count > 0)) return signal;
  const { x, origin } = spliced(signal, span[1] + 1, count, span[1] + 1);
  x.set(signal.x.subarray(span[0] * inputs, (span[0] + count) * inputs), (span[1] + 1) * inputs);
  origin.set(signal.origin.subarray(span[0], span[0] + count), span[1] + 1);
  return made(inputs, x, origin);
}

/**
 * New steps ahead of step `at`, as many as there is room for.
 * @param {Signal} signal
 * @param {number} at
 * @param {number} count
 * @param {number} mostSteps
 * @param {ArrayLike<number>} row  what each of them reads
 * @returns {Signal}
 */
export function insertRows(signal, at, count, mostSteps, row) {
  const many = Math.min(Math.floor(count), mostSteps - signal.steps),
    before = clamp(Math.round(at), 0, signal.steps);
  if (!(many > 0) || !(before >= 0)) return signal;
  const { x, origin } = spliced(signal, before, many, before);
  for (let t = before; t < before + many; t++) x.set(row, t * signal.inputs);
  return made(signal.inputs, x, origin);
}

/**
 * Noise on the steps a to b: uniform within -amount to amount. The number at a place depends on the seed and the place
 * alone, so that a wider stretch or another amount leaves the pattern.
 * @param {Signal} signal
 * @param {number} a
 * @param {number} b
 * @param {number | null} k  null: on every input
 * @param {number} amount
 * @param {number} seed
 * @returns {Signal}
 */
export function noise(signal, a, b, k, amount, seed) {
  const span = within(signal, a, b),
    { inputs } = signal;
  if (!span || !Number.isFinite(amount) || (k !== null && !(k >= 0 && k < inputs))) return signal;
  const x = signal.x.slice();
  for (let t = span[0]; t <= span[1]; t++) {
    for (let input = k ?? 0; input <= (k ?? inputs - 1); input++)
      x[t * inputs + input] = tidy(x[t * inputs + input] + amount * (2 * drawn(seed, t, input) - 1));
  }
  return withNumbers(signal, x);
}

/**
 * @param {number} seed
 * @param {number} t
 * @param {number} k
 * @returns {number} from 0 to 1
 */
function drawn(seed, t, k) {
  // murmur3's last mixing, once for each number
  let mixed = 0x9e3779b9 | 0;
  for (const each of [seed, t, k]) {
    mixed = (Math.imul(mixed ^ each ^ Math.floor(each / 4294967296), 0x85ebca6b) + 0x6d2b79f5) | 0;
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    mixed ^= mixed >>> 16;
  }
  return (mixed >>> 0) / 4294967296;
}

/**
 * Whether a step reads what a step of the original does.
 * @param {Signal} signal
 * @param {number} t
 * @param {Signal} first  the original
 * @param {number} from  its step
 */
export function readsAlike({ inputs, x }, t, first, from) {
  for (let k = 0; k < inputs; k++) if (x[t * inputs + k] !== first.x[from * inputs + k]) return false;
  return true;
}

/**
 * The first step that is not the original's; null where all are.
 * @param {Signal} signal
 * @param {Signal} first  the original
 * @returns {number | null} the signal's own count where steps are missing at its end
 */
export function firstChanged(signal, first) {
  if (signal === first) return null;
  for (let t = 0; t < signal.steps; t++)
    if (signal.origin[t] !== t || t >= first.steps || !readsAlike(signal, t, first, t)) return t;
  return signal.steps < first.steps ? signal.steps : null;
}

/**
 * The original's step each step is to be compared with, in order and each once: a stretch heard a second time has none.
 * @param {Signal} signal
 * @param {number} originalSteps
 * @returns {Int32Array} -1 for none
 */
export function aligned({ origin }, originalSteps) {
  let latest = -1;
  return origin.map((from) => (from > latest && from < originalSteps ? (latest = from) : -1));
}
