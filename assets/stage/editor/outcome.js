// Outcome of a what-if: the numbers of the edited run as the stage draws them, and their differences from the free run.

/** @import { Gate, Scene } from "../data/scene_types.js" */
/** @import { Gates } from "../model/gru.js" */
/** @import { KnownHead } from "../data/known_model.js" */
/** @import { Table, Tables } from "../model/table.js" */
/** @import { Signal } from "./signal.js" */
import { answerDue, labelAt } from "../data/step_texts.js";
import { GATES } from "../data/panel_names.js";
import { headOutputs } from "../model/head.js";
/** @import { Tile } from "../data/tiles.js" */
import { tableOf } from "../model/table.js";
import { Tiles } from "../data/tiles.js";
import { aligned } from "./signal.js";
import { difference, fate, goneFrom, largest, remainingChange, peak, scaleOf, scalesOf } from "../data/differences.js";

/**
 * The edited run and the free run, as they were computed.
 * @typedef {object} EditedRun
 * @property {Gates[]} bent  edited run, by layer, [t * units + unit]
 * @property {Gates[]} free  free run, by layer, over the steps of the original input
 * @property {Signal} signal  the input that was read
 * @property {Float32Array} x  the sequence's own input
 * @property {Float32Array} h0  [layer * units + unit], 0 for removed units
 * @property {boolean} done
 */

/** @typedef {{fate: "never" | "gone" | "lasts", gone: number | null, peak: number, at: number, last: number}} ChangeCourse */

export class Outcome {
  /**
   * @param {EditedRun} ran
   * @param {Scene} scene  of the free run
   * @param {Tiles} own  Python's numbers of it: what its steps are called
   * @param {KnownHead | null} head
   */
  constructor(ran, scene, own, head) {
    this.ran = ran;
    this.scene = scene;
    this.own = own;
    this.head = head;
    const { units, layers, bidirectional } = scene.trace,
      { steps } = ran.signal;
    this.units = units;
    this.layers = layers;
    this.bidirectional = bidirectional;
    this.steps = steps;
    /** For each step, the original's step it is compared with; -1 for none. A repeated stretch has one only once. */
    this.origin = aligned(ran.signal, ran.free[0].h.length / units);
    this.x = inputsOf(ran.signal, scene.tile.x_each);
    const { origin } = ran.signal,
      redrawn = redrawnOf(ran.signal, ran.x);
    // a step with another input is labelled by its symbol, or not at all
    this.labels = scene.trace.labelled
      ? Array.from(origin, (from, t) =>
          redrawn?.[t] || from < 0 ? symbolOf(ran.signal, t, scene.channels) : labelAt(own, from),
        )
      : [];
    // the targets of another input are not known
    this.due =
      scene.trace.asks && !redrawn ? Array.from(this.origin, (from) => (from < 0 ? "" : answerDue(own, from))) : [];
    /** @type {Map<number, Partial<Record<Gate, Float32Array>>>} */
    this.off = new Map();
    /** @type {Map<number, Float32Array>} */
    this.remains = new Map();
    /** @type {Map<number, ChangeCourse>} */
    this.courses = new Map();
    /** @type {Map<number, Record<Gate, number>>} */
    this.reaches = new Map();
    /** @type {Tables | null} */
    this.heard = null;
    /** @type {Table | null} */
    this.apart = null;
    /** @type {number | null} */
    this.apartScale = null;
    this.tiles = this.made((layer) => this.arrays(layer));
  }

  /**
   * @param {(layer: number) => Tables} arrays
   * @returns {Tiles}
   */
  made(arrays) {
    const tiles = new Tiles({ steps: this.steps, bidirectional: this.bidirectional });
    for (let layer = 0; layer < this.layers; layer++) {
      tiles.add(
        {
          layer,
          first: 0,
          last: this.steps - 1,
          each: 1,
          x_each: this.scene.tile.x_each,
          labels: this.labels,
          due: this.due,
        },
        arrays(layer),
      );
    }
    return tiles;
  }

  /**
   * @param {number} layer
   * @returns {Tables}
   */
  arrays(layer) {
    const { units, steps, ran } = this,
      { r, z, n, h } = ran.bent[layer],
      of = (/** @type {Float32Array} */ values) => tableOf(values, steps, units);
    return {
      x: this.x,
      r: of(r),
      z: of(z),
      n: of(n),
      h: of(h),
      before: tableOf(ran.h0.slice(layer * units, (layer + 1) * units), 1, units),
      ...this.said(),
    };
  }

  /** Compute the predictions of the head, which reads the states of the top layer. @returns {Tables} */
  said() {
    const { head, ran, steps, scene } = this;
    if (!head || !scene.answer) return {};
    if (this.heard) return this.heard;
    const target = targetOf(head, ran.signal, this.origin, ran.x),
      found = this.outputsOf(head, ran.bent, steps, target);
    const tables = /** @type {Tables} */ ({ y: found.y });
    if (found.wrong) tables.wrong = found.wrong;
    if (found.said) tables.said = found.said;
    if (found.target) tables.target = found.target;
    this.heard = tables;
    return tables;
  }

  /**
   * @param {KnownHead} head
   * @param {Gates[]} gates
   * @param {number} steps
   * @param {Float32Array | null} target
   */
  outputsOf(head, gates, steps, target) {
    const { units, bidirectional, scene } = this;
    return headOutputs(
      { ...head, rows: scene.answer?.rows },
      this.read(gates, steps),
      steps,
      bidirectional ? 2 * units : units,
      target,
    );
  }

  /**
   * Return the states that the head reads: those of the top layer, both directions side by side.
   * @param {Gates[]} gates
   * @param {number} steps
   */
  read(gates, steps) {
    const { units, layers, bidirectional } = this,
      top = gates[layers - 1].h;
    return bidirectional ? sideBySide(gates[layers - 2].h, top, steps, units) : top;
  }

  // ---- differences

  /**
   * Compute the difference of every gate of a layer, edited minus free.
   * @param {number} layer
   */
  differences(layer) {
    const held = this.off.get(layer);
    if (held) return held;
    const {
      ran: { bent, free },
      origin,
      units,
    } = this;
    const made = Object.fromEntries(
      GATES.map((gate) => [gate, difference(bent[layer][gate], free[layer][gate], origin, units)]),
    );
    this.off.set(layer, made);
    return made;
  }

  /**
   * Return the differences of a layer as tiles, to draw them.
   * @param {number} layer
   */
  pictured(layer) {
    const off = this.differences(layer),
      { steps, units, saidApart } = this;
    /** @type {Tables} */
    const tables = Object.fromEntries(
      GATES.map((gate) => [gate, tableOf(/** @type {Float32Array} */ (off[gate]), steps, units)]),
    );
    return this.made((row) =>
      row !== layer
        ? this.arrays(row)
        : { ...this.arrays(row), ...tables, ...(saidApart && pictureOf(this.scene, saidApart)) },
    );
  }

  /** Difference of the predictions, edited minus free, row by row; null without a head. */
  get saidApart() {
    const { head, ran, units, steps } = this,
      { y } = this.said();
    if (this.apart || !head || !y) return this.apart;
    const free = this.outputsOf(head, ran.free, ran.free[0].h.length / units, null).y;
    this.apart = tableOf(
      difference(/** @type {Float32Array} */ (y), /** @type {Float32Array} */ (free), this.origin, y.rows),
      steps,
      y.rows,
    );
    return this.apart;
  }

  /** Colour scale of the differences of the predictions; null without a head. */
  get saidScale() {
    return this.saidApart && (this.apartScale ??= scaleOf([/** @type {Float32Array} */ (this.saidApart)]));
  }

  /**
   * Return the colour scale of each gate's difference.
   * @param {number} layer
   */
  scales(layer) {
    const scales = this.reaches.get(layer) ?? scalesOf(this.differences(layer));
    this.reaches.set(layer, scales);
    return scales;
  }

  /** @param {number} layer */
  largest(layer) {
    return largest(this.differences(layer), this.units);
  }

  /**
   * Return the difference of h at each step, root mean square over the units.
   * @param {number} layer
   */
  remaining(layer) {
    const held = this.remains.get(layer);
    if (held) return held;
    const {
        ran: { bent, free },
        origin,
        steps,
        units,
      } = this,
      made = remainingChange(bent[layer].h, free[layer].h, origin, steps, units);
    this.remains.set(layer, made);
    return made;
  }

  /**
   * @param {number} layer
   * @returns {ChangeCourse}
   */
  course(layer) {
    const held = this.courses.get(layer);
    if (held) return held;
    const remains = this.remaining(layer),
      most = peak(remains),
      backwards = this.bidirectional && layer % 2 === 1,
      inOrder = backwards ? remains.slice().reverse() : remains,
      gone = goneFrom(inOrder);
    let last = NaN;
    for (let k = remains.length - 1; k >= 0 && Number.isNaN(last); k--) last = inOrder[k];
    const made = {
      fate: fate(inOrder),
      gone: gone === null || !backwards ? gone : remains.length - 1 - gone,
      peak: most,
      at: remains.indexOf(most),
      last,
    };
    this.courses.set(layer, made);
    return made;
  }
}

/**
 * The input as the strip shows it: several inputs share a row where there are many.
 * @param {Signal} signal
 * @param {number} each
 * @returns {Table}
 */
function inputsOf({ x, inputs, steps }, each) {
  if (each === 1) return tableOf(x.slice(), steps, inputs);
  const rows = Math.ceil(inputs / each),
    out = new Float32Array(steps * rows);
  for (let t = 0; t < steps; t++) {
    for (let k = 0; k < inputs; k++) out[t * rows + Math.floor(k / each)] += x[t * inputs + k];
    for (let row = 0; row < rows; row++) out[t * rows + row] /= Math.min(each, inputs - row * each);
  }
  return tableOf(out, steps, rows);
}

/**
 * The steps whose numbers are not the sequence's; null where none is.
 * @param {Signal} signal
 * @param {Float32Array} own
 * @returns {boolean[] | null}
 */
function redrawnOf({ x, origin, inputs }, own) {
  if (x === own) return null;
  const found = Array.from(origin, (from, t) => {
    if (from >= 0) for (let k = 0; k < inputs; k++) if (x[t * inputs + k] !== own[from * inputs + k]) return true;
    return false;
  });
  return found.includes(true) ? found : null;
}

/**
 * The name of the one input that is 1 where all others are 0; "" where there is none.
 * @param {Signal} signal
 * @param {number} t
 * @param {string[]} names
 */
function symbolOf({ x, inputs }, t, names) {
  let found = -1;
  for (let k = 0; k < inputs; k++) {
    const value = x[t * inputs + k];
    if (value === 0) continue;
    if (value !== 1 || found >= 0) return "";
    found = k;
  }
  return names[found] ?? "";
}

/**
 * Return the targets of the edited input's steps. Inserted steps have none. Once a number of the input was edited no step
 * has one, for the targets of another input are not known.
 * @param {KnownHead} head
 * @param {Signal} signal
 * @param {Int32Array} origin
 * @param {Float32Array} own
 */
function targetOf({ target, targets }, { x, steps, inputs }, origin, own) {
  if (!target) return null;
  const out = new Float32Array(steps * targets).fill(NaN);
  for (let t = 0; t < steps; t++) {
    const from = origin[t];
    if (from < 0) continue;
    if (x !== own) for (let k = 0; k < inputs; k++) if (x[t * inputs + k] !== own[from * inputs + k]) return null;
    out.set(target.subarray(from * targets, (from + 1) * targets), t * targets);
  }
  return out;
}

/**
 * @param {Float32Array} forward
 * @param {Float32Array} backward
 * @param {number} steps
 * @param {number} units
 */
function sideBySide(forward, backward, steps, units) {
  const out = new Float32Array(steps * 2 * units);
  for (let t = 0; t < steps; t++) {
    out.set(forward.subarray(t * units, (t + 1) * units), 2 * t * units);
    out.set(backward.subarray(t * units, (t + 1) * units), (2 * t + 1) * units);
  }
  return out;
}

/**
 * Return differences of the predictions as the tables of a tile. Differences of numbers have no targets.
 * @param {Scene} scene
 * @param {Table} y
 * @returns {Tables}
 */
function pictureOf({ answer }, y) {
  const tables = /** @type {Tables} */ ({ y, y_low: y, y_high: y });
  if (answer?.kind !== "classes") tables.target = tableOf(new Float32Array(y.length).fill(NaN), y.columns, y.rows);
  return tables;
}

/** Outcome of a run that Python computed, where the page computes none: as many steps per column as Python sends. */
export class PythonOutcome {
  /**
   * @param {Tile} tile  of all steps of one layer
   * @param {Scene} scene
   * @param {Tile | null} free  the same steps of the free run
   */
  constructor(tile, scene, free) {
    this.ran = null;
    this.origin = new Int32Array(0); // which steps are new is not known
    this.tile = tile;
    this.alike = free && free.each === tile.each && free.columns === tile.columns ? free : null;
    this.steps = tile.last + 1;
    this.scene = scene;
    this.tiles = new Tiles({ steps: this.steps, bidirectional: scene.trace.bidirectional });
    this.tiles.add(tile, tile.arrays);
    /** @type {Float32Array | null} */
    this.remains = null;
    /** @type {Partial<Record<Gate, Float32Array>> | null} */
    this.off = null;
    const { y } = tile.arrays,
      said = this.alike?.arrays.y;
    /** Difference of the predictions, edited minus free, column by column; null where they cannot be compared. */
    this.saidApart =
      y && said && y.length === said.length
        ? tableOf(
            Float32Array.from(y, (value, k) => value - said[k]),
            y.columns,
            y.rows,
          )
        : null;
    this.saidScale = this.saidApart && scaleOf([/** @type {Float32Array} */ (this.saidApart)]);
  }

  /** Compute edited minus free, column by column. @returns {Partial<Record<Gate, Float32Array>>} */
  differences() {
    const { alike, tile } = this;
    if (!alike) return {};
    return (this.off ??= Object.fromEntries(
      GATES.map((gate) => [gate, Float32Array.from(tile.arrays[gate], (value, k) => value - alike.arrays[gate][k])]),
    ));
  }

  /** @returns {Tiles | null} null: the runs cannot be compared step by step */
  pictured() {
    const { tile } = this,
      off = this.differences();
    if (!this.alike) return null;
    const own = Object.fromEntries(
        ["x", "x_low", "x_high", "y", "y_low", "y_high", "wrong", "target", "said"].flatMap((name) =>
          tile.arrays[name] ? [[name, tile.arrays[name]]] : [],
        ),
      ),
      tiles = new Tiles({ steps: this.steps, bidirectional: this.scene.trace.bidirectional });
    const gates = Object.fromEntries(
      Object.entries(off).map(([gate, values]) => [gate, tableOf(values, tile.columns, tile.units)]),
    );
    tiles.add(tile, { ...own, ...gates, ...(this.saidApart && pictureOf(this.scene, this.saidApart)) });
    return tiles;
  }

  scales() {
    return scalesOf(this.differences());
  }

  largest() {
    const found = largest(this.differences(), this.tile.units);
    return found && { ...found, t: found.t * this.tile.each };
  }

  remaining() {
    if (this.remains) return this.remains;
    const { tile, alike, steps } = this,
      out = new Float32Array(steps).fill(NaN),
      columns = Int32Array.from({ length: tile.columns }, (_, k) => k);
    if (alike) {
      const each = remainingChange(
        /** @type {Float32Array} */ (tile.arrays.h),
        /** @type {Float32Array} */ (alike.arrays.h),
        columns,
        tile.columns,
        tile.units,
      );
      for (let t = 0; t < steps; t++) out[t] = each[tile.column(t)];
    }
    this.remains = out;
    return out;
  }

  course() {
    const remains = this.remaining();
    return {
      fate: fate(remains),
      gone: goneFrom(remains),
      peak: peak(remains),
      at: remains.indexOf(peak(remains)),
      last: remains[remains.length - 1],
    };
  }
}
