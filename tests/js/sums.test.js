import assert from "node:assert/strict";
import { test } from "node:test";
import { PIECE, Sums } from "../../assets/stage/data/sums.js";
import { unpack } from "../../assets/stage/data/message.js";
import { packed } from "./packed.js";

/** A reply as Python sends it: each number says its gate, step and part. */
function told({ layer, unit, first, last }) {
  const steps = last + 1 - first;
  const table = (gate, parts) => ({
    shape: [steps, parts],
    type: "f4",
    values: Array.from(
      { length: steps * parts },
      (_, k) => gate * 10000 + (first + Math.floor(k / parts)) * 10 + (k % parts),
    ),
  });
  return unpack(packed({ layer, unit, first, last }, { r: table(1, 4), z: table(2, 4), n: table(3, 7) }));
}

function holding(...pieces) {
  const sums = new Sums();
  for (const piece of pieces) {
    const { header, arrays } = told(piece);
    sums.add(header, arrays);
  }
  return sums;
}

test("a step's sums by gate and part", () => {
  const sums = holding({ layer: 1, unit: 4, first: 10, last: 20 });
  assert.deepEqual(sums.at(1, 4, 12), {
    r: { x: 10120, h: 10121, b: 10122, total: 10123 },
    z: { x: 20120, h: 20121, b: 20122, total: 20123 },
    n: { x: 30120, h: 30121, b: 30122, total: 30123, inner: 30124, inner_h: 30125, inner_b: 30126 },
  });
});

test("nothing is known of another step, unit or layer", () => {
  const sums = holding({ layer: 0, unit: 4, first: 10, last: 20 });
  for (const place of [
    [0, 4, 9],
    [0, 4, 21],
    [0, 3, 12],
    [1, 4, 12],
  ])
    assert.equal(sums.at(...place), null);
  for (const t of [10, 20]) assert.ok(sums.at(0, 4, t));
});

test("a short trace is asked for once, whole", () => {
  const sums = new Sums();
  const piece = sums.missingPiece(0, 3, 17, 100);
  assert.deepEqual(piece, { layer: 0, unit: 3, first: 0, last: 99 });
  const { header, arrays } = told(piece);
  sums.add(header, arrays);
  for (let t = 0; t < 100; t++) assert.equal(sums.missingPiece(0, 3, t, 100), null);
  assert.notEqual(sums.missingPiece(0, 2, 17, 100), null);
});

test("of a long trace a piece around the step is asked for, and never more than Python answers", () => {
  for (const steps of [PIECE + 1, 3 * PIECE, 100000]) {
    for (const t of [0, 1, PIECE / 4 - 1, PIECE / 4, PIECE / 2, PIECE - 1, PIECE, steps - 1]) {
      const { first, last } = new Sums().missingPiece(0, 0, t, steps);
      assert.ok(first <= t && t <= last, `${t} of ${steps} is in ${first} to ${last}`);
      assert.ok(last - first < PIECE && last < steps && first >= 0);
      // walking on from here, either way, asks for nothing at once
      assert.ok((first === 0 || t - first >= PIECE / 4) && (last === steps - 1 || last - t >= PIECE / 4 - 1));
    }
  }
});

test("a walk through a long trace asks seldom", () => {
  const sums = new Sums();
  let asked = 0;
  for (const t of [...Array(20000).keys(), ...[...Array(20000).keys()].reverse()]) {
    const piece = sums.missingPiece(0, 0, t, 20000);
    if (!piece) continue;
    asked++;
    const { header, arrays } = told(piece);
    sums.add(header, arrays);
  }
  assert.ok(asked <= (2 * 20000) / (PIECE / 2), `${asked} questions`);
});

test("what is held is bounded", () => {
  const sums = new Sums();
  for (let unit = 0; unit < 200; unit++) {
    const { header, arrays } = told({ layer: 0, unit, first: 0, last: 5 });
    sums.add(header, arrays);
  }
  assert.ok(sums.pieces.length <= 16);
  assert.ok(sums.at(0, 199, 3));
  assert.equal(sums.at(0, 0, 3), null);
});
