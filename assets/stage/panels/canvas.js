// Small things drawn and measured on a canvas.

/** @import { Tile } from "../numbers/tiles.js" */

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {CanvasRenderingContext2D}
 */
export function contextOf(canvas) {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this canvas cannot be drawn on");
  return context;
}

/**
 * 1, 2, 5, 10, 20 ... at least `wanted`.
 * @param {number} wanted
 * @returns {number}
 */
export function niceStep(wanted) {
  const power = 10 ** Math.floor(Math.log10(Math.max(wanted, 1)));
  return Math.max(1, [1, 2, 5, 10].map((k) => k * power).find((step) => step >= wanted) ?? wanted);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {number} room  px
 * @returns {string}
 */
export function shorten(context, text, room) {
  if (context.measureText(text).width <= room) return text;
  let cut = text;
  while (cut.length > 1 && context.measureText(`${cut}\u2026`).width > room) cut = cut.slice(0, -1);
  return `${cut}\u2026`;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 * @param {number} radius
 */
export function roundedRect(context, x, y, width, height, radius) {
  context.beginPath();
  context.roundRect(x, y, width, height, Math.min(radius, width / 2, height / 2));
  context.fill();
}

/**
 * One row over time: a line of steps, or where steps share a pixel a band from the lowest to the highest value of each.
 * @param {CanvasRenderingContext2D} context
 * @param {{tile: Tile, name: "x" | "y", row: number, start: number, columns: number, bin: number, left: number, right: number, colour: string}} course
 * @param {(value: number) => number} y
 */
export function drawCourse(context, { tile, name, row, start, columns, bin, left, right, colour }, y) {
  const values = tile.arrays[name], rows = values.rows, each = (right - left) / columns;
  context.strokeStyle = context.fillStyle = colour;
  if (bin > 1 || !tile.exact) {
    const lows = tile.array(name, "low"), highs = tile.array(name, "high");
    context.globalAlpha = 0.75;
    for (let c = 0; c < columns; c++) {
      let low = Infinity, high = -Infinity;
      for (let at = start + c * bin; at < Math.min(start + (c + 1) * bin, tile.columns); at++) {
        low = Math.min(low, lows[at * rows + row]);
        high = Math.max(high, highs[at * rows + row]);
      }
      context.fillRect(left + c * each, y(high), Math.max(each, 1), Math.max(1.5, y(low) - y(high)));
    }
    context.globalAlpha = 1;
    return;
  }
  context.lineWidth = 1.75;
  context.beginPath();
  for (let c = 0; c < columns; c++) {
    const at = y(values[(start + c) * rows + row]);
    context.lineTo(left + c * each, at);
    context.lineTo(left + (c + 1) * each, at);
  }
  context.stroke();
}
