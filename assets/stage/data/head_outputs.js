// Predictions of a run's head as rows of a panel: at most 64, with a scale and the wrong steps. Same rules as
// gruviz/protocol/outputs.py; tests/protocol/test_scene_from.py compares the two.

/** @import { LocalHead, LocalRun } from "./local_run.js" */
/** @import { OutputSpec } from "../model/head.js" */
/** @import { Table, Tables } from "../model/table.js" */
import { headOutputs } from "../model/head.js";
import { headInput } from "./local_run.js";
import { pool, nanMeans } from "./pooling.js";
import { shorten } from "./tile_from.js";

export const MOST_ROWS = 64; // of classes; further classes share the last row
export const LONGEST_NAME = 40;
const PADDING = 0.05; // of the scale of numbers, at each end

/** Outputs of a run's head at all steps. */
export class HeadOutputs {
  /** @param {LocalRun & {head: LocalHead}} run */
  constructor(run) {
    this.head = run.head;
    this.target = run.target;
    this.steps = run.steps;
    this.states = headInput(run);
    this.wide = this.states.length / run.steps;
    this.canJudge = this.head.kind !== "numbers" || this.head.within !== null;
    const y = this.needsAll ? headOutputs(this.head, this.states, this.steps, this.wide).y : null;
    this.rows = y && this.head.kind === "classes" ? this.rowsOf(y) : null;
    this.ends = y && this.head.kind !== "classes" ? this.endsOf(y) : /** @type {const} */ ([0, 1]);
  }

  /** Whether rows or scale depend on every output of the run. */
  get needsAll() {
    return this.head.kind !== "classes" || this.head.b.length > MOST_ROWS;
  }

  /**
   * Return the classes that get a row: the most frequent predictions and targets, in class order.
   * @param {Table} y
   */
  rowsOf(y) {
    const counts = new Float64Array(y.rows);
    for (let k = 0; k < y.rows; k++) {
      let sum = 0;
      for (let t = 0; t < this.steps; t++) sum += y[t * y.rows + k];
      counts[k] = Number.isFinite(sum) ? sum / this.steps : 0; // less than 1: orders classes of equal count
    }
    for (let t = 0; t < this.steps; t++) counts[largest(y, t * y.rows, y.rows)]++;
    for (const target of this.target ?? []) if (!Number.isNaN(target)) counts[target]++;
    const order = Array.from(counts, (_, k) => k).sort((a, b) => counts[b] - counts[a]);
    return order.slice(0, MOST_ROWS - 1).sort((a, b) => a - b);
  }

  /**
   * Return the scale of numbers: the range of outputs, targets and 0; of signs at least -1 to 1.
   * @param {Table} y
   * @returns {readonly [number, number]}
   */
  endsOf(y) {
    let [low, high] = this.head.kind === "signs" ? [-1, 1] : [0, 0];
    for (const values of [y, this.target ?? []]) {
      for (const value of values) {
        if (!Number.isFinite(value)) continue;
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
    if (low === high) high = 1;
    const margin = PADDING * (high - low);
    return [Number((low - margin).toFixed(4)), Number((high + margin).toFixed(4))];
  }

  /**
   * Return the field `answer` of a scene's header.
   * @param {string[]} channels  names of the inputs in the same header; equal names of outputs are left out
   * @returns {OutputSpec}
   */
  header(channels) {
    const { head, rows, target } = this,
      every = rows ? rows.map((k) => head.names[k]) : head.names,
      names = every.map((name) => shorten(name, LONGEST_NAME)),
      [low, high] = this.ends;
    const isSameAsChannels = names.length <= channels.length && names.every((name, k) => name === shorten(channels[k]));
    return {
      kind: head.kind,
      count: names.length + (rows ? 1 : 0),
      within: head.within,
      ...(!isSameAsChannels && { names }),
      ...(rows && { rows }),
      ...(target && this.canJudge && { judged: true }),
      ...(head.kind !== "classes" && { low, high }),
    };
  }

  /**
   * Return the tables of a tile: y, and `wrong` if predictions can be wrong. An exact tile also has the targets and the
   * predicted classes, a pooled one y_low and y_high.
   * @param {number} first
   * @param {number} last
   * @param {number} columns  at most
   * @returns {Tables}
   */
  arrays(first, last, columns) {
    const { head, rows, wide, steps } = this,
      count = last + 1 - first,
      each = this.target ? this.target.length / steps : 0;
    const targets = this.target && this.target.subarray(first * each, (last + 1) * each),
      states = this.states.subarray(first * wide, (last + 1) * wide);
    const { y, wrong, target, said } = headOutputs(rows ? { ...head, rows } : head, states, count, wide, targets);
    const cells = pool(/** @type {Float32Array} */ (y), y.rows, columns, y.rows),
      exact = cells.stepsEach === 1;
    return {
      y: cells.mean,
      ...(!exact && { y_low: cells.low, y_high: cells.high }),
      ...(wrong && { wrong: nanMeans(wrong, cells.stepsEach) }),
      ...(exact && target && { target }),
      ...(exact && said && { said }),
    };
  }
}

/**
 * Return the index of the largest number. NaN counts as the largest, as in NumPy.
 * @param {ArrayLike<number>} values
 * @param {number} from
 * @param {number} count
 */
function largest(values, from, count) {
  let best = 0;
  for (let k = 0; k < count; k++) {
    if (Number.isNaN(values[from + k])) return k;
    if (values[from + k] > values[from + best]) best = k;
  }
  return best;
}
