import assert from "node:assert/strict";
import { test } from "node:test";
import { Tile, Tiles } from "../../assets/stage/data/tiles.js";
import { blockOf } from "../../assets/stage/data/tile_blocks.js";
import { layersBelow, previousState } from "../../assets/stage/data/layer_reads.js";
import { targetAt, labelAt } from "../../assets/stage/data/step_texts.js";
import { missingTile } from "../../assets/stage/view/server_feed.js";
import { seeded } from "./seeded.js";

const NAMES = ["z", "r", "n", "h", "x"];

function table(columns, rows, value) {
  const made = Float32Array.from({ length: columns * rows }, (_, k) => value(Math.floor(k / rows), k % rows));
  return Object.assign(made, { columns, rows });
}

/** A tile whose cells tell where they are: 1000 t + unit, and -1 - unit before its first step. */
function tile({
  layer = 0,
  first = 0,
  last = 9,
  each = 1,
  units = 3,
  labels = [],
  due = [],
  value = (t, unit) => 1000 * t + unit,
} = {}) {
  const columns = Math.ceil((last + 1 - first) / each),
    arrays = {};
  for (const name of NAMES) {
    arrays[name] = table(columns, units, (c, unit) => value(first + c * each, unit));
    if (each > 1) arrays[`${name}_low`] = table(columns, units, (c, unit) => value(first + c * each, unit) - 1);
    if (each > 1) arrays[`${name}_high`] = table(columns, units, (c, unit) => value(first + c * each, unit) + 1);
  }
  if (each === 1) arrays.before = table(units, 1, (unit) => -1 - unit);
  return [{ layer, first, last, each, x_each: 1, labels, due }, arrays];
}

function known(steps, tiles, more = {}) {
  const made = new Tiles({ steps, bidirectional: false, ...more });
  for (const each of tiles) made.add(...tile(each));
  return made;
}

const spans = (tiles) => tiles.tiles.map(({ first, last }) => [first, last]);

test("columns hold whole steps, the last may hold fewer", () => {
  const made = new Tile(...tile({ first: 10, last: 20, each: 4 }));
  assert.equal(made.columns, 3);
  assert.deepEqual(
    [10, 13, 14, 20].map((t) => made.column(t)),
    [0, 0, 1, 2],
  );
  assert.deepEqual(
    [0, 1, 2].map((column) => made.weight(column)),
    [4, 4, 3],
  );
  assert.equal(made.exact, false);
});

test("an exact tile has one value for every statistic", () => {
  const exact = new Tile(...tile()),
    pooled = new Tile(...tile({ each: 5 }));
  for (const statistic of ["mean", "low", "high"]) assert.equal(exact.array("z", statistic), exact.arrays.z);
  assert.equal(pooled.array("z", "mean"), pooled.arrays.z);
  assert.equal(pooled.array("z", "low"), pooled.arrays.z_low);
  assert.equal(pooled.array("x", "high"), pooled.arrays.x_high);
});

test("a step's units", () => {
  const tiles = known(100, [
    { last: 99, each: 10 },
    { first: 20, last: 29 },
  ]);
  assert.deepEqual([...tiles.vector("h", 0, 25)], [25000, 25001, 25002]);
  assert.deepEqual([...tiles.vector("h", 0, 35)], [30000, 30001, 30002]);
  assert.equal(tiles.vector("h", 1, 25), null);
});

test("the finest tile that covers is drawn", () => {
  const tiles = known(100, [
    { last: 99, each: 10 },
    { first: 20, last: 59, each: 2 },
    { first: 30, last: 39 },
  ]);
  assert.equal(tiles.covering(0, 32, 38).each, 1);
  assert.equal(tiles.covering(0, 32, 40).each, 2);
  assert.equal(tiles.covering(0, 10, 40).each, 10);
  assert.equal(tiles.covering(1, 32, 38), null);
  assert.equal(tiles.finest(0, 30).each, 1);
  assert.equal(tiles.finest(0, 99).each, 10);
});

test("the state a step starts from", () => {
  const tiles = known(100, [
    { last: 99, each: 10 },
    { first: 20, last: 29 },
  ]);
  assert.deepEqual([...previousState(tiles, 0, 25)], [24000, 24001, 24002]);
  assert.deepEqual([...previousState(tiles, 0, 20)], [-1, -2, -3]);
  assert.equal(previousState(tiles, 0, 40), null); // means of several steps are no state
});

test("a reverse layer starts from the step after", () => {
  const tiles = known(10, [{ layer: 1 }], { bidirectional: true });
  assert.deepEqual([...previousState(tiles, 1, 3)], [4000, 4001, 4002]);
  assert.deepEqual([...previousState(tiles, 1, 9)], [-1, -2, -3]);
  assert.deepEqual(
    [0, 1, 2, 3].map((layer) => tiles.reverse(layer)),
    [false, true, false, true],
  );
  assert.equal(known(10, []).reverse(1), false);
});

test("which rows a layer reads", () => {
  assert.deepEqual(
    [0, 1, 2].map((layer) => layersBelow(known(10, []), layer)),
    [[], [0], [1]],
  );
  const both = known(10, [], { bidirectional: true });
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((layer) => layersBelow(both, layer)),
    [[], [], [0, 1], [0, 1], [2, 3]],
  );
});

test("a tile takes the place of one of the same steps; what is on the screen and the overviews stay", () => {
  const tiles = known(1000, [
    { last: 999, each: 20 },
    { first: 100, last: 200, each: 2 },
    { first: 120, last: 140, each: 2 },
  ]);
  tiles.add(...tile({ first: 120, last: 140 }));
  assert.deepEqual(spans(tiles), [
    [120, 140],
    [100, 200],
    [0, 999],
  ]);
  assert.ok(tiles.finest(0, 130).exact);
  for (let k = 0; k < 12; k++) {
    const shown = tiles.covering(0, 120, 140);
    tiles.add(...tile({ first: 300 + k * 20, last: 310 + k * 20 }), shown);
    assert.equal(tiles.covering(0, 120, 140), shown);
  }
  assert.ok(tiles.has(0, 0, 999));
  assert.ok(tiles.tiles.length <= 10, `${tiles.tiles.length} tiles are kept`);
  assert.deepEqual(spans(tiles)[0], [520, 530]);
});

test("tiles of other layers do not cover each other", () => {
  const tiles = known(50, [
    { layer: 0, last: 49 },
    { layer: 1, last: 49 },
  ]);
  assert.equal(tiles.tiles.length, 2);
  assert.ok(tiles.has(0, 0, 49) && tiles.has(1, 0, 49) && !tiles.has(2, 0, 49));
});

test("labels come from the tiles that have them", () => {
  const tiles = known(100, [
    { first: 20, last: 22, labels: ["a", "", "c"] },
    { last: 99, each: 10 },
  ]);
  assert.deepEqual(
    [19, 20, 21, 22, 23].map((t) => labelAt(tiles, t)),
    ["", "a", "", "c", ""],
  );
});

test("next the layer is wanted, then what is seen, then the very step and what it reads", () => {
  const tiles = new Tiles({ steps: 10_000, bidirectional: false }),
    window = [2000, 3000],
    plot = 600;
  assert.deepEqual(missingTile(tiles, 1, 2500, window, plot), { layer: 1, first: 0, last: 9999 });
  tiles.add(...tile({ layer: 1, last: 9999, each: 10 }));
  assert.deepEqual(missingTile(tiles, 1, 2500, window, plot), { layer: 1, first: 1750, last: 3250 });
  tiles.add(...tile({ layer: 1, first: 1750, last: 3250 }));
  assert.deepEqual(missingTile(tiles, 1, 2500, window, plot), { layer: 0, first: 2440, last: 2560 });
  tiles.add(...tile({ layer: 0, first: 2440, last: 2560 }));
  assert.equal(missingTile(tiles, 1, 2500, window, plot), null);
  assert.deepEqual(missingTile(tiles, 1, 9999, window, plot), { layer: 1, first: 9939, last: 9999 });
});

test("what was answered once is not wanted again, though it was no help", () => {
  const tiles = known(1_000_000, [{ last: 999_999, each: 10_000 }]);
  const asked = missingTile(tiles, 0, 250_000, [200_000, 300_000], 600);
  assert.deepEqual(asked, { layer: 0, first: 175_000, last: 325_000 });
  tiles.add(...tile({ ...asked, each: 20_000 }));
  assert.deepEqual(missingTile(tiles, 0, 250_000, [200_000, 300_000], 600), {
    layer: 0,
    first: 249_940,
    last: 250_060,
  });
});

test("where a column has pixels enough nothing finer is wanted", () => {
  const tiles = known(10_000, [
    { last: 9999, each: 10 },
    { first: 40, last: 160 },
  ]);
  assert.equal(missingTile(tiles, 0, 100, [0, 10_000], 600), null);
});

// ---- pooling

function pooledPlainly(made, name, statistic, start, bin, rows, rowsEach) {
  const values = made.array(name, statistic),
    blocks = [];
  for (let r = 0; r < rows.length; r += rowsEach) {
    const cells = [];
    for (let c = start; c < Math.min(start + bin, made.columns); c++) {
      for (const row of rows.slice(r, r + rowsEach))
        cells.push(...Array(made.weight(c)).fill(values[c * values.rows + row]));
    }
    const sum = () => cells.reduce((a, b) => a + b, 0) / cells.length;
    blocks.push(
      cells.some(Number.isNaN)
        ? NaN
        : statistic === "mean"
          ? sum()
          : statistic === "low"
            ? Math.min(...cells)
            : Math.max(...cells),
    );
  }
  return blocks;
}

test("pooling is what it says, block for block", () => {
  const { whole, real, chance, one } = seeded(5);
  for (let n = 0; n < 3000; n++) {
    const units = whole(1, 7),
      first = whole(0, 5),
      each = whole(1, 4),
      rowsEach = whole(1, 4),
      bin = whole(1, 4);
    const value = () => (chance(0.03) ? NaN : real(-2, 2));
    const made = new Tile(...tile({ first, last: first + whole(0, 20), each, units, value }));
    const rows = Array.from({ length: units }, (_, k) => k)
      .filter(() => chance(0.8))
      .reverse();
    if (!rows.length) continue;
    const statistic = one(["mean", "low", "high"]),
      start = whole(0, made.columns - 1),
      name = one(NAMES);
    const out = new Float64Array(Math.ceil(rows.length / rowsEach)).fill(77);
    made.pool(out, name, statistic, start, bin, rows, rowsEach);
    pooledPlainly(made, name, statistic, start, bin, rows, rowsEach).forEach((wanted, k) => {
      assert.ok(
        Object.is(out[k], wanted) || Math.abs(out[k] - wanted) < 1e-9,
        `${statistic} of ${name}: ${out[k]} is not ${wanted}`,
      );
    });
  }
});

test("a single cell is itself, bit for bit", () => {
  const made = new Tile(...tile({ value: () => Math.fround(0.1) })),
    out = new Float64Array(3);
  made.pool(out, "z", "mean", 4, 1, [2, 0, 1], 1);
  assert.deepEqual([...out], Array(3).fill(Math.fround(0.1)));
});

test("what is due is told as labels are", () => {
  const tiles = known(100, [
    { first: 20, last: 22, due: ["", "x", "y"] },
    { last: 99, each: 10 },
  ]);
  assert.deepEqual(
    [19, 20, 21, 22, 23].map((t) => targetAt(tiles, t)),
    ["", "", "x", "y", ""],
  );
});

test("a pixel's numbers are those of all its steps and rows", () => {
  const { real } = seeded(3),
    values = Array.from({ length: 40 }, () => Array.from({ length: 3 }, () => real())),
    value = (t, unit) => values[t][unit];
  const made = new Tile(...tile({ first: 4, last: 25, value }));
  for (const [t, first, last] of [
    [4, 4, 8],
    [8, 4, 8],
    [9, 9, 13],
    [25, 24, 25],
  ]) {
    const found = blockOf(made, "z", t, 5, [2, 0]),
      all = [];
    for (let step = first; step <= last; step++) all.push(values[step][2], values[step][0]);
    assert.deepEqual([found.first, found.last], [first, last]);
    assert.ok(Math.abs(found.mean - all.reduce((sum, each) => sum + each, 0) / all.length) < 1e-6);
    assert.deepEqual([found.low, found.high], [Math.min(...all), Math.max(...all)].map(Math.fround));
  }
});

test("of a pooled tile the lowest and highest are those of the steps, not of the means", () => {
  const made = new Tile(...tile({ first: 0, last: 39, each: 4 })),
    found = blockOf(made, "h", 17, 8, [1]);
  assert.deepEqual(found, { first: 16, last: 23, mean: 18001, low: 16000, high: 20002 });
});
