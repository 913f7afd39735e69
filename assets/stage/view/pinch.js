// Zooming with two fingers, as arithmetic.

/** @import { TimeWindow } from "./time_window.js" */

const FINGERS_APART = 12; // px; two fingers closer than that say nothing about a width

/**
 * Whether two fingers are far enough apart to zoom by.
 * @param {number} p
 * @param {number} q
 */
export function areApart(p, q) {
  return Math.abs(p - q) >= FINGERS_APART;
}

/**
 * The window that puts two fingers over the steps they hold, as far as there is one: [a, b], not yet pushed against the ends.
 * @param {{left: number, plot: number}} place  of the time axis, px
 * @param {TimeWindow} old
 * @param {[number, number]} times  what each finger holds
 * @param {[number, number]} xs  where it is, px
 * @returns {TimeWindow}
 */
export function pinched({ left, plot }, old, [s, t], [p, q]) {
  if (!areApart(p, q)) return old;
  const wide = Math.abs((s - t) / (p - q)) * plot;
  // fingers that changed sides keep the middle between them
  const a = (s + t) / 2 - (((p + q) / 2 - left) / plot) * wide;
  return Number.isFinite(a + wide) ? [a, a + wide] : old;
}
