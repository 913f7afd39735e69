// Inputs of a layer: the states of the layer below, and its own previous state.

/** @import { Tiles } from "./tiles.js" */
import { rowsBelow } from "../model/rerun.js";

/**
 * Return the rows of the layer axis whose states a layer reads; none for the first layer, which reads the
 * sequence.
 * @param {Pick<Tiles, "bidirectional">} tiles
 * @param {number} layer
 * @returns {number[]}
 */
export function layersBelow({ bidirectional }, layer) {
  return rowsBelow(layer, bidirectional ? 2 : 1);
}

/**
 * Return the state that a step starts from; null if it is not known exactly.
 * @param {Pick<Tiles, "tiles" | "reverse">} tiles
 * @param {number} layer
 * @param {number} t
 * @returns {Float32Array | Int32Array | null}
 */
export function previousState(tiles, layer, t) {
  const tile = tiles.tiles.find((each) => each.exact && each.covers(layer, t)),
    before = tiles.reverse(layer) ? t + 1 : t - 1;
  if (!tile) return null;
  return tile.covers(layer, before) ? tile.vector("h", before) : tile.arrays.before;
}
