// What linked stages share. Whoever changes it tells all but itself (as uPlot's sync does).

/** @import { Panel } from "../data/scene_types.js" */
/** @import { TimeWindow } from "./time_window.js" */

/** @typedef {{t?: number, unit?: number, gate?: Panel, window?: TimeWindow | null}} CursorState  window: null for all steps, however many a run has */
/** @typedef {(changed: CursorState) => void} CursorListener */

export class SharedCursor {
  constructor() {
    /** @type {Readonly<CursorState>} Where it is: one who comes late starts here. */
    this.latest = Object.freeze({});
    /** @type {Set<CursorListener>} */
    this.listeners = new Set();
  }

  /**
   * @param {CursorListener} listener  told what changed, and only that; it must not publish that again
   * @returns {() => void} ends it
   */
  subscribe(listener) {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  /**
   * Tell all subscribers but the sender what is new in `patch`; where nothing is, nobody is told.
   * @param {CursorState} patch
   * @param {CursorListener | null} [sender]  the listener of the one whose hands did it
   */
  publish(patch, sender = null) {
    /** @type {[string, any][]} */
    const entries = Object.entries(patch).filter(
      ([name, value]) => value !== undefined && !same(value, /** @type {any} */ (this.latest)[name]),
    );
    if (!entries.length) return;
    const changed = Object.freeze(
      Object.fromEntries(
        entries.map(([name, value]) => [name, Array.isArray(value) ? Object.freeze([...value]) : value]),
      ),
    );
    this.latest = Object.freeze({ ...this.latest, ...changed });
    for (const listener of [...this.listeners])
      if (listener !== sender && this.listeners.has(listener)) listener(changed);
  }
}

/**
 * @param {any} a
 * @param {any} b
 */
function same(a, b) {
  return Array.isArray(a) && Array.isArray(b)
    ? a.length === b.length && a.every((value, k) => Object.is(value, b[k]))
    : Object.is(a, b);
}
