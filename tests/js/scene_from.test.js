import assert from "node:assert/strict";
import { test } from "node:test";
import { LocalResponses } from "../../assets/stage/data/local_responses.js";
import { runFrom } from "../../assets/stage/data/local_run.js";
import { sceneFrom, sceneOfRun } from "../../assets/stage/data/scene_from.js";
import { principalAxis } from "../../assets/stage/data/similarity.js";
import { rankingOf } from "../../assets/stage/data/unit_orders.js";
import { seeded } from "./seeded.js";

// as gruviz/protocol/shared_data.py writes it, as far as a scene needs it
const SHARED = {
  palettes: { light: { x: { low: -1, high: 1, colours: ["#000000"] } }, dark: { x: { low: -1, high: 1 } } },
  words: { layers: { name: "layer {layer}", way: "layer {layer} {way}", forward: "forward", reverse: "reverse" } },
  defaults: { layer: 0, t: null, unit: null, first: 0, last: null, order: "index", gate: "h" },
  menus: [{ name: "weights", label: "Weights", groups: [], chosen: "" }],
  orders: ["index"],
};
const OPTIONS = { shared: SHARED, language: "en", id: "one" };

function modelOf({ inputs = 2, units = 3, biases = true, directions = 1, seed = 1 } = {}) {
  const { real } = seeded(seed),
    many = (count) => Float32Array.from({ length: count }, () => real(-1, 1));
  const layers = Array.from({ length: directions }, (_, way) => ({
    inputs,
    units,
    reset: "before",
    reverse: way === 1,
    w_ih: many(3 * units * inputs),
    w_hh: many(3 * units * units),
    b_ih: biases ? many(3 * units) : null,
    b_hh: biases ? many(3 * units) : null,
  }));
  return { directions, layers };
}

function headOf(kind, outputs, units, more = {}) {
  const { real } = seeded(9);
  return { kind, w: Float32Array.from({ length: outputs * units }, () => real(-1, 1)), ...more };
}

const sigmoid = (value) => 1 / (1 + Math.exp(-value));

test("one step of one unit is computed by the equations as they are written", () => {
  const weights = { w_ih: [0.1, 0.2, 0.3], w_hh: [0.4, -0.5, 0.6], b_ih: [0.7, -0.8, 0.9], b_hh: null };
  const layer = { inputs: 1, units: 1, reset: "before", reverse: false, ...weights };
  const { header, arrays } = sceneFrom({ directions: 1, layers: [layer] }, { x: [2], h0: [0.5] }, OPTIONS);
  const r = sigmoid(0.1 * 2 + 0.7 + 0.4 * 0.5),
    z = sigmoid(0.2 * 2 - 0.8 - 0.5 * 0.5),
    n = Math.tanh(0.3 * 2 + 0.9 + 0.6 * r * 0.5);
  const wanted = { r, z, n, h: z * 0.5 + (1 - z) * n };
  for (const [gate, value] of Object.entries(wanted)) assert.ok(Math.abs(arrays[gate][0] - value) < 1e-6, gate);
  assert.deepEqual([...arrays.before], [0.5]);
  assert.deepEqual([header.trace.steps, header.trace.units, header.trace.kind], [1, 1, "concat"]);
  assert.deepEqual(header.palettes.light.x, { low: -2, high: 2, from: 0, colours: ["#000000"] });
  assert.deepEqual(header.menus, []);
});

test("an input of zeros has a scale, and a run without biases has none", () => {
  const { header, arrays } = sceneFrom(modelOf({ biases: false }), { x: new Float32Array(8) }, OPTIONS);
  assert.deepEqual(header.palettes.dark.x, { low: -1, high: 1, from: 0 });
  assert.deepEqual(header.x_ends, [
    [0, 0],
    [0, 0],
  ]);
  assert.deepEqual(header.reach, { n: 0, h: 0 });
  assert.ok(!("model/b_ih0" in arrays) && !("model/b_hh0" in arrays));
  assert.deepEqual(
    [header.trace.labelled, header.trace.asks, header.tile.labels, header.tile.due],
    [false, false, [], []],
  );
});

test("what is no number in the input is seen from that step on, and in no scale", () => {
  const x = Float32Array.from({ length: 12 }, (_, k) => (k === 6 ? NaN : k / 10));
  const { header, arrays } = sceneFrom(modelOf(), { x }, OPTIONS);
  assert.ok(arrays.h.subarray(0, 9).every(Number.isFinite) && arrays.h.subarray(9).every(Number.isNaN));
  assert.ok(Number.isFinite(header.reach.h));
  assert.equal(header.palettes.light.x.high, Math.fround(1.1));
  assert.doesNotThrow(() => JSON.stringify(header));
});

test("a head without a target judges nothing", () => {
  const model = { ...modelOf(), head: headOf("classes", 3, 3) };
  const { header, arrays } = sceneFrom(model, { x: new Float32Array(8), channels: ["a", "b"] }, OPTIONS);
  assert.deepEqual(header.answer, { kind: "classes", count: 3, within: null, names: ["0", "1", "2"] });
  assert.ok("y" in arrays && !("wrong" in arrays) && !("target" in arrays) && !("model/target" in arrays));
  assert.ok(Math.abs(arrays.y.subarray(0, 3).reduce((sum, p) => sum + p, 0) - 1) < 1e-6);
});

test("numbers of a run that Python traced are shown as they came, and called its", () => {
  const gates = { r: [0.25], z: [0.5], n: [0.75], h: [0.125] },
    model = modelOf({ inputs: 1, units: 1 });
  const { header, arrays } = sceneFrom(model, { x: [1] }, { ...OPTIONS, trace: [gates] });
  assert.deepEqual([arrays.r[0], arrays.z[0], arrays.n[0], arrays.h[0]], [0.25, 0.5, 0.75, 0.125]);
  assert.ok(!("by" in header.trace));
  assert.equal(sceneFrom(model, { x: [1] }, OPTIONS).header.trace.by, "page");
});

test("two runs never share an id, where none is given", () => {
  const [one, other] = [0, 1].map(() => runFrom(modelOf(), { x: new Float32Array(2) }).id);
  assert.notEqual(one, other);
});

test("what was given is not changed, and later changes of it are not seen", () => {
  const x = Float32Array.from([1, 2, 3, 4]),
    { arrays } = sceneFrom(modelOf(), { x }, OPTIONS);
  arrays.x[0] = 9;
  assert.deepEqual([...x], [1, 2, 3, 4]);
});

const REFUSED = [
  ["w_hh of layer 0 has 3 numbers; 27 are needed.", (m) => (m.layers[0].w_hh = m.layers[0].w_hh.slice(0, 3)), {}],
  ["w_ih of layer 0 has no numbers; 18 are needed.", (m) => delete m.layers[0].w_ih, {}],
  ["b_ih of layer 0 has 1 numbers; 9 are needed.", (m) => (m.layers[0].b_ih = [1]), {}],
  ["The model has no layers; at least one for each of 1 directions is needed.", (m) => delete m.layers, {}],
  ["directions is 3; it must be 1 or 2.", (m) => (m.directions = 3), {}],
  ["units of layer 1 is 4; 3 is needed.", (m) => m.layers.push(modelOf({ inputs: 3, units: 4 }).layers[0]), {}],
  ["inputs of layer 1 is 2; 3 is needed.", (m) => m.layers.push(m.layers[0]), {}],
  ["The input has 5 numbers; 2 for each of at least one step are needed.", () => {}, { x: new Float32Array(5) }],
  ["The input has 0 numbers; 2 for each of at least one step are needed.", () => {}, { x: new Float32Array(0) }],
  ["The input has 3 numbers a step; this model reads 2.", () => {}, { inputs: 3 }],
  ["h0 has 4 numbers; 3 are needed.", () => {}, { h0: new Float32Array(4) }],
  ["labels has 1 texts for 4 steps; one a step is needed, or none.", () => {}, { labels: ["a"] }],
  ["due has 1 texts for 4 steps; one a step is needed, or none.", () => {}, { due: ["a"] }],
  ["The head's kind is words; it must be one of classes, signs, numbers.", (m) => (m.head = headOf("words", 2, 3)), {}],
  [
    "The head's w has 7 numbers; 3 for each of at least one output are needed.",
    (m) => (m.head = headOf("signs", 1, 7)),
    {},
  ],
  [
    "The head has 1 names; 2 are needed, one for each output.",
    (m) => (m.head = headOf("signs", 2, 3, { names: ["a"] })),
    {},
  ],
  ["The target has 4 numbers; 8 are needed.", (m) => (m.head = headOf("signs", 2, 3)), { target: new Float32Array(4) }],
  [
    "The target names class 2; the head has classes 0 to 1.",
    (m) => (m.head = headOf("classes", 2, 3)),
    { target: Float32Array.from([0, NaN, 2, 1]) },
  ],
];

for (const [sentence, change, input] of REFUSED)
  test(`refused: ${sentence}`, () => {
    const model = modelOf();
    change(model);
    assert.throws(() => runFrom(model, { x: new Float32Array(8), ...input }), {
      name: "RangeError",
      message: sentence,
    });
  });

test("a trace of other sizes is refused", () => {
  const input = { x: new Float32Array(8) },
    gate = new Float32Array(12);
  assert.throws(() => runFrom(modelOf(), input, { trace: [] }), {
    message: "The trace has 0 layers; this model has 1.",
  });
  assert.throws(() => runFrom(modelOf(), input, { trace: [{ r: gate, z: gate, n: gate, h: gate.slice(1) }] }), {
    message: "h of layer 0 in the trace has 11 numbers; 12 are needed.",
  });
});

// ---- responses

const run = runFrom(
  { ...modelOf({ directions: 2 }), head: headOf("numbers", 1, 6) },
  { x: new Float32Array(40).fill(1) },
  { id: "a" },
);

test("requests that nobody here can answer are errors, and none claims to be of Python", () => {
  const local = new LocalResponses(run);
  for (const request of [
    { kind: "figure", open: false },
    { kind: "what_if", edits: [], drawn: null, layer: 0, first: 0, last: 3, asked: 3 },
    { kind: "tile", layer: 0, first: 0, last: 20 },
    { kind: "tile", layer: 0.5, first: 0, last: 2 },
    { kind: "explain", gate: "y", layer: 0, t: 0, unit: 0 },
  ])
    assert.deepEqual(local.respond({ id: 4, trace: "a", ...request }), {
      header: { reply: 4, kind: "error", trace: "a" },
      arrays: {},
    });
  for (const nothing of [undefined, null, "tile", {}])
    assert.deepEqual(local.respond(nothing).header, { reply: null, kind: "error", trace: "a" });
  assert.ok(!LocalResponses.KINDS.includes("what_if") && !LocalResponses.KINDS.includes("figure"));
});

test("an order is worked out once, and only so many are remembered", () => {
  const local = new LocalResponses(run),
    order = (first) => local.respond({ id: 1, trace: "a", kind: "order", order: "active", layer: 1, first, last: 19 });
  order(0);
  const [[key, found]] = local.orders;
  order(1);
  order(0);
  assert.equal(local.orders.get(key), found);
  for (let first = 0; first < 20; first++)
    for (let last = first; last < 20; last++)
      local.respond({ id: 1, trace: "a", kind: "order", order: "active", layer: 0, first, last });
  assert.equal(local.orders.size, 32);
});

test("a reply's numbers are the run's own", () => {
  const { header, arrays } = new LocalResponses(run).respond({
    id: 2,
    trace: "a",
    kind: "tile",
    layer: 1,
    first: 3,
    last: 5,
  });
  assert.deepEqual([header.kind, header.tile.each, arrays.h.columns], ["tile", 1, 3]);
  assert.deepEqual([...arrays.h], [...run.gates[1].h.subarray(9, 18)]);
  assert.deepEqual([...arrays.before], [...run.gates[1].h.subarray(18, 21)]); // it reads from the end
});

test("a scene and its responses can be of one run", () => {
  const { header } = sceneOfRun(run, { ...OPTIONS, view: { layer: 9, order: "peak", nothing: 1 } });
  assert.equal(header.trace.id, "a");
  assert.deepEqual([header.view.layer, header.view.order, "nothing" in header.view], [1, "peak", false]);
  assert.deepEqual(header.layer_names, ["layer 0 forward", "layer 0 reverse"]);
  assert.throws(() => rankingOf(run, "colour", 0), { message: /^The order is colour; it must be one of index, / });
});

test("the principal component is found where the next one is nearly as large", () => {
  // orthogonal directions over time, of lengths that fall by a thousandth each, mixed into units by a rotation
  const count = 40,
    wave = (k, t) => Math.cos((Math.PI * (k + 1) * (t + 0.5)) / 200);
  const mixed = (k, unit) => Math.sqrt((2 - Number(k === 0)) / count) * Math.cos((Math.PI * k * (unit + 0.5)) / count);
  const h = Array.from({ length: count }, (_, unit) =>
    Float64Array.from({ length: 200 }, (__, t) => {
      let sum = 0;
      for (let k = 0; k < count; k++) sum += 0.999 ** k * mixed((7 * k + 3) % count, unit) * wave(k, t);
      return sum;
    }),
  );
  const axis = principalAxis(h),
    wanted = Array.from({ length: count }, (_, unit) => mixed(3, unit)),
    most = Math.max(...wanted.map(Math.abs));
  const sign = Math.sign(axis[0] * wanted[0]);
  axis.forEach((value, unit) => assert.ok(Math.abs(value - (sign * wanted[unit]) / most) < 2e-9, `${unit}`));
});
