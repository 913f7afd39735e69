import assert from "node:assert/strict";
import { test } from "node:test";
import {
  clamp,
  followCursor,
  isZoomed,
  shiftWindow,
  visibleSteps,
  validWindow,
  wholeWindow,
} from "../../assets/stage/view/time_window.js";
import { scaleWindow, roundWindow } from "../../assets/stage/view/zoom.js";
import { pinchWindow } from "../../assets/stage/view/pinch.js";
import { seeded } from "./seeded.js";

const PLACE = { left: 50, plot: 600 };
const HOSTILE = [NaN, Infinity, -Infinity, 1e308, -1e308, 0, -0];

function near(found, wanted, message) {
  found.forEach((value, k) =>
    assert.ok(
      Math.abs(value - wanted[k]) < 1e-6 * Math.max(1, Math.abs(wanted[k])),
      `${message ?? ""} ${found} is not ${wanted}`,
    ),
  );
}

function proper(steps, window, message) {
  const [a, b] = window,
    slack = 1e-9 * steps;
  assert.ok(Number.isFinite(a) && Number.isFinite(b), `${message}: ${window}`);
  assert.ok(
    a >= -slack && b <= steps + slack && b - a >= Math.min(4, steps) - slack,
    `${message}: ${window} of ${steps}`,
  );
}

test("a window within the sequence stays as it is", () => {
  assert.deepEqual(validWindow(100, 10, 30), [10, 30]);
  assert.deepEqual(validWindow(100, 10.25, 30.5), [10.25, 30.5]);
  assert.deepEqual(validWindow(100, 0, 100), [0, 100]);
});

test("a window is never shorter than four steps, nor longer than the sequence", () => {
  assert.deepEqual(validWindow(100, 20, 21), [18.5, 22.5]);
  assert.deepEqual(validWindow(100, 30, 10), [18, 22]);
  assert.deepEqual(validWindow(100, 99, 100), [96, 100]);
  assert.deepEqual(validWindow(100, -50, 300), [0, 100]);
  assert.deepEqual(validWindow(3, 1, 2), [0, 3]);
  assert.deepEqual(validWindow(1, 0, 1), [0, 1]);
});

test("pushed against an end, the width stays", () => {
  assert.deepEqual(shiftWindow(100, -5, 15), [0, 20]);
  assert.deepEqual(shiftWindow(100, 90, 110), [80, 100]);
  assert.deepEqual(shiftWindow(100, 40, 60), [40, 60]);
  assert.deepEqual(shiftWindow(100, -5, 300), [0, 100]);
});

test("zooming keeps what is under the pointer where it is", () => {
  const [a, b] = scaleWindow(100, [20, 60], 0.5, 30);
  assert.deepEqual([a, b], [25, 45]);
  assert.equal((30 - a) / (b - a), (30 - 20) / (60 - 20));
  assert.deepEqual(scaleWindow(100, [20, 60], 2, 30), [10, 90]);
});

test("zooming ends at four steps and at the whole", () => {
  near(scaleWindow(100, [20, 60], 1e-9, 40), [38, 42]);
  assert.deepEqual(scaleWindow(100, [20, 60], 1e9, 40), [0, 100]);
  assert.deepEqual(scaleWindow(100, [2, 22], 1.5, 20), [0, 30]); // out at an end: no gap before the first step
});

test("in and out again is where it was", () => {
  near(scaleWindow(1000, scaleWindow(1000, [200, 600], 0.5, 333), 2, 333), [200, 600]);
});

test("the window goes along when the cursor leaves it, and only then", () => {
  const window = [20, 40];
  assert.equal(followCursor(100, window, 20, false), window);
  assert.equal(followCursor(100, window, 39, false), window);
  assert.deepEqual(followCursor(100, window, 19, false), [17, 37]);
  assert.deepEqual(followCursor(100, window, 40, false), [23, 43]);
  assert.deepEqual(followCursor(100, window, 40, true), [40, 60]);
  assert.deepEqual(followCursor(100, window, 99, true), [80, 100]);
  assert.deepEqual(followCursor(100, window, 0, false), [0, 20]);
});

test("a step that is half seen counts as seen", () => {
  const window = [20.5, 39.5];
  assert.equal(followCursor(100, window, 20, false), window);
  assert.equal(followCursor(100, window, 39, false), window);
  assert.deepEqual(visibleSteps(100, window), [20, 39]);
});

test("the cursor is always in the window that follows it", () => {
  const { whole: pick, chance } = seeded(3);
  for (let n = 0; n < 2000; n++) {
    const steps = pick(1, 300),
      start = pick(0, steps - 1),
      window = validWindow(steps, start, pick(start + 1, steps)),
      t = pick(0, steps - 1);
    const found = followCursor(steps, window, t, chance(0.5)),
      [first, last] = visibleSteps(steps, found);
    proper(steps, found, "followed");
    assert.ok(first <= t && t <= last, `${t} in ${found}`);
    near([found[1] - found[0]], [window[1] - window[0]]);
  }
});

test("first and last step seen", () => {
  assert.deepEqual(visibleSteps(100, [0, 100]), [0, 99]);
  assert.deepEqual(visibleSteps(100, [3, 5]), [3, 4]);
  assert.deepEqual(visibleSteps(1, [0, 1]), [0, 0]);
});

test("the whole is not zoomed, whatever rounding left of it", () => {
  assert.equal(isZoomed(100, wholeWindow(100)), false);
  assert.equal(isZoomed(100, [0, 99.999]), false);
  assert.equal(isZoomed(100, [0, 99]), true);
});

test("two fingers keep the steps under them", () => {
  const [a, b] = pinchWindow(PLACE, [0, 100], [30, 50], [100, 500]);
  const time = (x) => a + ((x - PLACE.left) / PLACE.plot) * (b - a);
  near([time(100), time(500)], [30, 50]);
});

test("fingers too close to each other zoom nothing", () => {
  const window = [3, 33];
  assert.equal(pinchWindow(PLACE, window, [30, 50], [200, 211]), window);
  assert.equal(pinchWindow(PLACE, window, [30, 50], [200, 200]), window);
});

test("fingers that changed sides keep the middle between them", () => {
  const [a, b] = pinchWindow(PLACE, [0, 100], [30, 50], [500, 100]);
  near([((300 - PLACE.left) / PLACE.plot) * (b - a) + a], [40]);
  near([b - a], [30]);
});

test("no number that is none ever comes out: the old window stays", () => {
  const old = [7, 19];
  for (const bad of [NaN, Infinity, -Infinity]) {
    assert.equal(validWindow(100, bad, 20, old), old);
    assert.equal(validWindow(100, 20, bad, old), old);
    assert.equal(shiftWindow(100, bad, 20, old), old);
    assert.equal(shiftWindow(100, 20, bad, old), old);
    assert.equal(shiftWindow(100, bad, bad, old), old);
    assert.deepEqual(scaleWindow(100, old, NaN, 10), old);
    assert.deepEqual(scaleWindow(100, old, 0.5, bad), old);
    assert.equal(pinchWindow(PLACE, old, [bad, 3], [100, 300]), old);
    assert.equal(pinchWindow(PLACE, old, [1, 3], [bad, 300]), old);
    assert.equal(followCursor(100, old, bad, false), old);
  }
  assert.deepEqual(validWindow(100, NaN, NaN), [0, 100]);
  assert.equal(pinchWindow({ left: 50, plot: 0 }, old, [1, 3], [100, 300])[0] >= 0, true);
});

test("whatever goes in, a proper window comes out", () => {
  const { real, whole: pick, chance, one } = seeded(11);
  const any = (steps) => (chance(0.1) ? one(HOSTILE) : real(-2 * steps, 3 * steps));
  for (let n = 0; n < 20_000; n++) {
    const steps = chance(0.2) ? pick(1, 5) : pick(1, 100_000),
      from = pick(0, steps - 1),
      window = validWindow(steps, from, real(from, steps));
    proper(steps, window, "start");
    proper(steps, validWindow(steps, any(steps), any(steps), window), "shownWindow");
    proper(steps, shiftWindow(steps, any(steps), any(steps), window), "moved");
    proper(
      steps,
      scaleWindow(steps, window, chance(0.1) ? one(HOSTILE) : Math.exp(real(-3, 3)), any(steps)),
      "zoomedBy",
    );
    proper(steps, followCursor(steps, window, any(steps), chance(0.5)), "followed");
    proper(
      steps,
      shiftWindow(steps, ...pinchWindow(PLACE, window, [any(steps), any(steps)], [any(700), any(700)]), window),
      "pinched",
    );
  }
});

test("clamp", () => {
  assert.deepEqual(
    [-1, 0.5, 9].map((value) => clamp(value, 0, 1)),
    [0, 0.5, 1],
  );
});

test("a window that rests is of whole steps, and as wide as it was", () => {
  assert.deepEqual(roundWindow(100, [10.3, 60.3]), [10, 60]);
  assert.deepEqual(roundWindow(100, [10.7, 60.4]), [11, 61]);
  assert.deepEqual(roundWindow(100, [0, 100]), [0, 100]);
  assert.deepEqual(roundWindow(100, [95.6, 99.9]), [96, 100]);
  assert.deepEqual(roundWindow(3, [0.2, 2.9]), [0, 3]);
  for (const [a, b] of [
    [3, 9],
    [0, 4],
    [96, 100],
  ])
    assert.deepEqual(roundWindow(100, [a, b]), [a, b]);
});
