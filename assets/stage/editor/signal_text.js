// The edited input as text for the page's address, and as a request to Python: only its differences from the original.
//
//   0-18           those steps of the sequence        19:0.3,,0.1    its step 19 with other numbers, a blank for its own
//   +0.3,0.1       an inserted step, a blank for 0    19:5=1         likewise, input 5 alone
//   5-9*3          three times                        19:#4          input 4 is 1, all others 0

/** @import { Signal } from "./signal_edits.js" */
import { made, readsAlike, tidy } from "./signal_edits.js";
import { Told, endsOf, numberOf, piecesOf, shortNumber } from "./text_numbers.js";

/** @typedef {"unreadable" | "step" | "input" | "value" | "many" | "long"} Why */
/** @typedef {{why: Why, count: number, example: string}} Left  what of a text was left out or cut, and how often */
/** @typedef {[first: number, last: number] | {o: number, x: number[]}} InputSegment  steps of the sequence, or a step of its own: o is the sequence's, or -1 */

const LONGEST = 1_000_000; // characters that are read

/**
 * @param {Signal} signal
 * @param {Signal} original
 * @returns {string} "" for the original
 */
export function writeSignal(signal, original) {
  if (signal === original) return "";
  /** @type {[string, number][]} */
  const tokens = [];
  for (const segment of pieces(signal, original, (t, from) => !differing(signal, t, original, from).length)) {
    const token = Array.isArray(segment)
      ? segment[0] === segment[1]
        ? `${segment[0]}`
        : segment.join("-")
      : rowText(signal, segment.t, original);
    const latest = tokens.at(-1);
    if (latest && latest[0] === token) latest[1]++;
    else tokens.push([token, 1]);
  }
  const text = tokens.map(([token, times]) => (times > 1 ? `${token}*${times}` : token)).join(" ");
  return text === (original.steps > 1 ? `0-${original.steps - 1}` : "0") ? "" : text;
}

/**
 * The same for Python, every number as it is.
 * @param {Signal} signal
 * @param {Signal} original
 * @returns {InputSegment[]}
 */
export function toSegments(signal, original) {
  const { inputs, x, origin } = signal;
  return pieces(signal, original, (t, from) => readsAlike(signal, t, original, from)).map((segment) =>
    Array.isArray(segment)
      ? segment
      : { o: origin[segment.t], x: Array.from(x.subarray(segment.t * inputs, (segment.t + 1) * inputs)) },
  );
}

/**
 * Stretches that are the original's, and the steps between them.
 * @param {Signal} signal
 * @param {Signal} original
 * @param {(t: number, from: number) => boolean} alike
 * @returns {([number, number] | {t: number})[]}
 */
function pieces({ steps, origin }, original, alike) {
  /** @type {([number, number] | {t: number})[]} */
  const found = [];
  for (let t = 0; t < steps; t++) {
    const from = origin[t],
      latest = found.at(-1);
    if (from < 0 || from >= original.steps || !alike(t, from)) found.push({ t });
    else if (Array.isArray(latest) && latest[1] === from - 1) latest[1] = from;
    else found.push([from, from]);
  }
  return found;
}

/**
 * The inputs that are not the original's, to the digits that are written.
 * @param {Signal} signal
 * @param {number} t
 * @param {Signal} original
 * @param {number} from  its step; -1: all 0
 */
function differing({ inputs, x }, t, original, from) {
  /** @type {number[]} */
  const found = [];
  for (let k = 0; k < inputs; k++) {
    const value = x[t * inputs + k],
      own = from < 0 ? 0 : original.x[from * inputs + k];
    if (value !== own && Math.fround(+shortNumber(value)) !== own) found.push(k);
  }
  return found;
}

/**
 * The shortest of the ways to write a step.
 * @param {Signal} signal
 * @param {number} t
 * @param {Signal} original
 */
function rowText(signal, t, original) {
  const { inputs, x, origin } = signal,
    from = origin[t] < original.steps ? origin[t] : -1,
    changed = differing(signal, t, original, from);
  const number = (/** @type {number} */ k) => shortNumber(x[t * inputs + k]);
  const listed = new Array((changed.at(-1) ?? -1) + 1).fill("");
  for (const k of changed) listed[k] = number(k);
  const ways = [listed.join(","), changed.map((k) => `${k}=${number(k)}`).join(",")];
  const row = x.subarray(t * inputs, (t + 1) * inputs),
    one = row.indexOf(1);
  if (one >= 0 && row.every((value, k) => k === one || value === 0)) ways.unshift(`#${one}`);
  return `${from < 0 ? "+" : `${from}:`}${ways.reduce((best, way) => (way.length < best.length ? way : best))}`;
}

/**
 * What of a text is an input: the original where it says nothing.
 * @param {string} text
 * @param {Signal} original
 * @param {number} mostSteps
 * @returns {{signal: Signal, left: Left[]}}
 */
export function readSignal(text, original, mostSteps) {
  /** @type {Told<Why>} */
  const told = new Told();
  /** @type {{from: number, row: Float32Array | null}[]} */
  const steps = [];
  for (const token of piecesOf(text, /\s+/, LONGEST, told)) {
    if (steps.length >= mostSteps) {
      told.add("many", token);
      continue;
    }
    const [body, times] = timesOf(token),
      found = times ? readToken(body, original, mostSteps, told) : told.add("unreadable", token);
    if (!found) continue;
    for (let n = 0; n < times && steps.length < mostSteps; n++)
      for (const step of found.slice(0, mostSteps - steps.length)) steps.push(step);
    if (steps.length === mostSteps && found.length * times > mostSteps) told.add("many", token);
  }
  if (!steps.length) return { signal: original, left: told.left };
  return { signal: joined(steps, original), left: told.left };
}

/**
 * @param {{from: number, row: Float32Array | null}[]} steps
 * @param {Signal} original
 */
function joined(steps, original) {
  const { inputs } = original,
    x = new Float32Array(steps.length * inputs),
    origin = Int32Array.from(steps, ({ from }) => from);
  steps.forEach(({ from, row }, t) =>
    x.set(row ?? original.x.subarray(from * inputs, (from + 1) * inputs), t * inputs),
  );
  const same =
    steps.length === original.steps &&
    origin.every((from, t) => from === t) &&
    x.every((value, at) => value === original.x[at]);
  return same ? original : made(inputs, x, origin);
}

/**
 * @param {string} token
 * @returns {[string, number]} 0 times: it cannot be read
 */
function timesOf(token) {
  const at = token.lastIndexOf("*");
  if (at < 0) return [token, 1];
  return [token.slice(0, at), /^\d+$/.test(token.slice(at + 1)) ? +token.slice(at + 1) : 0];
}

/**
 * @param {string} token
 * @param {Signal} original
 * @param {number} mostSteps
 * @param {Told<Why>} told
 * @returns {{from: number, row: Float32Array | null}[] | null}
 */
function readToken(token, original, mostSteps, told) {
  if (token[0] === "+") return [{ from: -1, row: readRow(token.slice(1), original, -1, told) }];
  const colon = token.indexOf(":"),
    ends = endsOf(colon < 0 ? token : token.slice(0, colon)),
    last = original.steps - 1;
  if (!ends || (colon >= 0 && ends[0] !== ends[1])) return told.add("unreadable", token);
  if (ends[1] > last) told.add("step", token);
  if (ends[0] > last) return null;
  if (colon >= 0) return [{ from: ends[0], row: readRow(token.slice(colon + 1), original, ends[0], told) }];
  return Array.from({ length: Math.min(ends[1], last, ends[0] + mostSteps - 1) - ends[0] + 1 }, (_, n) => ({
    from: ends[0] + n,
    row: null,
  }));
}

/**
 * @param {string} text
 * @param {Signal} original
 * @param {number} from  whose numbers stand where none are given; -1: zeros
 * @param {Told<Why>} told
 * @returns {Float32Array}
 */
function readRow(text, { inputs, x }, from, told) {
  const row = from < 0 ? new Float32Array(inputs) : x.slice(from * inputs, (from + 1) * inputs);
  const one = text[0] === "#" ? endsOf(text.slice(1)) : null;
  if (one) {
    if (one[0] !== one[1] || one[0] >= inputs) told.add("input", text);
    else row.fill(0)[one[0]] = 1;
    return row;
  }
  text.split(",").forEach((word, place) => {
    if (!word) return;
    const sign = word.indexOf("="),
      ends = sign < 0 ? [place, place] : endsOf(word.slice(0, sign)),
      value = numberOf(word.slice(sign + 1));
    if (!ends || ends[0] !== ends[1] || ends[0] >= inputs) told.add("input", text);
    else if (Number.isNaN(value)) told.add("value", text);
    else row[ends[0]] = tidy(value);
  });
  return row;
}
