import assert from "node:assert/strict";
import { test } from "node:test";
import { arraysFor, unpack } from "../../assets/stage/data/message.js";
import { packed, unaligned } from "./packed.js";

const ARRAYS = {
  z: { shape: [3, 2], type: "f4", values: [0.5, -1, NaN, Infinity, 1e-30, 6] },
  order: { shape: [3], type: "i4", values: [2, 0, -1] },
  none: { shape: [0, 5], type: "f4", values: [] },
  deep: { shape: [2, 2, 2], type: "f4", values: [1, 2, 3, 4, 5, 6, 7, 8] },
};

test("a message gives back what was put in", () => {
  const { header, arrays } = unpack(packed({ t: 3, names: ["기억", "e\u0301 \u{1f600}"], none: null }, ARRAYS));
  assert.deepEqual(header, { t: 3, names: ["기억", "e\u0301 \u{1f600}"], none: null });
  assert.deepEqual(Object.keys(arrays), Object.keys(ARRAYS));
  assert.deepEqual([...arrays.z], ARRAYS.z.values.map(Math.fround));
  assert.ok(arrays.z instanceof Float32Array);
  assert.ok(arrays.order instanceof Int32Array);
  assert.deepEqual([...arrays.order], [2, 0, -1]);
});

test("arrays know their first two sizes", () => {
  const { arrays } = unpack(packed({}, ARRAYS));
  const sizes = Object.fromEntries(Object.entries(arrays).map(([name, { columns, rows }]) => [name, [columns, rows]]));
  assert.deepEqual(sizes, { z: [3, 2], order: [3, 1], none: [0, 5], deep: [2, 4] });
});

for (const by of [0, 1, 2, 3, 4, 7]) {
  test(`bytes may begin anywhere in their buffer: ${by}`, () => {
    const message = packed({ t: 3 }, ARRAYS),
      { header, arrays } = unpack(unaligned(message, by));
    assert.equal(header.t, 3);
    assert.deepEqual([...arrays.deep], ARRAYS.deep.values);
  });
}

test("node's own buffers too, whose slice is no copy", () => {
  const message = Buffer.from(unaligned(packed({}, ARRAYS)));
  assert.deepEqual([...unpack(message).arrays.order], [2, 0, -1]);
});

test("the arrays do not change with the bytes they came in", () => {
  const message = packed({}, ARRAYS),
    { arrays } = unpack(message);
  message.fill(0);
  assert.deepEqual([...arrays.order], [2, 0, -1]);
});

test("a header of any length", () => {
  for (let length = 0; length < 17; length++) {
    const { header, arrays } = unpack(unaligned(packed({ text: "x".repeat(length) }, ARRAYS)));
    assert.equal(header.text.length, length);
    assert.deepEqual([...arrays.deep], ARRAYS.deep.values);
  }
});

test("a message without arrays", () => {
  assert.deepEqual(unpack(packed({ reply: 4 })), { header: { reply: 4 }, arrays: {} });
});

test("what is cut short is refused", () => {
  const message = packed({ t: 3 }, ARRAYS);
  for (const length of [0, 3, 8, 40, message.length - 8]) assert.throws(() => unpack(message.slice(0, length)));
});

test("of a message for several stages each takes its own", () => {
  const one = (value) => ({ shape: [1], type: "f4", values: [value] });
  const { arrays } = unpack(packed({}, { "a/z": one(1), "a/order": one(2), "ab/z": one(3), "a/b/z": one(4) }));
  const own = (key) =>
    Object.fromEntries(Object.entries(arraysFor(arrays, key)).map(([name, table]) => [name, table[0]]));
  assert.deepEqual(own("a"), { z: 1, order: 2, "b/z": 4 });
  assert.deepEqual(own("ab"), { z: 3 });
  assert.deepEqual(own("a/b"), { z: 4 });
  assert.deepEqual(own("c"), {});
  assert.equal(arraysFor(arrays, "a").z.columns, 1);
});
