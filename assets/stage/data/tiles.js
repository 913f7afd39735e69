// Tiles of a trace: pieces of steps, exact or pooled over time.

/** @import { Panel, Statistic, TileHeader } from "./scene_types.js" */
/** @import { Table, Tables } from "../model/table.js" */

const MOST_TILES = 8;

/** Some steps of one layer; `each` steps share a column. */
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
   * Return the column of a step.
   * @param {number} t
   */
  column(t) {
    return Math.floor((t - this.first) / this.each);
  }

  /**
   * Return the number of steps in a column; the last may have fewer.
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
   * Return all rows of a step's column.
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
   * Pool `bin` columns from `start` on, and each `rowsEach` of the rows, into `out`. The mean weights columns by their
   * steps. A block with a NaN is NaN.
   * @param {Float64Array} out  one entry per block of rows
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
      for (let r = 0, k = 0, rest = rowsEach; r < count; r++, rest--) {
        if (rest === 0) {
          k++;
          rest = rowsEach;
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

/** Cache of one trace's tiles, newest first. */
export class Tiles {
  /** @param {{steps: number, bidirectional: boolean}} trace */
  constructor({ steps, bidirectional }) {
    /** @type {Tile[]} */
    this.tiles = [];
    this.steps = steps;
    this.bidirectional = bidirectional;
  }

  /**
   * Add a tile; it replaces one of the same steps. Tiles of the whole layer stay, to show until finer ones arrive.
   * @param {TileHeader} header
   * @param {Tables} arrays
   * @param {Tile | null} [onScreen]  stays too
   */
  add(header, arrays, onScreen = null) {
    const { layer, first, last } = header,
      tile = new Tile(header, arrays);
    this.tiles = [tile, ...this.tiles.filter((old) => old.layer !== layer || old.first !== first || old.last !== last)];
    const spare = this.tiles.filter((old) => old !== onScreen && !old.covers(old.layer, 0, this.steps - 1));
    if (spare.length > MOST_TILES) this.tiles.splice(this.tiles.indexOf(spare[spare.length - 1]), 1);
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
   * Return the finest tile that covers steps first to last.
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
   * Return all units (or inputs) of a step.
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
