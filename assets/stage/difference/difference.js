// Difference stage: it shows the difference of two other stages. All three share cursor, zoom and order of units.

/** @import { Message } from "../data/message.js" */
/** @import { Panel, Scene, SentRequest, Status } from "../data/scene_types.js" */
/** @import { Tile } from "../data/tiles.js" */
/** @import { PanelSurface } from "../view/surface_types.js" */
/** @import { Palette } from "../view/palette.js" */
/** @import { PagePorts } from "../view/ports.js" */
/** @import { Store } from "../view/store.js" */
/** @import { DifferenceFacts } from "./compare_tiles.js" */
import { tableOf } from "../model/table.js";
import { drawChangeCurve } from "../panels/change_curve.js";
import { fill } from "../view/format.js";
import { changeNumber } from "../view/more_formats.js";
import { withMinusSign } from "../view/axis_number.js";
import { Overlay } from "../view/overlay.js";
import { differencePalettes } from "../panels/difference_palettes.js";
import { comparable, compareTiles, coverSameSteps, factsOf } from "./compare_tiles.js";

/** @typedef {{store: Store, show: (message: Message) => void, respond: (message: Message) => void, updateTheme: () => void, destroy: () => void}} MountedStage */

/**
 * @typedef {object} DifferenceOptions
 * @property {[string, string]} names  labels of the two runs
 * @property {string | null} address  prefix of the view's fields in the address
 * @property {() => Store[]} others  all stages that share cursor and view
 * @property {(message: Message, ports: PagePorts) => MountedStage} mount
 * @property {PagePorts} ports  what the page offers
 */

const LETTERS = "zrnh";

/** Overlay of a difference stage: differences in place of a run. */
class DifferenceOverlay extends Overlay {
  /**
   * @param {() => DifferenceFacts} facts
   * @param {Store} store  of the difference stage
   */
  constructor(facts, store) {
    super();
    this.facts = facts;
    this.store = store;
    /** @type {{facts: DifferenceFacts, theme: string, palettes: Partial<Record<Panel, Palette>>} | null} */
    this.colours = null;
  }

  get hasLane() {
    return true;
  }

  get deltas() {
    return this.facts().outputScale === null ? LETTERS : `${LETTERS}y`;
  }

  get differences() {
    return this.store.free;
  }

  get palettes() {
    const { baseScene: given, look } = this.store,
      facts = this.facts(),
      theme = look?.theme ?? "light";
    if (this.colours?.facts !== facts || this.colours.theme !== theme) {
      this.colours = { facts, theme, palettes: differencePalettes(given, theme, facts) };
    }
    return this.colours.palettes;
  }

  /**
   * Draw how far h differs at each step.
   * @param {PanelSurface} panels
   */
  drawLane(panels) {
    const { remains, each } = this.facts(),
      { steps } = this.store.baseScene.trace;
    if (!panels.lane || !panels.tile) return;
    const all = each === 1 ? remains : Float32Array.from({ length: steps }, (_, t) => remains[Math.floor(t / each)]);
    const most = remains.reduce((largest, value) => (value > largest ? value : largest), 0);
    drawChangeCurve(panels, panels.lane, all, most, null);
  }
}

/** Computes the difference of two stages and mounts a stage that shows it. */
export class DifferenceStage {
  /**
   * @param {[Store, Store]} pair  the first, and the one compared with it
   * @param {DifferenceOptions} options
   */
  constructor(pair, options) {
    this.pair = pair;
    this.options = options;
    /** Tiles of the current difference. @type {[Tile, Tile][]} */
    this.tilePairs = [];
    this.hasNewNames = false;
    /** @type {MountedStage | null} */
    this.stage = null;
    const comparison = this.compute();
    if (!comparison) throw new Error("these two cannot be compared step by step");
    this.facts = comparison.facts;
    this.id = comparison.message.header.trace.id;
    const { ports } = options,
      { t, unit } = pair[0].baseScene.view,
      view = { ...ports.earlierView?.(), ...ports.cursor?.latest },
      isUnselected = view.t === undefined ? t === null && unit === null : isLanded(view);
    const stage = options.mount(comparison.message, {
      ...ports,
      overlay: (store) => new DifferenceOverlay(() => this.facts, store),
      ask: (request) => this.respond(request),
      onView: (store) => {
        ports.onView?.(store);
        this.shareView();
      },
    });
    this.stage = stage;
    this.shareOrder();
    if (isUnselected) stage.store.view.landed = landingKey(stage.store.view);
    this.selectLargest();
    this.shareCell();
  }

  /** Store of the difference stage. */
  get store() {
    return this.stage?.store ?? null;
  }

  /** Return the stores of all stages that follow this one. */
  followers() {
    return [...new Set([...this.pair, ...this.options.others()])].filter((other) => other !== this.store);
  }

  /** Move all stages to the cell and window of this one. */
  shareCell() {
    const { store } = this;
    if (!store) return;
    const { t, unit, gate } = store.view;
    for (const other of this.followers()) other.link?.follow({ t, unit, gate, ...store.link?.ownWindow });
    store.link?.publish();
  }

  /** Go to the largest difference, unless the visitor has selected a cell. An edited run has to be computed first. */
  selectLargest() {
    const { store, pair, facts } = this,
      { most, from } = facts;
    if (!store || !most || from === null || pair.some(({ overlay }) => overlay?.isPending) || !isLanded(store.view))
      return;
    store.view.landed = landingKey(most);
    if (!isLanded(store.view)) store.set({ t: most.t, unit: most.unit });
  }

  /**
   * Return when two stages can be compared: "later" while numbers are loading, "never" if their units differ.
   * @param {[Store, Store]} pair
   * @returns {"now" | "later" | "never"}
   */
  static comparability([a, b]) {
    const { layer } = a.view,
      one = wholeTile(a, layer),
      other = wholeTile(b, layer);
    if (!comparable(a.scene, b.scene)) return "never";
    if (!one || !other) return "later";
    return coverSameSteps(one, other) ? "now" : "never";
  }

  /**
   * Compute the difference of all steps, and of the finer tiles that both stages have. Null if nothing has changed, or if the
   * stages cannot be compared.
   * @returns {{facts: DifferenceFacts, message: Message, more: {header: any, arrays: any}[]} | null}
   */
  compute() {
    const {
        pair: [a, b],
        options: { names, address },
      } = this,
      { layer } = a.view,
      pairs = pairsOf(a, b, layer);
    if (!pairs || !comparable(a.scene, b.scene)) return null;
    const isSame = pairs.every(([one, two], k) => this.tilePairs[k]?.[0] === one && this.tilePairs[k][1] === two);
    if (pairs.length === this.tilePairs.length && isSame) return null;
    const sameOutputs = outputsText(a.scene) === outputsText(b.scene),
      origin = b.overlay?.origin;
    const comparisons = pairs
      .map(([one, two], k) => compareTiles(one, two, sameOutputs, k ? null : origin))
      .filter((each) => each !== null);
    if (!comparisons.length || comparisons[0].header.first !== 0) return null;
    this.tilePairs = pairs;
    const [{ header, arrays }, ...more] = comparisons,
      facts = factsOf(header, arrays, a.tiles.reverse(layer)),
      { words, trace, answer, ...given } = a.baseScene;
    const scene = {
      ...given,
      ...(answer && arrays.y && { answer: { ...answer, judged: false } }),
      key: "",
      address,
      form: "difference",
      trace: {
        ...trace,
        id: `${a.baseScene.trace.id} ${b.baseScene.trace.id}`,
        steps: header.last + 1,
        asks: false,
        labelled: trace.labelled && header.each === 1,
      },
      menus: [],
      status: this.status(facts, a),
      sums: undefined,
      place: null,
      ...(facts.most && { home: { t: facts.most.t, unit: facts.most.unit } }),
      view: { ...given.view, layer, bent: "", drawn: "", show: "bent" },
      words: {
        ...words,
        whatif_delta: fill(words.compare_delta, { first: names[0], second: names[1], gate: "{gate}" }),
        whatif_tip: words.compare_tip,
      },
      tile: header,
    };
    const { order, ranks } = a.order,
      units = tableOf(Int32Array.from(order), 1, order.length);
    return {
      facts,
      message: { header: scene, arrays: { ...arrays, order: units, ...(ranks && { values: ranks }) } },
      more,
    };
  }

  /**
   * Return the sentence on the largest difference and on the first step with a visible one.
   * @param {DifferenceFacts} facts
   * @param {Store} a
   * @returns {Status}
   */
  status({ most, from, each }, { words, baseScene: given }) {
    const [first, second] = this.options.names,
      lengths = this.pair.map((store) => store.scene.trace.steps),
      both = Math.min(...lengths),
      isShorter = both < Math.max(...lengths) && !this.pair[1].overlay?.origin;
    const pooledNote = each > 1 ? ` ${fill(words.compare_pooled, { steps: each })}` : "",
      shorterNote = isShorter ? ` ${fill(words.compare_shorter, { steps: both })}` : "";
    const story = (/** @type {string} */ text, /** @type {Status["places"]} */ places) =>
      /** @type {Status} */ ({ kind: "story", text: text + pooledNote + shorterNote, more: "", places, act: null });
    if (!most || from === null) {
      const size = most ? withMinusSign(Math.abs(most.value).toExponential(0)) : "0";
      return story(fill(words.compare_same, { first, second, most: size }), {});
    }
    const { gate, t, unit } = most,
      value = changeNumber(most.value),
      place = (/** @type {number} */ at) => ({ gate, t: at, unit, first: at, last: at, units: [unit] });
    const name = given.unit_names[unit] ?? unit,
      text = fill(words.compare_said, { first, second, gate, unit: name, t, value, from });
    return story(text, { largest: place(t), since: place(from) });
  }

  /**
   * Change the labels of the two runs, at the next update.
   * @param {[string, string]} names
   */
  rename(names) {
    this.options = { ...this.options, names };
    this.tilePairs = [];
    this.hasNewNames = true;
  }

  /** Compute the difference again, after a redraw of one of the two stages. */
  update() {
    const { stage } = this,
      comparison = this.compute();
    if (stage && comparison) this.show(stage, comparison);
    this.selectLargest();
    this.shareOrder();
  }

  /**
   * Show a new difference.
   * @param {MountedStage} stage
   * @param {{facts: DifferenceFacts, message: Message, more: {header: any, arrays: any}[]}} comparison
   */
  show(stage, { facts, message, more }) {
    const { store } = stage,
      { header, arrays } = message,
      { baseScene: given } = store,
      isUnselected = isLanded(store.view),
      isRevisit = header.visit !== given.visit,
      needsScene =
        header.language !== given.language || isRevisit || header.tile.layer !== store.view.layer || this.hasNewNames;
    this.facts = facts;
    this.hasNewNames = false;
    if (needsScene || header.trace.id !== this.id || header.trace.steps !== given.trace.steps) {
      this.id = header.trace.id;
      stage.show(message);
    } else {
      store.free.add(header.tile, arrays, store.picture?.tile);
      store.emit("status", header.status);
    }
    const { view } = this.pair[0].baseScene;
    // a shorter run may have moved the cursor
    if (isRevisit ? view.t === null && view.unit === null : isUnselected) store.view.landed = landingKey(store.view);
    if (isRevisit) this.shareCell();
    for (const each of more) store.free.add(each.header, each.arrays, store.picture?.tile);
    store.emit("picture");
  }

  // ---- one order of units

  /** Give all stages the unit order of the first. */
  shareOrder() {
    const [a] = this.pair,
      { store } = this;
    if (!store) return;
    for (const other of [...this.followers(), store]) {
      if (other === a) continue;
      const isSame = isEqual(other.order.order, a.order.order) && other.view.order === a.view.order;
      if (other.order.order.length !== a.order.order.length || isSame) continue;
      other.order.order = a.order.order.slice();
      other.order.ranks = a.order.ranks;
      other.view.order = a.view.order;
      other.chooseUnits();
      other.emit("layout");
    }
  }

  /** Give all stages the layer, panels and units selected on the difference stage. */
  shareView() {
    const { store } = this;
    if (!store) return;
    const { turned, hide, large, layer } = store.view,
      { text } = store.order;
    for (const other of this.followers()) {
      const { view, order } = other;
      if (layer !== view.layer && layer < other.scene.trace.layers) other.set({ layer });
      if (turned === view.turned && hide === view.hide && large === view.large && text === order.text) continue;
      Object.assign(view, { turned, hide, large });
      order.text = text;
      other.chooseUnits();
      other.emit("layout");
    }
  }

  /**
   * Respond to a request of the difference stage. A request for an order goes to the first stage; other requests get an empty
   * response.
   * @param {SentRequest} request
   */
  respond(request) {
    const [a] = this.pair;
    if (request.kind === "order") {
      a.view.order = request.order;
      a.emit("order");
    }
    const header = { reply: request.id, kind: "none", trace: request.trace };
    queueMicrotask(() => this.stage?.respond({ header, arrays: {} })); // the first requests come while the stage is being mounted
  }

  destroy() {
    this.stage?.destroy();
    this.stage = null;
  }
}

/**
 * Return pairs of tiles that cover the same steps, first the tiles of all steps; null if those are missing.
 * @param {Store} a
 * @param {Store} b
 * @param {number} layer
 * @returns {[Tile, Tile][] | null}
 */
function pairsOf(a, b, layer) {
  const first = wholeTile(a, layer),
    second = wholeTile(b, layer);
  if (!first || !second) return null;
  const isSame = (/** @type {Tile} */ one, /** @type {Tile} */ two) =>
    two.layer === layer && two.first === one.first && two.last === one.last && two.each === one.each;
  /** @type {[Tile, Tile][]} */
  const pairs = [[first, second]];
  for (const tile of a.tiles.tiles) {
    if (tile === first || tile.layer !== layer) continue;
    const other = b.tiles.tiles.find((each) => isSame(tile, each));
    if (other) pairs.push([tile, other]);
  }
  return pairs;
}

/**
 * Return the meaning of a scene's output rows as text, to compare it. With many classes each run has its own rows.
 * @param {Scene} scene
 */
function outputsText({ answer, channels }) {
  if (!answer) return undefined;
  const { kind, count, names, rows, within } = answer;
  return JSON.stringify([kind, count, names ?? channels.slice(0, count), rows, within]);
}

/**
 * Return the tile of all steps of a layer.
 * @param {Store} store
 * @param {number} layer
 * @returns {Tile | null}
 */
function wholeTile(store, layer) {
  return store.tiles.covering(layer, 0, store.scene.trace.steps - 1);
}

/**
 * Return the text for a cell in `View.landed`.
 * @param {{t?: number, unit?: number}} cell
 */
function landingKey({ t, unit }) {
  return `${t} ${unit}`;
}

/**
 * Whether the page has selected a view's cell, not the visitor.
 * @param {{t?: number, unit?: number, landed?: string}} view
 */
function isLanded(view) {
  return view.landed === landingKey(view);
}

/**
 * Whether two orders of units are equal.
 * @param {Int32Array} one
 * @param {Int32Array} other
 */
function isEqual(one, other) {
  return one.length === other.length && one.every((unit, k) => unit === other[k]);
}
