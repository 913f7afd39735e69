// The edited input as text for the page's address, and as a request to Python: only its differences from the original.
//
//   0-18           steps 0 to 18 of the original      19:0.3,,0.1    step 19 with inputs 0 and 2 edited, input 1 unchanged
//   +0.3,0.1       an inserted step; blank: 0         19:5=1         step 19 with input 5 edited
//   5-9*3          steps 5 to 9, three times          19:#4          step 19 one-hot: input 4 is 1, all others 0

/** @import { Signal } from "./signal_edits.js" */
import { makeSignal, hasSameInput, toInputNumber } from "./signal_edits.js";
import { ParseIssues, parseEnds, parseNumber, splitPieces, shortNumber } from "./text_numbers.js";

/** @typedef {"unreadable" | "step" | "input" | "value" | "many" | "long"} SignalIssueReason */
/** @typedef {{why: SignalIssueReason, count: number, example: string}} SignalIssue  a reason why parts of a text were ignored, their count, and the first of them */
/** @typedef {[first: number, last: number] | {o: number, x: number[]}} InputSegment  steps of the original, or one edited step; o: its origin, -1 if inserted */

const LONGEST = 1_000_000; // longest text, in characters

/**
 * Write an edited input as text.
 * @param {Signal} signal
 * @param {Signal} original
 * @returns {string} "" for the original
 */
export function writeSignal(signal, original) {
  if (signal === original) return "";
  /** @type {[string, number][]} */
  const tokens = [];
  for (const segment of segmentsOf(signal, original, (t, from) => !editedChannels(signal, t, original, from).length)) {
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
 * Return the request to Python, with numbers in full precision.
 * @param {Signal} signal
 * @param {Signal} original
 * @returns {InputSegment[]}
 */
export function toSegments(signal, original) {
  const { inputs, x, origin } = signal;
  return segmentsOf(signal, original, (t, from) => hasSameInput(signal, t, original, from)).map((segment) =>
    Array.isArray(segment)
      ? segment
      : { o: origin[segment.t], x: Array.from(x.subarray(segment.t * inputs, (segment.t + 1) * inputs)) },
  );
}

/**
 * Split a signal into runs of original steps and the steps between them.
 * @param {Signal} signal
 * @param {Signal} original
 * @param {(t: number, from: number) => boolean} isSame
 * @returns {([number, number] | {t: number})[]}
 */
function segmentsOf({ steps, origin }, original, isSame) {
  /** @type {([number, number] | {t: number})[]} */
  const segments = [];
  for (let t = 0; t < steps; t++) {
    const from = origin[t],
      latest = segments.at(-1);
    if (from < 0 || from >= original.steps || !isSame(t, from)) segments.push({ t });
    else if (Array.isArray(latest) && latest[1] === from - 1) latest[1] = from;
    else segments.push([from, from]);
  }
  return segments;
}

/**
 * Return the inputs that differ from the original within the written digits.
 * @param {Signal} signal
 * @param {number} t
 * @param {Signal} original
 * @param {number} from  step of the original; -1: compare with 0
 */
function editedChannels({ inputs, x }, t, original, from) {
  /** @type {number[]} */
  const channels = [];
  for (let k = 0; k < inputs; k++) {
    const value = x[t * inputs + k],
      originalValue = from < 0 ? 0 : original.x[from * inputs + k];
    if (value !== originalValue && Math.fround(+shortNumber(value)) !== originalValue) channels.push(k);
  }
  return channels;
}

/**
 * Return the shortest text of a step.
 * @param {Signal} signal
 * @param {number} t
 * @param {Signal} original
 */
function rowText(signal, t, original) {
  const { inputs, x, origin } = signal,
    from = origin[t] < original.steps ? origin[t] : -1,
    channels = editedChannels(signal, t, original, from);
  const number = (/** @type {number} */ k) => shortNumber(x[t * inputs + k]);
  const texts = new Array((channels.at(-1) ?? -1) + 1).fill("");
  for (const k of channels) texts[k] = number(k);
  const candidates = [texts.join(","), channels.map((k) => `${k}=${number(k)}`).join(",")];
  const row = x.subarray(t * inputs, (t + 1) * inputs),
    one = row.indexOf(1);
  if (one >= 0 && row.every((value, k) => k === one || value === 0)) candidates.unshift(`#${one}`);
  return `${from < 0 ? "+" : `${from}:`}${candidates.reduce((best, way) => (way.length < best.length ? way : best))}`;
}

/**
 * Parse a text into a signal; an empty text gives the original.
 * @param {string} text
 * @param {Signal} original
 * @param {number} mostSteps
 * @returns {{signal: Signal, issues: SignalIssue[]}}
 */
export function readSignal(text, original, mostSteps) {
  /** @type {ParseIssues<SignalIssueReason>} */
  const issues = new ParseIssues();
  /** @type {{from: number, row: Float32Array | null}[]} */
  const steps = [];
  for (const token of splitPieces(text, /\s+/, LONGEST, issues)) {
    if (steps.length >= mostSteps) {
      issues.add("many", token);
      continue;
    }
    const [body, times] = timesOf(token),
      tokenSteps = times ? readToken(body, original, mostSteps, issues) : issues.add("unreadable", token);
    if (!tokenSteps) continue;
    for (let n = 0; n < times && steps.length < mostSteps; n++)
      for (const step of tokenSteps.slice(0, mostSteps - steps.length)) steps.push(step);
    if (steps.length === mostSteps && tokenSteps.length * times > mostSteps) issues.add("many", token);
  }
  if (!steps.length) return { signal: original, issues: issues.list };
  return { signal: joinSteps(steps, original), issues: issues.list };
}

/**
 * Make the signal of parsed steps; the original itself if they are equal to it.
 * @param {{from: number, row: Float32Array | null}[]} steps
 * @param {Signal} original
 */
function joinSteps(steps, original) {
  const { inputs } = original,
    x = new Float32Array(steps.length * inputs),
    origin = Int32Array.from(steps, ({ from }) => from);
  steps.forEach(({ from, row }, t) =>
    x.set(row ?? original.x.subarray(from * inputs, (from + 1) * inputs), t * inputs),
  );
  const isOriginal =
    steps.length === original.steps &&
    origin.every((from, t) => from === t) &&
    x.every((value, at) => value === original.x[at]);
  return isOriginal ? original : makeSignal(inputs, x, origin);
}

/**
 * Split "5-9*3" into "5-9" and 3.
 * @param {string} token
 * @returns {[string, number]} 0: unreadable
 */
function timesOf(token) {
  const at = token.lastIndexOf("*");
  if (at < 0) return [token, 1];
  return [token.slice(0, at), /^\d+$/.test(token.slice(at + 1)) ? +token.slice(at + 1) : 0];
}

/**
 * Parse the steps of one token; null if there are none.
 * @param {string} token
 * @param {Signal} original
 * @param {number} mostSteps
 * @param {ParseIssues<SignalIssueReason>} issues
 * @returns {{from: number, row: Float32Array | null}[] | null}
 */
function readToken(token, original, mostSteps, issues) {
  if (token[0] === "+") return [{ from: -1, row: readRow(token.slice(1), original, -1, issues) }];
  const colon = token.indexOf(":"),
    ends = parseEnds(colon < 0 ? token : token.slice(0, colon)),
    last = original.steps - 1;
  if (!ends || (colon >= 0 && ends[0] !== ends[1])) return issues.add("unreadable", token);
  if (ends[1] > last) issues.add("step", token);
  if (ends[0] > last) return null;
  if (colon >= 0) return [{ from: ends[0], row: readRow(token.slice(colon + 1), original, ends[0], issues) }];
  return Array.from({ length: Math.min(ends[1], last, ends[0] + mostSteps - 1) - ends[0] + 1 }, (_, n) => ({
    from: ends[0] + n,
    row: null,
  }));
}

/**
 * Parse the numbers of one step.
 * @param {string} text
 * @param {Signal} original
 * @param {number} from  step of the original that supplies missing numbers; -1: zeros
 * @param {ParseIssues<SignalIssueReason>} issues
 * @returns {Float32Array}
 */
function readRow(text, { inputs, x }, from, issues) {
  const row = from < 0 ? new Float32Array(inputs) : x.slice(from * inputs, (from + 1) * inputs);
  const one = text[0] === "#" ? parseEnds(text.slice(1)) : null;
  if (one) {
    if (one[0] !== one[1] || one[0] >= inputs) issues.add("input", text);
    else row.fill(0)[one[0]] = 1;
    return row;
  }
  text.split(",").forEach((word, place) => {
    if (!word) return;
    const sign = word.indexOf("="),
      ends = sign < 0 ? [place, place] : parseEnds(word.slice(0, sign)),
      value = parseNumber(word.slice(sign + 1));
    if (!ends || ends[0] !== ends[1] || ends[0] >= inputs) issues.add("input", text);
    else if (Number.isNaN(value)) issues.add("value", text);
    else row[ends[0]] = toInputNumber(value);
  });
  return row;
}
