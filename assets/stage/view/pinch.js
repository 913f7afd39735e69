// Windows of a pinch with two fingers.

/** @import { TimeWindow } from "./time_window.js" */

const LEAST_DISTANCE = 12; // px between fingers; the zoom factor of closer ones is not reliable

/**
 * Whether two fingers are far enough from each other to zoom.
 * @param {number} p
 * @param {number} q
 */
export function canPinch(p, q) {
  return Math.abs(p - q) >= LEAST_DISTANCE;
}

/**
 * Return the window in which two fingers are over their steps again. It may reach past the ends of the run.
 * @param {{left: number, plot: number}} place  of the time axis, px
 * @param {TimeWindow} old
 * @param {[number, number]} times  the step under each finger when the pinch began
 * @param {[number, number]} xs  px of each finger
 * @returns {TimeWindow}
 */
export function pinchWindow({ left, plot }, old, [s, t], [p, q]) {
  if (!canPinch(p, q)) return old;
  const wide = Math.abs((s - t) / (p - q)) * plot;
  // by the middle of the fingers: they may have changed sides
  const a = (s + t) / 2 - (((p + q) / 2 - left) / plot) * wide;
  return Number.isFinite(a + wide) ? [a, a + wide] : old;
}
