import assert from "node:assert/strict";
import { test } from "node:test";
import {
  difference,
  fate,
  goneFrom,
  largest,
  remainingChange,
  peak,
  scaleOf,
} from "../../assets/stage/data/differences.js";
import { seeded } from "./seeded.js";

const floats = (...values) => Float32Array.from(values),
  steps = (...values) => Int32Array.from(values);

test("bent less free, step by step; nothing where there is no counterpart", () => {
  const free = floats(1, 2, 3, 4, 5, 6),
    bent = floats(1, 2, 0, 0, 9, 9, 5, 7, 1, 1);
  const found = difference(bent, free, steps(0, 1, -1, 2, 3), 2);
  assert.deepEqual([...found], [0, 0, -3, -4, NaN, NaN, 0, 1, NaN, NaN]);
});

test("what is given is filled, and no more", () => {
  const out = floats(9, 9, 9, 9, 9),
    found = difference(floats(1, 2), floats(0, 0), steps(0, 1), 1, out);
  assert.equal(found, out);
  assert.deepEqual([...out], [1, 2, 9, 9, 9]);
  const remains = floats(9, 9, 9);
  assert.equal(remainingChange(floats(3, 4), floats(0, 0), steps(0), 1, 2, remains), remains);
  assert.deepEqual(
    [...remains].map((value) => +value.toFixed(4)),
    [3.5355, 9, 9],
  );
});

test("the scale is the next round number, at most 1000", () => {
  for (const [most, scale] of [
    [0, 0.001],
    [1e-9, 0.001],
    [0.0011, 0.002],
    [0.03, 0.05],
    [0.2, 0.2],
    [0.201, 0.5],
    [0.5, 0.5],
    [0.7, 1],
    [1, 1],
    [1.2, 2],
    [2, 2],
    [5, 5],
    [7.5, 10],
    [120, 200],
    [1e4, 1000],
    [Infinity, 1000],
  ]) {
    assert.equal(scaleOf([floats(0, NaN), floats(-most, 0)]), scale, `${most}`);
  }
  assert.equal(scaleOf([]), 0.001);
  assert.equal(scaleOf([floats(NaN)]), 0.001);
  const { real } = seeded(2);
  for (let n = 0; n < 1000; n++) {
    const most = real() ** 3 * 2,
      scale = scaleOf([floats(most)]);
    assert.ok(scale >= most * (1 - 1e-5) && (scale < most * 2.6 || scale === 0.001), `${most} ${scale}`);
  }
});

test("what is remainingChange is the root mean square over units", () => {
  const found = remainingChange(floats(1, 1, 0, 0, 3, 4), floats(1, 1, 0, 1), steps(0, -1, 1), 3, 2);
  assert.deepEqual(
    [...found].map((value) => +value.toFixed(4)),
    [0, NaN, 3],
  );
  assert.ok(Number.isNaN(remainingChange(floats(1), floats(1), steps(7), 1, 1)[0]));
});

test("the step from which nothing is remainingChange to see, and whether there ever was anything", () => {
  for (const [remains, gone, said] of [
    [[0, 0.5, 0.1, 0.0009, 0], 3, "gone"],
    [[0, 0.5, 0.0001, 0.2, 0.0001], 4, "gone"],
    [[0, 0, 0.5], null, "lasts"],
    [[0, 0, 0], null, "never"],
    [[0, 0.0009, 0], null, "never"],
    [[], null, "never"],
    [[0.5, NaN, NaN, 0, 0], 3, "gone"],
    [[0.5, NaN], null, "lasts"],
    [[NaN, NaN], null, "never"],
    [[0.5, 0, NaN], 1, "gone"],
  ]) {
    assert.equal(goneFrom(floats(...remains)), gone, `${remains}`);
    assert.equal(fate(floats(...remains)), said, `${remains}`);
  }
  assert.equal(goneFrom(floats(0.5, 0.02, 0.001), 0.1), 1);
  assert.equal(goneFrom(floats(0.5, 0.02, 0.001), 0.1, 0.1), 2);
});

test("the most that is left", () => {
  assert.equal(peak(floats(0, 0.5, NaN, 0.25)), 0.5);
  assert.equal(peak(floats(NaN, 0)), 0);
  assert.equal(peak(floats()), 0);
});

test("where the largest difference is", () => {
  assert.deepEqual(largest({ z: floats(0, 0.25, NaN, 0), h: floats(0, 0, -0.5, 0.5) }, 2), {
    gate: "h",
    t: 1,
    unit: 0,
    value: -0.5,
  });
  assert.equal(largest({ z: floats(0, NaN) }, 1), null);
  assert.equal(largest({}, 1), null);
});

test("at 2,000 steps of 64 units all of it takes a few milliseconds", () => {
  const { real } = seeded(1),
    units = 64,
    count = 2000,
    origin = Int32Array.from({ length: count }, (_, t) => t);
  const make = () => Float32Array.from({ length: units * count }, () => real(-1, 1)),
    bent = make(),
    free = make(),
    out = new Float32Array(units * count),
    remains = new Float32Array(count);
  let taken = Infinity;
  for (let n = 0; n < 8; n++) {
    const start = performance.now();
    for (let gate = 0; gate < 4; gate++) difference(bent, free, origin, units, out);
    remainingChange(bent, free, origin, count, units, remains);
    scaleOf([out, out, out, out]);
    largest({ z: out, r: out, n: out, h: out }, units);
    goneFrom(remains);
    peak(remains);
    taken = Math.min(taken, performance.now() - start);
  }
  assert.ok(taken < 20, `${taken} ms`);
});
