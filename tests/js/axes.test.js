import assert from "node:assert/strict";
import { test } from "node:test";
import { labelSteps, runsOf } from "../../assets/stage/panels/axes.js";

test("what lasts is one run; what is not held stands by itself", () => {
  const texts = ["", "a", "a", "", "a", "b", "b", "b"];
  assert.deepEqual(runsOf(texts, true), [["a", 1, 2], ["a", 4, 4], ["b", 5, 7]]);
  assert.deepEqual(runsOf(texts, false).map(([text, first, last]) => [text, first, last]), [["a", 1, 1], ["a", 2, 2], ["a", 4, 4], ["b", 5, 5], ["b", 6, 6], ["b", 7, 7]]);
});

/** What is drawn where `each` px are a step: [text or "dot", x]; a letter is 8 px wide. */
function drawn(texts, each, held = false) {
  const found = [], context = {
    measureText: (text) => ({ width: 8 * text.length }), fillText: (text, x) => found.push([text, x]), fillRect: (x) => found.push(["dot", x + 1]),
    beginPath() {}, moveTo() {}, lineTo() {}, stroke() {},
  };
  const panels = { left: 0, plot: each * texts.length, width: each * texts.length + 50, cellWidth: () => each, x: (t) => t * each };
  labelSteps(panels, context, 0, texts.length - 1, { first: 0, last: texts.length - 1 }, texts, 0, held);
  return found;
}

test("a label that does not fit leaves a dot in its place", () => {
  assert.deepEqual(drawn(["0", "1", "1"], 20), [["0", 10], ["1", 30], ["1", 50]]);
  assert.deepEqual(drawn(["0", "1", "1", "0"], 8), [["0", 4], ["dot", 12], ["1", 20], ["dot", 28]]);
});

test("what is due and lasts is written once, over all of its steps", () => {
  assert.deepEqual(drawn(["0", "0", "0", "1", "1"], 8, true), [["0", 12], ["1", 32]]);
  assert.deepEqual(drawn(["0", "0"], 30, true), [["0", 15], ["0", 45]]);
});
