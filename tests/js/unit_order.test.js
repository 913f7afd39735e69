import assert from "node:assert/strict";
import { test } from "node:test";
import { parseUnits, withinUnits } from "../../assets/stage/view/parse_ranges.js";
import { UnitOrder } from "../../assets/stage/view/unit_order.js";

const NAMES = ["a", "b", "c", "d"];
const seen = (
  /** @type {Partial<import("../../assets/stage/data/scene.js").View>} */ view,
  /** @type {UnitOrder} */ rows,
) => {
  const wrong = rows.choose(/** @type {any} */ (view), 4, NAMES);
  return [[...rows.units], wrong, view.subset];
};
const table = (/** @type {number[]} */ values) =>
  /** @type {any} */ (Object.assign(Float32Array.from(values), { columns: 1, rows: values.length }));

test("all units stand in their own order until another is told", () => {
  const rows = new UnitOrder(4),
    view = { turned: false, subset: "" };
  assert.deepEqual(seen(view, rows), [[0, 1, 2, 3], undefined, ""]);
  rows.rank({ order: table([2, 0, 3, 1]), values: table([0.5, 0.1, 0.9, 0.3]) });
  assert.deepEqual(seen(view, rows)[0], [2, 0, 3, 1]);
  rows.setCount(4);
  assert.deepEqual(seen(view, rows)[0], [2, 0, 3, 1]);
  rows.setCount(3);
  assert.deepEqual([...rows.order], [0, 1, 2]);
});

test("turned round, units without a number stay last", () => {
  const rows = new UnitOrder(4);
  rows.rank({ order: table([2, 0, 3, 1]), values: table([0.5, NaN, 0.9, 0.3]) });
  assert.deepEqual(seen({ turned: true, subset: "" }, rows)[0], [3, 0, 2, 1]);
  rows.rank({ order: table([2, 0, 3, 1]) });
  assert.deepEqual(seen({ turned: true, subset: "" }, rows)[0], [1, 3, 0, 2]);
});

test("those typed are shown, in the order; what names none leaves them as they were", () => {
  const rows = new UnitOrder(4),
    view = { turned: false, subset: "" };
  rows.parser = { parse: parseUnits, within: withinUnits };
  rows.rank({ order: table([2, 0, 3, 1]) });
  rows.text = " 1, c ";
  assert.deepEqual(seen(view, rows), [[2, 1], undefined, "1, c"]);
  rows.text = "nobody";
  const [shown, wrong, subset] = seen(view, rows);
  assert.deepEqual([shown, subset, rows.text], [[2, 1], "1, c", "nobody"]);
  assert.ok(wrong);
  rows.text = "";
  assert.deepEqual(seen(view, rows), [[2, 0, 3, 1], undefined, ""]);
});
