import assert from "node:assert/strict";
import { test } from "node:test";
import { sentence } from "../../assets/stage/view/prediction.js";
import { ROWS } from "../../assets/stage/data/panel_names.js";
import { headOutputs, nameOfRow, outputOf, readOutput, rowOf } from "../../assets/stage/model/head.js";
import { panelsOf } from "../../assets/stage/data/panel_names.js";
import { Standin } from "./standin.js";

const W = {
  says_class: "predicts {said} (p = {p})",
  says_class_due: "predicts {said} (p = {p}), target {due}",
  says_class_wrong: "predicts {said} (p = {p}), target {due} (p = {q}): wrong",
  says_signs: "predicts {said}",
  says_signs_due: "predicts {said}, target {due}",
  says_signs_wrong: "predicts {said}, target {due}; wrong: {names}",
  says_number: "predicts {said}",
  says_number_due: "predicts {said}, target {due}",
  says_number_off: "predicts {said}, target {due}, error {off}",
  says_number_wrong: "predicts {said}, target {due}, error {off}: wrong",
  answer_others: "all others",
};
const LETTERS = { kind: "classes", count: 3, within: null },
  NAMES = ["A", "B", "H"];

function table(rows) {
  return Object.assign(Float32Array.from(rows.flat()), { columns: rows.length, rows: rows[0].length });
}

function said(answer, y, target, column = 0, more = {}) {
  return sentence(
    answer,
    NAMES,
    W,
    readOutput(answer, { y: table(y), ...(target && { target: table(target) }), ...more }, column),
  );
}

test("a class is said with its probability, and what was due", () => {
  assert.equal(said(LETTERS, [[0.01, 0.02, 0.97]]), "predicts H (p = 0.97)");
  assert.equal(said(LETTERS, [[0.01, 0.02, 0.97]], [[2]]), "predicts H (p = 0.97), target H");
  assert.equal(said(LETTERS, [[0.01, 0.02, 0.97]], [[NaN]]), "predicts H (p = 0.97)");
  assert.equal(said(LETTERS, [[0.6, 0.4, 0]], [[1]]), "predicts A (p = 0.60), target B (p = 0.40): wrong");
});

test("signs and numbers likewise, each with the rule of its task", () => {
  const bits = { kind: "signs", count: 3, within: null, names: ["bit 1", "bit 2", "bit 3"] };
  assert.equal(said(bits, [[0.4, 0.9, 1]], [[1, 1, 1]]), "predicts + + +, target + + +");
  assert.equal(
    said(bits, [[0.4, -0.1, 1]], [[1, 1, -1]]),
    "predicts + \u2212 +, target + + \u2212; wrong: bit 2, bit 3",
  );
  const depth = { kind: "numbers", count: 1, within: 0.5 };
  assert.equal(said(depth, [[2.1]], [[2]]), "predicts 2.10, target 2");
  assert.equal(said(depth, [[2.5]], [[2]]), "predicts 2.50, target 2, error 0.50: wrong");
  assert.equal(said(depth, [[2.5]]), "predicts 2.50");
  assert.equal(said({ ...depth, within: null }, [[1.25]], [[1.5]]), "predicts 1.250, target 1.500, error 0.250");
});

test("the last of rows that are shared has no name, and only the tile knows whether what is in it is right", () => {
  const many = { kind: "classes", count: 3, within: null, rows: [4, 9], names: ["e", "j"] };
  assert.deepEqual(
    [0, 1, 2].map((row) => nameOfRow(many, [], row)),
    ["e", "j", undefined],
  );
  assert.deepEqual(
    [0, 1, 2].map((row) => outputOf(many, row)),
    [4, 9, null],
  );
  assert.deepEqual(
    [4, 9, 5].map((output) => rowOf(many, output)),
    [0, 1, 2],
  );
  assert.deepEqual(
    [0, 2, 7].map((output) => rowOf(LETTERS, output)),
    [0, 2, 2],
  );
  const tables = { y: table([[0.2, 0.1, 0.7]]), said: table([[2]]), target: table([[2]]) };
  assert.equal(readOutput(many, { ...tables, wrong: table([[1]]) }, 0).isWrong, true);
  assert.equal(readOutput(many, { ...tables, wrong: table([[0]]) }, 0).isWrong, false);
});

test("what a head makes of no number is none, and wrong", () => {
  const head = { kind: "classes", within: null, w: Float32Array.of(1, 2), b: Float32Array.of(0, 0) };
  const { y, wrong } = headOutputs(head, Float32Array.of(NaN, 1), 2, 1, Float32Array.of(1, 1));
  assert.deepEqual([...y].map(Number.isNaN), [true, true, false, false]);
  assert.deepEqual([...wrong], [1, 0]);
});

test("the panel is there where there is a head, and a click on it chooses the output under it", () => {
  assert.deepEqual(panelsOf({ answer: LETTERS }), ["x", "z", "r", "n", "h", "y"]);
  assert.deepEqual(panelsOf({}), ["x", "z", "r", "n", "h"]);
  assert.deepEqual([...ROWS].sort(), ["h", "n", "r", "x", "y", "z"]);
  const stage = new Standin();
  for (const [out, wanted] of [
    [2, 2],
    [null, null],
  ]) {
    stage.chosen = [];
    stage.down(stage.x(7), "y", { unit: null, out });
    stage.up(stage.x(7), "y", { unit: null, out });
    assert.deepEqual(
      stage.chosen.map(({ cell, explain }) => [cell, explain]),
      [[{ t: 7, gate: "y", out: wanted }, true]],
    );
  }
});
