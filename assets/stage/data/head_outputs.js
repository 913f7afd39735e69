// What the head of a run predicts, as a stage shows it: rows bounded, a scale, and where it is wrong. The rules of
// gruviz/protocol/outputs.py once more, held to it by tests/protocol/test_scene_from.py.

/** @import { LocalHead, LocalRun } from "./local_run.js" */
/** @import { OutputSpec } from "../model/head.js" */
/** @import { Table, Tables } from "../model/table.js" */
import { headOutputs } from "../model/head.js";
import { statesRead } from "./local_run.js";
import { pool, shares } from "./pooling.js";
import { shortened } from "./tile_from.js";

export const MOST_ROWS = 64; // of classes: beyond it the rest share the last row
export const LONGEST_NAME = 40;
const ROUND = 1.05; // of the scale of numbers: their lines keep off its ends

/** A run's head over its trace. */
export class HeadOutputs {
  /** @param {LocalRun & {head: LocalHead}} run */
  constructor(run) {
    this.head = run.head;
    this.target = run.target;
    this.steps = run.steps;
    this.states = statesRead(run);
    this.wide = this.states.length / run.steps;
    this.judges = this.head.kind !== "numbers" || this.head.within !== null;
    const y = this.needsAll ? headOutputs(this.head, this.states, this.steps, this.wide).y : null;
    this.rows = y && this.head.kind === "classes" ? this.rowsOf(y) : null;
    this.ends = y && this.head.kind !== "classes" ? this.endsOf(y) : /** @type {const} */ ([0, 1]);
  }

  /** Whether rows or scale depend on every output of the run. */
  get needsAll() {
    return this.head.kind !== "classes" || this.head.b.length > MOST_ROWS;
  }

  /**
   * The classes that have a row: those predicted or due most often, in their own order. All others share one more.
   * @param {Table} y
   */
  rowsOf(y) {
    const often = new Float64Array(y.rows);
    for (let k = 0; k < y.rows; k++) {
      let sum = 0;
      for (let t = 0; t < this.steps; t++) sum += y[t * y.rows + k];
      often[k] = Number.isFinite(sum) ? sum / this.steps : 0; // less than 1 in all: it orders those of equal count
    }
    for (let t = 0; t < this.steps; t++) often[largest(y, t * y.rows, y.rows)]++;
    for (const due of this.target ?? []) if (!Number.isNaN(due)) often[due]++;
    const order = Array.from(often, (_, k) => k).sort((a, b) => often[b] - often[a]);
    return order.slice(0, MOST_ROWS - 1).sort((a, b) => a - b);
  }

  /**
   * The scale of numbers: outputs, targets and 0; of signs at least -1 to 1.
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
    const spare = (ROUND - 1) * (high - low);
    return [Number((low - spare).toFixed(4)), Number((high + spare).toFixed(4))];
  }

  /**
   * What a scene tells of it.
   * @param {string[]} channels  names of the inputs that the scene sends too: names that are the same are not sent again
   * @returns {OutputSpec}
   */
  header(channels) {
    const { head, rows, target } = this,
      every = rows ? rows.map((k) => head.names[k]) : head.names,
      names = every.map((name) => shortened(name, LONGEST_NAME)),
      [low, high] = this.ends;
    const alike = names.length <= channels.length && names.every((name, k) => name === shortened(channels[k]));
    return {
      kind: head.kind,
      count: names.length + (rows ? 1 : 0),
      within: head.within,
      ...(!alike && { names }),
      ...(rows && { rows }),
      ...(target && this.judges && { judged: true }),
      ...(head.kind !== "classes" && { low, high }),
    };
  }

  /**
   * What a tile of some steps holds of it: y, wrong where it can be, target and the class predicted where each step has
   * its column; y_low and y_high where steps share one.
   * @param {number} first
   * @param {number} last
   * @param {number} columns  most of them
   * @returns {Tables}
   */
  arrays(first, last, columns) {
    const { head, rows, wide, steps } = this,
      count = last + 1 - first,
      each = this.target ? this.target.length / steps : 0;
    const due = this.target && this.target.subarray(first * each, (last + 1) * each),
      read = this.states.subarray(first * wide, (last + 1) * wide);
    const { y, wrong, target, said } = headOutputs(rows ? { ...head, rows } : head, read, count, wide, due);
    const cells = pool(/** @type {Float32Array} */ (y), y.rows, columns, y.rows),
      exact = cells.stepsEach === 1;
    return {
      y: cells.mean,
      ...(!exact && { y_low: cells.low, y_high: cells.high }),
      ...(wrong && { wrong: shares(wrong, cells.stepsEach) }),
      ...(exact && target && { target }),
      ...(exact && said && { said }),
    };
  }
}

/**
 * Where the largest of some numbers is; NaN is larger than any, as in NumPy.
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
