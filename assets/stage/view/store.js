// State of one stage: scene, view, numbers. It draws nothing; parts read it and subscribe to it.

/** @import { Message } from "../data/message.js" */
/** @import { Phase, Scene, Status, StoryPlace, View } from "../data/scene_types.js" */
/** @import { Cell, Explained } from "../model/explain.js" */
/** @import { Overlay } from "./overlay.js" */
/** @import { Look, PressHandler, SceneChange, Sheet, StageLink, StoreEvent, StoreListener } from "./store_types.js" */
/** @import { TimeWindow } from "./time_window.js" */
/** @import { SumsSource } from "./surface_types.js" */
/** @import { Tile } from "../data/tiles.js" */
import { sceneOf, viewOf } from "../data/scene.js";
import { Tiles } from "../data/tiles.js";
import { clamp, followCursor, isZoomed, shiftWindow, visibleSteps, validWindow, wholeWindow } from "./time_window.js";
import { UnitOrder } from "./unit_order.js";

/** Fields of a view that stay when Python sends another view. @type {(keyof View)[]} */
const LASTING = ["order", "turned", "diagram", "equations", "stat", "hide", "large", "colours", "xscale"];

export class Store {
  /**
   * @param {Record<string, any>} header  of the first scene
   * @param {Partial<View>} [earlierView]  the view of an earlier visit
   */
  constructor(header, earlierView) {
    /** The scene from Python. @type {Scene} */
    this.baseScene = sceneOf(header);
    /** The numbers of the free run. */
    this.free = new Tiles(this.baseScene.trace);
    /** Sums of the free run's pre-activations, once a part provides them. @type {SumsSource | null} */
    this.freeSums = null;
    /** Shown in place of the free run. @type {Overlay | null} */
    this.overlay = null;
    /** @type {View} */
    this.view = viewOf(this.baseScene, earlierView);
    /** @type {TimeWindow} */
    this.window = wholeWindow(this.baseScene.trace.steps);
    this.order = new UnitOrder(this.baseScene.trace.units);
    /** @type {(Explained & {reply: number | null}) | null} */
    this.explanation = null;
    this.isExplaining = false; // a number was selected to explain
    /** Place named by the sentence over the stage, until a click. @type {StoryPlace | null} */
    this.story = null;
    this.isPlaying = false;
    /** Phase of the step in slow motion. @type {Phase | null} */
    this.phase = null;
    /** First and last step to play between. @type {[number, number] | null} */
    this.loop = null;
    this.isDragging = false; // a pointer is down on the panels
    this.pace = 8; // steps per second of playback
    /** The last picture, and px across the visible steps. @type {{each: number, units: number, tile: Tile, plot: number} | null} */
    this.picture = null;
    this.canPool = false; // cells may share a pixel
    /** They get a press on the panels first, such as an editing tool. @type {PressHandler[]} */
    this.pressHandlers = [];
    /** Whether requests of a kind are answered. @type {(kind: string) => boolean} */
    this.canAnswer = () => false;
    /** Whether a request of a kind is unanswered. @type {(kind: string) => boolean} */
    this.isWaitingFor = () => false;
    /** Colours and size of type, once the styles are loaded. @type {Look | null} */
    this.look = null;
    /** The paper while the page is printed; no resize then. @type {Sheet | null} */
    this.sheet = null;
    /** Explain a number without a server, until one returns true. @type {(() => boolean)[]} */
    this.explainers = [];
    /** @type {Map<StoreEvent, Set<StoreListener>>} */
    this.listeners = new Map();
    /** To other stages; set by a part. @type {StageLink | null} */
    this.link = null;
  }

  // ---- subscriptions

  /**
   * @param {StoreEvent} event
   * @param {StoreListener} listener
   * @returns {() => void} unsubscribes
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

  // ---- scene

  /** The visible scene: an overlay may have another number of steps. @returns {Scene} */
  get scene() {
    return this.overlay?.scene ?? this.baseScene;
  }

  get words() {
    return this.baseScene.words;
  }

  get tiles() {
    return this.overlay?.tiles ?? this.free;
  }

  get sums() {
    return this.overlay?.sums ?? this.freeSums;
  }

  /** The visible units, from the top. */
  get visibleUnits() {
    return this.order.units;
  }

  /** The selected cell. @returns {Cell} */
  get place() {
    const { gate, layer, t, unit, out } = this.view;
    return { gate, layer, t, unit, out };
  }

  /**
   * Show another scene, or the same one in another language.
   * @param {Message} message
   */
  show(message) {
    const old = this.baseScene,
      scene = sceneOf(message.header);
    this.baseScene = scene;
    if (old.trace.id !== scene.trace.id) {
      this.free = new Tiles(scene.trace);
      this.explanation = null;
      this.emit("leave");
    }
    this.take(message, old);
  }

  /**
   * Take the numbers and the view of a scene.
   * @param {Message} message
   * @param {Scene | null} old  the scene before; null for the first
   */
  take(message, old) {
    const { view, order, baseScene: scene } = this,
      { arrays } = message,
      { steps, units, layers } = scene.trace;
    const isNewTrace = old?.trace.id !== scene.trace.id,
      back = !!old && scene.visit !== old.visit;
    const isNewView = !old || back || (scene.place !== old.place && scene.place !== null);
    if (back) Object.assign(view, viewOf(scene));
    else if (old && isNewView) {
      const lasting = Object.fromEntries(LASTING.map((name) => [name, view[name]]));
      Object.assign(view, viewOf(scene), lasting);
    }
    if (isNewView) order.text = view.subset;
    else if (isNewTrace) order.adaptText(units, scene.unit_names);
    view.t = clamp(view.t, 0, steps - 1);
    view.unit = clamp(view.unit, 0, units - 1);
    view.layer = Math.min(view.layer, layers - 1);
    if (!scene.answer && view.gate === "y") view.gate = "h";
    const sameHead = old?.answer?.kind === scene.answer?.kind && old?.answer?.count === scene.answer?.count;
    if (old && !isNewView && !sameHead) view.out = null;
    if (isNewView) {
      const first = view.first ?? 0,
        end = (view.last ?? steps - 1) + 1;
      this.window = first < Math.min(end, steps) ? [first, end] : wholeWindow(steps);
    } else if (this.window[0] === 0 && this.window[1] === old.trace.steps) this.window = wholeWindow(steps);
    this.setWindow(validWindow(steps, ...this.window));
    if (this.loop && (isNewView || this.loop[1] >= steps)) this.setLoop(null);
    this.free.add(scene.tile, arrays);
    const isCurrentOrder = view.order === scene.view.order && scene.tile.layer === view.layer;
    if (isCurrentOrder) order.rank(arrays);
    else order.setCount(units);
    if (isNewView || scene.status?.text !== old?.status?.text) this.story = scene.status?.places.watch ?? null;
    if (isNewView) this.link?.join(back);
    this.chooseUnits();
    /** @type {SceneChange} */
    const change = { message, isNewTrace, isNewView, isFirst: old === null };
    this.emit("scene", change);
    if (!isCurrentOrder) this.emit("order");
    this.emit("layout");
    this.emit("moved");
    // a link to a gate opens with that number explained
    if (isNewTrace && (this.isExplaining || (!old && view.gate !== "h"))) this.explain();
    this.emit("report");
  }

  /** Update the visible units; one of them stays selected. */
  chooseUnits() {
    const { order, view, scene } = this;
    order.choose(view, scene.trace.units, scene.unit_names);
    if (!order.units.includes(view.unit)) view.unit = order.units[0];
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
    if (patch.unit !== undefined && !this.visibleUnits.includes(view.unit)) {
      this.order.text = ""; // a hidden unit was selected: show all units
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
    this.link?.publish();
  }

  /**
   * Move to the step that playback has reached.
   * @param {number} t
   */
  playTo(t) {
    this.view.t = t;
    this.keepVisible();
    this.emit("played");
    this.emit("report");
    this.link?.publish();
  }

  /** Shift the window if the cursor is outside. */
  keepVisible() {
    const window = followCursor(this.scene.trace.steps, this.window, this.view.t, this.isPlaying);
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
    this.setWindow(shiftWindow(this.scene.trace.steps, a, b, this.window));
    this.link?.rememberWindow();
    this.emit("window");
    this.emit("picture");
    this.emit("moved");
    this.emit("report");
    this.link?.publish();
  }

  /** First and last visible step. @returns {[number, number]} */
  visible() {
    return visibleSteps(this.scene.trace.steps, this.window);
  }

  get isZoomed() {
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

  /** Explain the selected number: by a part, else by the server. */
  explain() {
    this.isExplaining = true;
    if (this.explainers.some((explain) => explain())) this.emit("announce");
    else this.emit("explain");
    this.emit("paint");
  }

  destroy() {
    this.listeners.clear();
  }
}
