import assert from "node:assert/strict";
import { test } from "node:test";
import {
  alignSteps,
  firstEditedStep,
  insertSteps,
  isOneHot,
  addNoise,
  originalSignal,
  setValues,
  removeSteps,
  repeatSteps,
  drawLine,
  toggleValue,
} from "../../assets/stage/editor/signal.js";
import { curve, line, origin, text, x } from "./signals.js";
import { seeded } from "./seeded.js";

const MOST = 2000;
const five = line(0, 1, 2, 3, 4);
const two = originalSignal([0, 10, 1, 11, 2, 12], 2);

test("the sequence as it came", () => {
  const numbers = Float32Array.from([0, 10, 1, 11]),
    signal = originalSignal(numbers, 2);
  numbers[0] = 7;
  assert.deepEqual([signal.steps, signal.inputs, x(signal), origin(signal)], [2, 2, [0, 10, 1, 11], [0, 1]]);
  assert.ok(Object.isFrozen(signal));
});

test("numbers put in; what is none, or nowhere, is passed over", () => {
  const signal = setValues(two, [
    [0, 1, 5],
    [2, 0, -3],
  ]);
  assert.deepEqual(
    [x(signal), origin(signal)],
    [
      [0, 5, 1, 11, -3, 12],
      [0, 1, 2],
    ],
  );
  assert.deepEqual(x(two), [0, 10, 1, 11, 2, 12]);
  assert.equal(
    setValues(two, [
      [0, 1, NaN],
      [3, 0, 1],
      [-1, 0, 1],
      [0, 2, 9],
      [1, -1, 9],
      [0, 1, 10],
    ]),
    two,
  );
  assert.deepEqual(
    x(
      setValues(five, [
        [0, 0, 1e30],
        [1, 0, -Infinity],
      ]),
    ),
    [1e6, -1e6, 2, 3, 4],
  );
});

test("a stroke leaves no gaps, whichever way, and ends where the pointer is", () => {
  assert.deepEqual(x(drawLine(five, 0, { t: 1, value: 0 }, { t: 4, value: 3 })), [0, 0, 1, 2, 3]);
  assert.deepEqual(x(drawLine(five, 0, { t: 4, value: 3 }, { t: 1, value: 0 })), [0, 0, 1, 2, 3]);
  assert.deepEqual(x(drawLine(five, 0, { t: 2, value: 3 }, { t: 2, value: 9 })), [0, 1, 9, 3, 4]);
  assert.deepEqual(x(drawLine(five, 0, { t: -2, value: -2 }, { t: 2, value: 2 })), [0, 1, 2, 3, 4]);
  assert.deepEqual(x(drawLine(five, 0, { t: 3, value: 0 }, { t: 1e9, value: 0 })), [0, 1, 2, 0, 0]);
  for (const t of [NaN, Infinity]) assert.equal(drawLine(five, 0, { t, value: 0 }, { t: 2, value: 7 }), five);
  assert.equal(drawLine(five, 0, { t: -9, value: 0 }, { t: -2, value: 7 }), five);
});

test("a symbol becomes the step's one symbol, and none again", () => {
  const symbols = originalSignal([1, 0, 0, 0, 1, 0], 3),
    other = toggleValue(symbols, 0, 2, true);
  assert.deepEqual(x(other), [0, 0, 1, 0, 1, 0]);
  assert.deepEqual(x(toggleValue(other, 0, 2, true)), [0, 0, 0, 0, 1, 0]);
  assert.deepEqual(x(toggleValue(toggleValue(other, 0, 2, true), 0, 0, true)), x(symbols));
  assert.equal(toggleValue(symbols, 0, 0, true, true), symbols);
  for (const [t, k] of [
    [5, 0],
    [2, 0],
    [-1, 0],
    [1, -1],
    [0, 3],
    [NaN, 0],
  ])
    for (const hot of [true, false]) assert.equal(toggleValue(symbols, t, k, hot), symbols);
  assert.deepEqual(x(toggleValue(two, 1, 0, false)), [0, 10, 0, 11, 2, 12]);
  assert.deepEqual(x(toggleValue(two, 0, 0, false)), [1, 10, 1, 11, 2, 12]);
});

test("one-hot", () => {
  assert.equal(isOneHot([1, 0, 0, 1], 2), true);
  assert.equal(isOneHot(text(1).x, 5), true);
  for (const [numbers, inputs] of [
    [[1, 0, 0, 0], 2],
    [[1, 1], 2],
    [[1, 0.5], 2],
    [[1, NaN], 2],
    [[2, 0], 2],
    [[1, 1], 1],
    [[], 2],
  ])
    assert.equal(isOneHot(numbers, inputs), false, `${numbers}`);
});

test("steps taken out; one is always left", () => {
  const signal = removeSteps(two, 0, 1);
  assert.deepEqual([signal.steps, x(signal), origin(signal)], [1, [2, 12], [2]]);
  assert.deepEqual(origin(removeSteps(five, 3, 2)), [0, 1, 4]);
  assert.deepEqual(origin(removeSteps(five, 3, 99)), [0, 1, 2]);
  for (const [a, b] of [
    [0, 4],
    [-5, 9],
    [7, 9],
    [NaN, 2],
  ])
    assert.equal(removeSteps(five, a, b), five);
});

test("steps repeated, as many as there is room for", () => {
  const signal = repeatSteps(two, 0, 1, MOST);
  assert.deepEqual(
    [x(signal), origin(signal)],
    [
      [0, 10, 1, 11, 0, 10, 1, 11, 2, 12],
      [0, 1, 0, 1, 2],
    ],
  );
  assert.deepEqual(origin(repeatSteps(five, 1, 3, 7)), [0, 1, 2, 3, 1, 2, 4]);
  assert.equal(repeatSteps(five, 1, 3, 5), five);
  assert.equal(repeatSteps(five, 8, 9, MOST), five);
});

test("steps inserted, on which every input rests", () => {
  const signal = insertSteps(originalSignal([0, 3, 0, 3, 1, 3, 0, 3], 2), 2, 2, MOST);
  assert.deepEqual(
    [x(signal), origin(signal)],
    [
      [0, 3, 0, 3, 0, 3, 0, 3, 1, 3, 0, 3],
      [0, 1, -1, -1, 2, 3],
    ],
  );
  assert.deepEqual(origin(insertSteps(five, 5, 1, MOST)), [0, 1, 2, 3, 4, -1]);
  assert.deepEqual(origin(insertSteps(five, 0, 9, 7)), [-1, -1, 0, 1, 2, 3, 4]);
  for (const [at, count] of [
    [0, 0],
    [0, -1],
    [0, NaN],
    [NaN, 1],
  ])
    assert.equal(insertSteps(five, at, count, MOST), five);
});

test("noise: the same for the same seed, within its amount, whatever the stretch", () => {
  const quiet = curve(200, () => 0),
    rough = addNoise(quiet, 0, 199, null, 0.5, 7);
  assert.deepEqual(x(addNoise(quiet, 0, 199, null, 0.5, 7)), x(rough));
  assert.notDeepEqual(x(addNoise(quiet, 0, 199, null, 0.5, 8)), x(rough));
  assert.deepEqual(x(addNoise(quiet, 50, 60, 0, 0.5, 7)).slice(50, 61), x(rough).slice(50, 61));
  assert.deepEqual(x(addNoise(quiet, 50, 60, 0, 0.5, 7)).slice(0, 50), x(quiet).slice(0, 50));
  assert.ok(x(rough).every((value) => Math.abs(value) <= 0.5));
  const mean = x(rough).reduce((a, b) => a + b) / 200,
    square = x(rough).reduce((a, b) => a + b * b, 0) / 200;
  assert.ok(Math.abs(mean) < 0.08 && Math.abs(square - 0.25 / 3) < 0.02, `${mean} ${square}`);
  assert.equal(addNoise(quiet, 0, 199, 0, 0, 7), quiet);
  assert.equal(addNoise(quiet, 0, 199, 0, NaN, 7), quiet);
  assert.equal(addNoise(quiet, 0, 199, 1, 1, 7), quiet);
});

test("noise differs from input to input and from step to step", () => {
  const quiet = originalSignal(new Float32Array(400), 4),
    rough = x(addNoise(quiet, 0, 99, null, 1, 0));
  assert.equal(new Set(rough).size, 400);
  assert.deepEqual(
    x(addNoise(quiet, 0, 99, 2, 1, 0)),
    rough.map((value, at) => (at % 4 === 2 ? value : 0)),
  );
});

test("the first step that is not the original's", () => {
  assert.equal(firstEditedStep(five, five), null);
  assert.equal(firstEditedStep(originalSignal(five.x, 1), five), null);
  assert.equal(firstEditedStep(setValues(five, [[3, 0, 9]]), five), 3);
  assert.equal(firstEditedStep(setValues(setValues(five, [[3, 0, 9]]), [[3, 0, 3]]), five), null);
  assert.equal(firstEditedStep(removeSteps(five, 1, 1), five), 1);
  assert.equal(firstEditedStep(removeSteps(five, 3, 4), five), 3);
  assert.equal(firstEditedStep(insertSteps(five, 5, 2, MOST), five), 5);
  assert.equal(firstEditedStep(repeatSteps(five, 1, 2, MOST), five), 3);
});

test("each step of the original is compared once: a stretch heard again has no counterpart", () => {
  const count = (signal) => Array.from(alignSteps(signal, 5));
  assert.deepEqual(count(five), [0, 1, 2, 3, 4]);
  assert.deepEqual(count(repeatSteps(five, 1, 2, MOST)), [0, 1, 2, -1, -1, 3, 4]);
  assert.deepEqual(count(removeSteps(five, 1, 2)), [0, 3, 4]);
  assert.deepEqual(count(insertSteps(five, 1, 2, MOST)), [0, -1, -1, 1, 2, 3, 4]);
  assert.deepEqual(Array.from(alignSteps(five, 3)), [0, 1, 2, -1, -1]);
});

test("whatever is done, the old signal stays and the new one is whole", () => {
  const { whole, real, one, chance } = seeded(8),
    any = () => (chance(0.1) ? one([NaN, Infinity, -Infinity, 1e12, -5, 0.5]) : whole(0, 12));
  for (let n = 0; n < 2000; n++) {
    let signal = two;
    for (let k = 0; k < 8; k++) {
      const before = signal,
        [numbers, origins] = [x(before), origin(before)];
      signal = [
        () => setValues(before, [[any(), any(), any()]]),
        () => drawLine(before, whole(0, 1), { t: any(), value: real() }, { t: any(), value: any() }),
        () => toggleValue(before, any(), any(), chance(0.5)),
        () => removeSteps(before, any(), any()),
        () => repeatSteps(before, any(), any(), 20),
        () => insertSteps(before, any(), any(), 20),
        () => addNoise(before, any(), any(), one([null, 0, 9]), any(), any()),
      ][whole(0, 6)]();
      assert.deepEqual([x(before), origin(before)], [numbers, origins]);
      assert.ok(
        signal.steps >= 1 &&
          signal.steps <= 20 &&
          signal.x.length === signal.steps * 2 &&
          signal.origin.length === signal.steps,
      );
      assert.ok(
        x(signal).every((value) => Number.isFinite(value) && Math.abs(value) <= 1e6),
        `${x(signal)}`,
      );
      assert.ok(origin(signal).every((from) => from >= -1 && from < 3));
      const same =
        signal.steps === before.steps &&
        x(signal).every((value, at) => Object.is(value, numbers[at])) &&
        origin(signal).every((from, t) => from === origins[t]);
      assert.equal(signal === before, same);
    }
  }
});
