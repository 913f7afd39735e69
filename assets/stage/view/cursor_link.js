// Link of a stage to others that share its cursor.

/** @import { CursorState } from "./cursor.js" */
/** @import { Part, Ports } from "./ports.js" */
/** @import { Store } from "./store.js" */
/** @import { TimeWindow } from "./time_window.js" */
import { wholeWindow } from "./time_window.js";

/** @typedef {Pick<Ports, "state" | "page">} LinkPorts */

/**
 * Make the part.
 * @returns {CursorLink}
 */
export function cursorLink() {
  return new CursorLink();
}

/** @implements {Part} */
export class CursorLink {
  constructor() {
    this.slot = "";
    this.isFollowing = false;
    /** The window set by other stages, clipped to this run: it is not published again. @type {TimeWindow | null} */
    this.followedWindow = null;
    /** @type {(changes: CursorState) => void} */
    this.listener = (changes) => this.follow(changes);
  }

  /**
   * @param {HTMLElement} _host
   * @param {LinkPorts} ports
   */
  mount(_host, { state, page }) {
    this.state = state;
    this.cursor = page.cursor;
    this.unsubscribe = page.cursor?.subscribe(this.listener);
    state.link = this;
  }

  update() {}

  /** @returns {Store} */
  get store() {
    if (!this.state) throw new Error("this link is not mounted");
    return this.state;
  }

  /** Publish the cursor and window of this stage. */
  publish() {
    if (this.isFollowing) return;
    const { t, unit, gate } = this.store.view;
    this.cursor?.publish({ t, unit, gate, ...this.ownWindow }, this.listener);
  }

  /** The window, if it was set on this stage. */
  get ownWindow() {
    const { window, isZoomed } = this.store;
    return window === this.followedWindow ? {} : { window: isZoomed ? window : null };
  }

  /** Remember a window set by other stages. */
  rememberWindow() {
    if (this.isFollowing) this.followedWindow = this.store.window;
  }

  /**
   * Move the window to whole steps. A window of other stages is not published.
   * @param {number} a
   * @param {number} b
   */
  settle(a, b) {
    this.isFollowing = this.store.window === this.followedWindow;
    this.store.zoomTo(a, b);
    this.isFollowing = false;
  }

  /**
   * Go where the other stages are. The first stage sets the window.
   * @param {boolean} back  Python sets the place of all stages: publish it
   */
  join(back) {
    const { cursor } = this;
    if (!cursor) return;
    if (back) return this.publish();
    if (cursor.latest.window === undefined) cursor.publish(this.ownWindow, this.listener);
    this.follow(cursor.latest);
  }

  /**
   * Go where another stage went, clipped to this trace.
   * @param {CursorState} state
   */
  follow({ t, unit, gate, window }) {
    const { store } = this,
      { units, steps } = store.scene.trace;
    this.isFollowing = true;
    if (window !== undefined) store.zoomTo(...(window ?? wholeWindow(steps)));
    if (store.isPlaying) store.stop();
    store.set({
      ...(t === undefined ? {} : { t }),
      ...(gate === undefined ? {} : { gate }),
      ...(unit === undefined ? {} : { unit: Math.min(unit, units - 1) }),
    });
    this.isFollowing = false;
  }

  destroy() {
    this.unsubscribe?.();
  }
}
