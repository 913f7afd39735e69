import assert from "node:assert/strict";
import { test } from "node:test";
import { SharedCursor } from "../../assets/stage/view/cursor.js";

function heard(cursor) {
  const told = [],
    listener = (changed) => told.push(changed),
    leave = cursor.subscribe(listener);
  return { told, listener, leave };
}

test("all hear of a change but the one who made it", () => {
  const cursor = new SharedCursor(),
    [a, b, c] = [heard(cursor), heard(cursor), heard(cursor)];
  cursor.publish({ t: 3, unit: 1 }, a.listener);
  assert.deepEqual([a.told, b.told, c.told], [[], [{ t: 3, unit: 1 }], [{ t: 3, unit: 1 }]]);
  cursor.publish({ t: 4 });
  assert.deepEqual([a.told, b.told.at(-1)], [[{ t: 4 }], { t: 4 }]);
});

test("only what is new is told, and nothing where nothing is", () => {
  const cursor = new SharedCursor(),
    { told } = heard(cursor);
  cursor.publish({ t: 3, gate: "z", window: [0, 10] });
  cursor.publish({ t: 3, gate: "r", window: [0, 10] });
  cursor.publish({ t: 3, gate: "r", unit: undefined });
  cursor.publish({ window: [0, 11] });
  assert.deepEqual(told.slice(1), [{ gate: "r" }, { window: [0, 11] }]);
});

test("who comes late starts where the others are", () => {
  const cursor = new SharedCursor();
  assert.deepEqual(cursor.latest, {});
  cursor.publish({ t: 3, gate: "z" });
  cursor.publish({ t: 5, window: [1, 9] });
  assert.deepEqual(cursor.latest, { t: 5, gate: "z", window: [1, 9] });
});

test("what was told does not change afterwards", () => {
  const cursor = new SharedCursor(),
    window = [1, 9],
    { told } = heard(cursor);
  cursor.publish({ window });
  window[0] = 5;
  assert.deepEqual(
    [cursor.latest.window, told[0].window],
    [
      [1, 9],
      [1, 9],
    ],
  );
  assert.throws(() => {
    cursor.latest.t = 7;
  }, TypeError);
  assert.throws(() => {
    cursor.latest.window[0] = 7;
  }, TypeError);
  cursor.publish({ window: [5, 9] });
  assert.deepEqual(told[1], { window: [5, 9] });
});

test("who has left hears nothing more, even in the middle", () => {
  const cursor = new SharedCursor(),
    told = [];
  const leaves = [];
  cursor.subscribe(() => leaves.forEach((leave) => leave()));
  leaves.push(cursor.subscribe(() => told.push("gone")));
  cursor.publish({ t: 1 });
  leaves[0]();
  cursor.publish({ t: 2 });
  assert.deepEqual(told, []);
  assert.equal(cursor.listeners.size, 1);
});

test("who joins in the middle is not told what it already sees", () => {
  const cursor = new SharedCursor(),
    told = [];
  let joined = false;
  cursor.subscribe(() => {
    if (joined) return;
    joined = true;
    cursor.subscribe((changed) => told.push(changed));
  });
  cursor.publish({ t: 1 });
  assert.deepEqual(told, []);
  cursor.publish({ t: 2 });
  assert.deepEqual(told, [{ t: 2 }]);
});

test("stages that take over what they hear do not go round in circles", () => {
  const cursor = new SharedCursor(),
    stages = [40, 100].map((steps) => {
      const stage = { t: 0, painted: 0 };
      stage.hear = ({ t }) => {
        stage.t = Math.min(t, steps - 1);
        stage.painted++;
      };
      stage.hand = (t) => {
        stage.t = t;
        cursor.publish({ t }, stage.hear);
      };
      cursor.subscribe(stage.hear);
      return stage;
    });
  stages[1].hand(80);
  assert.deepEqual(
    stages.map(({ t, painted }) => [t, painted]),
    [
      [39, 1],
      [80, 0],
    ],
  );
  stages[0].hand(39); // as far as it goes: the other follows
  assert.deepEqual(
    stages.map(({ t }) => t),
    [39, 39],
  );
});
