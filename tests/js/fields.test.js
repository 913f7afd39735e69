import assert from "node:assert/strict";
import { test } from "node:test";
import { GATES, PANELS, sceneOf } from "../../assets/stage/fields.js";

test("a message of before there were several stages has all that is needed", () => {
  const scene = sceneOf({ trace: { steps: 3 } });
  assert.deepEqual([scene.key, scene.address, scene.cursor, scene.trace.steps], ["", null, "", 3]);
  assert.deepEqual(scene.statistics, ["mean", "low", "high"]);
});

test("what a message says stands", () => {
  const said = { key: "a", address: "", cursor: "both", orders: ["index", "peak"], statistics: ["low"], diagrams: ["unit"], menus: [], status: null, visit: 0, x_ends: [[0, 1]], reach: {} };
  assert.deepEqual({ ...sceneOf(said) }, said);
});

test("panels are the gates and the input", () => assert.deepEqual(PANELS, [...GATES, "x"]));
