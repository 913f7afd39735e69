import assert from "node:assert/strict";
import { test } from "node:test";
import { GATES, ROWS } from "../../assets/stage/data/panel_names.js";
import { sceneOf } from "../../assets/stage/data/scene.js";
import { mergeShared } from "../../assets/stage/data/shared_scene.js";

test("a message of before there were several stages has all that is needed", () => {
  const scene = sceneOf({ trace: { steps: 3 } });
  assert.deepEqual([scene.key, scene.address, scene.cursor, scene.trace.steps], ["", null, "", 3]);
  assert.deepEqual(scene.statistics, ["mean", "low", "high"]);
});

test("what a message says stands", () => {
  const said = {
    key: "a",
    address: "",
    cursor: "both",
    form: "beside",
    differs: "reset",
    orders: ["index", "peak"],
    statistics: ["low"],
    diagrams: ["unit"],
    menus: [],
    status: null,
    visit: 0,
    x_ends: [[0, 1]],
    reach: {},
    words: { language: "en" },
    language: "en",
  };
  assert.deepEqual({ ...sceneOf(said) }, said);
});

test("panels are the input, the gates and the outputs", () => assert.deepEqual(ROWS, ["x", ...GATES, "y"]));

const ALIKE = {
  words: { keeps: "z = 1 keeps" },
  defaults: { layer: 0, t: null, unit: null, order: "index" },
  palettes: {
    light: { x: { low: -1, high: 1, colours: ["a"] }, z: { low: 0, high: 1 } },
    dark: { x: { low: -1, high: 1, colours: ["b"] }, z: { low: 0, high: 1 } },
  },
  menus: [
    { name: "weights", label: "Weights", groups: [], chosen: "" },
    { name: "model", label: "Model", groups: [], chosen: "" },
  ],
};
const LEAN = {
  alike: "alike/en.json",
  key: "a",
  language: "en",
  span: { low: -3, high: 3, from: 0 },
  view: { layer: 1, order: "peak" },
  chosen: { weights: "latch", model: "split" },
};

test("a scene gets back what it has alike with others, as gruviz/protocol/shared_data.py says", () => {
  const x = { low: -3, high: 3, from: 0 };
  assert.deepEqual(mergeShared(LEAN, ALIKE), {
    key: "a",
    language: "en",
    words: ALIKE.words,
    defaults: ALIKE.defaults,
    palettes: {
      light: { ...ALIKE.palettes.light, x: { ...x, colours: ["a"] } },
      dark: { ...ALIKE.palettes.dark, x: { ...x, colours: ["b"] } },
    },
    view: { layer: 1, t: null, unit: null, order: "peak" },
    menus: [
      { ...ALIKE.menus[0], chosen: "latch" },
      { ...ALIKE.menus[1], chosen: "split" },
    ],
  });
  assert.deepEqual(ALIKE.palettes.light.x, { low: -1, high: 1, colours: ["a"] }); // it is everyone's
});

test("a stage without menus has none, and a visitor's own stand in place of everyone's", () => {
  assert.deepEqual(mergeShared({ ...LEAN, chosen: {} }, ALIKE).menus, []);
  const own = [
    {
      name: "weights",
      label: "Weights",
      groups: [["", [{ value: "mine", text: "My own", about: "" }]]],
      chosen: "mine",
    },
  ];
  assert.deepEqual(mergeShared({ ...LEAN, menus: own, chosen: { weights: "mine" } }, ALIKE).menus, own);
});
