// Parsers of units ("0-7, 12, half-way") and steps ("1200-1250") in a text field. The time they take grows with the length
// of the text, not with its numbers.

/**
 * Parser of units.
 * @typedef {object} UnitParser
 * @property {(text: string, count: number, names: string[]) => {units?: Set<number>, wrong?: string}} parse
 * @property {(text: string, count: number, names: string[]) => string} within  adapts a text to other units
 */

const SPAN = /^(\d+)(?:[-\u2013:](\d+))?$/;

/**
 * Return the words of a text with the first and last unit of each; null if a word is no unit.
 * @param {string} text
 * @param {string[]} names
 * @returns {{word: string, ends: [number, number] | null}[]}
 */
function words(text, names) {
  const numbers = new Map(names.map((name, unit) => /** @type {const} */ ([name, unit])).reverse()); // of equal names, the first
  const pieces = text
    .split(/[,;]/)
    .map((piece) => piece.trim())
    .filter(Boolean);
  return pieces
    .flatMap((piece) => (numbers.has(piece) ? [piece] : piece.split(/\s+/)))
    .map((word) => {
      const unit = numbers.get(word);
      if (unit !== undefined) return { word, ends: [unit, unit] };
      const [, from, to = from] = word.match(SPAN) ?? [];
      return { word, ends: from === undefined ? null : [Math.min(+from, +to), Math.max(+from, +to)] };
    });
}

/**
 * Parse units.
 * @param {string} text
 * @param {number} count  of units
 * @param {string[]} names  of units, or none
 * @returns {{units: Set<number>, wrong?: undefined} | {wrong: string, units?: undefined}}  wrong: the first word that is no unit
 */
export function parseUnits(text, count, names) {
  const changes = new Int32Array(count + 1); // +1 where a span begins, -1 past its end
  for (const { word, ends } of words(text, names)) {
    if (!ends || ends[1] >= count) return { wrong: word };
    changes[ends[0]]++;
    changes[ends[1] + 1]--;
  }
  /** @type {Set<number>} */
  const units = new Set();
  for (let unit = 0, open = 0; unit < count; unit++) {
    open += changes[unit];
    if (open > 0) units.add(unit);
  }
  return { units };
}

/**
 * Adapt a text to fewer units or other names; units that do not exist are left out.
 * @param {string} text
 * @param {number} count
 * @param {string[]} names
 * @returns {string}
 */
export function withinUnits(text, count, names) {
  const all = words(text, names);
  if (all.every(({ ends }) => ends && ends[1] < count)) return text;
  return all
    .flatMap(({ word, ends }) => {
      if (!ends || ends[0] >= count) return [];
      return ends[1] < count ? [word] : [`${ends[0]}-${count - 1}`];
    })
    .join(", ");
}

/**
 * Parse a window: "1200-1250", "1200" for one step, "" for all.
 * @param {string} text
 * @param {number} steps
 * @returns {[number, number] | undefined}  undefined: not valid
 */
export function parseRange(text, steps) {
  if (!text.trim()) return [0, steps];
  const [, from, to = from] = text.trim().match(/^(\d{1,9})(?:\s*[-\u2013:]\s*(\d{1,9}))?$/) ?? [];
  if (from === undefined || Math.min(+from, +to) >= steps) return undefined;
  return [Math.min(+from, +to), Math.min(steps, Math.max(+from, +to) + 1)];
}
