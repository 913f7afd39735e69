// The part of the sequence that is seen, as arithmetic. A window [a, b] counts in steps: [3, 5] shows steps 3 and 4.
// What is not a finite number never comes out of here: where it would, the old window stays.

/** @typedef {[number, number]} Window */

const SHORTEST = 4;  // steps seen at the strongest zoom
const FINGERS_APART = 12;  // px; two fingers closer than that say nothing about a width

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
 * @returns {Window}
 */
export function whole(steps) {
  return [0, steps];
}

/**
 * The window as near to [a, b] as there is one.
 * @param {number} steps
 * @param {number} a
 * @param {number} b
 * @param {Window} [old]
 * @returns {Window}
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
 * @param {Window} [old]
 * @returns {Window}
 */
export function moved(steps, a, b, old = whole(steps)) {
  const wide = b - a;
  if (a < 0) return shownWindow(steps, 0, wide, old);
  return b > steps ? shownWindow(steps, steps - wide, steps, old) : shownWindow(steps, a, b, old);
}

/**
 * A window `factor` times as wide; what was at `around` stays where it is.
 * @param {number} steps
 * @param {Window} window
 * @param {number} factor
 * @param {number} around
 * @returns {Window}
 */
export function zoomedBy(steps, [a, b], factor, around) {
  const wide = clamp((b - a) * factor, Math.min(SHORTEST, steps), steps), share = (around - a) / (b - a);
  return moved(steps, around - share * wide, around + (1 - share) * wide, [a, b]);
}

/**
 * The window once the cursor is at t: it goes along when the cursor leaves it.
 * @param {number} steps
 * @param {Window} window
 * @param {number} t
 * @param {boolean} playing  what comes next is wanted, not what is around
 * @returns {Window} the same where nothing moved
 */
export function followed(steps, window, t, playing) {
  const [a, b] = window, wide = b - a;
  if (t >= Math.floor(a) && t + 1 <= Math.ceil(b)) return window;
  const start = playing ? t : t < a ? t - wide * 0.1 : t + 1 - wide * 0.9;
  return moved(steps, start, start + wide, window);
}

/**
 * First and last step in a window, whole ones.
 * @param {number} steps
 * @param {Window} window
 * @returns {[number, number]}
 */
export function seen(steps, [a, b]) {
  return [Math.max(0, Math.floor(a)), Math.min(steps, Math.ceil(b)) - 1];
}

/**
 * The window of whole steps nearest to one, so that a link, which holds those, gives the very window; as wide as it was,
 * to half a step.
 * @param {number} steps
 * @param {Window} window
 * @returns {Window}
 */
export function settled(steps, [a, b]) {
  const wide = clamp(Math.round(b - a), Math.min(SHORTEST, steps), steps), start = clamp(Math.round((a + b - wide) / 2), 0, steps - wide);
  return [start, start + wide];
}

/**
 * Whether anything is left to zoom out of.
 * @param {number} steps
 * @param {Window} window
 * @returns {boolean}
 */
export function isZoomed(steps, [a, b]) {
  return b - a < steps - 0.01;
}

/**
 * Whether two fingers are far enough apart to zoom by.
 * @param {number} p
 * @param {number} q
 */
export function apart(p, q) {
  return Math.abs(p - q) >= FINGERS_APART;
}

/**
 * The window that puts two fingers over the steps they hold, as far as there is one: [a, b], not yet pushed against the ends.
 * @param {{left: number, plot: number}} place  of the time axis, px
 * @param {Window} old
 * @param {[number, number]} times  what each finger holds
 * @param {[number, number]} xs  where it is, px
 * @returns {Window}
 */
export function pinched({ left, plot }, old, [s, t], [p, q]) {
  if (!apart(p, q)) return old;
  const wide = Math.abs((s - t) / (p - q)) * plot;
  // fingers that changed sides keep the middle between them
  const a = (s + t) / 2 - ((p + q) / 2 - left) / plot * wide;
  return Number.isFinite(a + wide) ? [a, a + wide] : old;
}
