// Numbers beside an axis.

/**
 * With minus signs as wide as a plus.
 * @param {string} text
 * @returns {string}
 */
export function signed(text) {
  return text.replaceAll("-", "\u2212");
}

/**
 * A number beside an axis: two digits that count.
 * @param {number} value
 * @returns {string}
 */
export function axisNumber(value) {
  return signed(Math.abs(value) >= 1000 ? value.toExponential(0).replace("+", "") : String(+value.toPrecision(2)));
}
