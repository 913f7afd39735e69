// Numbers as text, and sentences filled in.

/**
 * "{name}" of a sentence filled in; what is not known stays as it is.
 * @param {string | undefined} text
 * @param {Record<string, string | number>} fields
 * @returns {string}
 */
export function fill(text, fields) {
  return (text ?? "").replace(/\{(\w+)\}/g, (whole, name) => Object.hasOwn(fields, name) ? String(fields[name]) : whole);
}

/**
 * The hover sentences are shared with the Plotly figures: %{z:.4f}, %{z:.2%}
 * @param {string} text
 * @param {number} value
 * @returns {string}
 */
export function fillHover(text, value) {
  return text.replace(/%\{z:\.(\d)(f|%)\}/g, (_, digits, kind) => kind === "%" ? `${signed((value * 100).toFixed(digits))}%` : number(value, +digits));
}

/**
 * JSON has no NaN and no inf: they come as texts.
 * @template T
 * @param {T} value
 * @returns {T extends string ? number : T}
 */
export function real(value) {
  return /** @type {any} */ (typeof value === "string" ? { nan: NaN, inf: Infinity, "-inf": -Infinity }[/** @type {string} */ (value)] : value);
}

/**
 * With minus signs as wide as a plus.
 * @param {string} text
 * @returns {string}
 */
export function signed(text) {
  return text.replaceAll("-", "\u2212");
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

/**
 * A number in about six characters, for the diagram: decimals give way to whole digits, very large and infinite ones
 * stay short, what is not known is nothing.
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

/**
 * What an order of the units is by, beside a unit's name.
 * @param {string} order
 * @param {number} value
 * @returns {string}
 */
export function rankNumber(order, value) {
  if (order === "peak" || !Number.isFinite(value)) return number(value, 0);
  return number(value, order === "half_life" ? value < 9.95 ? 1 : 0 : order === "active" && value < 0.01 ? 4 : 2);
}

/**
 * A number beside an axis: two digits that count.
 * @param {number} value
 * @returns {string}
 */
export function axisNumber(value) {
  return signed(Math.abs(value) >= 1000 ? value.toExponential(0).replace("+", "") : String(+value.toPrecision(2)));
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
  const rounded = +value.toPrecision(digits), size = Math.abs(rounded);
  return size >= 1e5 ? rounded.toExponential().replace("+", "") : String(rounded);
}
