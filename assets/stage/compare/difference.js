// A stage of its own for how far two others are apart. It leads them: one cursor, one zoom, one order of units.

/** @import { Asked, Panel, Scene, Words } from "../fields.js" */
/** @import { Palette } from "../panels/palette.js" */
/** @import { Message, Options, Stage } from "../stage.js" */
/** @import { Facts } from "./apart.js" */
/** @import { Tile } from "../numbers/tiles.js" */
import { mount } from "../stage.js";
import { fill, signed } from "../wording.js";
import { apart, comparable, factsOf, match, palettesOf } from "./apart.js";
import { drawLeft } from "./lane.js";
import { Shown } from "./shown.js";

/** @typedef {{names: [string, string], address: string | null, others: () => Stage[]}} Told  what the two are called; the prefix of the view's fields in the address; all stages that follow */

const LETTERS = "zrnh";

/** What a stage of differences shows in place of an experiment. */
class Picture extends Shown {
  /** @param {Difference} difference */
  constructor(difference) {
    super();
    this.difference = difference;
    /** @type {{facts: Facts, key: string, palettes: Partial<Record<Panel, Palette>>} | null} */
    this.dyes = null;
  }

  get laned() {
    return true;
  }

  get deltas() {
    return this.difference.facts.said === null ? LETTERS : `${LETTERS}y`;
  }

  get differences() {
    return this.difference.stage?.free ?? null;
  }

  get palettes() {
    const { facts, stage } = this.difference;
    if (!stage) return {};
    const { theme, given, view: { colours } } = stage, key = `${theme} ${colours}`;
    if (this.dyes?.facts !== facts || this.dyes.key !== key) this.dyes = { facts, key, palettes: palettesOf(given, theme, facts, colours === "stretched") };
    return this.dyes.palettes;
  }

  /** How far h is apart at each step. */
  drawLeft() {
    const { facts: { remains, each }, stage } = this.difference;
    if (!stage?.panels.lane || !stage.panels.tile) return;
    const steps = each === 1 ? remains : Float32Array.from({ length: stage.given.trace.steps }, (_, t) => remains[Math.floor(t / each)]);
    drawLeft(stage.panels, stage.panels.lane, steps, remains.reduce((most, value) => value > most ? value : most, 0), null);
  }
}

export class Difference {
  /**
   * @param {HTMLElement} host
   * @param {[Stage, Stage]} pair  the first, and what is compared with it
   * @param {Told} told
   * @param {Options} options
   */
  constructor(host, pair, told, options) {
    this.pair = pair;
    this.told = told;
    /** @type {[Tile, Tile][]} what was compared last */
    this.made = [];
    this.renamed = false;  // its words are another's
    /** @type {Stage | null} */
    this.stage = null;
    const found = this.compute();
    if (!found) throw new Error("these two cannot be compared step by step");
    this.facts = found.facts;
    this.id = found.message.header.trace.id;
    this.stage = mount(host, found.message, {
      ...options, picture: () => new Picture(this),
      ask: (question) => this.asked(question),
      viewed: (fields, view) => {
        options.viewed?.(fields, view);
        this.lead();
      },
    });
    this.follow();
    const { t, unit } = pair[0].given.view;
    /** Where all began to look while there was no difference to be seen yet; null once that was found or chosen. @type {{t: number, unit: number} | null} */
    this.start = null;
    this.gather();  // where nobody has chosen any, all look at the largest
    if (t === null && unit === null && this.stage && this.facts.from === null) this.start = { t: this.stage.view.t, unit: this.stage.view.unit };
  }

  /** Have all look where this stage does, whatever they were told before. */
  gather() {
    const { stage } = this;
    if (!stage) return;
    const { window, view: { t, unit, gate } } = stage;
    for (const other of new Set([...this.pair, ...this.told.others()])) if (other !== stage) other.led({ t, unit, gate, window });
    stage.lead();
  }

  /** What was not there yet, as of a what-if that has to be computed first, can be seen now: all look at the largest, unless someone looks elsewhere. */
  land() {
    const { start, stage, pair, facts: { most, from } } = this, coming = pair.some(({ experiment: { outcome } }) => outcome?.ran && !outcome.ran.done);
    if (!start || !stage || !most || from === null || coming) return;
    this.start = null;
    if (stage.view.t === start.t && stage.view.unit === start.unit) stage.set({ t: most.t, unit: most.unit });
  }

  /**
   * Whether two stages have what can be compared: not yet where it is on its way, and never where they have not the same units.
   * @param {[Stage, Stage]} pair
   * @returns {"now" | "later" | "never"}
   */
  static fits([a, b]) {
    const { layer } = a.view, one = whole(a, layer), other = whole(b, layer);
    if (!comparable(a.scene, b.scene)) return "never";
    if (!one || !other) return "later";
    return match(one, other) ? "now" : "never";
  }

  /**
   * The difference of all steps, and of the finer stretches both have; null where nothing is new or it cannot be.
   * @returns {{facts: Facts, message: Message, more: {header: any, arrays: any}[]} | null}
   */
  compute() {
    const { pair: [a, b], told } = this, { layer } = a.view, first = whole(a, layer), second = whole(b, layer);
    if (!first || !second || !comparable(a.scene, b.scene)) return null;
    /** @type {[Tile, Tile][]} */
    const pairs = [[first, second]];
    for (const tile of a.tiles.tiles) {
      const other = tile !== first && tile.layer === layer && b.tiles.tiles.find((each) => each.layer === layer && each.first === tile.first && each.last === tile.last && each.each === tile.each);
      if (other) pairs.push([tile, other]);
    }
    if (pairs.length === this.made.length && pairs.every(([one, two], k) => this.made[k][0] === one && this.made[k][1] === two)) return null;
    // rows of many classes are chosen for each run
    const meant = (/** @type {Scene} */ { answer, channels }) => answer && JSON.stringify([answer.kind, answer.count, answer.names ?? channels.slice(0, answer.count), answer.rows, answer.within]);
    const alike = meant(a.scene) === meant(b.scene), origin = originOf(b);
    const made = pairs.map(([one, two], k) => apart(one, two, alike, k ? null : origin)).filter((each) => each !== null);
    if (!made.length || made[0].header.first !== 0) return null;
    this.made = pairs;
    const [{ header, arrays }, ...more] = made, facts = factsOf(header, arrays, a.tiles.reverse(layer)), steps = header.last + 1;
    const { words, trace, answer, ...given } = a.given, w = /** @type {Words} */ (words);
    const scene = {
      ...given, ...(answer && arrays.y && { answer: { ...answer, judged: false } }), key: "", address: told.address, form: "difference",
      trace: { ...trace, id: `${a.given.trace.id} ${b.given.trace.id}`, steps, asks: false, labelled: trace.labelled && header.each === 1 },
      menus: [], status: this.status(facts, a), sums: undefined, place: null, ...(facts.most && { home: { t: facts.most.t, unit: facts.most.unit } }), view: { ...given.view, layer, bent: "", drawn: "", show: "bent" },
      words: { ...w, whatif_delta: fill(w.compare_delta, { first: told.names[0], second: told.names[1], gate: "{gate}" }), whatif_tip: w.compare_tip }, tile: header,
    };
    const order = Object.assign(Int32Array.from(a.rows.order), { columns: 1, rows: a.rows.order.length });
    return { facts, message: { header: scene, arrays: { ...arrays, order, ...(a.rows.ranks && { values: a.rows.ranks }) } }, more };
  }

  /**
   * In words: how large, where, and from when on.
   * @param {Facts} facts
   * @param {Stage} a
   * @returns {import("../fields.js").Status}
   */
  status({ most, from, scale, each }, { w, given }) {
    const [first, second] = this.told.names, lengths = this.pair.map((stage) => stage.scene.trace.steps), both = Math.min(...lengths), shorter = both < Math.max(...lengths) && !originOf(this.pair[1]);
    const said = (each > 1 ? ` ${fill(w.compare_pooled, { steps: each })}` : "") + (shorter ? ` ${fill(w.compare_shorter, { steps: both })}` : "");
    if (!most || from === null) return { kind: "story", text: fill(w.compare_same, { first, second, most: most ? signed(Math.abs(most.value).toExponential(0)) : "0" }) + said, more: "", places: {}, act: null };
    const { gate, t, unit, value } = most, place = (/** @type {number} */ at, /** @type {number} */ which) => ({ gate, t: at, unit: which, first: at, last: at, units: [which] });
    const text = fill(w.compare_said, { first, second, gate, unit: given.unit_names[unit] ?? unit, t, value: signed((value > 0 ? "+" : "") + value.toFixed(3)), from, scale });
    return { kind: "story", text: text + said, more: "", places: { largest: place(t, unit), since: place(from, unit) }, act: null };
  }

  /** @param {[string, string]} names  what the two are called from now on */
  rename(names) {
    this.told = { ...this.told, names };
    this.made = [];
    this.renamed = true;
  }

  /** One of the two was drawn anew. */
  update() {
    const { stage } = this, found = this.compute();
    if (stage && found) {
      const { header, arrays } = found.message;
      this.facts = found.facts;
      const { given } = stage, anew = header.language !== given.language || header.visit !== given.visit || header.tile.layer !== stage.view.layer || this.renamed;
      this.renamed = false;
      if (anew || header.trace.id !== this.id || header.trace.steps !== given.trace.steps) {
        this.id = header.trace.id;
        stage.show(found.message);
      } else {
        stage.free.add(header.tile, arrays, stage.drawn?.tile);
        stage.headline.tell({ menus: [], status: header.status }, stage.w);
      }
      for (const each of found.more) stage.free.add(each.header, each.arrays, stage.drawn?.tile);
      stage.redraw();
    }
    this.land();
    this.follow();
  }

  // ---- one order of units

  /** The order Python has told of the first counts for all. */
  follow() {
    const { pair: [a, b], stage } = this;
    if (!stage) return;
    for (const other of new Set([b, stage, ...this.told.others()])) {
      if (other === a) continue;
      if (other.rows.order.length !== a.rows.order.length || (other.rows.isLike(a.rows) && other.view.order === a.view.order)) continue;
      other.rows.follow(a.rows);
      other.view.order = a.view.order;
      arranged(other);
    }
  }

  /** What was chosen here counts for both. */
  lead() {
    const { stage, pair } = this;
    if (!stage) return;
    for (const other of new Set([...pair, ...this.told.others()])) {
      const { turned, hide, large } = stage.view;
      if (stage.view.layer !== other.view.layer && stage.view.layer < other.scene.trace.layers) other.set({ layer: stage.view.layer });
      if (turned === other.view.turned && hide === other.view.hide && large === other.view.large && stage.rows.typed === other.rows.typed) continue;
      Object.assign(other.view, { turned, hide, large });
      other.rows.typed = stage.rows.typed;
      arranged(other);
    }
  }

  /**
   * What this stage asks: nobody but the two has numbers.
   * @param {Asked} question
   */
  asked({ kind, id, ...rest }) {
    const { pair: [a] } = this;
    if (kind === "order") {
      Object.assign(a.view, { order: /** @type {any} */ (rest).order });
      a.askOrder();
    }
    queueMicrotask(() => {  // the first are asked while the stage is still made
      this.stage?.questions.answered(id);
      this.stage?.questions.next();
    });
  }

  destroy() {
    this.stage?.destroy();
    this.stage = null;
  }
}

/**
 * @param {Stage} stage
 * @param {number} layer
 * @returns {Tile | null} of all its steps
 */
function whole(stage, layer) {
  return stage.tiles.covering(layer, 0, stage.scene.trace.steps - 1);
}

/**
 * Of a run whose input was redrawn the steps each of its steps is compared with; null where they are the same.
 * @param {Stage} stage
 */
function originOf({ experiment }) {
  const { outcome } = experiment;
  return experiment.acting && outcome?.ran && outcome.origin.some((from, t) => from !== t) ? outcome.origin : null;
}

/** @param {Stage} stage */
function arranged(stage) {
  stage.choose();
  stage.painter.resize(true);
  stage.speech.arranged();
}
