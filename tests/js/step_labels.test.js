import assert from "node:assert/strict";
import { test } from "node:test";
import { labelSteps, runsOf } from "../../assets/stage/panels/step_labels.js";

test("what lasts is one run; what is not held stands by itself", () => {
  const texts = ["", "a", "a", "", "a", "b", "b", "b"];
  assert.deepEqual(runsOf(texts, true), [
    ["a", 1, 2],
    ["a", 4, 4],
    ["b", 5, 7],
  ]);
  assert.deepEqual(
    runsOf(texts, false).map(([text, first, last]) => [text, first, last]),
    [
      ["a", 1, 1],
      ["a", 2, 2],
      ["a", 4, 4],
      ["b", 5, 5],
      ["b", 6, 6],
      ["b", 7, 7],
    ],
  );
});

/** What is drawn where `each` px are a step: [text or "dot", x]; a letter is 8 px wide. */
function drawn(texts, each, held = false) {
  const found = [],
    context = {
      measureText: (text) => ({ width: 8 * text.length }),
      fillText: (text, x) => found.push([text, x]),
      fillRect: (x) => found.push(["dot", x + 1]),
      beginPath() {},
      moveTo() {},
      lineTo() {},
      stroke() {},
    };
  const panels = {
    left: 0,
    scale: 1,
    plot: each * texts.length,
    width: each * texts.length + 50,
    cellWidth: () => each,
    x: (t) => t * each,
  };
  labelSteps(panels, context, 0, texts.length - 1, { first: 0, last: texts.length - 1 }, texts, 0, held);
  return found.sort((p, q) => p[1] - q[1]);
}

test("a label that does not fit leaves a dot in its place", () => {
  assert.deepEqual(drawn(["0", "1", "1"], 20), [
    ["0", 10],
    ["1", 30],
    ["1", 50],
  ]);
  assert.deepEqual(drawn(["0", "1", "1", "0"], 8), [
    ["0", 4],
    ["dot", 12],
    ["1", 20],
    ["dot", 28],
  ]);
});

test("what is due and lasts is written once, over all of its steps", () => {
  assert.deepEqual(drawn(["0", "0", "0", "1", "1"], 8, true), [
    ["0", 12],
    ["1", 32],
  ]);
  assert.deepEqual(drawn(["0", "0"], 30, true), [
    ["0", 15],
    ["0", 45],
  ]);
});

test("no dot stands in or at a label", () => {
  const dates = Array.from({ length: 60 }, (_, k) => new Date(Date.UTC(2020, 0, 1 + k)).toISOString().slice(0, 10));
  for (const each of [3, 7, 12, 20]) {
    const found = drawn(dates, each),
      texts = found.filter(([text]) => text !== "dot"),
      dots = found.filter(([text]) => text === "dot");
    assert.ok(texts.length >= Math.floor((60 * each) / 95) - 1, `${texts.length} labels at ${each} px a step`);
    for (const [text, x] of texts) {
      assert.match(text, /^2020-0\d-\d\d$/); // whole: cut they would all be "2020-0…"
      for (const [, dot] of dots) assert.ok(Math.abs(dot - x) > 4 * text.length + 2, `${text} at ${x}, dot at ${dot}`);
    }
    assert.equal(new Set(texts.map(([text]) => text)).size, texts.length);
  }
});

test("a date that stays is written once, and so is one that is cut", () => {
  const months = Array.from({ length: 62 }, (_, k) => (k < 31 ? "2020-01" : "2020-02"));
  assert.deepEqual(
    drawn(months, 6).filter(([text]) => text !== "dot"),
    [
      ["2020-01", 93],
      ["2020-02", 279],
    ],
  );
  const long = Array.from({ length: 40 }, (_, k) => `measured by the second station, number ${k}`);
  const said = drawn(long, 9).filter(([text]) => text !== "dot");
  assert.equal(new Set(said.map(([text]) => text)).size, said.length);
  // letters of a word are each their own
  assert.equal(drawn([..."hello"], 20).length, 5);
  assert.equal(drawn(["10", "10"], 30).length, 2);
});

test("a letter that would touch the word before it moves aside where its neighbour says nothing", () => {
  const texts = ["", "", "go", "", "A", "", "", "", ""];
  assert.deepEqual(drawn(texts, 6.4), [
    ["go", 16],
    ["A", 33],
  ]);
  // but not onto a step that has a label of its own
  assert.deepEqual(
    drawn(["", "", "go", "", "A", "B", "", "", ""], 6.4).map(([text]) => text),
    ["go", "B"],
  );
});
