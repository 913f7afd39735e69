import assert from "node:assert/strict";
import { test } from "node:test";
import {
  isOneHot,
  isPulse,
  movePulse,
  originalSignal,
  pulseAt,
  findPulses,
  removePulse,
  restOf,
} from "../../assets/stage/editor/signal.js";
import {
  adding,
  curve,
  delayedCopy,
  distractors,
  flipFlop,
  line,
  parity,
  symbolsWithBlanks,
  text,
  x,
} from "./signals.js";
import { seeded } from "./seeded.js";

const SEEDS = Array.from({ length: 100 }, (_, seed) => seed);
const share = (holds) => SEEDS.filter(holds).length / SEEDS.length;
const ends = (signal) => findPulses(signal).map(({ first, last }) => [first, last]);

test("pulses without noise, whatever is rested at", () => {
  assert.deepEqual(ends(line(0, 0, 1, 1, 0, 0, 0, -1, 0, 0)), [
    [2, 3],
    [7, 7],
  ]);
  assert.deepEqual(ends(line(5, 5, 6, 5, 5, 5)), [[2, 2]]);
  assert.deepEqual(ends(line(0, 0, 1, -1, 0, 0, 0)), [
    [2, 2],
    [3, 3],
  ]); // another way: another pulse
  assert.deepEqual(ends(line(0, 0, 1, 0.05, 0, 0, 0)), [[2, 2]]);
  assert.deepEqual([pulseAt(line(0, 0, 1, 0, 0), 1), isPulse(line(0, 0, 1, 0, 0), 2)], [null, true]);
  assert.deepEqual(
    findPulses(line(0, 0, 1, 0, 0.3, 0, 0, 0.5)).map(({ clear }) => clear),
    [true, false, true],
  );
  assert.equal(removePulse(line(0, 0, 0), pulseAt(line(0, 0, 0, 1, 0, 0, 0), 3)).steps, 3);
  assert.deepEqual(pulseAt(line(0, 0, 1, 0, 0), 2), { first: 2, last: 2, channels: [0], clear: true });
});

test("of several inputs those that stick out", () => {
  const shown = [
      [1, 2, 1],
      [2, 2, 1],
      [2, 0, 1],
      [5, 1, -1],
      [6, 2, 1],
    ],
    values = new Float32Array(36);
  for (const [t, k, value] of shown) values[t * 3 + k] = value;
  assert.deepEqual(
    findPulses(originalSignal(values, 3)).map(({ first, last, channels }) => [first, last, channels.toSorted()]),
    [
      [1, 2, [0, 2]],
      [5, 5, [1]],
      [6, 6, [2]],
    ],
  );
  assert.deepEqual(ends(flipFlop(3))[0], [0, 0]);
  assert.deepEqual(findPulses(flipFlop(3))[0].channels, [0, 1, 2]);
});

test("where nothing rests there is no pulse", () => {
  for (const [name, value] of Object.entries({
    sine: (t) => Math.sin((t * Math.PI) / 20),
    fast: (t) => Math.sin((t * Math.PI) / 2),
    chirp: (t) => Math.sin(2 * Math.PI * (t / 60 + t * t * 0.0003)),
    square: (t) => (t % 40 < 20 ? 1 : -1),
    ramp: (t) => t / 100,
    constant: () => 3,
  }))
    assert.deepEqual(ends(curve(200, value)), [], name);
  assert.deepEqual(ends(text(1)), []);
  assert.ok(share((seed) => ends(curve(200, seeded(seed).real)).length === 0) > 0.9);
  assert.deepEqual(ends(line(1)), []);
});

test("letters and go among noise that reaches almost as far", () => {
  let found = 0,
    wrong = 0;
  for (const seed of SEEDS) {
    const { signal, events } = delayedCopy(seed);
    for (const { first, last, channels } of findPulses(signal)) {
      if (first === last && channels.length === 1 && events.some(([t, k]) => t === first && k === channels[0])) found++;
      else wrong++;
    }
  }
  assert.ok(found >= 0.98 * 4 * SEEDS.length && wrong <= 3, `${found} ${wrong}`);
});

test("a cue, marks and noisy ones", () => {
  assert.ok(
    share((seed) => {
      const { signal, at } = distractors(seed);
      return String(ends(signal)) === `${at},${at}`;
    }) > 0.95,
  );
  assert.ok(share((seed) => String(ends(adding(seed))) === "7,7,22,22") > 0.9);
  let right = 0,
    all = 0;
  for (const seed of SEEDS) {
    const { signal, ones } = parity(seed);
    ones.forEach((one, t) => {
      right += +(isPulse(signal, t) === one);
      all++;
    });
  }
  assert.ok(right / all > 0.97, `${right / all}`);
});

test("what inputs rest at", () => {
  assert.deepEqual(Array.from(restOf(line(5, 5, 6, 5))), [5]);
  assert.deepEqual(Array.from(restOf(delayedCopy(1).signal)), new Array(9).fill(0));
  assert.deepEqual(Array.from(restOf(symbolsWithBlanks(1).signal)), [0, 0, 0, 0, 1, 0]);
});

test("a pulse moved leaves rest behind, and stays within the sequence", () => {
  const signal = line(0, 0, 1, 2, 0, 0, 0, 0),
    pulse = pulseAt(signal, 2);
  assert.deepEqual(x(movePulse(signal, pulse, 3)), [0, 0, 0, 0, 0, 1, 2, 0]);
  assert.deepEqual(x(movePulse(signal, pulse, 1)), [0, 0, 0, 1, 2, 0, 0, 0]);
  assert.deepEqual(x(movePulse(signal, pulse, -99)), [1, 2, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual(x(movePulse(signal, pulse, 99)), [0, 0, 0, 0, 0, 0, 1, 2]);
  assert.deepEqual(x(signal), [0, 0, 1, 2, 0, 0, 0, 0]);
  for (const by of [0, 0.2, NaN]) assert.equal(movePulse(signal, pulse, by), signal);
  assert.deepEqual(x(removePulse(signal, pulse)), new Array(8).fill(0));
});

test("only the inputs that stick out move", () => {
  const { signal, events } = delayedCopy(1),
    [[t, letter]] = events,
    moved = movePulse(signal, pulseAt(signal, t), 4);
  for (let at = 0; at < signal.steps; at++) {
    for (let k = 0; k < 9; k++) {
      const wanted =
        k === letter && at === t ? 0 : k === letter && at === t + 4 ? signal.x[t * 9 + letter] : signal.x[at * 9 + k];
      assert.equal(moved.x[at * 9 + k], wanted);
    }
  }
});

test("a symbol moved or taken out leaves one symbol at each step", () => {
  const { signal, shown } = symbolsWithBlanks(2),
    pulse = pulseAt(signal, 30);
  for (const made of [movePulse(signal, pulse, 5), movePulse(signal, pulse, -27), removePulse(signal, pulse)])
    assert.ok(isOneHot(made.x, 6));
  assert.deepEqual(x(movePulse(signal, pulse, 5)).slice(35 * 6, 36 * 6), [0, 0, 0, 0, 0, 1]);
  assert.deepEqual(x(removePulse(signal, pulse)).slice(30 * 6, 31 * 6), [0, 0, 0, 0, 1, 0]);
  assert.equal(
    findPulses(signal).length,
    1 + shown.slice(0, 4).filter((symbol, t, all) => t === 0 || symbol !== all[t - 1]).length,
  );
});

test("numbers that are none break nothing", () => {
  const signal = originalSignal([0, NaN, 0, 0, 1, 0, 0, Infinity], 1);
  assert.ok(findPulses(signal).length <= 3);
  findPulses(originalSignal(new Float32Array(10).fill(NaN), 1));
});

test("2,000 steps of 64 noisy inputs are looked at within a drag's beginning", () => {
  const { real } = seeded(1),
    signal = originalSignal(
      Float32Array.from({ length: 128_000 }, () => real()),
      64,
    ),
    start = performance.now();
  findPulses(signal);
  const taken = performance.now() - start;
  assert.ok(taken < 500, `${taken} ms`);
  const again = performance.now();
  for (let n = 0; n < 100; n++) pulseAt(signal, n);
  assert.ok(performance.now() - again < 50);
});
