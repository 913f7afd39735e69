// Heights and widths of the panels' parts, in CSS pixels.

export const RULER = 26, GAP = 7, AXIS = 40, OVERVIEW = 16, BAR = 46, SYMBOLS = 17;
