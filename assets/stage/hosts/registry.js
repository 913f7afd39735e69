// Registry of a page: its stages and the data that they share. The modules of hosts/ import one instance of it, so the page
// needs no global variable.

import { SharedCursor } from "../view/cursor.js";
import { Appearance } from "./appearance.js";

/** @import { View } from "../data/scene_types.js" */
/** @import { Stage } from "../stage.js" */
/** @import { Message } from "../data/message.js" */
/** @import { SentRequest } from "../data/scene_types.js" */
/** @typedef {(requests: Record<string, SentRequest>) => void} RequestSender  takes all pending requests, by stage */

/** The stages on the page, the last views of earlier stages, and data shared by all stages. */
export class Registry {
  constructor() {
    /** @type {Map<string, Stage>} */
    this.stages = new Map();
    /** The last view of each stage, to restore it when the stage is mounted again. @type {Map<string, View>} */
    this.views = new Map();
    /** @type {Map<string, {cursor: SharedCursor, users: number}>} */
    this.cursors = new Map();
    /** Requests without a response, the latest of each stage. @type {Map<string, SentRequest>} */
    this.pendingRequests = new Map();
    /** Sends requests to Python. @type {RequestSender | null} */
    this.sendRequests = null;
    /** Sends Python a choice in a menu over a stage. @type {((name: string, value: string) => void) | null} */
    this.sendChoice = null;
    /** Id of the session; it changes if the server has ended the session while the page stayed open. */
    this.session = "";
    /** Streamlit's latest call of the stage component, by element. @type {WeakMap<object, object>} */
    this.latestCalls = new WeakMap();
    /** Data shared by all scenes, loaded or loading, by path. @type {Map<string, Promise<Record<string, any> | null>>} */
    this.sharedData = new Map();
    /** Unpacked messages, by their bytes. @type {WeakMap<Uint8Array, Message>} */
    this.messages = new WeakMap();
    /** Mounted components, by element. @type {WeakMap<object, import("./component_calls.js").ComponentEntry>} */
    this.components = new WeakMap();
    /** Called when a stage shows another cell. @type {Set<(key: string) => void>} */
    this.cellListeners = new Set();
    /** Appearance of the page, created when first needed. @type {Appearance | null} */
    this.pageAppearance = null;
    /** Called when the view of a stage changes. @type {Set<(key: string) => void>} */
    this.viewListeners = new Set();
    /** Called when the panels of a stage were redrawn. @type {Set<(key: string) => void>} */
    this.redrawListeners = new Set();
    /** Nothing is sent until this time (performance.now()): another page is about to open. */
    this.quietUntil = -Infinity;
    /** Path of the previous page. */
    this.previousPath = "";
    /** The address that Back or Forward led to from another page. @type {{path: string, search: string} | null} */
    this.historyAddress = null;
  }

  // ---- stages

  /**
   * @param {string} key
   * @param {Stage} stage
   */
  add(key, stage) {
    this.stages.set(key, stage);
  }

  /**
   * Remove a stage, unless another one has already replaced it under the same key.
   * @param {string} key
   * @param {Stage} stage
   */
  remove(key, stage) {
    if (this.stages.get(key) !== stage) return;
    this.stages.delete(key);
    this.pendingRequests.delete(key);
  }

  /**
   * Remember the view of a stage.
   * @param {string} key
   * @param {View} view
   */
  saveView(key, view) {
    this.views.set(key, { ...view });
    for (const listener of this.viewListeners) listener(key);
  }

  /**
   * Copy cell and window of a mounted stage to a stage that is mounted later.
   * @param {string} key  of the later stage
   * @param {string[]} sources  keys; the first one that is mounted counts
   */
  copyPlace(key, ...sources) {
    const view = sources.map((each) => this.stages.get(each)?.store.view).find(Boolean);
    if (!view) return;
    const { t, unit, gate, layer, first, last } = view;
    this.views.set(key, /** @type {View} */ ({ ...this.views.get(key), t, unit, gate, layer, first, last }));
  }

  /**
   * Copy the window of a mounted stage to stages that are mounted later; all steps if that stage is not mounted.
   * @param {string[]} keys  of the later stages
   * @param {string} source  key of the mounted stage
   */
  copyWindow(keys, source) {
    const { first = 0, last = null } = this.stages.get(source)?.store.view ?? {};
    for (const key of keys) this.views.set(key, /** @type {View} */ ({ ...this.views.get(key), first, last }));
  }

  /**
   * Subscribe to changes of any stage's view.
   * @param {(key: string) => void} listener
   * @returns {() => void} unsubscribe
   */
  onViewChange(listener) {
    this.viewListeners.add(listener);
    return () => void this.viewListeners.delete(listener);
  }

  /**
   * Subscribe to changes of any stage's selected cell.
   * @param {(key: string) => void} listener
   * @returns {() => void} unsubscribe
   */
  onCellChange(listener) {
    this.cellListeners.add(listener);
    return () => void this.cellListeners.delete(listener);
  }

  /** @param {string} key  of the stage that shows another cell */
  emitCellChange(key) {
    for (const listener of this.cellListeners) listener(key);
  }

  /**
   * Subscribe to redraws of any stage's panels.
   * @param {(key: string) => void} listener
   * @returns {() => void} unsubscribe
   */
  onRedraw(listener) {
    this.redrawListeners.add(listener);
    return () => void this.redrawListeners.delete(listener);
  }

  /** @param {string} key  of the stage that was redrawn */
  emitRedraw(key) {
    for (const listener of this.redrawListeners) listener(key);
  }

  get appearance() {
    return (this.pageAppearance ??= new Appearance(() => {
      for (const stage of this.stages.values()) stage.updateTheme();
    }));
  }

  // ---- shared cursors

  /**
   * Return the shared cursor of a name; it is created for its first user. Each user calls `releaseCursor` once.
   * @param {string} name
   * @returns {SharedCursor}
   */
  acquireCursor(name) {
    const entry = this.cursors.get(name) ?? { cursor: new SharedCursor(), users: 0 };
    entry.users++;
    this.cursors.set(name, entry);
    return entry.cursor;
  }

  /** @param {string} name */
  releaseCursor(name) {
    const entry = this.cursors.get(name);
    if (entry && --entry.users === 0) this.cursors.delete(name);
  }

  // ---- requests

  /**
   * Send a stage's request together with all pending requests: Streamlit may drop a message when the next one follows.
   * @param {string} key
   * @param {SentRequest} request
   */
  ask(key, request) {
    this.pendingRequests.set(key, request);
    this.sendRequests?.(Object.fromEntries(this.pendingRequests));
  }

  /**
   * Remove a request that has its response or is no longer needed.
   * @param {string} key
   * @param {number | null} id  null: any
   */
  settle(key, id) {
    if (id === null || this.pendingRequests.get(key)?.id === id) this.pendingRequests.delete(key);
  }

  /**
   * Set the function that sends requests, and send the pending ones.
   * @param {RequestSender} sendRequests
   */
  connect(sendRequests) {
    this.sendRequests = sendRequests;
    if (this.pendingRequests.size) sendRequests(Object.fromEntries(this.pendingRequests));
  }

  /** @param {RequestSender} sendRequests  to use no more */
  disconnect(sendRequests) {
    if (this.sendRequests === sendRequests) this.sendRequests = null;
  }
}

export const registry = new Registry();
