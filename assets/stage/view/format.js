// Formats of numbers, and sentences with placeholders.

import { withMinusSign } from "./axis_number.js";

/**
 * Replace "{name}" in a sentence by fields; unknown names stay.
 * @param {string | undefined} text
 * @param {Record<string, string | number>} fields
 * @returns {string}
 */
export function fill(text, fields) {
  return (text ?? "").replace(/\{(\w+)\}/g, (whole, name) =>
    Object.hasOwn(fields, name) ? String(fields[name]) : whole,
  );
}

/**
 * Format a number of the trace; large numbers have fewer decimals.
 * @param {number | null | undefined} value
 * @param {number} [digits]
 * @returns {string}
 */
export function number(value, digits = 4) {
  if (value === null || value === undefined) return "\u2013";
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "\u221e" : "\u2212\u221e";
  const size = Math.abs(value);
  if (size >= 1e5 || (size > 0 && size < 1e-4 && digits > 4)) return withMinusSign(value.toExponential(2));
  const text = value.toFixed(size >= 1000 ? Math.min(1, digits) : size >= 100 ? Math.min(2, digits) : digits);
  return withMinusSign(/^-0\.?0*$/.test(text) ? text.slice(1) : text);
}
