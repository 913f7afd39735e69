// Numbers in about six characters, for the cell diagram.

/**
 * Format a number in about six characters: large numbers have fewer decimals, then an exponent; unknown ones are "".
 * @param {number | null | undefined} value
 * @param {number} decimals
 * @returns {string}
 */
export function compactNumber(value, decimals) {
  if (value === null || value === undefined) return "";
  if (Number.isNaN(value)) return "NaN";
  const size = Math.abs(value);
  const places = Math.max(0, decimals - Math.max(0, Math.floor(Math.log10(size))));
  const finite = size < 99999.5 ? size.toFixed(places) : size.toExponential(1).replace("e+", "e");
  const text = size === Infinity ? "\u221e" : finite;
  return value < 0 && /[1-9\u221e]/.test(text) ? `\u2212${text}` : text;
}
