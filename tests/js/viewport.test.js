import assert from "node:assert/strict";
import { test } from "node:test";
import { viewportOf } from "../../assets/stage/hosts/viewport.js";

/** @type {(first: number, last: number | null, shown: number[]) => any} */
const stage = (first, last, shown) => ({
  view: { first, last },
  visibleUnits: Int32Array.from(shown),
  scene: { trace: { steps: 10, units: 4 } },
});

test("all steps and all units, in any order, are told as all", () => {
  assert.deepEqual(viewportOf(stage(0, null, [3, 1, 0, 2])), { steps: null, units: null });
  assert.deepEqual(viewportOf(stage(0, 9, [0, 1, 2, 3])), { steps: null, units: null });
});

test("some steps and some units are told, units from the first", () => {
  assert.deepEqual(viewportOf(stage(2, 5, [3, 0])), { steps: [2, 5], units: [0, 3] });
  assert.deepEqual(viewportOf(stage(2, null, [0, 1, 2, 3])), { steps: [2, 9], units: null });
  assert.deepEqual(viewportOf(stage(0, 8, [2])), { steps: [0, 8], units: [2] });
});
