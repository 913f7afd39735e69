// Outcome of the edits: the numbers of the edited run as tiles, and their differences from the free run.

/** @import { Gate, Scene } from "../data/scene_types.js" */
/** @import { Gates } from "../model/gru.js" */
/** @import { KnownHead } from "../data/known_model.js" */
/** @import { Table, Tables } from "../model/table.js" */
/** @import { Signal } from "./signal.js" */
import { targetAt, labelAt } from "../data/step_texts.js";
import { GATES } from "../data/panel_names.js";
import { headOutputs } from "../model/head.js";
/** @import { Tile } from "../data/tiles.js" */
import { tableOf } from "../model/table.js";
import { Tiles } from "../data/tiles.js";
import { alignSteps } from "./signal.js";
import { difference, fate, goneFrom, largest, remainingChange, peak, scaleOf, scalesOf } from "../data/differences.js";

/**
 * The edited run and the free run.
 * @typedef {object} EditedRun
 * @property {Gates[]} editedGates  edited run, by layer, [t * units + unit]
 * @property {Gates[]} freeGates  free run, by layer, over the steps of the original input
 * @property {Signal} signal  input of the edited run
 * @property {Float32Array} x  original input
 * @property {Float32Array} h0  [layer * units + unit], 0 for removed units
 * @property {boolean} isDone
 */

/**
 * Course of the change of h over the steps.
 * @typedef {object} ChangeCourse
 * @property {"never" | "gone" | "lasts"} fate
 * @property {number | null} endStep  first step without a visible change; null if it lasts or there is none
 * @property {number} peak  largest difference
 * @property {number} at  step of the largest difference
 * @property {number} last  difference at the last step
 */

/** Outcome of a run that was computed on this page. */
export class Outcome {
  /**
   * @param {EditedRun} run
   * @param {Scene} scene  of the free run
   * @param {Tiles} freeTiles  of the free run, for labels and targets
   * @param {KnownHead | null} head
   */
  constructor(run, scene, freeTiles, head) {
    this.run = run;
    this.scene = scene;
    this.freeTiles = freeTiles;
    this.head = head;
    const { units, layers, bidirectional } = scene.trace,
      { steps } = run.signal;
    this.units = units;
    this.layers = layers;
    this.bidirectional = bidirectional;
    this.steps = steps;
    /** For each step, the step of the original input it is compared with; -1 for none. */
    this.origin = alignSteps(run.signal, run.freeGates[0].h.length / units);
    this.x = inputsOf(run.signal, scene.tile.x_each);
    const { origin } = run.signal,
      editedSteps = editedStepsOf(run.signal, run.x);
    // a step with an edited input is labelled by its symbol, if it has one
    this.labels = scene.trace.labelled
      ? Array.from(origin, (from, t) =>
          editedSteps?.[t] || from < 0 ? symbolOf(run.signal, t, scene.channels) : labelAt(freeTiles, from),
        )
      : [];
    // the targets of another input are not known
    this.targetTexts =
      scene.trace.asks && !editedSteps
        ? Array.from(this.origin, (from) => (from < 0 ? "" : targetAt(freeTiles, from)))
        : [];
    /** @type {Map<number, Partial<Record<Gate, Float32Array>>>} */
    this.differencesByLayer = new Map();
    /** @type {Map<number, Float32Array>} */
    this.remainingByLayer = new Map();
    /** @type {Map<number, ChangeCourse>} */
    this.coursesByLayer = new Map();
    /** @type {Map<number, Record<Gate, number>>} */
    this.scalesByLayer = new Map();
    /** @type {Tables | null} */
    this.outputTables = null;
    /** @type {Table | null} */
    this.cachedOutputDifference = null;
    /** @type {number | null} */
    this.cachedOutputScale = null;
    this.tiles = this.makeTiles((layer) => this.arrays(layer));
  }

  /**
   * Make tiles with all steps of every layer.
   * @param {(layer: number) => Tables} arrays
   * @returns {Tiles}
   */
  makeTiles(arrays) {
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
          due: this.targetTexts,
        },
        arrays(layer),
      );
    }
    return tiles;
  }

  /**
   * Return the numbers of a layer as the tables of a tile.
   * @param {number} layer
   * @returns {Tables}
   */
  arrays(layer) {
    const { units, steps, run } = this,
      { r, z, n, h } = run.editedGates[layer],
      of = (/** @type {Float32Array} */ values) => tableOf(values, steps, units);
    return {
      x: this.x,
      r: of(r),
      z: of(z),
      n: of(n),
      h: of(h),
      before: tableOf(run.h0.slice(layer * units, (layer + 1) * units), 1, units),
      ...this.outputs(),
    };
  }

  /** Compute the predictions of the head, which reads the states of the top layer. @returns {Tables} */
  outputs() {
    const { head, run, steps, scene } = this;
    if (!head || !scene.answer) return {};
    if (this.outputTables) return this.outputTables;
    const target = targetOf(head, run.signal, this.origin, run.x),
      outputs = this.outputsOf(head, run.editedGates, steps, target);
    const tables = /** @type {Tables} */ ({ y: outputs.y });
    if (outputs.wrong) tables.wrong = outputs.wrong;
    if (outputs.said) tables.said = outputs.said;
    if (outputs.target) tables.target = outputs.target;
    this.outputTables = tables;
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
      this.headInput(gates, steps),
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
  headInput(gates, steps) {
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
    const cached = this.differencesByLayer.get(layer);
    if (cached) return cached;
    const {
      run: { editedGates, freeGates },
      origin,
      units,
    } = this;
    const differences = Object.fromEntries(
      GATES.map((gate) => [gate, difference(editedGates[layer][gate], freeGates[layer][gate], origin, units)]),
    );
    this.differencesByLayer.set(layer, differences);
    return differences;
  }

  /**
   * Return the differences of a layer as tiles, to draw them.
   * @param {number} layer
   */
  differenceTiles(layer) {
    const differences = this.differences(layer),
      { steps, units, outputDifference } = this;
    /** @type {Tables} */
    const tables = Object.fromEntries(
      GATES.map((gate) => [gate, tableOf(/** @type {Float32Array} */ (differences[gate]), steps, units)]),
    );
    return this.makeTiles((row) =>
      row !== layer
        ? this.arrays(row)
        : {
            ...this.arrays(row),
            ...tables,
            ...(outputDifference && outputDifferenceTables(this.scene, outputDifference)),
          },
    );
  }

  /** Difference of the predictions, edited minus free, row by row; null without a head. */
  get outputDifference() {
    const { head, run, units, steps } = this,
      { y } = this.outputs();
    if (this.cachedOutputDifference || !head || !y) return this.cachedOutputDifference;
    const freeGates = this.outputsOf(head, run.freeGates, run.freeGates[0].h.length / units, null).y;
    this.cachedOutputDifference = tableOf(
      difference(/** @type {Float32Array} */ (y), /** @type {Float32Array} */ (freeGates), this.origin, y.rows),
      steps,
      y.rows,
    );
    return this.cachedOutputDifference;
  }

  /** Colour scale of the differences of the predictions; null without a head. */
  get outputScale() {
    return (
      this.outputDifference &&
      (this.cachedOutputScale ??= scaleOf([/** @type {Float32Array} */ (this.outputDifference)]))
    );
  }

  /**
   * Return the colour scale of each gate's difference.
   * @param {number} layer
   */
  scales(layer) {
    const scales = this.scalesByLayer.get(layer) ?? scalesOf(this.differences(layer));
    this.scalesByLayer.set(layer, scales);
    return scales;
  }

  /**
   * Return the largest difference of a gate, with its place.
   * @param {number} layer
   */
  largest(layer) {
    return largest(this.differences(layer), this.units);
  }

  /**
   * Return the difference of h at each step, root mean square over the units.
   * @param {number} layer
   */
  remaining(layer) {
    const cached = this.remainingByLayer.get(layer);
    if (cached) return cached;
    const {
        run: { editedGates, freeGates },
        origin,
        steps,
        units,
      } = this,
      remaining = remainingChange(editedGates[layer].h, freeGates[layer].h, origin, steps, units);
    this.remainingByLayer.set(layer, remaining);
    return remaining;
  }

  /**
   * Return the course of the change of h. In a backward layer it is read from the last step to the first.
   * @param {number} layer
   * @returns {ChangeCourse}
   */
  course(layer) {
    const cached = this.coursesByLayer.get(layer);
    if (cached) return cached;
    const remains = this.remaining(layer),
      most = peak(remains),
      backwards = this.bidirectional && layer % 2 === 1,
      inOrder = backwards ? remains.slice().reverse() : remains,
      endInOrder = goneFrom(inOrder);
    let last = NaN;
    for (let k = remains.length - 1; k >= 0 && Number.isNaN(last); k--) last = inOrder[k];
    const course = {
      fate: fate(inOrder),
      endStep: endInOrder === null || !backwards ? endInOrder : remains.length - 1 - endInOrder,
      peak: most,
      at: remains.indexOf(most),
      last,
    };
    this.coursesByLayer.set(layer, course);
    return course;
  }
}

/**
 * Return the rows of the input panel. With many inputs, a row is the mean of several.
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
 * Return for each step whether its input is edited; null if none is.
 * @param {Signal} signal
 * @param {Float32Array} originalX
 * @returns {boolean[] | null}
 */
function editedStepsOf({ x, origin, inputs }, originalX) {
  if (x === originalX) return null;
  const isEdited = Array.from(origin, (from, t) => {
    if (from >= 0) for (let k = 0; k < inputs; k++) if (x[t * inputs + k] !== originalX[from * inputs + k]) return true;
    return false;
  });
  return isEdited.includes(true) ? isEdited : null;
}

/**
 * Return the name of the symbol at a step; "" if the step is not one-hot.
 * @param {Signal} signal
 * @param {number} t
 * @param {string[]} names
 */
function symbolOf({ x, inputs }, t, names) {
  let index = -1;
  for (let k = 0; k < inputs; k++) {
    const value = x[t * inputs + k];
    if (value === 0) continue;
    if (value !== 1 || index >= 0) return "";
    index = k;
  }
  return names[index] ?? "";
}

/**
 * Return the targets of the edited input's steps. Inserted steps have none. If a number of the input was edited, no step
 * has one: the targets of another input are not known.
 * @param {KnownHead} head
 * @param {Signal} signal
 * @param {Int32Array} origin
 * @param {Float32Array} originalX
 */
function targetOf({ target, targets }, { x, steps, inputs }, origin, originalX) {
  if (!target) return null;
  const out = new Float32Array(steps * targets).fill(NaN);
  for (let t = 0; t < steps; t++) {
    const from = origin[t];
    if (from < 0) continue;
    if (x !== originalX)
      for (let k = 0; k < inputs; k++) if (x[t * inputs + k] !== originalX[from * inputs + k]) return null;
    out.set(target.subarray(from * targets, (from + 1) * targets), t * targets);
  }
  return out;
}

/**
 * Concatenate the states of both directions at each step.
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
export function outputDifferenceTables({ answer }, y) {
  const tables = /** @type {Tables} */ ({ y, y_low: y, y_high: y });
  if (answer?.kind !== "classes") tables.target = tableOf(new Float32Array(y.length).fill(NaN), y.columns, y.rows);
  return tables;
}
