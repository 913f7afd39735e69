// The link of a stage to others that share its cursor.

/** @import { CursorState } from "./cursor.js" */
/** @import { Part, Ports } from "./ports.js" */
/** @import { Store } from "./store.js" */
/** @import { TimeWindow } from "./time_window.js" */
import { whole } from "./time_window.js";

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
    this.following = false;
    /** The window others led this stage to, cut to its steps: it is not published again. @type {TimeWindow | null} */
    this.ledTo = null;
    /** @type {(changed: CursorState) => void} */
    this.follower = (changed) => this.follow(changed);
  }

  /**
   * @param {HTMLElement} _host
   * @param {LinkPorts} ports
   */
  mount(_host, { state, page }) {
    this.state = state;
    this.cursor = page.cursor;
    this.unsubscribe = page.cursor?.subscribe(this.follower);
    state.link = this;
  }

  update() {}

  /** The store this links. @returns {Store} */
  get store() {
    if (!this.state) throw new Error("this link is not mounted");
    return this.state;
  }

  /** Tell the others where this one is. */
  lead() {
    if (this.following) return;
    const { t, unit, gate } = this.store.view;
    this.cursor?.publish({ t, unit, gate, ...this.ownWindow }, this.follower);
  }

  /** The window, where it was chosen here: one that others led to may be cut to the steps of this run. */
  get ownWindow() {
    const { window, zoomed } = this.store;
    return window === this.ledTo ? {} : { window: zoomed ? window : null };
  }

  /** Remember a window that others led to. */
  zoomed() {
    if (this.following) this.ledTo = this.store.window;
  }

  /**
   * Move the window to whole steps; one that others led to stays theirs.
   * @param {number} a
   * @param {number} b
   */
  settle(a, b) {
    this.following = this.store.window === this.ledTo;
    this.store.zoomTo(a, b);
    this.following = false;
  }

  /**
   * Be where the others are. The first of them says which steps all show.
   * @param {boolean} back  Python says where all are to be: what was published before is over
   */
  join(back) {
    const { cursor } = this;
    if (!cursor) return;
    if (back) return this.lead();
    if (cursor.latest.window === undefined) cursor.publish(this.ownWindow, this.follower);
    this.follow(cursor.latest);
  }

  /**
   * Go where another stage went, as far as this trace goes.
   * @param {CursorState} state
   */
  follow({ t, unit, gate, window }) {
    const { store } = this,
      { units, steps } = store.scene.trace;
    this.following = true;
    if (window !== undefined) store.zoomTo(...(window ?? whole(steps)));
    if (store.playing) store.stop();
    store.set({
      ...(t === undefined ? {} : { t }),
      ...(gate === undefined ? {} : { gate }),
      ...(unit === undefined ? {} : { unit: Math.min(unit, units - 1) }),
    });
    this.following = false;
  }

  destroy() {
    this.unsubscribe?.();
  }
}
