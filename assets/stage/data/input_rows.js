// Rows of the input panel. Few inputs are lines, many are colours; several share a row if there are very many.

/** @import { Scene } from "./scene_types.js" */

const FEW = 4; // more inputs than this are drawn as colour

/**
 * Whether the input is drawn as colour; else as lines.
 * @param {Pick<Scene, "trace">} scene
 */
export function isInputColoured({ trace }) {
  return trace.inputs > FEW;
}

/**
 * Return the number of rows.
 * @param {Pick<Scene, "trace" | "tile">} scene
 */
export function inputRows({ trace, tile }) {
  return Math.ceil(trace.inputs / tile.x_each);
}

/**
 * Return the name of a row. A row of several inputs is their mean and named by their range.
 * @param {Pick<Scene, "trace" | "tile" | "channels">} scene
 * @param {number} k
 */
export function inputName({ trace, tile: { x_each: each }, channels }, k) {
  return each > 1 ? `${k * each}\u2013${Math.min((k + 1) * each, trace.inputs) - 1}` : (channels[k] ?? String(k));
}
