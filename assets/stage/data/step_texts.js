// Label and target of a step as text.

/** @import { Tiles } from "./tiles.js" */

/** @typedef {Pick<Tiles, "tiles">} KnownTiles */

/**
 * Return the label of a step; "" if it has none or it is not known.
 * @param {KnownTiles} tiles
 * @param {number} t
 * @returns {string}
 */
export function labelAt(tiles, t) {
  return textAt(tiles, "labels", t);
}

/**
 * Return the target of a step as text; "" if it has none or it is not known.
 * @param {KnownTiles} tiles
 * @param {number} t
 * @returns {string}
 */
export function targetAt(tiles, t) {
  return textAt(tiles, "due", t);
}

/**
 * @param {KnownTiles} tiles
 * @param {"labels" | "due"} list
 * @param {number} t
 */
function textAt({ tiles }, list, t) {
  const tile = tiles.find((each) => each.exact && each[list].length && t >= each.first && t <= each.last);
  return tile ? tile[list][t - tile.first] : "";
}
