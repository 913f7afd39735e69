// Statistics of the cells that share a pixel.

/** @import { Panel, Statistic } from "./scene_types.js" */
/** @import { Tile } from "./tiles.js" */

/**
 * Return the steps of a pixel, and the mean, lowest and highest of its cells.
 * @param {Tile} tile
 * @param {Panel} name
 * @param {number} t  one of the steps
 * @param {number} each  steps that share a pixel
 * @param {ArrayLike<number>} rows
 * @returns {{first: number, last: number} & Record<Statistic, number>}
 */
export function blockOf(tile, name, t, each, rows) {
  const place = Math.floor((t - tile.first) / each),
    bin = each / tile.each,
    out = new Float64Array(1);
  const of = (/** @type {Statistic} */ statistic) => {
    tile.pool(out, name, statistic, place * bin, bin, rows, rows.length);
    return out[0];
  };
  const first = tile.first + place * each;
  return { first, last: Math.min(first + each - 1, tile.last), mean: of("mean"), low: of("low"), high: of("high") };
}
