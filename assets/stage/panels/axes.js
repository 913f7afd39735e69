// Axes of a heatmap: unit names, colour bar, step numbers.

/** @import { Palette } from "../view/palette.js" */
/** @import { AxisSurface } from "./panel_types.js" */
import { axisNumber } from "../view/axis_number.js";
import { niceStep, shorten } from "./canvas.js";

export const LETTER = 13; // px of height

/**
 * @param {AxisSurface} panels
 * @param {CanvasRenderingContext2D} context
 * @param {number} top
 * @param {number} height
 */
export function unitAxis(panels, context, top, height) {
  rowNames(panels, context, panels.units.length, (k) => panels.unitName(panels.units[k]), top, height);
}

/**
 * @param {AxisSurface} panels
 * @param {CanvasRenderingContext2D} context
 * @param {number} count  of rows
 * @param {(row: number) => string} nameOf
 * @param {number} top
 * @param {number} height  of all rows
 */
export function rowNames(panels, context, count, nameOf, top, height) {
  const every = nameInterval(panels, count, height);
  context.fillStyle = panels.ink.muted;
  context.textAlign = "right";
  context.textBaseline = "middle";
  let free = 0;
  for (let k = 0; k < count; k += every) {
    const y = nameOffset(panels, k, count, height);
    if (y < free) continue;
    free = y + LETTER * panels.scale - 3;
    context.fillText(shorten(context, nameOf(k), panels.left - 12), panels.left - 9, top + y);
  }
}

/**
 * Return the interval of rows with a name.
 * @param {Pick<AxisSurface, "scale">} panels
 * @param {number} count
 * @param {number} height  of all rows
 */
export function nameInterval({ scale }, count, height) {
  return Math.max(1, niceStep((LETTER * scale * count) / height));
}

/**
 * Return px from the top to the middle of a row's name. The first and last one are shifted into the panel.
 * @param {Pick<AxisSurface, "scale">} panels
 * @param {number} row
 * @param {number} count
 * @param {number} height  of all rows
 */
export function nameOffset({ scale }, row, count, height) {
  const half = Math.min(height, LETTER * scale) / 2;
  return Math.max(half, Math.min(height - half, ((row + 0.5) * height) / count));
}

/**
 * @param {AxisSurface} panels
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} palette
 * @param {number} top
 * @param {number} height
 * @param {[string, string]} [words]  for the ends, if each row has its own scale
 */
export function colourBar(panels, context, palette, top, height, words) {
  const left = panels.left + panels.plot + 6,
    wide = 9;
  for (let y = 0; y < height; y++) {
    context.fillStyle = palette.css(palette.high - ((y + 0.5) / height) * (palette.high - palette.low));
    context.fillRect(left, top + y, wide, 1.5);
  }
  context.strokeStyle = panels.ink.line;
  context.strokeRect(left - 0.5, top - 0.5, wide + 1, height + 1);
  context.fillStyle = panels.ink.muted;
  context.textAlign = "left";
  context.textBaseline = "middle";
  const middle = (palette.low + palette.high) / 2;
  for (const value of height < 40 || words ? [palette.low, palette.high] : [palette.low, middle, palette.high]) {
    const y = top + ((palette.high - value) / (palette.high - palette.low)) * height;
    const text = words ? words[value === palette.low ? 0 : 1] : axisNumber(value);
    context.fillText(text, left + wide + 3, Math.max(top + 5, Math.min(top + height - 5, y)));
  }
}

/**
 * @param {AxisSurface} panels
 * @param {CanvasRenderingContext2D} context
 * @param {number} first
 * @param {number} last
 * @returns {number[][]} middle and half width of each number
 */
export function timeTicks(panels, context, first, last) {
  const { left, plot, scale, size, axisTop } = panels,
    every = niceStep((context.measureText(String(last)).width + 30) / panels.cellWidth()),
    ticks = [];
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (let t = Math.ceil(first / every) * every; t <= last; t += every) {
    const x = panels.x(t + 0.5),
      text = String(t),
      half = context.measureText(text).width / 2;
    if (x < left - 1 || x > left + plot + 1) continue;
    context.fillStyle = context.strokeStyle = panels.ink.muted;
    context.beginPath();
    for (const y of [size.ruler - 5, axisTop + 1]) {
      context.moveTo(x, y);
      context.lineTo(x, y + 4);
    }
    context.stroke();
    const at = Math.max(half + 1, Math.min(panels.width - half - 1, x));
    context.fillText(text, at, size.ruler - 13 * scale);
    context.fillText(text, at, axisTop + 13 * scale);
    ticks.push([at, half]);
  }
  context.textAlign = "left";
  context.fillText(panels.words.step, 2, axisTop + 13 * scale);
  return ticks;
}
