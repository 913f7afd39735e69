// The panel of the input: a few channels as lines, many as colour; on one scale, or each on its own.

/** @import { Scene } from "../../fields.js" */
/** @import { Tile } from "../../numbers/tiles.js" */
/** @import { Palette } from "../palette.js" */
/** @import { Panels } from "../panels.js" */
import { drawCourse } from "../canvas.js";
import { raster } from "../raster.js";

const FEW = 4;  // more inputs than this are drawn as colour
const LANE = 28, LINE = 44, ROW = 9;  // px of an input on its own scale, of all as lines, of one as colour
const LEAST = 22, HIGHEST = 60;  // px of those as colour
const LOW = 560;  // px of a screen that has little room

/**
 * Where the columns of the strip stand.
 * @typedef {{tile: Tile, palette: Palette, start: number, columns: number, bin: number, left: number, right: number, top: number, height: number}} Strip
 */

/**
 * Whether it is drawn as colour; else as lines.
 * @param {Scene} scene
 */
export function asColour({ trace }) {
  return trace.inputs > FEW;
}

/** @param {Scene} scene */
export function inputRows({ trace, tile }) {
  return Math.ceil(trace.inputs / tile.x_each);
}

/**
 * What a row of the input is called; beyond 64 inputs a row is the mean of several.
 * @param {Scene} scene
 * @param {number} k
 */
export function channel({ trace, tile: { x_each: each }, channels }, k) {
  return each > 1 ? `${k * each}\u2013${Math.min((k + 1) * each, trace.inputs) - 1}` : channels[k] ?? String(k);
}

/**
 * Px of the panel without its title.
 * @param {Panels} panels
 * @param {number} room  of the whole screen
 */
export function inputHeight({ scene, own }, room) {
  if (asColour(scene)) return Math.max(LEAST, Math.min(inputRows(scene) * ROW, room < LOW ? 40 : HIGHEST));
  return own ? inputRows(scene) * LANE : room < LOW ? 34 : LINE;
}

/**
 * The row of the input at a height.
 * @param {Panels} panels
 * @param {number} y
 */
export function inputAt(panels, y) {
  const { top, height } = panels.row("x"), rows = inputRows(panels.scene);
  return Math.max(0, Math.min(rows - 1, Math.floor((y - top) / height * rows)));
}

/**
 * Where a number of an input is on its own scale, 0 to 1; one that never changes is in the middle.
 * @param {Scene} scene
 * @param {number} k
 * @param {number} value
 */
function share({ x_ends: ends }, k, value) {
  const [low, high] = ends[k];
  return high > low ? (value - low) / (high - low) : 0.5;
}

/**
 * @param {Panels} panels
 * @param {CanvasRenderingContext2D} context
 * @param {Strip} strip
 */
export function drawInput({ scene, own, ink, images, left: edge, plot }, context, { tile, palette, start, columns, bin, left, right, top, height }) {
  const inputs = tile.arrays.x.rows;
  if (asColour(scene)) {
    const all = Int32Array.from({ length: inputs }, (_, k) => k);
    const image = raster(images, "x", tile, "mean", palette, all, start, columns, bin, 1, own ? (k, value) => share(scene, k, value) : undefined);
    context.drawImage(image, 0, 0, columns, inputs, left, top, right - left, height);
    return;
  }
  const lane = height / inputs;
  /** @type {(value: number, k: number) => number} */
  const y = own ? (value, k) => top + k * lane + 4 + (1 - share(scene, k, value)) * (lane - 8)
    : (value) => top + 4 + (palette.high - value) / (palette.high - palette.from) * (height - 8);
  context.strokeStyle = ink.line;
  context.beginPath();
  // zero; or between inputs that each have a scale of their own
  for (const at of own ? Array.from({ length: inputs - 1 }, (_, k) => Math.round(top + (k + 1) * lane) - 0.5) : [y(0, 0)]) {
    context.moveTo(edge, at);
    context.lineTo(edge + plot, at);
  }
  context.stroke();
  for (let k = 0; k < inputs; k++) {
    drawCourse(context, { tile, name: "x", row: k, start, columns, bin, left, right, colour: ink.inputs[k] }, (value) => y(value, k));
  }
}
