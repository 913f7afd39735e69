import assert from "node:assert/strict";
import { test } from "node:test";
import { History } from "../../assets/stage/editor/history.js";
import { seeded } from "./seeded.js";

const state = (name) => Object.freeze({ name });
const [A, B, C, D] = ["a", "b", "c", "d"].map(state);

test("back and forth", () => {
  const history = new History(A);
  assert.deepEqual([history.now, history.canUndo, history.canRedo], [A, false, false]);
  history.push(B);
  history.push(C);
  assert.equal(history.now, C);
  assert.equal(history.undo(), B);
  assert.equal(history.undo(), A);
  assert.equal(history.undo(), A);
  assert.deepEqual([history.canUndo, history.canRedo], [false, true]);
  assert.equal(history.redo(), B);
  assert.equal(history.redo(), C);
  assert.equal(history.redo(), C);
});

test("a new way ends the old one; the same state is no step", () => {
  const history = new History(A);
  history.push(B);
  history.push(B);
  history.undo();
  assert.equal(history.now, A);
  history.push(A);
  assert.equal(history.canRedo, true);
  history.push(C);
  assert.equal(history.canRedo, false);
  assert.equal(history.undo(), A);
});

test("a drag is one step back", () => {
  const history = new History(A),
    drag = { joins: "drag 1" };
  for (const each of [B, C, D]) history.push(each, drag);
  assert.equal(history.now, D);
  assert.equal(history.undo(), A);
  assert.equal(history.redo(), D);
  history.push(B, drag); // after an undo it is another
  assert.equal(history.undo(), D);
});

test("another drag, and a change without one, are steps of their own", () => {
  const history = new History(A);
  history.push(B, { joins: "1" });
  history.push(C, { joins: "2" });
  history.push(D);
  history.push(A, { joins: "2" });
  assert.deepEqual([history.undo(), history.undo(), history.undo(), history.undo()], [D, C, B, A]);
});

test("a drag that ends where it began is none", () => {
  const history = new History(A);
  history.push(B);
  history.push(C, { joins: "1" });
  history.push(B, { joins: "1" });
  assert.equal(history.undo(), A);
  assert.equal(history.redo(), B);
  assert.equal(history.canRedo, false);
  history.push(C, { joins: "1" });
  assert.equal(history.undo(), B);
});

test("the oldest goes", () => {
  const history = new History(0, 3);
  for (let n = 1; n < 10; n++) history.push(n);
  assert.deepEqual(
    [history.undo(), history.undo(), history.canUndo, history.redo(), history.redo()],
    [8, 7, false, 8, 9],
  );
});

test("beginning anew", () => {
  const history = new History(A);
  history.push(B, { joins: "1" });
  history.reset(C);
  assert.deepEqual([history.now, history.canUndo, history.canRedo], [C, false, false]);
  history.push(D, { joins: "1" });
  assert.equal(history.undo(), C);
});

test("as many undone as redone, whatever was pushed", () => {
  const { whole, chance, one } = seeded(4);
  for (let n = 0; n < 500; n++) {
    const history = new History(0, whole(1, 12));
    for (let k = 1; k < 30; k++) {
      const way = whole(0, 5);
      if (way === 0) history.undo();
      else if (way === 1) history.redo();
      else history.push(k, chance(0.5) ? { joins: one(["1", "2"]) } : {});
    }
    const now = history.now,
      seen = [];
    let undone = 0;
    for (; history.canUndo; undone++) seen.push(history.undo());
    for (; undone > 0; undone--) history.redo();
    assert.equal(history.now, now);
    assert.ok(seen.length < history.most);
    assert.deepEqual(
      seen,
      seen.toSorted((a, b) => b - a),
    );
  }
});
