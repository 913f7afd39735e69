// What is known of a trace: pieces of it, each in every step or pooled over time, and the best of them for a purpose.

/** @import { Panel, Statistic, TileHeader } from "./scene_types.js" */
/** @import { Table, Tables } from "../model/table.js" */

const KEPT_TILES = 8;

/** Some steps of one layer; `each` steps share a column where they are pooled. */
export class Tile {
  /**
   * @param {TileHeader} header
   * @param {Tables} arrays
   */
  constructor(header, arrays) {
    this.layer = header.layer;
    this.first = header.first;
    this.last = header.last;
    this.each = header.each;
    this.x_each = header.x_each;
    this.labels = header.labels;
    this.due = header.due;
    this.arrays = arrays;
    this.columns = arrays.z.columns;
    this.units = arrays.z.rows;
    this.exact = this.each === 1;
  }

  /**
   * @param {number} layer
   * @param {number} first
   * @param {number} [last]
   */
  covers(layer, first, last = first) {
    return this.layer === layer && this.first <= first && this.last >= last;
  }

  /**
   * The column a step is in.
   * @param {number} t
   */
  column(t) {
    return Math.floor((t - this.first) / this.each);
  }

  /**
   * How many steps a column stands for: the last may hold fewer.
   * @param {number} column
   */
  weight(column) {
    return Math.min(this.each, this.last + 1 - this.first - column * this.each);
  }

  /**
   * @param {Panel} name
   * @param {Statistic} statistic
   * @returns {Table}
   */
  array(name, statistic) {
    return this.exact || statistic === "mean" ? this.arrays[name] : this.arrays[`${name}_${statistic}`];
  }

  /**
   * All rows of a step's column.
   * @param {string} name
   * @param {number} t
   * @returns {Float32Array | Int32Array}
   */
  vector(name, t) {
    const { [name]: table } = this.arrays,
      at = this.column(t);
    return table.subarray(at * table.rows, (at + 1) * table.rows);
  }

  /**
   * `bin` columns from `start` on as one, `rowsEach` of the chosen rows as one: their mean, lowest or highest into `out`.
   * Columns count as many times as they hold steps; one NaN makes a block NaN.
   * @param {Float64Array} out  one place a block of rows
   * @param {Panel} name
   * @param {Statistic} statistic
   * @param {number} start
   * @param {number} bin
   * @param {ArrayLike<number>} rows
   * @param {number} rowsEach
   */
  pool(out, name, statistic, start, bin, rows, rowsEach) {
    const values = this.array(name, statistic),
      wide = values.rows,
      end = Math.min(start + bin, this.columns),
      count = rows.length;
    if (bin === 1 && rowsEach === 1) {
      for (let r = 0; r < count; r++) out[r] = values[start * wide + rows[r]];
      return;
    }
    out.fill(statistic === "low" ? Infinity : statistic === "high" ? -Infinity : 0);
    let steps = 0;
    for (let at = start; at < end; at++) {
      const weight = this.weight(at),
        base = at * wide;
      steps += weight;
      for (let r = 0, k = 0, left = rowsEach; r < count; r++, left--) {
        if (left === 0) {
          k++;
          left = rowsEach;
        }
        const value = values[base + rows[r]];
        if (statistic === "mean") out[k] += value * weight;
        else if (value !== value || (statistic === "low" ? value < out[k] : value > out[k])) out[k] = value;
      }
    }
    if (statistic === "mean")
      for (let k = 0; k < out.length; k++) out[k] /= steps * Math.min(rowsEach, count - k * rowsEach);
  }
}

/** All that is known of one trace, newest first. */
export class Tiles {
  /** @param {{steps: number, bidirectional: boolean}} trace */
  constructor({ steps, bidirectional }) {
    /** @type {Tile[]} */
    this.tiles = [];
    this.steps = steps;
    this.bidirectional = bidirectional;
  }

  /**
   * In place of one of the same steps. Overviews stay: they are what is seen while something finer is on its way; so does what is on the screen.
   * @param {TileHeader} header
   * @param {Tables} arrays
   * @param {Tile | null} [onScreen]
   */
  add(header, arrays, onScreen = null) {
    const { layer, first, last } = header,
      tile = new Tile(header, arrays);
    this.tiles = [tile, ...this.tiles.filter((old) => old.layer !== layer || old.first !== first || old.last !== last)];
    const spare = this.tiles.filter((old) => old !== onScreen && !old.covers(old.layer, 0, this.steps - 1));
    if (spare.length > KEPT_TILES) this.tiles.splice(this.tiles.indexOf(spare[spare.length - 1]), 1);
  }

  /**
   * @param {number} layer
   * @param {number} first
   * @param {number} last
   */
  has(layer, first, last) {
    return this.tiles.some((tile) => tile.layer === layer && tile.first === first && tile.last === last);
  }

  /**
   * @param {number} layer
   * @param {number} t
   */
  finest(layer, t) {
    return this.covering(layer, t, t);
  }

  /**
   * What to draw of steps first to last: the finest tile that covers them all.
   * @param {number} layer
   * @param {number} first
   * @param {number} last
   * @returns {Tile | null}
   */
  covering(layer, first, last) {
    /** @type {Tile | null} */
    let best = null;
    for (const tile of this.tiles) if (tile.covers(layer, first, last) && (!best || tile.each < best.each)) best = tile;
    return best;
  }

  /**
   * All units (or inputs) of a step.
   * @param {Panel} name
   * @param {number} layer
   * @param {number} t
   * @returns {Float32Array | Int32Array | null}
   */
  vector(name, layer, t) {
    return this.finest(layer, t)?.vector(name, t) ?? null;
  }

  /**
   * Whether a layer computes from the end.
   * @param {number} layer
   */
  reverse(layer) {
    return this.bidirectional && layer % 2 === 1;
  }
}
