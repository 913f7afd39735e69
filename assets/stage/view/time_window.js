// Arithmetic of windows, the visible steps. A window [a, b] is in steps: [3, 5] shows steps 3 and 4.
// Results are finite: instead of a window that is not, the old one is returned.

/** @typedef {[number, number]} TimeWindow */

export const SHORTEST = 4; // visible steps at the strongest zoom

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 * @returns {number}
 */
export function clamp(value, low, high) {
  return Math.max(low, Math.min(high, value));
}

/**
 * @param {number} steps
 * @returns {TimeWindow}
 */
export function wholeWindow(steps) {
  return [0, steps];
}

/**
 * Return the nearest valid window.
 * @param {number} steps
 * @param {number} a
 * @param {number} b
 * @param {TimeWindow} [old]
 * @returns {TimeWindow}
 */
export function validWindow(steps, a, b, old = wholeWindow(steps)) {
  if (!Number.isFinite(a) || !Number.isFinite(b)) return old;
  const wide = Math.min(steps, Math.max(b - a, Math.min(SHORTEST, steps)));
  const start = clamp((a + b - wide) / 2, 0, steps - wide);
  return [start, start + wide];
}

/**
 * Return [a, b] shifted into the run; its width stays.
 * @param {number} steps
 * @param {number} a
 * @param {number} b
 * @param {TimeWindow} [old]
 * @returns {TimeWindow}
 */
export function shiftWindow(steps, a, b, old = wholeWindow(steps)) {
  const wide = b - a;
  if (a < 0) return validWindow(steps, 0, wide, old);
  return b > steps ? validWindow(steps, steps - wide, steps, old) : validWindow(steps, a, b, old);
}

/**
 * Return the window shifted to contain the cursor.
 * @param {number} steps
 * @param {TimeWindow} window
 * @param {number} t
 * @param {boolean} playing  start at the cursor, to show the next steps
 * @returns {TimeWindow} the same object if it contains the cursor
 */
export function followCursor(steps, window, t, playing) {
  const [a, b] = window,
    wide = b - a;
  if (t >= Math.floor(a) && t + 1 <= Math.ceil(b)) return window;
  const start = playing ? t : t < a ? t - wide * 0.1 : t + 1 - wide * 0.9;
  return shiftWindow(steps, start, start + wide, window);
}

/**
 * Return the first and last step in a window.
 * @param {number} steps
 * @param {TimeWindow} window
 * @returns {[number, number]}
 */
export function visibleSteps(steps, [a, b]) {
  return [Math.max(0, Math.floor(a)), Math.min(steps, Math.ceil(b)) - 1];
}

/**
 * Whether a window shows less than the run.
 * @param {number} steps
 * @param {TimeWindow} window
 * @returns {boolean}
 */
export function isZoomed(steps, [a, b]) {
  return b - a < steps - 0.01;
}
