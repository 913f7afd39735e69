import assert from "node:assert/strict";
import { test } from "node:test";
import { compareTiles, comparable, factsOf, coverSameSteps } from "../../assets/stage/difference/compare_tiles.js";
import { differencePalettes } from "../../assets/stage/panels/difference_palettes.js";
import { Tile } from "../../assets/stage/data/tiles.js";
import { seeded } from "./seeded.js";

const GATES = /** @type {const} */ (["z", "r", "n", "h"]);
const table = (/** @type {Float32Array} */ values, /** @type {number} */ columns) =>
  Object.assign(values, { columns, rows: values.length / columns });

/**
 * @param {number} columns
 * @param {number} units
 * @param {(gate: string, column: number, unit: number) => number} value
 * @param {Record<string, any>} [more]
 */
function tile(columns, units, value, { each = 1, first = 0, layer = 0, y = null, before = 0 } = {}) {
  const made = (/** @type {string} */ gate) =>
    table(
      Float32Array.from({ length: columns * units }, (_, k) => value(gate, Math.floor(k / units), k % units)),
      columns,
    );
  const arrays = {
    x: table(new Float32Array(columns).fill(1), columns),
    before: Object.assign(new Float32Array(units).fill(before), { columns: 1, rows: units }),
    ...Object.fromEntries(GATES.map((gate) => [gate, made(gate)])),
    ...(y && { y: table(Float32Array.from(y), columns) }),
  };
  return new Tile(
    {
      layer,
      first,
      last: first + columns * each - 1,
      each,
      x_each: 1,
      labels: Array.from({ length: each === 1 ? columns : 0 }, (_, t) => `s${t}`),
      due: [],
    },
    arrays,
  );
}

test("the second less the first, every gate, the state before it and what the heads say", () => {
  const { real } = seeded(3),
    value = () => real(-1, 1),
    a = tile(5, 3, value, { before: 0.25, y: [0, 0, 0, 0, 1] }),
    b = tile(5, 3, value, { before: 1, y: [1, 2, 3, 4, 5] });
  const found = compareTiles(a, b, true);
  assert.ok(found);
  for (const gate of GATES)
    assert.deepEqual(
      [...found.arrays[gate]],
      [...b.arrays[gate]].map((each, k) => Math.fround(each - a.arrays[gate][k])),
    );
  assert.deepEqual([...found.arrays.before], [0.75, 0.75, 0.75]);
  assert.deepEqual([...found.arrays.y], [1, 2, 3, 4, 4]);
  assert.deepEqual([...found.arrays.x], [...a.arrays.x]);
  assert.equal(compareTiles(a, b, false)?.arrays.y, undefined);
  assert.deepEqual(found.header.labels, ["s0", "s1", "s2", "s3", "s4"]);
});

test("of unlike lengths the steps both have, and only where each column is a step", () => {
  const zero = () => 0,
    found = compareTiles(
      tile(5, 2, zero),
      tile(3, 2, () => 0.5),
      false,
    );
  assert.deepEqual(
    [found?.header.last, found?.arrays.h.columns, found?.arrays.x.columns, found?.header.labels.length],
    [2, 3, 3, 3],
  );
  assert.equal(compareTiles(tile(5, 2, zero), tile(5, 3, zero), false), null);
  assert.equal(compareTiles(tile(5, 2, zero, { each: 4 }), tile(3, 2, zero, { each: 4 }), false), null);
  assert.equal(compareTiles(tile(5, 2, zero, { each: 4 }), tile(5, 2, zero), false), null);
  assert.equal(compareTiles(tile(5, 2, zero, { first: 5 }), tile(5, 2, zero), false), null);
  assert.equal(compareTiles(tile(5, 2, zero, { layer: 1 }), tile(5, 2, zero), false), null);
  const fewer = tile(5, 2, zero, { each: 4 });
  fewer.last -= 1; // its last column is of three steps
  assert.equal(coverSameSteps(tile(5, 2, zero, { each: 4 }), fewer), false);
});

test("where steps were put in or taken out each is compared with the one it was", () => {
  const a = tile(4, 1, (gate, t) => (gate === "h" ? t / 10 : 0)),
    longer = tile(5, 1, (gate, t) => (gate === "h" ? [0, 0.1, 0.9, 0.2, 0.35][t] : 0));
  const found = compareTiles(a, longer, false, Int32Array.of(0, 1, -1, 2, 3));
  assert.ok(found);
  assert.deepEqual(
    [...found.arrays.h].map((value) => (Number.isNaN(value) ? null : +value.toFixed(4))),
    [0, 0, null, 0, 0.05],
  );
  assert.deepEqual([found.header.last, found.arrays.x.columns, found.header.labels.length], [4, 5, 5]); // its steps and its input are the second's
  const facts = factsOf(found.header, found.arrays, false);
  assert.deepEqual([facts.most?.t, facts.from], [4, 4]); // what has no counterpart is no difference
  const shorter = compareTiles(
    a,
    tile(3, 1, (gate, t) => (gate === "h" ? [0, 0.2, 0.3][t] : 0)),
    false,
    Int32Array.of(0, 2, 3),
  );
  assert.ok([...(shorter?.arrays.h ?? [1])].every((value) => Math.abs(value) < 1e-6));
});

test("the largest, the first step at which one is seen, what is left at each, and the scale", () => {
  const off = (/** @type {string} */ gate, /** @type {number} */ t, /** @type {number} */ unit) =>
    gate === "n" && t === 3 && unit === 1 ? -0.4 : gate === "h" && t >= 2 ? 0.003 : t === 1 ? 0.0009 : 0;
  const found = compareTiles(
    tile(6, 2, () => 0),
    tile(6, 2, off),
    false,
  );
  assert.ok(found);
  const facts = factsOf(found.header, found.arrays, false);
  assert.deepEqual(
    [facts.most?.gate, facts.most?.t, facts.most?.unit, facts.most?.value.toFixed(3)],
    ["n", 3, 1, "-0.400"],
  );
  assert.deepEqual([facts.from, facts.outputScale], [2, null]);
  // each gate has its own scale: the large difference of n does not hide the small ones of the others
  assert.deepEqual(facts.scales, { z: 0.001, r: 0.001, n: 0.5, h: 0.005 });
  assert.deepEqual(
    [...facts.remains].map((value) => +value.toFixed(5)),
    [0, 0.0009, 0.003, 0.003, 0.003, 0.003],
  );
  assert.equal(factsOf(found.header, found.arrays, true).from, 5); // a layer that reads from the end comes there first
  const same = compareTiles(tile(6, 2, off), tile(6, 2, off), false);
  assert.ok(same);
  const none = factsOf(same.header, same.arrays, false);
  assert.deepEqual([none.most, none.from], [null, null]);
  assert.deepEqual(none.scales, { z: 0.001, r: 0.001, n: 0.001, h: 0.001 });
});

test("where steps share a column, places are steps", () => {
  const found = compareTiles(
    tile(4, 1, () => 0, { each: 10 }),
    tile(4, 1, (gate, column) => (gate === "z" && column === 2 ? 1 : 0), { each: 10 }),
    false,
  );
  assert.ok(found);
  const facts = factsOf(found.header, found.arrays, false);
  assert.deepEqual([facts.most?.t, facts.from, facts.each], [20, 20, 10]);
});

test("colours reach as far up as down, on a scale of its own for each gate and for the prediction", () => {
  const scene = /** @type {any} */ ({
    palettes: { light: { h: { low: -1, high: 1, colours: ["#000000", "#ffffff", "#ff0000"] } } },
    odd: { nan: "#888888", outside: "#00ff00" },
  });
  const scales = { z: 0.01, r: 0.2, n: 2, h: 0.5 };
  const found = differencePalettes(scene, "light", { scales, outputScale: 5 });
  assert.deepEqual(
    ["z", "r", "n", "h", "y"].map((name) => [
      /** @type {any} */ (found)[name].low,
      /** @type {any} */ (found)[name].high,
    ]),
    [
      [-0.01, 0.01],
      [-0.2, 0.2],
      [-2, 2],
      [-0.5, 0.5],
      [-5, 5],
    ],
  );
  assert.equal(differencePalettes(scene, "light", { scales, outputScale: null }).y, undefined);
});

test("units have counterparts where there are as many of them, in as many layers, read the same way", () => {
  const scene = (/** @type {any} */ trace) =>
    /** @type {any} */ ({ trace: { units: 4, layers: 1, bidirectional: false, ...trace } });
  assert.equal(comparable(scene({}), scene({ steps: 7 })), true);
  for (const other of [{ units: 5 }, { layers: 2 }, { bidirectional: true }])
    assert.equal(comparable(scene({}), scene(other)), false);
});
