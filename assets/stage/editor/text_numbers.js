// Parsing of untrusted text, word by word: numbers, ranges, and a list of what was left out.

const CUT = "\u2026"; // the last piece where there were more, as gruviz/protocol/view.py has it
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
 * The number a word is; NaN for none and for one no float holds.
 * @param {string} word
 * @returns {number}
 */
export function numberOf(word) {
  // before the pattern: it may take the square of what it reads
  const value = word.length <= 32 && NUMBER.test(word) ? Number(word) : NaN;
  return Number.isFinite(value) ? value : NaN;
}

/**
 * The pieces of a text, no more than so many characters of them, and what is to be told where there were more.
 * @param {string} text
 * @param {string | RegExp} separator
 * @param {number} longest
 * @param {Told<any>} told
 * @returns {string[]} none of them blank
 */
export function piecesOf(text, separator, longest, told) {
  const all = text.slice(0, longest).split(separator),
    cut = text.length > longest || all.at(-1)?.trim() === CUT;
  if (cut) all.pop(); // the mark, or what may not be whole
  const pieces = all.map((piece) => piece.trim()).filter(Boolean);
  if (cut) told.add("long", pieces.at(-1) ?? CUT);
  return pieces;
}

/** What was left out while a text was read. @template {string} Key */
export class Told {
  constructor() {
    /** @type {Map<Key, {why: Key, count: number, example: string}>} */
    this.all = new Map();
  }

  /**
   * @param {Key} why
   * @param {string} example
   * @param {number} [count]
   */
  add(why, example, count = 1) {
    const known = this.all.get(why);
    if (known) known.count += count;
    else this.all.set(why, { why, count, example: example.length > 40 ? `${example.slice(0, 39)}\u2026` : example });
    return null;
  }

  get left() {
    return [...this.all.values()];
  }
}

/**
 * The ends of "5-9" or "5", the lower first.
 * @param {string} word
 * @returns {[number, number] | null}
 */
export function endsOf(word) {
  const [, from, to = from] = word.match(SPAN) ?? [];
  return from === undefined ? null : [Math.min(+from, +to), Math.max(+from, +to)];
}

/**
 * Whole numbers as stretches: 3,5-7.
 * @param {readonly number[]} numbers
 * @returns {[number, number][]}
 */
export function spans(numbers) {
  /** @type {[number, number][]} */
  const found = [];
  for (const number of [...new Set(numbers)].sort((a, b) => a - b)) {
    const latest = found.at(-1);
    if (latest && latest[1] === number - 1) latest[1] = number;
    else found.push([number, number]);
  }
  return found;
}

export const written = (/** @type {[number, number]} */ [first, last]) =>
  first === last ? `${first}` : `${first}-${last}`;
