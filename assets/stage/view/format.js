// Numbers as text, and sentences filled in.

import { signed } from "./axis_number.js";

/**
 * "{name}" of a sentence filled in; what is not known stays as it is.
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
 * A number of the trace, with as many decimals as say something.
 * @param {number | null | undefined} value
 * @param {number} [digits]
 * @returns {string}
 */
export function number(value, digits = 4) {
  if (value === null || value === undefined) return "\u2013";
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "\u221e" : "\u2212\u221e";
  const size = Math.abs(value);
  if (size >= 1e5 || (size > 0 && size < 1e-4 && digits > 4)) return signed(value.toExponential(2));
  const text = value.toFixed(size >= 1000 ? Math.min(1, digits) : size >= 100 ? Math.min(2, digits) : digits);
  return signed(/^-0\.?0*$/.test(text) ? text.slice(1) : text);
}
