// Inputs as the tasks of gruviz make them, for tests of what is redrawn.

import { originalSignal } from "../../assets/stage/editor/signal.js";
import { seeded } from "./seeded.js";

const rows = (steps, inputs, value) =>
  originalSignal(
    Float32Array.from({ length: steps * inputs }, (_, at) => value(Math.floor(at / inputs), at % inputs)),
    inputs,
  );

/** Two trials of a letter, a gap of noise, "go" (input 8); and where the letters are. */
export function delayedCopy(seed, noise = 0.45) {
  const { whole, real } = seeded(seed),
    steps = 47,
    events = [];
  for (let begin = 1; events.length < 4;) {
    const go = begin + 1 + whole(10, 20);
    events.push([begin, whole(0, 7)], [go, 8]);
    begin = go + 2;
  }
  const signal = rows(
    steps,
    9,
    (t, k) => (events.some(([at, input]) => at === t && input === k) ? 1 : 0) + (k < 8 ? real(-noise, noise) : 0),
  );
  return { signal, events };
}

/** One cue within the first five steps, weaker mixtures after it. */
export function distractors(seed) {
  const { whole, real } = seeded(seed),
    at = whole(0, 4),
    cue = whole(0, 1);
  return { signal: rows(40, 2, (t, k) => (t === at ? +(k === cue) : real(-0.45, 0.45))), at, cue };
}

/** Ones among zeros, all with noise. */
export function parity(seed, share = 0.25) {
  const { chance, real } = seeded(seed),
    ones = Array.from({ length: 40 }, () => chance(share));
  return { signal: rows(40, 1, (t) => +ones[t] + real(-0.45, 0.45)), ones };
}

/** Random values, two of them marked. */
export function adding(seed, marks = [7, 22]) {
  const { real } = seeded(seed);
  return rows(30, 2, (t, k) => (k ? +marks.includes(t) : real()));
}

export function flipFlop(seed) {
  const { chance, one } = seeded(seed);
  return rows(60, 3, (t) => (t === 0 || chance(1 / 15) ? one([-1, 1]) : 0));
}

/** Letters (inputs 0 to 3), blanks (4), go (5), blanks: one-hot. */
export function symbolsWithBlanks(seed) {
  const { whole } = seeded(seed),
    shown = Array.from({ length: 60 }, () => 4);
  for (let t = 0; t < 4; t++) shown[t] = whole(0, 3);
  shown[30] = 5;
  return { signal: rows(60, 6, (t, k) => +(shown[t] === k)), shown };
}

/** Text: a symbol a step. */
export function text(seed, inputs = 5) {
  const { whole } = seeded(seed),
    shown = Array.from({ length: 50 }, () => whole(0, inputs - 1));
  return rows(50, inputs, (t, k) => +(shown[t] === k));
}

/** One input, given step by step. */
export const line = (...values) => originalSignal(values, 1);
/** One input: a function of the step. */
export const curve = (steps, value) => rows(steps, 1, value);

export const x = (signal) => Array.from(signal.x);
export const origin = (signal) => Array.from(signal.origin);
