import assert from "node:assert/strict";
import { test } from "node:test";
import { originalSignal, removeSteps, repeatSteps } from "../../assets/stage/editor/signal.js";
import { Outcome } from "../../assets/stage/editor/outcome.js";
import { PythonOutcome } from "../../assets/stage/editor/python_outcome.js";
import { Tile, Tiles } from "../../assets/stage/data/tiles.js";

const GATES = /** @type {const} */ (["r", "z", "n", "h"]);

/**
 * @param {number} steps
 * @param {number} units
 * @param {(t: number, unit: number) => number} value
 */
function gates(steps, units, value) {
  const made = () => Float32Array.from({ length: steps * units }, (_, k) => value(Math.floor(k / units), k % units));
  return { r: made(), z: made(), n: made(), h: made() };
}

/**
 * @param {Partial<import("../../assets/stage/data/scene.js").Trace>} trace
 * @returns {any}
 */
const sceneOf = (trace) => ({
  trace: {
    id: "a",
    kind: "split",
    reset: "before",
    steps: 6,
    units: 2,
    inputs: 1,
    layers: 1,
    bidirectional: false,
    labelled: true,
    asks: false,
    ...trace,
  },
  channels: ["x"],
  tile: { x_each: 1 },
});

/** @param {number} steps */
function labelled(steps) {
  const tiles = new Tiles({ steps, bidirectional: false }),
    { r, z, n, h } = gates(steps, 2, () => 0);
  const table = (/** @type {Float32Array} */ values, /** @type {number} */ rows) =>
    Object.assign(values, { columns: steps, rows });
  tiles.add(
    {
      layer: 0,
      first: 0,
      last: steps - 1,
      each: 1,
      x_each: 1,
      labels: Array.from({ length: steps }, (_, t) => `s${t}`),
      due: [],
    },
    {
      r: table(r, 2),
      z: table(z, 2),
      n: table(n, 2),
      h: table(h, 2),
      x: table(new Float32Array(steps), 1),
      before: Object.assign(new Float32Array(2), { columns: 1, rows: 2 }),
    },
  );
  return tiles;
}

/**
 * @param {import("../../assets/stage/editor/signal.js").Signal} signal
 * @param {ReturnType<typeof gates>[]} bent
 * @param {ReturnType<typeof gates>[]} free
 * @param {any} scene
 */
function outcome(signal, bent, free, scene = sceneOf({})) {
  return new Outcome(
    { editedGates: bent, freeGates: free, signal, x: first.x, h0: new Float32Array(2 * bent.length), isDone: true },
    scene,
    labelled(6),
    null,
  );
}

const first = originalSignal(Float32Array.of(0, 1, 0, 0, 0, 0), 1);

test("what is bent and what is free are compared step by step, and a change that fades is gone", () => {
  const bent = gates(6, 2, (t, unit) => t + unit + (t === 2 ? 0.5 : 0)),
    free = gates(6, 2, (t, unit) => t + unit);
  const found = outcome(first, [bent], [free]);
  for (const gate of GATES)
    assert.deepEqual(
      [.../** @type {Float32Array} */ (found.differences(0)[gate])],
      [0, 0, 0, 0, 0.5, 0.5, 0, 0, 0, 0, 0, 0],
    );
  assert.deepEqual(found.scales(0), { z: 0.5, r: 0.5, n: 0.5, h: 0.5 });
  const { fate, endStep, peak, at, last } = found.course(0);
  assert.deepEqual({ fate, endStep, peak, at, last }, { fate: "gone", endStep: 3, peak: 0.5, at: 2, last: 0 });
  assert.equal(found.differenceTiles(0).finest(0, 2)?.vector("h", 2)[1], 0.5);
  assert.equal(found.tiles.finest(0, 2)?.vector("h", 2)[1], 3.5);
});

test("a layer that reads backwards is done with a change where it comes from the end", () => {
  const free = gates(6, 2, () => 0),
    bent = gates(6, 2, (t) => (t <= 3 ? 0.5 : 0)),
    scene = sceneOf({ layers: 2, bidirectional: true });
  const lasting = outcome(first, [free, bent], [free, free], scene).course(1);
  assert.deepEqual([lasting.fate, lasting.endStep, lasting.last], ["lasts", null, 0.5]);
  const fading = outcome(first, [free, gates(6, 2, (t) => (t >= 3 ? 0.5 : 0))], [free, free], scene).course(1);
  assert.deepEqual([fading.fate, fading.endStep], ["gone", 2]);
});

test("steps taken out shift what is compared, and a stretch that comes twice is new the second time", () => {
  const free = gates(6, 2, (t) => t / 10),
    short = removeSteps(first, 2, 3);
  const cut = outcome(short, [gates(4, 2, (t) => [0, 0.1, 0.4, 0.5][t])], [free]);
  assert.ok(/** @type {Float32Array} */ (cut.differences(0).h).every((value) => Math.abs(value) < 1e-6));
  assert.deepEqual(cut.labels, ["s0", "s1", "s4", "s5"]);
  const twice = outcome(repeatSteps(first, 2, 3, 100), [gates(8, 2, () => 0)], [free]);
  assert.deepEqual([...twice.origin], [0, 1, 2, 3, -1, -1, 4, 5]);
  assert.ok(Number.isNaN(/** @type {Float32Array} */ (twice.differences(0).h)[8]));
});

for (const kind of /** @type {const} */ (["classes", "signs", "numbers"])) {
  test(`what a head says is compared on a scale of its own: ${kind}`, () => {
    const scene = { ...sceneOf({}), answer: { kind, count: 2, within: 0.1, judged: true } };
    const head = {
      kind,
      within: 0.1,
      w: Float32Array.of(4, 0, 0, 0),
      b: Float32Array.of(0, 1),
      outputs: 2,
      target: new Float32Array(kind === "classes" ? 6 : 12),
      targets: kind === "classes" ? 1 : 2,
    };
    const free = gates(6, 2, (t) => t / 10),
      bent = gates(6, 2, (t) => (t === 3 ? 1 : t / 10));
    const found = new Outcome(
      { editedGates: [bent], freeGates: [free], signal: first, x: first.x, h0: new Float32Array(2), isDone: true },
      scene,
      labelled(6),
      head,
    );
    const tile = found.differenceTiles(0).finest(0, 3);
    const share = (/** @type {number} */ h) => Math.exp(4 * h) / (Math.exp(4 * h) + Math.exp(1)),
      off = kind === "classes" ? share(1) - share(0.3) : 2.8;
    assert.deepEqual(
      [...(tile?.vector("y", 3) ?? [])].map((value) => +value.toFixed(5)),
      [+off.toFixed(5), kind === "classes" ? -+off.toFixed(5) : 0],
    );
    assert.ok(tile?.vector("y", 2).every((value) => value === 0));
    assert.equal(found.outputScale, kind === "classes" ? 0.5 : 5);
    assert.equal(found.scales(0).h, 1); // of the gates: it is not stretched by numbers that are larger
    // nothing is due of a difference of numbers; which class is due is the same
    assert.ok(tile?.arrays.target?.every((value) => Number.isNaN(value) === (kind !== "classes")));
    assert.ok(tile?.arrays.wrong);
    assert.equal(
      found.tiles.finest(0, 3)?.vector("y", 3)[0].toFixed(4),
      (kind === "classes" ? share(1) : 4).toFixed(4),
    );
  });
}

test("Python's numbers are compared where they are of the same steps, and only there", () => {
  const header = { layer: 0, first: 0, last: 5, each: 2, x_each: 1, labels: [], due: [] };
  const arrays = (/** @type {number} */ value) =>
    Object.fromEntries(
      ["x", "r", "z", "n", "h"].flatMap((name) =>
        ["", "_low", "_high"].map((end) => [
          name + end,
          Object.assign(new Float32Array(name === "x" ? 3 : 6).fill(value), { columns: 3, rows: name === "x" ? 1 : 2 }),
        ]),
      ),
    );
  const tile = new Tile(header, arrays(0.75)),
    free = new Tile(header, arrays(0.5)),
    scene = sceneOf({ steps: 6 });
  const found = new PythonOutcome(tile, scene, free),
    pictured = found.differenceTiles()?.finest(0, 1);
  assert.deepEqual([...found.remaining()], [0.25, 0.25, 0.25, 0.25, 0.25, 0.25]);
  assert.equal(pictured?.arrays.h[0], 0.25);
  assert.ok(pictured?.arrays.x_low); // the input is drawn as ever
  assert.equal(pictured?.arrays.h_low, undefined); // the lowest of a difference is not the difference of the lowest
  assert.equal(found.outputScale, null);
  const said = (/** @type {number} */ value) => ({
    ...arrays(value),
    ...Object.fromEntries(
      ["y", "y_low", "y_high"].map((name) => [
        name,
        Object.assign(new Float32Array(3).fill(value), { columns: 3, rows: 1 }),
      ]),
    ),
  });
  const speaking = new PythonOutcome(
    new Tile(header, said(3)),
    { ...scene, answer: { kind: "numbers", count: 1 } },
    new Tile(header, said(0.5)),
  );
  assert.equal(speaking.outputScale, 5);
  for (const name of ["y", "y_low", "y_high"])
    assert.deepEqual([...(speaking.differenceTiles()?.finest(0, 1)?.arrays[name] ?? [])], [2.5, 2.5, 2.5]);
  const alone = new PythonOutcome(
    new Tile(
      { ...header, last: 7 },
      { ...arrays(0.75), z: Object.assign(new Float32Array(8), { columns: 4, rows: 2 }) },
    ),
    scene,
    free,
  );
  assert.equal(alone.differenceTiles(), null);
  assert.equal(alone.freeTile, null);
});
