// Values as pixels: one per cell, or one per block of cells.

/** @import { Panel, Statistic } from "../data/scene_types.js" */
/** @import { Palette } from "../view/palette.js" */
/** @import { Tile } from "../data/tiles.js" */
import { contextOf } from "./canvas.js";

/**
 * Draw one pixel per cell on a canvas, which is reused.
 * @param {Partial<Record<Panel, HTMLCanvasElement>>} images  canvases to reuse
 * @param {Panel} name
 * @param {Tile} tile
 * @param {Statistic} statistic
 * @param {Palette} palette
 * @param {ArrayLike<number>} rows
 * @param {number} start first column
 * @param {number} columns
 * @param {number} bin columns that share a pixel
 * @param {number} rowsEach rows that share a pixel
 * @param {(row: number, value: number) => number} [scale] applied to values before the palette
 * @returns {HTMLCanvasElement}
 */
export function raster(images, name, tile, statistic, palette, rows, start, columns, bin, rowsEach, scale) {
  const height = Math.ceil(rows.length / rowsEach);
  let canvas = images[name];
  if (!canvas || canvas.width < columns || canvas.height < height) {
    canvas = document.createElement("canvas");
    canvas.width = columns;
    canvas.height = height;
    images[name] = canvas;
  }
  const context = contextOf(canvas),
    pixels = context.createImageData(columns, height);
  const out = new Uint32Array(pixels.data.buffer),
    column = new Float64Array(height);
  for (let c = 0; c < columns; c++) {
    tile.pool(column, name, statistic, start + c * bin, bin, rows, rowsEach);
    if (scale)
      column.forEach((value, k) => {
        column[k] = scale(k, value);
      });
    palette.paint(out, c, columns, column);
  }
  context.putImageData(pixels, 0, 0);
  return canvas;
}
