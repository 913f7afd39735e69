// Parts of the selected unit's pre-activations, in pieces of steps.

/** @import { Table, Tables } from "../model/table.js" */

export const PIECE = 256; // steps per request, as in gruviz/protocol/requests.py
const HALF = PIECE / 2,
  MOST_PIECES = 16;
const PARTS = /** @type {const} */ (["x", "h", "b", "total", "inner", "inner_h", "inner_b"]);

/** @typedef {{layer: number, unit: number, first: number, last: number}} SumsPiece */
/**
 * x: W x; h: U h; b: the biases; total: their sum. Of n also the parts that r multiplies: inner = inner_h + inner_b.
 * @typedef {{x: number, h: number, b: number, total: number, inner?: number, inner_h?: number, inner_b?: number}} UnitSums
 */

/** Cache of pieces. */
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
    this.pieces = [{ layer, unit, first, last, arrays }, ...this.pieces].slice(0, MOST_PIECES);
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
    return { r: partsOf(r, row), z: partsOf(z, row), n: partsOf(n, row) };
  }

  /**
   * Return the piece to request for a step; null if it is in the cache.
   * @param {number} layer
   * @param {number} unit
   * @param {number} t
   * @param {number} steps  of the trace
   * @returns {SumsPiece | null}
   */
  missingPiece(layer, unit, t, steps) {
    if (this.at(layer, unit, t)) return null;
    // pieces begin at fixed steps: going back and forth requests none twice
    const first = steps <= PIECE ? 0 : Math.max(0, Math.floor(t / HALF - 0.5) * HALF);
    return { layer, unit, first, last: Math.min(steps, first + PIECE) - 1 };
  }
}

/**
 * @param {Table} table
 * @param {number} row
 * @returns {UnitSums}
 */
function partsOf(table, row) {
  return /** @type {UnitSums} */ (
    Object.fromEntries(PARTS.slice(0, table.rows).map((name, k) => [name, table[row * table.rows + k]]))
  );
}
