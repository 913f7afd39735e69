// Numbers beside an axis.

/**
 * Replace hyphens by minus signs.
 * @param {string} text
 * @returns {string}
 */
export function withMinusSign(text) {
  return text.replaceAll("-", "\u2212");
}

/**
 * Format a number beside an axis with two significant digits.
 * @param {number} value
 * @returns {string}
 */
export function axisNumber(value) {
  return withMinusSign(
    Math.abs(value) >= 1000 ? value.toExponential(0).replace("+", "") : String(+value.toPrecision(2)),
  );
}
