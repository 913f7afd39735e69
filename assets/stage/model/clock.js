// Clock that tests can replace.

/**
 * @typedef {object} Clock
 * @property {() => number} now  in ms
 * @property {(act: () => void, ms: number) => any} later
 * @property {(timer: any) => void} never  cancels what `later` returned
 */

/** @type {Clock} The clock of the page or worker. */
export const realClock = {
  now: () => performance.now(),
  later: (act, ms) => setTimeout(act, ms),
  never: (timer) => clearTimeout(timer),
};
