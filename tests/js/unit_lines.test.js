import assert from "node:assert/strict";
import { test } from "node:test";
import { lineOf } from "../../assets/stage/cell/unit_lines.js";
import { Tile } from "../../assets/stage/data/tiles.js";

const UNITS = 2,
  UNIT = 1;

/** A tile of one gate whose chosen unit has these values, the other unit -9. */
function tile(values, { first = 0, each = 1, low = values, high = values } = {}) {
  const table = (of) =>
    Object.assign(Float32Array.from(of.flatMap((value) => [-9, value])), { columns: of.length, rows: UNITS });
  const header = { layer: 0, first, last: first + values.length * each - 1, each, x_each: 1, labels: [] };
  return new Tile(header, { z: table(values), z_low: table(low), z_high: table(high) });
}

const close = (found, wanted) => {
  assert.equal(found.length, wanted.length);
  found.forEach((value, k) =>
    assert.ok(Object.is(value, wanted[k]) || Math.abs(value - wanted[k]) < 1e-6, `${found} is not ${wanted}`),
  );
};

test("every step is a point in its middle, and one more on either side of the window", () => {
  const values = [0, 0.25, 0.5, 0.75, 1, 0.5];
  const line = lineOf(tile(values, { first: 10 }), "z", UNIT, [12, 14], 100);
  close(line.means, [0.25, 0.5, 0.75, 1]);
  close(line.at, [11.5, 12.5, 13.5, 14.5]);
  close(line.lows, line.means);
  close(line.highs, line.means);
});

test("steps that share a place keep their lowest and highest", () => {
  const values = Array.from({ length: 100 }, (_, k) => (k === 41 ? 1 : k === 77 ? -1 : 0.5));
  const line = lineOf(tile(values), "z", UNIT, [0, 100], 10);
  assert.equal(line.means.length, 10);
  close(
    line.highs,
    Array.from({ length: 10 }, (_, k) => (k === 4 ? 1 : 0.5)),
  );
  close(
    line.lows,
    Array.from({ length: 10 }, (_, k) => (k === 7 ? -1 : 0.5)),
  );
  close([line.means[4], line.means[7]], [0.55, 0.35]);
  close(
    line.at,
    Array.from({ length: 10 }, (_, k) => 10 * k + 5),
  );
});

test("a pooled trace has its band from what was pooled", () => {
  const line = lineOf(tile([0.5, 0.25], { each: 4, low: [0, 0.125], high: [1, 0.5] }), "z", UNIT, [0, 8], 100);
  close(line.lows, [0, 0.125]);
  close(line.means, [0.5, 0.25]);
  close(line.highs, [1, 0.5]);
  close(line.at, [2, 6]);
});

test("what is no number leaves a gap in line and band", () => {
  const line = lineOf(tile([0.5, NaN, 0.5, 0.5]), "z", UNIT, [0, 4], 2);
  for (const values of [line.lows, line.highs, line.means]) close(values, [NaN, 0.5]);
});
