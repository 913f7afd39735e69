// The state of one stage: what is shown, and where it is looked at. It draws nothing; parts read it and subscribe to it.

/** @import { Message } from "../data/message.js" */
/** @import { Phase, Scene, Status, StoryPlace, View } from "../data/scene_types.js" */
/** @import { Cell, Explained } from "../model/explain.js" */
/** @import { Overlay } from "./overlay.js" */
/** @import { Look, PressTaker, SceneChange, Sheet, StageLink, StoreEvent, StoreListener } from "./store_types.js" */
/** @import { TimeWindow } from "./time_window.js" */
/** @import { SumsSource } from "./surface_types.js" */
/** @import { Tile } from "../data/tiles.js" */
import { sceneOf, viewOf } from "../data/scene.js";
import { Tiles } from "../data/tiles.js";
import { clamp, followed, isZoomed, moved, seen, shownWindow, whole } from "./time_window.js";
import { UnitOrder } from "./unit_order.js";

/** Fields that stay as someone chose them. @type {(keyof View)[]} */
const CHOSEN = ["order", "turned", "diagram", "equations", "stat", "hide", "large", "colours", "xscale"];

export class Store {
  /**
   * @param {Record<string, any>} header  of the first scene
   * @param {Partial<View>} [remembered]  the view of an earlier visit
   */
  constructor(header, remembered) {
    /** The scene as Python gave it. @type {Scene} */
    this.given = sceneOf(header);
    /** The numbers of the free run. */
    this.free = new Tiles(this.given.trace);
    /** Sums of the free run's pre-activations, once a part provides them. @type {SumsSource | null} */
    this.freeSums = null;
    /** Shown in place of the free run. @type {Overlay | null} */
    this.overlay = null;
    /** @type {View} */
    this.view = viewOf(this.given, remembered);
    /** @type {TimeWindow} */
    this.window = whole(this.given.trace.steps);
    this.order = new UnitOrder(this.given.trace.units);
    /** @type {(Explained & {reply: number | null}) | null} */
    this.explanation = null;
    this.explained = false; // someone asked where a number comes from
    /** What the sentence over the stage points at, until someone clicks. @type {StoryPlace | null} */
    this.story = null;
    this.playing = false;
    /** Where slow motion is within the step. @type {Phase | null} */
    this.phase = null;
    /** First and last step to play between. @type {[number, number] | null} */
    this.loop = null;
    this.dragging = false; // a pointer is down on the panels
    this.pace = 8; // steps a second of playback
    /** What was drawn last, and px across the visible steps. @type {{each: number, units: number, tile: Tile, plot: number} | null} */
    this.drawn = null;
    this.canPool = false; // cells may share a pixel
    /** Get a press on the panels first, such as an editing tool. @type {PressTaker[]} */
    this.pressTakers = [];
    /** Whether requests of a kind are answered. @type {(kind: string) => boolean} */
    this.answers = () => false;
    /** Whether a request of a kind is unanswered. @type {(kind: string) => boolean} */
    this.waitsFor = () => false;
    /** Colours and size of type, once the styles are there. @type {Look | null} */
    this.look = null;
    /** What the stage is drawn for while the page is printed: it must not change then. @type {Sheet | null} */
    this.sheet = null;
    /** Parts that explain a number at once; the first that returns true has done so. @type {(() => boolean)[]} */
    this.explainers = [];
    /** @type {Map<StoreEvent, Set<StoreListener>>} */
    this.listeners = new Map();
    /** To other stages; a part may make one. @type {StageLink | null} */
    this.link = null;
  }

  // ---- subscriptions

  /**
   * @param {StoreEvent} event
   * @param {StoreListener} listener
   * @returns {() => void} ends it
   */
  on(event, listener) {
    const all = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, all.add(listener));
    return () => void all.delete(listener);
  }

  /**
   * @param {StoreEvent} event
   * @param {any} [detail]
   */
  emit(event, detail) {
    for (const listener of [...(this.listeners.get(event) ?? [])]) listener(detail);
  }

  // ---- what is shown

  /** The scene shown: an overlay may have another number of steps. @returns {Scene} */
  get scene() {
    return this.overlay?.scene ?? this.given;
  }

  get words() {
    return this.given.words;
  }

  get tiles() {
    return this.overlay?.tiles ?? this.free;
  }

  get sums() {
    return this.overlay?.sums ?? this.freeSums;
  }

  /** The units shown, from the top. */
  get shown() {
    return this.order.shown;
  }

  /** The selected cell. @returns {Cell} */
  get place() {
    const { gate, layer, t, unit, out } = this.view;
    return { gate, layer, t, unit, out };
  }

  /**
   * Show a scene: another one, or the same in other words.
   * @param {Message} message
   */
  show(message) {
    const old = this.given,
      scene = sceneOf(message.header);
    this.given = scene;
    if (old.trace.id !== scene.trace.id) {
      this.free = new Tiles(scene.trace);
      this.explanation = null;
      this.emit("leave");
    }
    this.take(message, old);
  }

  /**
   * Take in the numbers and the view of the given scene.
   * @param {Message} message
   * @param {Scene | null} old  the scene before; null for the first
   */
  take(message, old) {
    const { view, order, given: scene } = this,
      { arrays } = message,
      { steps, units, layers } = scene.trace;
    const fresh = old?.trace.id !== scene.trace.id,
      back = !!old && scene.visit !== old.visit;
    const asked = !old || back || (scene.place !== old.place && scene.place !== null);
    if (back) Object.assign(view, viewOf(scene));
    else if (old && asked) {
      const chosen = Object.fromEntries(CHOSEN.map((name) => [name, view[name]]));
      Object.assign(view, viewOf(scene), chosen);
    }
    if (asked) order.typed = view.subset;
    else if (fresh) order.keep(units, scene.unit_names);
    view.t = clamp(view.t, 0, steps - 1);
    view.unit = clamp(view.unit, 0, units - 1);
    view.layer = Math.min(view.layer, layers - 1);
    if (!scene.answer && view.gate === "y") view.gate = "h";
    const sameHead = old?.answer?.kind === scene.answer?.kind && old?.answer?.count === scene.answer?.count;
    if (old && !asked && !sameHead) view.out = null;
    if (asked) {
      const first = view.first ?? 0,
        end = (view.last ?? steps - 1) + 1;
      this.window = first < Math.min(end, steps) ? [first, end] : whole(steps);
    } else if (this.window[0] === 0 && this.window[1] === old.trace.steps) this.window = whole(steps);
    this.setWindow(shownWindow(steps, ...this.window));
    if (this.loop && (asked || this.loop[1] >= steps)) this.setLoop(null);
    this.free.add(scene.tile, arrays);
    const current = view.order === scene.view.order && scene.tile.layer === view.layer;
    if (current) order.rank(arrays);
    else order.hold(units);
    if (asked || scene.status?.text !== old?.status?.text) this.story = scene.status?.places.watch ?? null;
    if (asked) this.link?.join(back);
    this.chooseUnits();
    /** @type {SceneChange} */
    const change = { message, fresh, asked, first: old === null };
    this.emit("scene", change);
    if (!current) this.emit("order");
    this.emit("layout");
    this.emit("moved");
    // a link that names a gate opens with that number explained
    if (fresh && (this.explained || (!old && view.gate !== "h"))) this.explain();
    this.emit("report");
  }

  /** Read which units are shown; one of them stays selected. */
  chooseUnits() {
    const { order, view, scene } = this;
    order.choose(view, scene.trace.units, scene.unit_names);
    if (!order.shown.includes(view.unit)) view.unit = order.shown[0];
  }

  // ---- the view

  /**
   * Change fields of the view.
   * @param {Partial<View>} patch
   * @param {boolean} [announce]  to screen readers
   */
  set(patch, announce = false) {
    const { view } = this,
      { layer } = view;
    Object.assign(view, patch);
    view.t = clamp(view.t, 0, this.scene.trace.steps - 1);
    if (patch.unit !== undefined && !this.shown.includes(view.unit)) {
      this.order.typed = ""; // a hidden unit was selected: show all units
      this.chooseUnits();
      this.emit("layout");
    }
    if (layer !== view.layer) {
      this.emit("order"); // this sends the layer to Python
      this.emit("layer");
      this.emit("picture");
    }
    if (patch.t !== undefined) this.keepVisible();
    this.emit("paint");
    this.emit("moved");
    if (announce) this.emit("announce");
    this.emit("report");
    this.link?.lead();
  }

  /**
   * The step playback has reached.
   * @param {number} t
   */
  playTo(t) {
    this.view.t = t;
    this.keepVisible();
    this.emit("played");
    this.emit("report");
    this.link?.lead();
  }

  /** Move the window along when the cursor leaves it. */
  keepVisible() {
    const window = followed(this.scene.trace.steps, this.window, this.view.t, this.playing);
    if (window !== this.window) this.zoomTo(...window);
  }

  /** @param {TimeWindow} window */
  setWindow(window) {
    const { steps } = this.scene.trace;
    this.window = window;
    const [first, last] = this.visible();
    Object.assign(this.view, { first, last: last >= steps - 1 ? null : last });
  }

  /**
   * @param {number} a
   * @param {number} b
   */
  zoomTo(a, b) {
    this.setWindow(moved(this.scene.trace.steps, a, b, this.window));
    this.link?.zoomed();
    this.emit("window");
    this.emit("picture");
    this.emit("moved");
    this.emit("report");
    this.link?.lead();
  }

  /** First and last visible step. @returns {[number, number]} */
  visible() {
    return seen(this.scene.trace.steps, this.window);
  }

  get zoomed() {
    return isZoomed(this.scene.trace.steps, this.window);
  }

  /**
   * Change how panels are arranged or coloured.
   * @param {Partial<Pick<View, "hide" | "large" | "colours" | "xscale">>} patch
   */
  arrange(patch) {
    Object.assign(this.view, patch);
    this.emit("layout");
    this.emit("report");
  }

  /** @param {[number, number] | null} loop */
  setLoop(loop) {
    this.loop = loop && [Math.min(...loop), Math.max(...loop)];
    this.emit("paint");
  }

  stop() {
    this.emit("stop");
  }

  // ---- explanations

  /** Explain the selected number: at once where a part can, else by the server. */
  explain() {
    this.explained = true;
    if (this.explainers.some((explain) => explain())) this.emit("announce");
    else this.emit("explain");
    this.emit("paint");
  }

  destroy() {
    this.listeners.clear();
  }
}
