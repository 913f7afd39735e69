// Parsing of untrusted text: numbers, ranges, and a list of the parts that were ignored.

const CUT = "\u2026"; // last piece of a text that was cut; the same in gruviz/protocol/view.py
const SPAN = /^(\d+)(?:-(\d+))?$/;
const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i;

/**
 * Write a number with four significant digits.
 * @param {number} value
 * @returns {string}
 */
export function shortNumber(value) {
  return String(+value.toPrecision(4) || 0);
}

/**
 * Parse a finite number; NaN if the word is not one.
 * @param {string} word
 * @returns {number}
 */
export function parseNumber(word) {
  // the length is checked first: the pattern may take quadratic time
  const value = word.length <= 32 && NUMBER.test(word) ? Number(word) : NaN;
  return Number.isFinite(value) ? value : NaN;
}

/**
 * Split a text into trimmed, non-empty pieces. Text beyond the limit is ignored and reported as an issue.
 * @param {string} text
 * @param {string | RegExp} separator
 * @param {number} longest  characters
 * @param {ParseIssues<any>} issues
 * @returns {string[]}
 */
export function splitPieces(text, separator, longest, issues) {
  const all = text.slice(0, longest).split(separator),
    isCut = text.length > longest || all.at(-1)?.trim() === CUT;
  if (isCut) all.pop(); // the mark, or a piece that may be cut
  const pieces = all.map((piece) => piece.trim()).filter(Boolean);
  if (isCut) issues.add("long", pieces.at(-1) ?? CUT);
  return pieces;
}

/** Parts of a text that the parser ignored, counted by reason. @template {string} Key */
export class ParseIssues {
  constructor() {
    /** @type {Map<Key, {why: Key, count: number, example: string}>} */
    this.entries = new Map();
  }

  /**
   * Count an ignored part. Returns null, so that a parser can return the call.
   * @param {Key} why
   * @param {string} example
   * @param {number} [count]
   */
  add(why, example, count = 1) {
    const entry = this.entries.get(why);
    if (entry) entry.count += count;
    else
      this.entries.set(why, { why, count, example: example.length > 40 ? `${example.slice(0, 39)}\u2026` : example });
    return null;
  }

  get list() {
    return [...this.entries.values()];
  }
}

/**
 * Parse "5-9" or "5" as a range, the lower end first; null if it is neither.
 * @param {string} word
 * @returns {[number, number] | null}
 */
export function parseEnds(word) {
  const [, from, to = from] = word.match(SPAN) ?? [];
  return from === undefined ? null : [Math.min(+from, +to), Math.max(+from, +to)];
}

/**
 * Return whole numbers as ranges of consecutive ones, sorted: [5, 3, 6, 7] as [[3, 3], [5, 7]].
 * @param {readonly number[]} numbers
 * @returns {[number, number][]}
 */
export function toRanges(numbers) {
  /** @type {[number, number][]} */
  const ranges = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const latest = ranges.at(-1);
    if (latest && number - latest[1] <= 1)
      latest[1] = number; // 0: a duplicate
    else ranges.push([number, number]);
  }
  return ranges;
}

/** Write a range: "5-9", or "5" if it has one number. */
export const rangeText = (/** @type {[number, number]} */ [first, last]) =>
  first === last ? `${first}` : `${first}-${last}`;
