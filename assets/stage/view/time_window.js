// The part of the sequence that is seen, as arithmetic. A window [a, b] counts in steps: [3, 5] shows steps 3 and 4.
// What is not a finite number never comes out of here: where it would, the old window stays.

/** @typedef {[number, number]} TimeWindow */

export const SHORTEST = 4; // steps seen at the strongest zoom

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
export function whole(steps) {
  return [0, steps];
}

/**
 * The window as near to [a, b] as there is one.
 * @param {number} steps
 * @param {number} a
 * @param {number} b
 * @param {TimeWindow} [old]
 * @returns {TimeWindow}
 */
export function shownWindow(steps, a, b, old = whole(steps)) {
  if (!Number.isFinite(a) || !Number.isFinite(b)) return old;
  const wide = Math.min(steps, Math.max(b - a, Math.min(SHORTEST, steps)));
  const start = clamp((a + b - wide) / 2, 0, steps - wide);
  return [start, start + wide];
}

/**
 * The window [a, b], pushed back where it reaches past an end: its width stays.
 * @param {number} steps
 * @param {number} a
 * @param {number} b
 * @param {TimeWindow} [old]
 * @returns {TimeWindow}
 */
export function moved(steps, a, b, old = whole(steps)) {
  const wide = b - a;
  if (a < 0) return shownWindow(steps, 0, wide, old);
  return b > steps ? shownWindow(steps, steps - wide, steps, old) : shownWindow(steps, a, b, old);
}

/**
 * The window once the cursor is at t: it goes along when the cursor leaves it.
 * @param {number} steps
 * @param {TimeWindow} window
 * @param {number} t
 * @param {boolean} playing  what comes next is wanted, not what is around
 * @returns {TimeWindow} the same where nothing moved
 */
export function followed(steps, window, t, playing) {
  const [a, b] = window,
    wide = b - a;
  if (t >= Math.floor(a) && t + 1 <= Math.ceil(b)) return window;
  const start = playing ? t : t < a ? t - wide * 0.1 : t + 1 - wide * 0.9;
  return moved(steps, start, start + wide, window);
}

/**
 * First and last step in a window, whole ones.
 * @param {number} steps
 * @param {TimeWindow} window
 * @returns {[number, number]}
 */
export function seen(steps, [a, b]) {
  return [Math.max(0, Math.floor(a)), Math.min(steps, Math.ceil(b)) - 1];
}

/**
 * Whether anything is left to zoom out of.
 * @param {number} steps
 * @param {TimeWindow} window
 * @returns {boolean}
 */
export function isZoomed(steps, [a, b]) {
  return b - a < steps - 0.01;
}
