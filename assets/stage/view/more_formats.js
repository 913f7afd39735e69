// Numbers as text, in forms that only some parts need.

import { number } from "./format.js";
import { signed } from "./axis_number.js";

/**
 * The hover sentences are shared with the Plotly figures: %{z:.4f}, %{z:.2%}
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
 * JSON has no NaN and no inf: they come as texts.
 * @template T
 * @param {T} value
 * @returns {T extends string ? number : T}
 */
export function real(value) {
  return /** @type {any} */ (
    typeof value === "string" ? { nan: NaN, inf: Infinity, "-inf": -Infinity }[/** @type {string} */ (value)] : value
  );
}

/**
 * Write a difference with its sign: three decimals, or one digit and a power of ten where those would all be 0.
 * @param {number} value
 * @returns {string}
 */
export function changeNumber(value) {
  if (value === 0) return "0";
  const sign = value > 0 ? "+" : "";
  return sign + (Math.abs(value) < 5e-4 ? signed(value.toExponential(0)) : number(value, 3));
}

/**
 * Write "name = value", or "name \u2248 value" where the value is approximate.
 * @param {string} name
 * @param {number | null | undefined} value
 * @param {boolean} approximate
 * @returns {string}
 */
export function equation(name, value, approximate) {
  return `${name} ${approximate ? "\u2248" : "="} ${number(value)}`;
}

/**
 * What an order of the units is by, beside a unit's name.
 * @param {string} order
 * @param {number} value
 * @returns {string}
 */
export function rankNumber(order, value) {
  if (order === "peak" || !Number.isFinite(value)) return number(value, 0);
  return number(value, order === "half_life" ? (value < 9.95 ? 1 : 0) : order === "active" && value < 0.01 ? 4 : 2);
}

/**
 * The ends of a scale beside it: as few digits as tell them apart.
 * @param {[number, number]} ends
 * @returns {[string, string]}
 */
export function axisEnds([low, high]) {
  for (let digits = 3; ; digits++) {
    const [p, q] = [low, high].map((value) => signed(shortest(value, digits)));
    if (p !== q || low === high || digits === 9) return [p, q];
  }
}

/**
 * @param {number} value
 * @param {number} digits  that count
 */
function shortest(value, digits) {
  const rounded = +value.toPrecision(digits),
    size = Math.abs(rounded);
  return size >= 1e5 ? rounded.toExponential().replace("+", "") : String(rounded);
}
