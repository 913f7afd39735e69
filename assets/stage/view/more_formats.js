// Number formats that a small figure does not need.

import { number } from "./format.js";
import { withMinusSign } from "./axis_number.js";

/**
 * Replace the placeholders %{z:.4f} and %{z:.2%} of a Plotly hover text.
 * @param {string} text
 * @param {number} value
 * @returns {string}
 */
export function fillHover(text, value) {
  return text.replace(/%\{z:\.(\d)(f|%)\}/g, (_, digits, kind) =>
    kind === "%" ? `${number(value * 100, +digits)}%` : number(value, +digits),
  );
}

/**
 * Return a number from JSON, where NaN and infinity are texts.
 * @template T
 * @param {T} value
 * @returns {T extends string ? number : T}
 */
export function fromJsonNumber(value) {
  return /** @type {any} */ (
    typeof value === "string" ? { nan: NaN, inf: Infinity, "-inf": -Infinity }[/** @type {string} */ (value)] : value
  );
}

/**
 * Format a difference with its sign: three decimals, or one digit and a power of ten if it is below 0.0005.
 * @param {number} value
 * @returns {string}
 */
export function changeNumber(value) {
  if (value === 0) return "0";
  const sign = value > 0 ? "+" : "";
  return sign + (Math.abs(value) < 5e-4 ? withMinusSign(value.toExponential(0)) : number(value, 3));
}

/**
 * Format "name = value", or "name \u2248 value" for an approximate value.
 * @param {string} name
 * @param {number | null | undefined} value
 * @param {boolean} approximate
 * @returns {string}
 */
export function equation(name, value, approximate) {
  return `${name} ${approximate ? "\u2248" : "="} ${number(value)}`;
}

/**
 * Format the number that an order sorts by, to show beside a unit's name.
 * @param {string} order
 * @param {number} value
 * @returns {string}
 */
export function rankNumber(order, value) {
  if (order === "peak" || !Number.isFinite(value)) return number(value, 0);
  return number(value, order === "half_life" ? (value < 9.95 ? 1 : 0) : order === "active" && value < 0.01 ? 4 : 2);
}

/**
 * Format the ends of a scale with as few digits as distinguish them.
 * @param {[number, number]} ends
 * @returns {[string, string]}
 */
export function axisEnds([low, high]) {
  for (let digits = 3; ; digits++) {
    const [p, q] = [low, high].map((value) => withMinusSign(shortest(value, digits)));
    if (p !== q || low === high || digits === 9) return [p, q];
  }
}

/**
 * @param {number} value
 * @param {number} digits  significant digits
 */
function shortest(value, digits) {
  const short = +value.toPrecision(digits),
    size = Math.abs(short);
  return size >= 1e5 ? short.toExponential().replace("+", "") : String(short);
}
