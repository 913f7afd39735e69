import assert from "node:assert/strict";
import { test } from "node:test";
import {
  startRerun,
  compile,
  differingSteps,
  estimateWork,
  explain,
  finishRerun,
  firstChangedStep,
  prepare,
  allocateGates,
  step,
  sums,
} from "../../assets/stage/model/gru.js";
import { seeded } from "./seeded.js";

const GATES = ["r", "z", "n", "h"];

/** A model that has nothing in common with any other, and something to run it on. */
function drawn(
  seed,
  { reset = "after", layers = 1, directions = 1, units = 5, inputs = 3, steps = 60, bias = "both", gain = 1 } = {},
) {
  const random = seeded(seed),
    reals = (count, size) => Float32Array.from({ length: count }, () => random.real(-size, size));
  const layer = (_, row) => {
    const wide = row < directions ? inputs : units * directions,
      size = (1.2 * gain) / Math.sqrt(units);
    return {
      reset,
      inputs: wide,
      units,
      reverse: row % directions === 1,
      w_ih: reals(3 * units * wide, size),
      w_hh: reals(3 * units * units, size),
      b_ih: bias === "none" ? null : reals(3 * units, 0.7),
      b_hh: bias === "both" ? reals(3 * units, 0.7) : null,
    };
  };
  const model = { directions, layers: Array.from({ length: layers * directions }, layer) };
  return {
    model,
    steps,
    inputs,
    units,
    x: reals(steps * inputs, 1.5),
    h0: reals(layers * directions * units, 0.9),
    prepared: prepare(model),
    random,
  };
}

/** All of a run from its first step on: nothing is taken from another. */
function whole({ model, prepared, x, h0, steps }, edits = [], input = x) {
  const out = allocateGates(model, steps);
  finishRerun(startRerun(prepared, input, h0, edits, null, out));
  return out;
}

/** The same equations one number at a time, from MATH.md. */
function oracle({ model: { layers, directions }, x, h0, steps }, edits) {
  const made = [],
    sigmoid = (a) => 1 / (1 + Math.exp(-a));
  layers.forEach((given, row) => {
    const { reset, inputs, units, reverse } = given,
      own = edits.filter((edit) => edit.layer === row),
      out = Object.fromEntries(GATES.map((gate) => [gate, new Float64Array(steps * units)]));
    const set = {
      w_ih: [...given.w_ih],
      w_hh: [...given.w_hh],
      b_ih: [...(given.b_ih ?? Array(3 * units).fill(0))],
      b_hh: [...(given.b_hh ?? Array(3 * units).fill(0))],
    };
    // one bias, none of it b_hh's: then both add
    for (const edit of own)
      if (edit.do === "weight" && given[edit.name[0] === "b" ? "b_ih" : edit.name])
        set[edit.name][
          edit.column === null ? edit.row : edit.row * (edit.name === "w_ih" ? inputs : units) + edit.column
        ] = edit.value;
    const cut = (unit) =>
      own.some((edit) => edit.do === "lesion" && (edit.units === null || edit.units.includes(unit)));
    let h = Array.from({ length: units }, (_, unit) => (cut(unit) ? 0 : h0[row * units + unit]));
    for (let k = 0; k < steps; k++) {
      const t = reverse ? steps - 1 - k : k,
        top = row - (row % directions);
      const seen =
        top === 0
          ? [...x.subarray(t * inputs, (t + 1) * inputs)]
          : Array.from({ length: directions }, (_, d) => [
              ...made[top - directions + d].h.subarray(t * units, (t + 1) * units),
            ]).flat();
      const meant = (edit, unit) =>
        (edit.units === null || edit.units.includes(unit)) &&
        (edit.steps === null || (edit.steps[0] <= t && t <= edit.steps[1]));
      const from = (line, state) => {
        let a = set.b_ih[line];
        for (let i = 0; i < inputs; i++) a += set.w_ih[line * inputs + i] * seen[i];
        let b = set.b_hh[line];
        for (let j = 0; j < units; j++) b += set.w_hh[line * units + j] * state[j];
        return [a, b];
      };
      const bias = (gate, unit) =>
        own.reduce(
          (all, edit) => (edit.do === "bias" && edit.gate === gate && meant(edit, unit) ? all + edit.value : all),
          0,
        );
      const held = (gate, unit, value) =>
        own.reduce((now, edit) => {
          if (edit.gate !== gate || !meant(edit, unit)) return now;
          return edit.do === "clamp"
            ? edit.value
            : edit.do === "scale"
              ? Math.min(1, Math.max(gate === "n" || gate === "h" ? -1 : 0, now * edit.value))
              : now;
        }, value);
      const all = (value) => Array.from({ length: units }, (_, unit) => value(unit));
      const r = all((j) => held("r", j, sigmoid(from(j, h)[0] + from(j, h)[1] + bias("r", j))));
      const z = all((j) => held("z", j, sigmoid(from(units + j, h)[0] + from(units + j, h)[1] + bias("z", j))));
      const filtered = h.map((value, j) => r[j] * value);
      const n = all((j) => {
        const [a, b] = from(2 * units + j, reset === "before" ? filtered : h);
        return held("n", j, Math.tanh(a + (reset === "before" ? b : r[j] * b) + bias("n", j)));
      });
      h = all((j) => (cut(j) ? 0 : held("h", j, z[j] * h[j] + (1 - z[j]) * n[j])));
      for (const [gate, values] of Object.entries({ r, z, n, h })) out[gate].set(values, t * units);
    }
    made.push(out);
  });
  return made;
}

function near(found, wanted, most = 2e-6, what = "") {
  found.forEach((layer, row) =>
    GATES.forEach((gate) =>
      layer[gate].forEach((value, k) => {
        if (!(Math.abs(value - wanted[row][gate][k]) <= most))
          assert.fail(`${what} layer ${row} ${gate}[${k}]: ${value}, not ${wanted[row][gate][k]}`);
      }),
    ),
  );
}

function same(found, wanted, what = "") {
  found.forEach((layer, row) =>
    GATES.forEach((gate) =>
      layer[gate].forEach((value, k) => {
        if (!Object.is(value, wanted[row][gate][k]))
          assert.fail(`${what} layer ${row} ${gate}[${k}]: ${value}, not ${wanted[row][gate][k]}`);
      }),
    ),
  );
}

/** Something done by hand, of any kind. */
function anyEdit({ random, model, units, steps }) {
  const layer = random.whole(0, model.layers.length - 1),
    { inputs } = model.layers[layer];
  const some = random.chance(0.4) ? null : Array.from({ length: random.whole(1, 3) }, () => random.whole(0, units - 1)),
    begin = random.whole(0, steps - 1);
  const when = random.chance(0.3) ? null : [begin, random.chance(0.5) ? begin : random.whole(begin, steps - 1)];
  return random.one([
    () => ({ do: "clamp", gate: random.one(GATES), value: random.real(0, 1), units: some, steps: when, layer }),
    () => ({ do: "scale", gate: random.one(GATES), value: random.real(-1, 3), units: some, steps: when, layer }),
    () => ({
      do: "bias",
      gate: random.one(["r", "z", "n"]),
      value: random.real(-2, 2),
      units: some,
      steps: when,
      layer,
    }),
    () => ({ do: "lesion", units: some ?? [0], layer }),
    () => ({
      do: "weight",
      name: "w_ih",
      row: random.whole(0, 3 * units - 1),
      column: random.whole(0, inputs - 1),
      value: random.real(-1, 1),
      layer,
    }),
    () => ({
      do: "weight",
      name: "w_hh",
      row: random.whole(0, 3 * units - 1),
      column: random.whole(0, units - 1),
      value: random.real(-1, 1),
      layer,
    }),
    () => ({
      do: "weight",
      name: random.one(["b_ih", "b_hh"]),
      row: random.whole(0, 3 * units - 1),
      column: null,
      value: random.real(-1, 1),
      layer,
    }),
  ])();
}

const KINDS = [
  {},
  { reset: "before" },
  { reset: "before", bias: "one", units: 4 },
  { bias: "none", units: 1 },
  { units: 7, inputs: 1 },
  { layers: 2 },
  { directions: 2, units: 6 },
  { layers: 3, directions: 2, units: 3, steps: 40 },
];

test("every number is that of the equations", () => {
  KINDS.forEach((kind, k) => {
    const drawing = drawn(k, kind);
    near(whole(drawing), oracle(drawing, []), 2e-6, JSON.stringify(kind));
  });
});

for (const reset of ["before", "after"]) {
  test(`a step by itself is that of the run, reset ${reset} the matrix`, () => {
    const made = drawn(77, { reset, steps: 9 }),
      {
        model: {
          layers: [layer],
        },
        x,
        h0,
        inputs,
        units,
      } = made,
      all = whole(made)[0],
      kept = x.slice();
    let before = h0;
    for (let t = 0; t < 9; t++) {
      const found = step(layer, x.subarray(t * inputs, (t + 1) * inputs), before);
      for (const gate of GATES) assert.deepEqual(found[gate], all[gate].slice(t * units, (t + 1) * units));
      before = found.h;
    }
    assert.deepEqual(x, kept); // nothing it was given is changed
  });
}

test("and with anything done by hand, in any order", () => {
  for (let k = 0; k < 120; k++) {
    const drawing = drawn(100 + k, KINDS[k % KINDS.length]),
      edits = Array.from({ length: drawing.random.whole(1, 5) }, () => anyEdit(drawing));
    near(whole(drawing, edits), oracle(drawing, edits), 5e-6, JSON.stringify(edits));
  }
});

test("one step in numbers: weight, bias, then scale and clamp as given, lesion last", () => {
  const one = (reset) => {
    const model = {
      directions: 1,
      layers: [
        {
          reset,
          inputs: 1,
          units: 1,
          reverse: false,
          w_ih: Float32Array.of(1, 2, 0.5),
          w_hh: Float32Array.of(0.5, -1, 2),
          b_ih: null,
          b_hh: Float32Array.of(0, 0, 0.25),
        },
      ],
    };
    return { model, steps: 1, x: Float32Array.of(0.5), h0: Float32Array.of(0.5), prepared: prepare(model) };
  };
  const all = { units: null, steps: null, layer: 0 },
    after = one("after"),
    before = one("before");
  const run = (drawing, ...edits) =>
    Object.fromEntries(
      Object.entries(whole(drawing, edits)[0]).map(([gate, values]) => [gate, Math.round(values[0] * 1e5) / 1e5]),
    );
  const held = (gate, value, more) => ({ do: "clamp", gate, value, ...all, ...more }),
    times = (gate, value) => ({ do: "scale", gate, value, ...all }),
    plus = (gate, value) => ({ do: "bias", gate, value, ...all });
  const rounded = (value) => Math.round(value * 1e5) / 1e5;
  assert.deepEqual(run(after, held("z", 0.2), times("z", 2)).z, 0.4);
  assert.deepEqual(run(after, times("z", 2), held("z", 0.2)).z, 0.2);
  assert.deepEqual(run(after, times("z", 9)).z, 1);
  assert.deepEqual(run(after, times("z", -1)).z, 0);
  assert.deepEqual(run(after, times("n", -9)).n, -1);
  assert.deepEqual(run(after, held("h", 0.9), times("h", 4)).h, 1);
  // the bias comes before both, whatever is given first
  assert.deepEqual(run(after, times("r", 0.5), plus("r", 1)).r, rounded(0.5 / (1 + Math.exp(-1.75))));
  assert.deepEqual(run(after, plus("r", 1), plus("r", -1)).r, rounded(1 / (1 + Math.exp(-0.75))));
  // r acts on the candidate as it was set; what is added to n is outside of r's product
  assert.deepEqual(run(after, held("r", 0)).n, rounded(Math.tanh(0.25)));
  assert.deepEqual(run(after, held("r", 0), plus("n", 1)).n, rounded(Math.tanh(1.25)));
  assert.deepEqual(run(after, held("r", 0.5), plus("n", 1)).n, rounded(Math.tanh(0.25 + 0.5 * 1.25 + 1)));
  assert.deepEqual(run(before, held("r", 0), plus("n", 1)).n, rounded(Math.tanh(0.25 + 0.25 + 1)));
  assert.deepEqual(run(before, held("r", 0.5), plus("n", 1)).n, rounded(Math.tanh(0.25 + 2 * 0.25 + 0.25 + 1)));
  // n after its tanh, h after mixing
  assert.deepEqual(run(after, held("n", 0.75), held("z", 0.5)).h, 0.625);
  assert.deepEqual(run(after, held("h", 0.3), held("z", 1)).h, 0.3);
  // a unit cut out begins at 0, and nothing brings it back
  const cut = run(after, { do: "lesion", units: [0], layer: 0 }, held("h", 0.9));
  assert.deepEqual(cut.h, 0);
  assert.deepEqual(cut.r, rounded(1 / (1 + Math.exp(-0.5))));
  assert.deepEqual(run(after, { do: "weight", name: "w_hh", row: 0, column: 0, value: -1, layer: 0 }).r, 0.5);
});

test("a clamp of the state acts on the next step, and only from its first to its last", () => {
  const drawing = drawn(3),
    free = whole(drawing),
    bent = whole(drawing, [{ do: "clamp", gate: "h", value: 0.5, units: [1], steps: [10, 12], layer: 0 }]);
  for (let t = 0; t < drawing.steps; t++) {
    assert.equal(bent[0].h[t * 5 + 1] === 0.5, t >= 10 && t <= 12, `step ${t}`);
    if (t < 10) assert.equal(bent[0].h[t * 5], free[0].h[t * 5]);
  }
  assert.equal(bent[0].h[50], free[0].h[50]);
  assert.notEqual(bent[0].h[55], free[0].h[55]);
});

test("from the first changed step on is the whole run, bit for bit, and outside of what it says nothing differs", () => {
  let saved = 0;
  for (let k = 0; k < 160; k++) {
    const kind = KINDS[k % KINDS.length],
      drawing = drawn(500 + k, k % 4 ? kind : { ...kind, units: 20, steps: 600 }),
      free = whole(drawing),
      { model, prepared, h0, steps, inputs, random } = drawing;
    const edits = Array.from({ length: random.whole(0, 3) }, () => anyEdit(drawing)),
      x = drawing.x.slice();
    const from = random.chance(0.4) ? random.whole(0, steps - 1) : null;
    if (from !== null) x[from * inputs] += 1;
    const out = allocateGates(model, steps),
      bent = startRerun(prepared, x, h0, edits, free, out, { from: differingSteps(drawing.x, x, inputs, from ?? 0) });
    const most = estimateWork(model, edits, steps, from === null ? null : [from, from]);
    let work = 0;
    for (let piece; (piece = bent.advance());) work += piece.work;
    assert.ok(bent.isDone && work <= most);
    if (work < most) saved++;
    same(out, whole(drawing, edits, x), `${k}: ${JSON.stringify(edits)}`);
    bent.changedSpans.forEach((span, row) => {
      const { units } = model.layers[row];
      for (let t = 0; t < steps; t++)
        if (!span || t < span[0] || t > span[1])
          for (const gate of GATES)
            for (let j = t * units; j < (t + 1) * units; j++)
              assert.ok(Object.is(out[row][gate][j], free[row][gate][j]));
    });
  }
  assert.ok(saved > 5, `${saved} ended before the last step`);
});

test("where a run begins: a reverse layer at its last changed step, going down", () => {
  const {
      model: { layers },
    } = drawn(1, { directions: 2, layers: 2 }),
    of = (row, edits, inputs) => firstChangedStep(layers[row], row, edits, 60, inputs);
  const held = (layer, steps) => ({ do: "clamp", gate: "z", value: 1, units: null, steps, layer });
  assert.equal(of(0, [held(0, [20, 30]), held(0, [25, 40])]), 20);
  assert.equal(of(1, [held(1, [20, 30]), held(1, [25, 40])]), 40);
  assert.equal(of(0, [held(1, [20, 30])]), null);
  assert.equal(of(0, [held(0, [70, 80])]), null);
  assert.equal(of(0, [held(0, [50, 80])]), 50);
  assert.equal(of(1, [held(1, null)]), 59);
  assert.deepEqual([of(0, [], [7, 9]), of(1, [], [7, 9])], [7, 9]);
  for (const edit of [
    { do: "lesion", units: [0], layer: 1 },
    { do: "weight", name: "b_ih", row: 0, column: null, value: 1, layer: 1 },
  ])
    assert.equal(of(1, [edit]), 59);
});

test("only what can differ is computed", () => {
  const pieces = (drawing, edits) => {
    const { prepared, x, h0, model, steps } = drawing,
      bent = startRerun(prepared, x, h0, edits, whole(drawing), allocateGates(model, steps)),
      spans = {};
    for (let piece; (piece = bent.advance());)
      spans[piece.layer] = [
        Math.min(piece.first, spans[piece.layer]?.[0] ?? 1e9),
        Math.max(piece.last, spans[piece.layer]?.[1] ?? -1),
      ];
    return spans;
  };
  const held = (layer, steps) => ({ do: "clamp", gate: "h", value: 1, units: null, steps, layer });
  assert.deepEqual(pieces(drawn(1, { layers: 2 }), [held(0, [50, 50])]), { 0: [50, 59], 1: [50, 59] });
  assert.deepEqual(pieces(drawn(1, { layers: 2 }), [held(1, [50, 50])]), { 1: [50, 59] });
  assert.deepEqual(pieces(drawn(1, { directions: 2 }), [held(1, [50, 50])]), { 1: [0, 50] });
  assert.deepEqual(pieces(drawn(1, { directions: 2, layers: 2 }), [held(1, [50, 50])]), {
    1: [0, 50],
    2: [0, 59],
    3: [0, 50],
  });
  assert.deepEqual(pieces(drawn(1), []), {});
});

test("a run that has come back to the free one is over", () => {
  // nothing is kept: the step after the last edit starts from what it wrote, the next from the free run's own
  const drawing = drawn(5, { steps: 4000, units: 16 }),
    { prepared, x, h0, model, steps } = drawing;
  const forgets = [
    { do: "clamp", gate: "z", value: 0, units: null, steps: null, layer: 0 },
    { do: "clamp", gate: "r", value: 0, units: null, steps: null, layer: 0 },
  ];
  assert.deepEqual(finishRerun(startRerun(prepared, x, h0, forgets, whole(drawing), allocateGates(model, steps))), [
    [0, 3999],
  ]);
  const free = whole(drawing),
    [span] = finishRerun(
      startRerun(
        prepared,
        x,
        h0,
        [{ do: "clamp", gate: "h", value: 0.5, units: [2], steps: [100, 110], layer: 0 }],
        free,
        allocateGates(model, steps),
      ),
    );
  assert.equal(span[0], 100);
  assert.ok(span[1] > 110 && span[1] < 3000, `until ${span[1]}`);
});

test("one may stop after any piece: what is known by then stays, and another may run in between", () => {
  // the layer below may be the slower one
  for (const kind of [{ layers: 2 }, { layers: 2, inputs: 70 }, { directions: 2, layers: 2 }]) {
    const drawing = drawn(8, { ...kind, steps: 1500, units: 16 }),
      { prepared, x, h0, model, steps, units } = drawing,
      free = whole(drawing);
    const edits = [
      { do: "scale", gate: "z", value: 0.4, units: [1, 2], steps: null, layer: 0 },
      { do: "bias", gate: "n", value: 0.4, units: null, steps: [1000, 1400], layer: 1 },
    ];
    const wanted = whole(drawing, edits),
      out = allocateGates(model, steps),
      bent = startRerun(prepared, x, h0, edits, free, out);
    let pieces = 0,
      early = 0;
    for (; bent.advance(); pieces++) {
      finishRerun(
        startRerun(prepared, x, h0, [{ do: "lesion", units: [0], layer: 0 }], free, allocateGates(model, steps)),
      );
      bent.knownSpans.forEach((span, row) => {
        if (!span) return;
        for (const t of span)
          for (const gate of GATES)
            assert.equal(out[row][gate][t * units], wanted[row][gate][t * units], `layer ${row} step ${t}`);
        if (row === model.layers.length - 1 && span[1] - span[0] < steps - 1) early++;
      });
    }
    assert.ok(pieces > 4, `${pieces} pieces`);
    assert.ok(early > 0);
    same(out, wanted);
    near(out, oracle(drawing, edits), 1e-5);
  }
});

test("of a stack the first steps of every layer come before the last of any", () => {
  const { prepared, x, h0, model, steps } = drawn(8, { layers: 3, steps: 3000, units: 16 }),
    bent = startRerun(prepared, x, h0, [], null, allocateGates(model, steps));
  assert.deepEqual(
    [0, 1, 2, 3].map(() => bent.advance().layer),
    [0, 1, 2, 0],
  );
  assert.ok(bent.knownSpans.every((span) => span[0] === 0 && span[1] < steps - 1));
});

test("arrays are used again: what an earlier run, done or given up, has left is put right", () => {
  for (let k = 0; k < 40; k++) {
    const drawing = drawn(900 + k, { ...KINDS[k % KINDS.length], steps: 700, units: 12 }),
      { prepared, x, h0, model, steps, random } = drawing,
      free = whole(drawing);
    const out = allocateGates(model, steps),
      dirty = model.layers.map(() => [0, steps - 1]);
    for (let round = 0; round < 6; round++) {
      const edits = Array.from({ length: random.whole(0, 2) }, () => anyEdit(drawing)),
        bent = startRerun(prepared, x, h0, edits, free, out, { dirty });
      if (random.chance(0.4)) {
        for (let left = random.whole(0, 4); left > 0; left--) bent.advance();
        continue;
      }
      finishRerun(bent);
      same(out, whole(drawing, edits), JSON.stringify(edits));
    }
  }
});

test("what names no layer, unit or step that there is does nothing", () => {
  const drawing = drawn(4),
    free = whole(drawing);
  for (const edit of [
    { do: "clamp", gate: "z", value: 1, units: [5, -1, 0.5], steps: null, layer: 0 },
    { do: "clamp", gate: "z", value: 1, units: null, steps: [60, 99], layer: 0 },
    { do: "lesion", units: [0], layer: 1 },
    { do: "clamp", gate: "z", value: 1, units: null, steps: [9, 3], layer: 0 },
    { do: "weight", name: "w_ih", row: 15, column: 0, value: 1, layer: 0 },
    { do: "weight", name: "w_ih", row: 1, column: 3, value: 1, layer: 0 },
  ])
    same(whole(drawing, [edit]), free, JSON.stringify(edit));
});

test("a step without edits has no hooks, and equal steps share theirs", () => {
  const { prepared } = drawn(4, { layers: 2 }),
    held = (steps, layer = 0) => ({ do: "clamp", gate: "z", value: 1, units: null, steps, layer });
  const plans = compile(
    prepared,
    [held([10, 19]), held([15, 24]), { do: "weight", name: "b_hh", row: 0, column: null, value: 1, layer: 1 }],
    60,
  );
  assert.deepEqual(
    plans[0].segments.map(({ first, last, hooks }) => [first, last, hooks?.z.length ?? 0]),
    [
      [0, 9, 0],
      [10, 14, 1],
      [15, 19, 2],
      [20, 24, 1],
      [25, 59, 0],
    ],
  );
  assert.equal(plans[0].segments[0].hooks, null);
  assert.deepEqual(plans[1].segments, [{ first: 0, last: 59, hooks: null }]);
  assert.equal(plans[0].packedLayer, prepared.packedLayers[0]);
  assert.notEqual(plans[1].packedLayer, prepared.packedLayers[1]);
});

test("the model itself is never changed", () => {
  const drawing = drawn(4, { bias: "one" }),
    held = structuredClone(drawing.model);
  whole(
    drawing,
    ["w_ih", "w_hh", "b_ih", "b_hh"].map((name) => ({
      do: "weight",
      name,
      row: 2,
      column: name[0] === "b" ? null : 1,
      value: 9,
      layer: 0,
    })),
  );
  assert.deepEqual(drawing.model, held);
});

test("NaN, infinity and huge weights are seen, and stop nothing", () => {
  for (const reset of ["before", "after"]) {
    for (const [name, value] of [
      ["w_ih", NaN],
      ["w_ih", Infinity],
      ["w_hh", -Infinity],
      ["w_hh", 3e38],
      ["b_hh", NaN],
      ["w_ih", 1e38],
    ]) {
      const drawing = drawn(6, { reset });
      drawing.model.layers[0][name][0] = value;
      const spoilt = { ...drawing, prepared: prepare(drawing.model) },
        free = whole(spoilt);
      near(
        [free[0]].map((layer) =>
          Object.fromEntries(GATES.map((gate) => [gate, layer[gate].map((each) => (Number.isNaN(each) ? 7 : each))])),
        ),
        oracle(spoilt, []).map((layer) =>
          Object.fromEntries(GATES.map((gate) => [gate, layer[gate].map((each) => (Number.isNaN(each) ? 7 : each))])),
        ),
        1e-5,
        `${name} ${value}`,
      );
      const out = allocateGates(spoilt.model, 60),
        edits = [{ do: "scale", gate: "r", value: 2, units: null, steps: [30, 40], layer: 0 }];
      finishRerun(startRerun(spoilt.prepared, spoilt.x, spoilt.h0, edits, free, out));
      same(out, whole(spoilt, edits));
      for (const gate of GATES) explain({ ...spoilt, edits, gates: out }, { gate, layer: 0, t: 35, unit: 0 });
    }
  }
  const text = drawn(7);
  text.x.fill(0);
  text.model.layers[0].w_ih[0] = Infinity;
  assert.ok(Number.isNaN(whole({ ...text, prepared: prepare(text.model) })[0].r[0]), "0 times infinity");
});

test("where two inputs differ", () => {
  const one = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8),
    with_ = (...places) => {
      const other = one.slice();
      for (const place of places) other[place] = NaN;
      return other;
    };
  assert.equal(differingSteps(one, one.slice(), 2), null);
  assert.deepEqual(differingSteps(one, with_(3), 2), [1, 1]);
  assert.deepEqual(differingSteps(one, with_(3, 4), 2, 1), [1, 2]);
  assert.deepEqual(differingSteps(one, with_(0, 7), 2), [0, 3]);
  assert.equal(differingSteps(with_(3), with_(3), 2), null);
});

/** Every number of a run taken apart. */
function apart(drawing, edits, gates, check) {
  const { model, units, steps } = drawing;
  model.layers.forEach((_, layer) => {
    for (let t = 0; t < steps; t += 7)
      for (let unit = 0; unit < units; unit++)
        for (const gate of GATES)
          check(explain({ ...drawing, edits, gates }, { gate, layer, t, unit }), gates[layer][gate][t * units + unit]);
  });
}

test("the terms of a number add up to it, edits and all; where a hand sets it, to what it would be", () => {
  let byHand = 0;
  KINDS.forEach((kind, k) => {
    const drawing = drawn(40 + k, kind),
      edits = Array.from({ length: 4 }, () => anyEdit(drawing)),
      gates = whole(drawing, edits);
    apart(drawing, edits, gates, (told, value) => {
      const total = told.terms.reduce((all, term) => all + term.value, told.rest.value),
        made = told.squash === "tanh" ? Math.tanh(total) : told.squash ? 1 / (1 + Math.exp(-total)) : total;
      assert.equal(told.value, value);
      assert.ok(Math.abs(total - told.total) < 1e-6);
      assert.equal("would_be" in told, "by_hand" in told);
      assert.ok(Math.abs(made - (told.would_be ?? value)) < 1e-6, JSON.stringify(told));
      if (told.by_hand) byHand++;
    });
  });
  assert.ok(byHand > 50);
});

test("of one bias the part that is named is set, and the other stays", () => {
  const drawing = drawn(4, { reset: "before", bias: "one" }),
    { b_ih } = drawing.model.layers[0],
    share = b_ih.map((value) => value / 4);
  drawing.model.layers[0].share = share;
  const set = (...edits) =>
    whole(
      drawing,
      edits.map(([name, value]) => ({ do: "weight", name, row: 6, column: null, value, layer: 0 })),
    );
  const merged = (value) =>
    whole(drawing, [{ do: "bias", gate: "z", value: value - b_ih[6], units: [1], steps: null, layer: 0 }]);
  near(set(["b_ih", 0.5]), merged(0.5 + share[6]));
  near(set(["b_hh", 0.5]), merged(0.5 + b_ih[6] - share[6]));
  near(set(["b_hh", 0.5], ["b_hh", -0.5], ["b_ih", 0.25]), merged(-0.25));
  assert.ok(drawing.model.layers[0].share === share && share[6] === Math.fround(b_ih[6] / 4));
});

test("what a hand does to a number is told with it, and nothing else", () => {
  const drawing = drawn(2, { units: 3, steps: 9 }),
    where = { units: [1], steps: [2, 5], layer: 0 };
  const clamp = { do: "clamp", gate: "z", value: 0.25, ...where },
    scale = { do: "scale", gate: "z", value: 2, ...where, units: null },
    bias = { do: "bias", gate: "z", value: 0.5, ...where },
    cut = { do: "lesion", units: [2], layer: 0 };
  const held = { do: "clamp", gate: "h", value: 0.5, units: [2], steps: [0, 3], layer: 0 },
    edits = [clamp, bias, cut, held, scale],
    gates = whole(drawing, edits),
    of = (gate, t, unit) => explain({ ...drawing, edits, gates }, { gate, layer: 0, t, unit });
  assert.deepEqual(of("z", 3, 1).by_hand, [clamp, scale]);
  assert.equal(of("z", 3, 1).value, 0.5);
  assert.deepEqual(of("z", 3, 0).by_hand, [scale]);
  assert.equal(of("z", 6, 1).by_hand, undefined);
  assert.equal(of("r", 3, 1).by_hand, undefined);
  assert.deepEqual(of("h", 0, 2).by_hand, [held, cut], "in the order they act in");
  assert.deepEqual(of("h", 5, 2).by_hand, [cut]);
  assert.equal(of("h", 0, 2).value, 0);
  assert.notEqual(of("h", 0, 2).would_be, 0);
  assert.ok(of("z", 3, 1).terms.some((term) => term.kind === "by_hand" && term.value === 0.5));
  assert.ok(!of("z", 6, 1).terms.some((term) => term.kind === "by_hand"));
});

test("the sums of a unit are those of its terms", () => {
  KINDS.forEach((kind, k) => {
    const drawing = drawn(70 + k, kind),
      edits = Array.from({ length: 3 }, () => anyEdit(drawing)),
      gates = whole(drawing, edits),
      layer = drawing.model.layers.length - 1,
      { reset } = drawing.model.layers[0];
    const ran = { ...drawing, edits, gates },
      tables = sums(ran, { layer, unit: 0, first: 3, last: 20 });
    for (const gate of ["r", "z", "n"]) {
      const { columns, rows } = tables[gate];
      assert.deepEqual([columns, rows], [18, gate === "n" ? 7 : 4]);
      for (let t = 3; t <= 20; t++) {
        const [x, h, b, total, inner, innerH, innerB] = tables[gate].subarray((t - 3) * rows, (t - 2) * rows),
          { total: told } = explain(ran, { gate, layer, t, unit: 0 });
        assert.ok(Math.abs(x + h + b - total) < 1e-5 && Math.abs(total - told) < 1e-5);
        if (gate !== "n") continue;
        assert.ok(Math.abs(innerH + innerB - inner) < 1e-5);
        assert.ok(Math.abs(h - (reset === "after" ? gates[layer].r[t * drawing.units] * inner : inner)) < 1e-5);
      }
    }
  });
});
