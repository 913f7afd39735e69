// Line of one row over time.

/** @import { Tile } from "../data/tiles.js" */

/**
 * Draw one row: a line of steps, or a band from lowest to highest value if steps share a pixel.
 * @param {CanvasRenderingContext2D} context
 * @param {{tile: Tile, name: "x" | "y", row: number, start: number, columns: number, bin: number, left: number, right: number, colour: string}} course
 * @param {(value: number) => number} y
 */
export function drawRowLine(context, { tile, name, row, start, columns, bin, left, right, colour }, y) {
  const values = tile.arrays[name],
    rows = values.rows,
    each = (right - left) / columns;
  context.strokeStyle = context.fillStyle = colour;
  if (bin > 1 || !tile.exact) {
    const lows = tile.array(name, "low"),
      highs = tile.array(name, "high");
    context.globalAlpha = 0.75;
    for (let c = 0; c < columns; c++) {
      let low = Infinity,
        high = -Infinity;
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
