import assert from "node:assert/strict";
import { test } from "node:test";
import { makePresets } from "../../assets/stage/editor/presets.js";
import { writeEdits } from "../../assets/stage/editor/edits.js";
import { isOneHot, removeSteps, writeSignal } from "../../assets/stage/editor/signal.js";
import { adding, curve, delayedCopy, distractors, line, symbolsWithBlanks, text, x } from "./signals.js";

const make = (signal, more = {}) => {
  const found = makePresets({
    signal,
    original: signal,
    layers: 1,
    units: 3,
    free: { h: new Float32Array(signal.steps * 3).fill(0.5) },
    head: null,
    ...more,
  });
  return Object.fromEntries(found.map((preset) => [preset.name, preset]));
};

test("gates clamped on every layer", () => {
  const { z1, z0, r1, r0 } = make(line(0, 1, 0, 0), { layers: 2 });
  assert.deepEqual(
    [z1, z0, r1, r0].map(({ edits }) => writeEdits(edits)),
    ["clamp z 1;clamp z 1 l1", "clamp z 0;clamp z 0 l1", "clamp r 1;clamp r 1 l1", "clamp r 0;clamp r 0 l1"],
  );
});

test("of the delayed copy: the first letter gone, the longest gap doubled", () => {
  let right = 0,
    doubled = 0;
  for (let seed = 0; seed < 100; seed++) {
    const { signal, events } = delayedCopy(seed),
      [[t, letter]] = events,
      { pulse, gap } = make(signal);
    if (pulse && x(pulse.signal).every((value, at) => value === (at === t * 9 + letter ? 0 : signal.x[at]))) right++;
    const gaps = [
        [events[0][0], events[1][0]],
        [events[2][0], events[3][0]],
      ],
      [from, to] = gaps[1][1] - gaps[1][0] > gaps[0][1] - gaps[0][0] ? gaps[1] : gaps[0];
    if (gap && writeSignal(gap.signal, signal) === `0-${to - 1} ${from + 1}-46`) doubled++;
  }
  assert.ok(right > 95 && doubled > 95, `${right} ${doubled}`);
});

test("after a lone cue the rest lasts twice as long, and the last step stays the last", () => {
  const { signal, at } = distractors(1),
    { gap, pulse } = make(signal);
  assert.equal(writeSignal(gap.signal, signal), `0-38 ${at + 1}-39`);
  assert.ok(pulse);
});

test("marks, symbols", () => {
  const sums = adding(1),
    { gap, pulse } = make(sums);
  assert.equal(writeSignal(gap.signal, sums), "0-21 8-29");
  assert.equal(writeSignal(pulse.signal, sums), "0-6 7:,0 8-29");
  const { signal } = symbolsWithBlanks(1),
    of = make(signal);
  assert.ok(isOneHot(of.pulse.signal.x, 6));
  assert.equal(writeSignal(of.gap.signal, signal), "0-29 4-59");
});

test("what makes no sense is left out", () => {
  for (const signal of [
    text(1),
    curve(100, (t) => Math.sin(t / 5)),
    curve(100, (t) => (t % 40 < 20 ? 1 : -1)),
    curve(100, () => 0),
    line(1),
  ]) {
    assert.deepEqual(Object.keys(make(signal)), ["z1", "z0", "r1", "r0", "letter"]);
  }
  assert.equal(make(curve(100, (t) => +(t >= 20))).pulse, undefined); // a level
  for (const [most, there] of [
    [0, true],
    [4, true],
    [5, false],
  ])
    assert.equal(!!make(curve(100, (t) => +(t <= most))).pulse, there);
  for (const [last, there] of [
    [52, true],
    [53, false],
  ])
    assert.equal(!!make(curve(100, (t) => +(t >= 20 && t <= last))).pulse, there);
  assert.equal(make(curve(10, (t) => +(t === 0))).pulse.signal.x[0], 0);
  assert.equal(make(curve(100, (t) => +(t === 50 || t === 52))).gap, undefined);
  assert.equal(
    make(
      curve(100, (t) => +(t === 10 || t === 90)),
      { mostSteps: 178 },
    ).gap,
    undefined,
  );
  assert.ok(
    make(
      curve(100, (t) => +(t === 10 || t === 90)),
      { mostSteps: 179 },
    ).gap,
  );
  assert.equal(make(line(0, 1, 0, 0), { free: { h: new Float32Array(12) } }).letter, undefined);
  assert.equal(make(line(0, 1, 0, 0), { units: 1, free: { h: new Float32Array(4).fill(1) } }).letter, undefined);
});

test("the unit that carries the letter", () => {
  const signal = curve(20, (t) => +(t === 2 || t === 15)),
    h = new Float32Array(60);
  for (let t = 3; t < 15; t++) h.set([0.1, -0.9, 0.8], t * 3);
  for (let t = 16; t < 20; t++) h.set([1, 0, 0], t * 3); // not in the quiet stretch
  h.set([1000, 0, 0], 0);
  const of = (more) => writeEdits(make(signal, { free: { h }, ...more }).letter.edits);
  assert.equal(of({}), "lesion u1");
  assert.equal(of({ layers: 2 }), "lesion u1 l1");
  assert.equal(of({ layers: 2, layer: 0 }), "lesion u1");
  assert.equal(of({ head: { w: [1, 0.1, 1, 0, 0.1, 1] } }), "lesion u2");
  const asked = [],
    effect = (unit) => [0.2, NaN, 0.1][asked.push(unit) - 1];
  assert.equal(of({ head: { w: [1, 1, 1] }, effect }), "lesion u0");
  assert.deepEqual(asked, [0, 1, 2]);
  assert.equal(make(signal, { free: { h }, head: { w: [1, 1, 1] }, effect: () => 0 }).letter, undefined);
});

test("on an input already redrawn the states are those of the steps that are still there", () => {
  const first = curve(20, (t) => +(t === 2 || t === 15)),
    signal = removeSteps(first, 0, 1),
    h = new Float32Array(60);
  h.set([0, 1, 0], 3 * 3);
  h.set([0, 0, 9], 2 * 3);
  assert.equal(writeEdits(make(signal, { original: first, free: { h } }).letter.edits), "lesion u1");
});
