// Heights and widths of the panels' parts, in CSS pixels.

export const RULER = 25, GAP = 5, AXIS = 22, OVERVIEW = 14, BAR = 46, SYMBOLS = 15, TITLE = 20;
export const ABOVE = 52;  // what a page has over its stage: all of a stage fits below it
export const LOWEST = 40, HIGHEST = 240, UNIT = 40;  // of a panel; of a unit in it
export const MOST = 4096;  // of a large panel
