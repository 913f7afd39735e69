// Zoom of a stage: by a factor, and rounded to whole steps once zooming has stopped.

/** @import { Part, Ports } from "./ports.js" */
/** @import { Store } from "./store.js" */
/** @import { TimeWindow } from "./time_window.js" */
import { clamp, shiftWindow, SHORTEST } from "./time_window.js";

/** @typedef {Pick<Ports, "state" | "on">} ZoomPorts */

const PAUSE = 250; // ms without zooming before the window is rounded to whole steps

/**
 * Zoom by a factor.
 * @param {Store} store
 * @param {number} factor
 * @param {number} around  the step that keeps its place
 */
export function zoomBy(store, factor, around) {
  store.zoomTo(...scaleWindow(store.scene.trace.steps, store.window, factor, around));
}

/**
 * Return a window `factor` times as wide; the step `around` keeps its place.
 * @param {number} steps
 * @param {TimeWindow} window
 * @param {number} factor
 * @param {number} around
 * @returns {TimeWindow}
 */
export function scaleWindow(steps, [a, b], factor, around) {
  const wide = clamp((b - a) * factor, Math.min(SHORTEST, steps), steps),
    share = (around - a) / (b - a);
  return shiftWindow(steps, around - share * wide, around + (1 - share) * wide, [a, b]);
}

/**
 * Round a window to whole steps; its width changes by at most half a step. A link holds whole steps, so it opens with
 * the same window.
 * @param {number} steps
 * @param {TimeWindow} window
 * @returns {TimeWindow}
 */
export function roundWindow(steps, [a, b]) {
  const wide = clamp(Math.round(b - a), Math.min(SHORTEST, steps), steps),
    start = clamp(Math.round((a + b - wide) / 2), 0, steps - wide);
  return [start, start + wide];
}

/**
 * Make the part that rounds the window to whole steps once zooming has stopped.
 * @returns {WindowSettler}
 */
export function windowSettler() {
  return new WindowSettler();
}

/** @implements {Part} */
export class WindowSettler {
  constructor() {
    this.slot = "";
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /**
   * @param {HTMLElement} _host
   * @param {ZoomPorts} ports
   */
  mount(_host, { state, on }) {
    on("window", () => this.wait(state));
  }

  update() {}

  /** @param {Store} store */
  wait(store) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.settle(store), PAUSE);
  }

  /** @param {Store} store */
  settle(store) {
    const { window, link } = store,
      [a, b] = roundWindow(store.scene.trace.steps, window);
    if (store.isDragging || store.isPlaying) this.wait(store);
    else if (a !== window[0] || b !== window[1]) {
      if (link) link.settle(a, b);
      else store.zoomTo(a, b);
    } else if (store.view.order === "active") store.emit("order");
  }

  destroy() {
    clearTimeout(this.timer);
  }
}
