import assert from "node:assert/strict";
import { test } from "node:test";

import { rowNames } from "../../assets/stage/panels/axes.js";
import { distinctNames } from "../../assets/stage/panels/line_names.js";

/** A canvas on which a letter is 6 px wide; it notes the texts and their heights. */
function canvas() {
  const texts = /** @type {[string, number][]} */ ([]);
  const context = {
    measureText: (/** @type {string} */ text) => ({ width: 6 * [...text].length }),
    fillText: (/** @type {string} */ text, /** @type {number} */ _x, /** @type {number} */ y) => texts.push([text, y]),
  };
  return { texts, context: /** @type {any} */ (context) };
}

test("names that fit stay whole; names that do not fit lose the beginning they share", () => {
  const { context } = canvas();
  const pulses = ["pulse 1", "pulse 2", "pulse 3"];
  assert.deepEqual(distinctNames(context, pulses, 42), pulses);
  assert.deepEqual(distinctNames(context, pulses, 41), ["…1", "…2", "…3"]);
  assert.deepEqual(distinctNames(context, ["temperature"], 30), ["temp…"]);
  assert.deepEqual(distinctNames(context, ["temperature", "wind"], 30), ["temp…", "wind"]);
  assert.deepEqual(distinctNames(context, ["sensor a", "sensor a"], 30), ["…a", "…a"]);
});

test("names of rows do not overlap, although the first and the last one are shifted into the panel", () => {
  for (let count = 1; count <= 60; count++) {
    for (const height of [22, 40, 58, 62, 64, 100]) {
      const { texts, context } = canvas();
      const panels = /** @type {any} */ ({ left: 40, scale: 1, ink: { muted: "" } });
      rowNames(panels, context, count, String, 0, height);
      assert.ok(texts.length > 0);
      for (let k = 1; k < texts.length; k++) assert.ok(texts[k][1] - texts[k - 1][1] >= 10, `${count} in ${height}`);
    }
  }
});
