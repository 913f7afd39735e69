// Heights and widths of the panels' parts, in CSS pixels.

export const GAP = 5,
  OVERVIEW = 14;
export const ABOVE = 52; // of a page above its stage
export const LOWEST = 40,
  LOWEST_LARGE = 23, // with large type: all panels are visible below an open editor
  HIGHEST = 240,
  UNIT = 40; // of a panel; of a unit in it
export const LANE_OF_CHANGE = 16; // of the curve of differences
export const MOST = 4096; // of a large panel

/**
 * Return sizes that grow with the type, px.
 * @param {number} scale
 */
export function sizesAt(scale) {
  const of = (/** @type {number} */ size) => Math.round(size * scale);
  return { ruler: of(25), axis: of(22), bar: of(46), symbols: of(15), title: of(20) };
}
