// What the stages of one page share. Every module loaded from this folder meets here; the page itself gets no global.

import { SharedCursor } from "../view/cursor.js";
import { Appearance } from "./appearance.js";

/** @import { View } from "../data/scene_types.js" */
/** @import { Stage } from "../stage.js" */
/** @import { Message } from "../data/message.js" */
/** @import { SentRequest } from "../data/scene_types.js" */
/** @typedef {(asked: Record<string, SentRequest>) => void} Carrier takes all requests that are unanswered, by stage */

/** The stages that are on the page, and what is known of those that were. */
export class Registry {
  constructor() {
    /** @type {Map<string, Stage>} */
    this.stages = new Map();
    /** What was last looked at, for a stage that comes back. @type {Map<string, View>} */
    this.views = new Map();
    /** @type {Map<string, {cursor: SharedCursor, users: number}>} */
    this.cursors = new Map();
    /** Requests without a response, the latest of each stage. @type {Map<string, SentRequest>} */
    this.asked = new Map();
    /** Sends requests to Python. @type {Carrier | null} */
    this.carrier = null;
    /** Tells Python what was chosen over a stage. @type {((name: string, value: string) => void) | null} */
    this.chooser = null;
    /** Changes when the server has forgotten the visitor while this page stayed open. */
    this.session = "";
    /** Streamlit's latest call on an element. @type {WeakMap<object, object>} */
    this.calls = new WeakMap();
    /** Data shared by all scenes, by address, loaded or loading. @type {Map<string, Promise<Record<string, any> | null>>} */
    this.alike = new Map();
    /** Messages taken apart, by how they came. @type {WeakMap<Uint8Array, Message>} */
    this.unpacked = new WeakMap();
    /** What Streamlit's calls have put up, by its element. @type {WeakMap<object, import("./component_calls.js").MountedComponent>} */
    this.standing = new WeakMap();
    /** @type {Set<(key: string) => void>} */
    this.watchers = new Set();
    /** How the page looks, from its first stage on. @type {Appearance | null} */
    this.worn = null;
    /** Those who hear of every change of a view. @type {Set<(key: string) => void>} */
    this.lookers = new Set();
    /** Those who hear of every stage that was drawn anew. @type {Set<(key: string) => void>} */
    this.drawers = new Set();
    /** Until then nothing is sent: the page is being left, by performance.now(). */
    this.quiet = -Infinity;
    /** The page that was left last, by its path. */
    this.left = "";
    /** Where Back or Forward has led from another page. @type {{path: string, search: string} | null} */
    this.returned = null;
  }

  // ---- stages

  /**
   * @param {string} key
   * @param {Stage} stage
   */
  enter(key, stage) {
    this.stages.set(key, stage);
  }

  /**
   * A stage goes; one that has taken its place under the same key stays.
   * @param {string} key
   * @param {Stage} stage
   */
  leave(key, stage) {
    if (this.stages.get(key) !== stage) return;
    this.stages.delete(key);
    this.asked.delete(key);
  }

  /**
   * @param {string} key
   * @param {View} view
   */
  remember(key, view) {
    this.views.set(key, { ...view });
    for (const looker of this.lookers) looker(key);
  }

  /**
   * A stage that comes shall look at the cell that one of those here does, the first of them there is.
   * @param {string} key  of the one that comes
   * @param {string[]} here
   */
  handOver(key, ...here) {
    const view = here.map((each) => this.stages.get(each)?.store.view).find(Boolean);
    if (!view) return;
    const { t, unit, gate, layer, first, last } = view;
    this.views.set(key, /** @type {View} */ ({ ...this.views.get(key), t, unit, gate, layer, first, last }));
  }

  /**
   * Stages that come later shall show the steps that one here does; all steps where it is not here.
   * @param {string[]} keys  of those that come
   * @param {string} here
   */
  handOverWindow(keys, here) {
    const { first = 0, last = null } = this.stages.get(here)?.store.view ?? {};
    for (const key of keys) this.views.set(key, /** @type {View} */ ({ ...this.views.get(key), first, last }));
  }

  /**
   * Hear of it when a stage's view changes in any way.
   * @param {(key: string) => void} looker
   * @returns {() => void} stop hearing
   */
  look(looker) {
    this.lookers.add(looker);
    return () => void this.lookers.delete(looker);
  }

  /**
   * Hear of it when a stage shows another cell.
   * @param {(key: string) => void} watcher
   * @returns {() => void} stop hearing
   */
  watch(watcher) {
    this.watchers.add(watcher);
    return () => void this.watchers.delete(watcher);
  }

  /** @param {string} key of the stage that shows another cell */
  moved(key) {
    for (const watcher of this.watchers) watcher(key);
  }

  /**
   * Hear of it when a stage's panels were drawn anew.
   * @param {(key: string) => void} drawer
   * @returns {() => void} stop hearing
   */
  watchDrawing(drawer) {
    this.drawers.add(drawer);
    return () => void this.drawers.delete(drawer);
  }

  /** @param {string} key of the stage that was drawn anew */
  drew(key) {
    for (const drawer of this.drawers) drawer(key);
  }

  get wardrobe() {
    return (this.worn ??= new Appearance(() => {
      for (const stage of this.stages.values()) stage.dress();
    }));
  }

  // ---- shared cursors

  /**
   * The cursor of a name, made when first wanted. Whoever takes it gives it back with `release`.
   * @param {string} name
   * @returns {SharedCursor}
   */
  take(name) {
    const held = this.cursors.get(name) ?? { cursor: new SharedCursor(), users: 0 };
    held.users++;
    this.cursors.set(name, held);
    return held.cursor;
  }

  /** @param {string} name */
  release(name) {
    const held = this.cursors.get(name);
    if (held && --held.users === 0) this.cursors.delete(name);
  }

  // ---- requests

  /**
   * Send a stage's request together with all that wait: one sent alone could replace another on the way.
   * @param {string} key
   * @param {SentRequest} question
   */
  ask(key, question) {
    this.asked.set(key, question);
    this.carrier?.(Object.fromEntries(this.asked));
  }

  /**
   * Remove a request that has its response, or is not needed any more.
   * @param {string} key
   * @param {number | null} id null: whichever it was
   */
  settle(key, id) {
    if (id === null || this.asked.get(key)?.id === id) this.asked.delete(key);
  }

  /**
   * From now on this one carries; what waited for it goes out.
   * @param {Carrier} carrier
   */
  carry(carrier) {
    this.carrier = carrier;
    if (this.asked.size) carrier(Object.fromEntries(this.asked));
  }

  /** @param {Carrier} carrier that carries no more */
  retire(carrier) {
    if (this.carrier === carrier) this.carrier = null;
  }
}

export const registry = new Registry();
