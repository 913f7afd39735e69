// Sums that make up the selected unit's pre-activations, in pieces of steps as Python sent them.

/** @import { Table, Tables } from "../model/table.js" */

export const PIECE = 256; // steps asked for at once, as gruviz/protocol/requests.py allows
const HALF = PIECE / 2,
  KEPT = 16;
const PARTS = /** @type {const} */ (["x", "h", "b", "total", "inner", "inner_h", "inner_b"]);

/** @typedef {{layer: number, unit: number, first: number, last: number}} SumsPiece */
/**
 * W x, what the state adds, the biases, and their sum. Of n, what stands before r acts too: inner = inner_h + inner_b.
 * @typedef {{x: number, h: number, b: number, total: number, inner?: number, inner_h?: number, inner_b?: number}} UnitSums
 */

export class Sums {
  constructor() {
    /** @type {(SumsPiece & {arrays: Tables})[]} newest first */
    this.pieces = [];
  }

  /**
   * @param {SumsPiece} piece
   * @param {Tables} arrays  r, z and n, each (step, part)
   */
  add({ layer, unit, first, last }, arrays) {
    this.pieces = [{ layer, unit, first, last, arrays }, ...this.pieces].slice(0, KEPT);
  }

  /**
   * @param {number} layer
   * @param {number} unit
   * @param {number} t
   * @returns {Record<"r" | "z" | "n", UnitSums> | null}
   */
  at(layer, unit, t) {
    const piece = this.pieces.find(
      (each) => each.layer === layer && each.unit === unit && each.first <= t && t <= each.last,
    );
    if (!piece) return null;
    const { r, z, n } = piece.arrays,
      row = t - piece.first;
    return { r: named(r, row), z: named(z, row), n: named(n, row) };
  }

  /**
   * What to ask for where nothing is known of a step; null where it is.
   * @param {number} layer
   * @param {number} unit
   * @param {number} t
   * @param {number} steps  of the trace
   * @returns {SumsPiece | null}
   */
  wanted(layer, unit, t, steps) {
    if (this.at(layer, unit, t)) return null;
    // pieces begin at fixed places: a walk to and fro asks for none twice
    const first = steps <= PIECE ? 0 : Math.max(0, Math.floor(t / HALF - 0.5) * HALF);
    return { layer, unit, first, last: Math.min(steps, first + PIECE) - 1 };
  }
}

/**
 * @param {Table} table
 * @param {number} row
 * @returns {UnitSums}
 */
function named(table, row) {
  return /** @type {UnitSums} */ (
    Object.fromEntries(PARTS.slice(0, table.rows).map((name, k) => [name, table[row * table.rows + k]]))
  );
}
