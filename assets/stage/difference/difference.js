// A stage of the difference between two others. It leads them: one cursor, one zoom, one order of units.

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
import { signed } from "../view/axis_number.js";
import { Overlay } from "../view/overlay.js";
import { differencePalettes } from "../panels/difference_palettes.js";
import { comparable, compareTiles, coverSameSteps, factsOf } from "./compare_tiles.js";

/** @typedef {{store: Store, show: (message: Message) => void, respond: (message: Message) => void, dress: () => void, destroy: () => void}} MountedStage */

/**
 * @typedef {object} DifferenceOptions
 * @property {[string, string]} names  what the two are called
 * @property {string | null} address  prefix of the view's fields in the address
 * @property {() => Store[]} others  all stages that follow
 * @property {(message: Message, ports: PagePorts) => MountedStage} mount
 * @property {PagePorts} ports  what the page offers
 */

const LETTERS = "zrnh";

/** What the stage of the difference shows in place of a run. */
class DifferenceOverlay extends Overlay {
  /**
   * @param {() => DifferenceFacts} facts
   * @param {Store} store  of the stage of the difference
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
    return this.facts().said === null ? LETTERS : `${LETTERS}y`;
  }

  get differences() {
    return this.store.free;
  }

  get palettes() {
    const { given, look } = this.store,
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
      { steps } = this.store.given.trace;
    if (!panels.lane || !panels.tile) return;
    const all = each === 1 ? remains : Float32Array.from({ length: steps }, (_, t) => remains[Math.floor(t / each)]);
    const most = remains.reduce((found, value) => (value > found ? value : found), 0);
    drawChangeCurve(panels, panels.lane, all, most, null);
  }
}

export class DifferenceStage {
  /**
   * @param {[Store, Store]} pair  the first, and the one compared with it
   * @param {DifferenceOptions} options
   */
  constructor(pair, options) {
    this.pair = pair;
    this.options = options;
    /** What was compared last. @type {[Tile, Tile][]} */
    this.made = [];
    this.renamed = false;
    /** @type {MountedStage | null} */
    this.stage = null;
    const found = this.compute();
    if (!found) throw new Error("these two cannot be compared step by step");
    this.facts = found.facts;
    this.id = found.message.header.trace.id;
    const { ports } = options,
      { t, unit } = pair[0].given.view,
      known = { ...ports.remembered?.(), ...ports.cursor?.latest },
      unchosen = known.t === undefined ? t === null && unit === null : isLanded(known);
    const stage = options.mount(found.message, {
      ...ports,
      overlay: (store) => new DifferenceOverlay(() => this.facts, store),
      ask: (request) => this.respond(request),
      viewed: (store) => {
        ports.viewed?.(store);
        this.lead();
      },
    });
    this.stage = stage;
    this.follow();
    if (unchosen) stage.store.view.landed = landingOf(stage.store.view);
    this.land();
    this.gather();
  }

  /** The store of the stage of the difference. */
  get store() {
    return this.stage?.store ?? null;
  }

  /** Every stage that follows this one. */
  followers() {
    return [...new Set([...this.pair, ...this.options.others()])].filter((other) => other !== this.store);
  }

  /** Move all stages to the cell and window of this one. */
  gather() {
    const { store } = this;
    if (!store) return;
    const { t, unit, gate } = store.view;
    for (const other of this.followers()) other.link?.follow({ t, unit, gate, ...store.link?.ownWindow });
    store.link?.lead();
  }

  /** Go to the largest difference, unless someone has selected another cell. An edited run has to be computed first. */
  land() {
    const { store, pair, facts } = this,
      { most, from } = facts;
    if (!store || !most || from === null || pair.some(({ overlay }) => overlay?.pending) || !isLanded(store.view))
      return;
    store.view.landed = landingOf(most);
    if (!isLanded(store.view)) store.set({ t: most.t, unit: most.unit });
  }

  /**
   * Whether two stages can be compared: not yet where numbers are on their way, never where they differ in their units.
   * @param {[Store, Store]} pair
   * @returns {"now" | "later" | "never"}
   */
  static fits([a, b]) {
    const { layer } = a.view,
      one = wholeTile(a, layer),
      other = wholeTile(b, layer);
    if (!comparable(a.scene, b.scene)) return "never";
    if (!one || !other) return "later";
    return coverSameSteps(one, other) ? "now" : "never";
  }

  /**
   * Compute the difference of all steps, and of the finer tiles both have. Null where nothing is new, or it cannot be.
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
    const isSame = pairs.every(([one, two], k) => this.made[k]?.[0] === one && this.made[k][1] === two);
    if (pairs.length === this.made.length && isSame) return null;
    const sameOutputs = outputsText(a.scene) === outputsText(b.scene),
      origin = b.overlay?.origin;
    const made = pairs
      .map(([one, two], k) => compareTiles(one, two, sameOutputs, k ? null : origin))
      .filter((each) => each !== null);
    if (!made.length || made[0].header.first !== 0) return null;
    this.made = pairs;
    const [{ header, arrays }, ...more] = made,
      facts = factsOf(header, arrays, a.tiles.reverse(layer)),
      { words, trace, answer, ...given } = a.given;
    const scene = {
      ...given,
      ...(answer && arrays.y && { answer: { ...answer, judged: false } }),
      key: "",
      address,
      form: "difference",
      trace: {
        ...trace,
        id: `${a.given.trace.id} ${b.given.trace.id}`,
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
   * Say how large the difference is, where, and at which step it is first seen.
   * @param {DifferenceFacts} facts
   * @param {Store} a
   * @returns {Status}
   */
  status({ most, from, each }, { words, given }) {
    const [first, second] = this.options.names,
      lengths = this.pair.map((store) => store.scene.trace.steps),
      both = Math.min(...lengths),
      isShorter = both < Math.max(...lengths) && !this.pair[1].overlay?.origin;
    const pooled = each > 1 ? ` ${fill(words.compare_pooled, { steps: each })}` : "",
      shorter = isShorter ? ` ${fill(words.compare_shorter, { steps: both })}` : "";
    const story = (/** @type {string} */ text, /** @type {Status["places"]} */ places) =>
      /** @type {Status} */ ({ kind: "story", text: text + pooled + shorter, more: "", places, act: null });
    if (!most || from === null) {
      const size = most ? signed(Math.abs(most.value).toExponential(0)) : "0";
      return story(fill(words.compare_same, { first, second, most: size }), {});
    }
    const { gate, t, unit } = most,
      value = changeNumber(most.value),
      place = (/** @type {number} */ at) => ({ gate, t: at, unit, first: at, last: at, units: [unit] });
    const name = given.unit_names[unit] ?? unit,
      text = fill(words.compare_said, { first, second, gate, unit: name, t, value, from });
    return story(text, { largest: place(t), since: place(from) });
  }

  /** @param {[string, string]} names  what the two are called from now on */
  rename(names) {
    this.options = { ...this.options, names };
    this.made = [];
    this.renamed = true;
  }

  /** One of the two was drawn anew. */
  update() {
    const { stage } = this,
      found = this.compute();
    if (stage && found) this.take(stage, found);
    this.land();
    this.follow();
  }

  /**
   * @param {MountedStage} stage
   * @param {{facts: DifferenceFacts, message: Message, more: {header: any, arrays: any}[]}} found
   */
  take(stage, { facts, message, more }) {
    const { store } = stage,
      { header, arrays } = message,
      { given } = store,
      unchosen = isLanded(store.view),
      back = header.visit !== given.visit,
      anew = header.language !== given.language || back || header.tile.layer !== store.view.layer || this.renamed;
    this.facts = facts;
    this.renamed = false;
    if (anew || header.trace.id !== this.id || header.trace.steps !== given.trace.steps) {
      this.id = header.trace.id;
      stage.show(message);
    } else {
      store.free.add(header.tile, arrays, store.drawn?.tile);
      store.emit("status", header.status);
    }
    const { view } = this.pair[0].given;
    // a shorter run may have moved the cursor
    if (back ? view.t === null && view.unit === null : unchosen) store.view.landed = landingOf(store.view);
    if (back) this.gather();
    for (const each of more) store.free.add(each.header, each.arrays, store.drawn?.tile);
    store.emit("picture");
  }

  // ---- one order of units

  /** Give all the order of the first. */
  follow() {
    const [a] = this.pair,
      { store } = this;
    if (!store) return;
    for (const other of [...this.followers(), store]) {
      if (other === a) continue;
      const same = isEqual(other.order.order, a.order.order) && other.view.order === a.view.order;
      if (other.order.order.length !== a.order.order.length || same) continue;
      other.order.order = a.order.order.slice();
      other.order.ranks = a.order.ranks;
      other.view.order = a.view.order;
      other.chooseUnits();
      other.emit("layout");
    }
  }

  /** Give all the layer, panels and units chosen here. */
  lead() {
    const { store } = this;
    if (!store) return;
    const { turned, hide, large, layer } = store.view,
      { typed } = store.order;
    for (const other of this.followers()) {
      const { view, order } = other;
      if (layer !== view.layer && layer < other.scene.trace.layers) other.set({ layer });
      if (turned === view.turned && hide === view.hide && large === view.large && typed === order.typed) continue;
      Object.assign(view, { turned, hide, large });
      order.typed = typed;
      other.chooseUnits();
      other.emit("layout");
    }
  }

  /**
   * Answer what the stage of the difference asks: an order is the first stage's, nobody knows anything else.
   * @param {SentRequest} request
   */
  respond(request) {
    const [a] = this.pair;
    if (request.kind === "order") {
      a.view.order = request.order;
      a.emit("order");
    }
    const header = { reply: request.id, kind: "none", trace: request.trace };
    queueMicrotask(() => this.stage?.respond({ header, arrays: {} })); // the first are asked while it is still made
  }

  destroy() {
    this.stage?.destroy();
    this.stage = null;
  }
}

/**
 * Return the tiles of two stages that cover the same steps, those of all steps first; null where those are not there.
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
 * Return what the rows of a scene's outputs mean, as text. Rows of many classes are chosen for each run.
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
 * Return a cell as `View.landed` has it.
 * @param {{t?: number, unit?: number}} cell
 */
function landingOf({ t, unit }) {
  return `${t} ${unit}`;
}

/**
 * Whether a view is where the page itself has put it.
 * @param {{t?: number, unit?: number, landed?: string}} view
 */
function isLanded(view) {
  return view.landed === landingOf(view);
}

/**
 * Whether two orders of units are equal.
 * @param {Int32Array} one
 * @param {Int32Array} other
 */
function isEqual(one, other) {
  return one.length === other.length && one.every((unit, k) => unit === other[k]);
}
