// Cursor shared by linked stages: publish and subscribe, like uPlot's cursor sync.

/** @import { Panel } from "../data/scene_types.js" */
/** @import { TimeWindow } from "./time_window.js" */

/** @typedef {{t?: number, unit?: number, gate?: Panel, window?: TimeWindow | null}} CursorState  window: null for all steps of each run */
/** @typedef {(changes: CursorState) => void} CursorListener */

/** Latest state of the cursor, and its subscribers. */
export class SharedCursor {
  constructor() {
    /** @type {Readonly<CursorState>} New subscribers start with it. */
    this.latest = Object.freeze({});
    /** @type {Set<CursorListener>} */
    this.listeners = new Set();
  }

  /**
   * @param {CursorListener} listener  called with the changed fields; it must not publish them again
   * @returns {() => void} unsubscribes
   */
  subscribe(listener) {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  /**
   * Call all subscribers but the sender with the changed fields of `patch`; none if nothing changed.
   * @param {CursorState} patch
   * @param {CursorListener | null} [sender]  the listener of the stage that publishes
   */
  publish(patch, sender = null) {
    /** @type {[string, any][]} */
    const entries = Object.entries(patch).filter(
      ([name, value]) => value !== undefined && !isSame(value, /** @type {any} */ (this.latest)[name]),
    );
    if (!entries.length) return;
    const changes = Object.freeze(
      Object.fromEntries(
        entries.map(([name, value]) => [name, Array.isArray(value) ? Object.freeze([...value]) : value]),
      ),
    );
    this.latest = Object.freeze({ ...this.latest, ...changes });
    for (const listener of [...this.listeners])
      if (listener !== sender && this.listeners.has(listener)) listener(changes);
  }
}

/**
 * @param {any} a
 * @param {any} b
 */
function isSame(a, b) {
  return Array.isArray(a) && Array.isArray(b)
    ? a.length === b.length && a.every((value, k) => Object.is(value, b[k]))
    : Object.is(a, b);
}
