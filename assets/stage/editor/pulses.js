// Pulses of an input: what sticks out of the value an input rests at, noise or none around it.

/** @import { Signal } from "./signal_edits.js" */
import { clamp } from "../view/time_window.js";
import { insertRows, isOneHot, tidy, withNumbers } from "./signal_edits.js";

/** @typedef {{first: number, last: number, channels: number[], clear: boolean}} Pulse  clear: not one of the slight ones */
/** @typedef {{rest: Float32Array, tolerance: Float32Array, clear: Float32Array}} Levels  what each input rests at, and how far off it a pulse is, a clear one */

const MOST_BUSY = 0.4; // share of steps; an input busy more often than that rests at nothing
const SLIGHT = 0.1; // of the furthest an input without noise goes: that little is no pulse
const GAP = 0.2; // between noise and pulses, where the noise has no tails

/** @type {WeakMap<Signal, {levels: Levels, found: Pulse[], symbols: boolean}>} */
const known = new WeakMap();

/** @param {Signal} signal */
function look(signal) {
  const seen = known.get(signal);
  if (seen) return seen;
  const levels = levelsOf(signal),
    symbols = isOneHot(signal.x, signal.inputs),
    made = { levels, symbols, found: stretches(signal, levels, symbols) };
  known.set(signal, made);
  return made;
}

/**
 * What each input rests at: its most frequent value, as far as noise lets one say.
 * @param {Signal} signal
 * @returns {Float32Array}
 */
export function restOf(signal) {
  return look(signal).levels.rest;
}

/**
 * All pulses, from the first; none where the input never rests.
 * @param {Signal} signal
 * @returns {readonly Pulse[]}
 */
export function pulses(signal) {
  return look(signal).found;
}

/**
 * The pulse at a step; null where there is none.
 * @param {Signal} signal
 * @param {number} t
 * @returns {Pulse | null}
 */
export function pulseAt(signal, t) {
  return pulses(signal).find(({ first, last }) => first <= t && t <= last) ?? null;
}

/**
 * @param {Signal} signal
 * @param {number} t
 */
export function isPulse(signal, t) {
  return pulseAt(signal, t) !== null;
}

/**
 * A pulse some steps later or, below 0, earlier; as far as there are steps. What it left rests.
 * @param {Signal} signal
 * @param {Pulse} pulse
 * @param {number} by
 * @returns {Signal}
 */
export function movePulse(signal, { first, last, channels }, by) {
  const { inputs, steps } = signal,
    way = clamp(Math.round(by), -first, steps - 1 - last);
  if (!way || last >= steps) return signal;
  const x = resting(signal, first, last, channels);
  for (let t = first; t <= last; t++) for (const k of channels) x[(t + way) * inputs + k] = signal.x[t * inputs + k];
  return withNumbers(signal, x);
}

/**
 * @param {Signal} signal
 * @param {Pulse} pulse
 * @returns {Signal}
 */
export function removePulse(signal, { first, last, channels }) {
  return last < signal.steps ? withNumbers(signal, resting(signal, first, last, channels)) : signal;
}

/**
 * @param {Signal} signal
 * @param {number} first
 * @param {number} last
 * @param {readonly number[]} channels
 */
function resting(signal, first, last, channels) {
  const x = signal.x.slice(),
    rest = restOf(signal);
  for (let t = first; t <= last; t++) for (const k of channels) x[t * signal.inputs + k] = rest[k];
  return x;
}

/**
 * New steps ahead of step `at` on which every input rests; as many as there is room for.
 * @param {Signal} signal
 * @param {number} at
 * @param {number} count
 * @param {number} mostSteps
 * @returns {Signal}
 */
export function insert(signal, at, count, mostSteps) {
  return insertRows(signal, at, count, mostSteps, restOf(signal).map(tidy));
}

/**
 * Steps beside each other belong to one pulse where some input sticks out the same way in both; of symbols, where both
 * have the same.
 * @param {Signal} signal
 * @param {Levels} levels
 * @param {boolean} symbols
 * @returns {Pulse[]}
 */
function stretches({ steps, inputs, x }, { rest, tolerance, clear }, symbols) {
  /** @type {Pulse[]} */
  const found = [];
  const ways = new Int8Array(inputs),
    before = new Int8Array(inputs),
    every = Array.from({ length: inputs }, (_, k) => k);
  let busy = 0;
  /** @type {Set<number>} */
  let channels = new Set();
  for (let t = 0; t < steps; t++) {
    let any = false,
      shared = false,
      alike = true,
      far = false;
    for (let k = 0; k < inputs; k++) {
      const off = x[t * inputs + k] - rest[k],
        size = Math.abs(off),
        way = size > tolerance[k] ? Math.sign(off) : 0;
      ways[k] = way;
      if (way) any = true;
      if (way && way === before[k]) shared = true;
      if (way !== before[k]) alike = false;
      if (way && size >= clear[k]) far = true;
    }
    before.set(ways);
    if (!any) continue;
    busy++;
    let pulse = found[found.length - 1];
    if (!pulse || pulse.last !== t - 1 || !(symbols ? alike : shared)) {
      channels = new Set();
      pulse = { first: t, last: t, channels: [], clear: false };
      found.push(pulse);
    }
    pulse.last = t;
    pulse.clear ||= far;
    if (!symbols) for (let k = 0; k < inputs; k++) if (ways[k]) channels.add(k);
    pulse.channels = symbols ? every : [...channels];
  }
  return busy < MOST_BUSY * steps ? found : [];
}

/**
 * @param {Signal} signal
 * @returns {Levels}
 */
function levelsOf({ steps, inputs, x }) {
  const rest = new Float32Array(inputs),
    tolerance = new Float32Array(inputs).fill(Infinity),
    clear = new Float32Array(inputs).fill(Infinity);
  const column = new Float32Array(steps);
  /** @type {{k: number, width: number, gap: number}[]} */
  const noisy = [];
  for (let k = 0; k < inputs; k++) {
    for (let t = 0; t < steps; t++) column[t] = x[t * inputs + k];
    column.sort();
    const { value, count } = mostFrequent(column);
    if (2 * count >= steps) {
      const furthest = Math.max(value - column[0], column[steps - 1] - value);
      rest[k] = value;
      tolerance[k] = furthest * SLIGHT;
      clear[k] = furthest / 2;
      continue;
    }
    // silence is the likeliest, where noise allows for it; where not, there may be nothing to stick out of
    const width = shortestHalf(column),
      [low, middle, high] = [1, 2, 3].map((quarter) => column[Math.floor((steps * quarter) / 4)]);
    const silent = low - width / 4 <= 0 && high + width / 4 >= 0;
    rest[k] = silent ? 0 : middle || 0;
    if (Number.isFinite(width)) noisy.push({ k, width, gap: silent ? GAP : 2 * GAP });
  }
  // inputs of about the same noise are judged together: one alone has too few numbers to show where its noise ends
  noisy.sort((a, b) => a.width - b.width);
  for (let from = 0, to = 0; from < noisy.length; from = to) {
    while (to < noisy.length && noisy[to].width <= 2 * noisy[from].width) to++;
    const group = noisy.slice(from, to),
      { width, gap } = group[group.length >> 1],
      offs = new Float32Array(group.length * steps);
    group.forEach(({ k }, place) => {
      for (let t = 0; t < steps; t++) offs[place * steps + t] = Math.abs(x[t * inputs + k] - rest[k]);
    });
    offs.sort();
    const edge = firstGap(offs, gap / width);
    if (edge < 0) continue;
    for (const { k } of group) tolerance[k] = clear[k] = (offs[edge] + offs[edge + 1]) / 2;
  }
  return { rest, tolerance, clear };
}

/** @param {Float32Array} sorted */
function mostFrequent(sorted) {
  let value = 0,
    count = 0;
  for (let from = 0, to = 0; from < sorted.length; from = to) {
    while (to < sorted.length && sorted[to] === sorted[from]) to++;
    if (to === from) break; // NaN stands at the end
    if (to - from > count) [value, count] = [sorted[from], to - from];
  }
  return { value, count };
}

/**
 * How wide the shortest interval is that holds half of the numbers.
 * @param {Float32Array} sorted
 */
function shortestHalf(sorted) {
  const half = Math.ceil(sorted.length / 2);
  let least = Infinity;
  for (let from = 0; from + half <= sorted.length; from++)
    least = Math.min(least, sorted[from + half - 1] - sorted[from]);
  return least;
}

/**
 * Where the noise ends: after most of the numbers, before a gap. Noise with tails has gaps of its own, so the further it
 * reaches for its width, the wider the gap has to be.
 * @param {Float32Array} sorted
 * @param {number} share  gap / reach ** 2
 * @returns {number} -1: nowhere
 */
function firstGap(sorted, share) {
  for (let at = Math.floor((1 - MOST_BUSY) * sorted.length); at < sorted.length - 1; at++) {
    if (sorted[at + 1] - sorted[at] > share * sorted[at] ** 2) return at;
  }
  return -1;
}
