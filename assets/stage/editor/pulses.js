// Pulses of an input: runs of steps at which it leaves its resting value by more than its noise.

/** @import { Signal } from "./signal_edits.js" */
import { clamp } from "../view/time_window.js";
import { insertRows, isOneHot, toInputNumber, withNumbers } from "./signal_edits.js";

/** @typedef {{first: number, last: number, channels: number[], clear: boolean}} Pulse  clear: at least half as high as the highest, or above the noise */
/** @typedef {{rest: Float32Array, tolerance: Float32Array, clear: Float32Array}} Levels  for each input: its resting value, and how far a pulse or a clear pulse is from it */

const MOST_BUSY = 0.4; // share of steps; an input that is off its value more often has no resting value
const SLIGHT = 0.1; // smallest pulse of an input without noise, as a share of its largest deviation
const GAP = 0.2; // smallest relative gap between the deviations of noise and those of pulses

/** @type {WeakMap<Signal, {levels: Levels, pulses: Pulse[], symbols: boolean}>} */
const cache = new WeakMap();

/**
 * Compute resting values and pulses of a signal; cached.
 * @param {Signal} signal
 */
function analyse(signal) {
  const entry = cache.get(signal);
  if (entry) return entry;
  const levels = levelsOf(signal),
    symbols = isOneHot(signal.x, signal.inputs),
    analysis = { levels, symbols, pulses: groupSteps(signal, levels, symbols) };
  cache.set(signal, analysis);
  return analysis;
}

/**
 * Return the resting value of each input: its most frequent value, within its noise.
 * @param {Signal} signal
 * @returns {Float32Array}
 */
export function restOf(signal) {
  return analyse(signal).levels.rest;
}

/**
 * Return all pulses in order of time; none if the input has no resting value.
 * @param {Signal} signal
 * @returns {readonly Pulse[]}
 */
export function findPulses(signal) {
  return analyse(signal).pulses;
}

/**
 * Return the pulse at a step, or null.
 * @param {Signal} signal
 * @param {number} t
 * @returns {Pulse | null}
 */
export function pulseAt(signal, t) {
  return findPulses(signal).find(({ first, last }) => first <= t && t <= last) ?? null;
}

/**
 * Whether a step belongs to a pulse.
 * @param {Signal} signal
 * @param {number} t
 */
export function isPulse(signal, t) {
  return pulseAt(signal, t) !== null;
}

/**
 * Move a pulse later, or earlier if `by` is negative, within the sequence. The steps it leaves get the resting value.
 * @param {Signal} signal
 * @param {Pulse} pulse
 * @param {number} by  steps; negative: earlier
 * @returns {Signal}
 */
export function movePulse(signal, { first, last, channels }, by) {
  const { inputs, steps } = signal,
    shift = clamp(Math.round(by), -first, steps - 1 - last);
  if (!shift || last >= steps) return signal;
  const x = withRestingValue(signal, first, last, channels);
  for (let t = first; t <= last; t++) for (const k of channels) x[(t + shift) * inputs + k] = signal.x[t * inputs + k];
  return withNumbers(signal, x);
}

/**
 * Set the steps of a pulse to the resting value.
 * @param {Signal} signal
 * @param {Pulse} pulse
 * @returns {Signal}
 */
export function removePulse(signal, { first, last, channels }) {
  return last < signal.steps ? withNumbers(signal, withRestingValue(signal, first, last, channels)) : signal;
}

/**
 * Return the numbers of a signal with some inputs at the resting value from one step to another.
 * @param {Signal} signal
 * @param {number} first
 * @param {number} last
 * @param {readonly number[]} channels
 */
function withRestingValue(signal, first, last, channels) {
  const x = signal.x.slice(),
    rest = restOf(signal);
  for (let t = first; t <= last; t++) for (const k of channels) x[t * signal.inputs + k] = rest[k];
  return x;
}

/**
 * Insert steps at the resting value before step `at`, as many as fit.
 * @param {Signal} signal
 * @param {number} at
 * @param {number} count
 * @param {number} mostSteps
 * @returns {Signal}
 */
export function insertSteps(signal, at, count, mostSteps) {
  return insertRows(signal, at, count, mostSteps, restOf(signal).map(toInputNumber));
}

/**
 * Group steps into pulses: neighbouring steps belong to one pulse if an input deviates to the same side in both, or, for
 * symbols, if both have the same symbol.
 * @param {Signal} signal
 * @param {Levels} levels
 * @param {boolean} symbols
 * @returns {Pulse[]}
 */
function groupSteps({ steps, inputs, x }, { rest, tolerance, clear }, symbols) {
  /** @type {Pulse[]} */
  const pulses = [];
  const signs = new Int8Array(inputs),
    previousSigns = new Int8Array(inputs),
    every = Array.from({ length: inputs }, (_, k) => k);
  let busy = 0;
  /** @type {Set<number>} */
  let channels = new Set();
  for (let t = 0; t < steps; t++) {
    let hasPulse = false,
      hasSharedSign = false,
      isSame = true,
      isClear = false;
    for (let k = 0; k < inputs; k++) {
      const offset = x[t * inputs + k] - rest[k],
        size = Math.abs(offset),
        sign = size > tolerance[k] ? Math.sign(offset) : 0;
      signs[k] = sign;
      if (sign) hasPulse = true;
      if (sign && sign === previousSigns[k]) hasSharedSign = true;
      if (sign !== previousSigns[k]) isSame = false;
      if (sign && size >= clear[k]) isClear = true;
    }
    previousSigns.set(signs);
    if (!hasPulse) continue;
    busy++;
    let pulse = pulses[pulses.length - 1];
    if (!pulse || pulse.last !== t - 1 || !(symbols ? isSame : hasSharedSign)) {
      channels = new Set();
      pulse = { first: t, last: t, channels: [], clear: false };
      pulses.push(pulse);
    }
    pulse.last = t;
    pulse.clear ||= isClear;
    if (!symbols) for (let k = 0; k < inputs; k++) if (signs[k]) channels.add(k);
    pulse.channels = symbols ? every : [...channels];
  }
  return busy < MOST_BUSY * steps ? pulses : [];
}

/**
 * Estimate resting value and thresholds of each input. An input with one value at half of the steps or more has no noise.
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
    // prefer 0 as the resting value if the noise allows it; otherwise the input may have none
    const width = shortestHalf(column),
      [low, middle, high] = [1, 2, 3].map((quarter) => column[Math.floor((steps * quarter) / 4)]);
    const restsAtZero = low - width / 4 <= 0 && high + width / 4 >= 0;
    rest[k] = restsAtZero ? 0 : middle || 0;
    if (Number.isFinite(width)) noisy.push({ k, width, gap: restsAtZero ? GAP : 2 * GAP });
  }
  // inputs of similar noise are pooled: a single one has too few numbers to find the end of its noise
  noisy.sort((a, b) => a.width - b.width);
  for (let from = 0, to = 0; from < noisy.length; from = to) {
    while (to < noisy.length && noisy[to].width <= 2 * noisy[from].width) to++;
    const group = noisy.slice(from, to),
      { width, gap } = group[group.length >> 1],
      offsets = new Float32Array(group.length * steps);
    group.forEach(({ k }, place) => {
      for (let t = 0; t < steps; t++) offsets[place * steps + t] = Math.abs(x[t * inputs + k] - rest[k]);
    });
    offsets.sort();
    const edge = firstGap(offsets, gap / width);
    if (edge < 0) continue;
    for (const { k } of group) tolerance[k] = clear[k] = (offsets[edge] + offsets[edge + 1]) / 2;
  }
  return { rest, tolerance, clear };
}

/**
 * Return the most frequent number and its count.
 * @param {Float32Array} sorted
 */
function mostFrequent(sorted) {
  let value = 0,
    count = 0;
  for (let from = 0, to = 0; from < sorted.length; from = to) {
    while (to < sorted.length && sorted[to] === sorted[from]) to++;
    if (to === from) break; // NaN is sorted last
    if (to - from > count) [value, count] = [sorted[from], to - from];
  }
  return { value, count };
}

/**
 * Return the width of the shortest interval that contains half of the numbers.
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
 * Return the index of the last deviation that is noise: after most of the numbers, before a gap. Noise with long tails
 * has gaps of its own, so the required gap grows with the reach of the noise.
 * @param {Float32Array} sorted
 * @param {number} share  smallest gap / number ** 2
 * @returns {number} -1: there is no gap
 */
function firstGap(sorted, share) {
  for (let at = Math.floor((1 - MOST_BUSY) * sorted.length); at < sorted.length - 1; at++) {
    if (sorted[at + 1] - sorted[at] > share * sorted[at] ** 2) return at;
  }
  return -1;
}
