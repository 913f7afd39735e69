import assert from "node:assert/strict";
import { test } from "node:test";
import {
  MOST_EDITS,
  RANGES,
  activeEdits,
  mergeEdit,
  describeEdit,
  readEdits,
  replaceEdit,
  isSameEdits,
  toggleEdit,
  removeEdit,
  writeEdits,
} from "../../assets/stage/editor/edits.js";
import { seeded } from "./seeded.js";

const LIMITS = { units: 8, steps: 20, layers: 2, inputs: 3 };
const read = (text, limits = LIMITS) => readEdits(text, limits);
const edits = (text) => {
  const { edits: found, issues } = read(text);
  assert.deepEqual(issues, [], text);
  return found;
};
const whys = (text, limits) => Object.fromEntries(read(text, limits).issues.map(({ why, count }) => [why, count]));
const all = { units: null, steps: null, layer: 0 };

test("each kind of edit, in text and as a value", () => {
  for (const [text, edit] of [
    ["clamp z 1", { do: "clamp", gate: "z", value: 1, ...all }],
    [
      "clamp n -0.5 u3,5-7 t5-9 l1",
      { do: "clamp", gate: "n", value: -0.5, units: [3, 5, 6, 7], steps: [5, 9], layer: 1 },
    ],
    ["scale h 0.5 u3 t4", { do: "scale", gate: "h", value: 0.5, units: [3], steps: [4, 4], layer: 0 }],
    ["bias z 2", { do: "bias", gate: "z", value: 2, ...all }],
    ["lesion u3-4", { do: "lesion", units: [3, 4], layer: 0 }],
    ["lesion l1", { do: "lesion", units: null, layer: 1 }],
    ["weight w_hh 5,2 0.7", { do: "weight", name: "w_hh", row: 5, column: 2, value: 0.7, layer: 0 }],
    ["weight b_ih 23 -1e-7 l1", { do: "weight", name: "b_ih", row: 23, column: null, value: -1e-7, layer: 1 }],
    ["-clamp h 0", { do: "clamp", gate: "h", value: 0, ...all, off: true }],
  ]) {
    assert.deepEqual(edits(text), [edit], text);
    assert.equal(writeEdits([edit]), text);
  }
  assert.equal(writeEdits(edits("clamp z 1;bias r -2;-lesion u1")), "clamp z 1;bias r -2;-lesion u1");
});

test("what people type is read as they mean it", () => {
  assert.equal(writeEdits(edits(" ; clamp  z\t1 u7-5,3 , ;".replace(" ,", ""))), "clamp z 1 u3,5-7");
  assert.equal(writeEdits(edits("~ clamp z .50 t9-5 l0")), "-clamp z 0.5 t5-9");
  assert.equal(writeEdits(edits("clamp z 1 t5-9 u1,1,0-2")), "clamp z 1 u0-2 t5-9");
  assert.equal(
    writeEdits(readEdits("lesion umirror,latch", { ...LIMITS, names: ["latch", "mirror", "latch"] }).edits),
    "lesion u0-1",
  );
});

test("numbers have four digits, and what holds none is not written", () => {
  const clamp = (value, units = null) => ({ ...all, do: "clamp", gate: "h", value, units });
  assert.equal(
    writeEdits([clamp(0.123456), clamp(-0), clamp(NaN), clamp(Infinity), clamp(1, []), clamp(7)]),
    "clamp h 0.1235;clamp h 0;clamp h 1",
  );
});

test("what is not there is cut off or left out, and told", () => {
  for (const [text, kept, why] of [
    ["clamp z 1 u5-99", "clamp z 1 u5-7", "unit"],
    ["clamp z 1 u9", "", "unit"],
    ["clamp z 1 u8", "", "unit"],
    ["clamp z 1 u7-8", "clamp z 1 u7", "unit"],
    ["lesion u8-99999999999999999999", "", "unit"],
    ["clamp z 1 u1,12", "clamp z 1 u1", "unit"],
    ["clamp z 1 t15-1000000000", "clamp z 1 t15-19", "step"],
    ["clamp z 1 t20", "", "step"],
    ["clamp z 1 l2", "", "layer"],
    ["clamp z 7", "clamp z 1", "range"],
    ["clamp z -7", "clamp z 0", "range"],
    ["clamp n -7", "clamp n -1", "range"],
    ["clamp h -7", "clamp h -1", "range"],
    ["clamp r 7", "clamp r 1", "range"],
    ["bias z 1e9", "bias z 1000000", "range"],
    ["clamp q 1", "", "gate"],
    ["bias h 1", "", "gate"],
    ["clamp constructor 1", "", "gate"],
    ["clamp", "", "gate"],
    ["clamp z", "", "value"],
    ["clamp z NaN", "", "value"],
    ["clamp z 1e999", "", "value"],
    ["clamp z Infinity", "", "value"],
    ["clamp z 0x1", "", "value"],
    ["clamp z 1,5", "", "value"],
    ["clamp z 1 u", "", "unreadable"],
    ["clamp z 1 u1-", "", "unreadable"],
    ["clamp z 1 ux", "", "unreadable"],
    ["clamp z 1 u1 u2", "", "unreadable"],
    ["clamp z 1 t", "", "unreadable"],
    ["clamp z 1 t1,2", "", "unreadable"],
    ["clamp z 1 l", "", "unreadable"],
    ["clamp z 1 __proto__", "", "unreadable"],
    ["lesion u1 t3", "", "unreadable"],
    ["hello", "", "unreadable"],
    ["-", "", "unreadable"],
    ["weight w_hh 24,0 1", "", "weight"],
    ["weight w_hh 0,8 1", "", "weight"],
    ["weight w_ih 0,3 1", "", "weight"],
    ["weight w_hh 1 1", "", "weight"],
    ["weight b_hh 1,1 1", "", "weight"],
    ["weight toString 1 1", "", "weight"],
    ["weight w_hh 1,1", "", "value"],
  ]) {
    assert.equal(writeEdits(read(text).edits), kept, text);
    assert.deepEqual(whys(text), { [why]: 1 }, text);
  }
});

test("the columns of W_ih are the layer's own", () => {
  assert.deepEqual(whys("weight w_ih 0,7 1 l1;weight w_ih 0,7 1"), { weight: 1 });
  assert.deepEqual(whys("weight w_ih 0,15 1 l1;weight w_ih 0,16 1 l1", { ...LIMITS, inputs: [3, 16] }), { weight: 1 });
});

test("what is told has a count and a short example", () => {
  const { issues } = read(`clamp z 1 u99;clamp z 1 u${"9".repeat(500)};hello`);
  assert.deepEqual(
    issues.map(({ why, count }) => [why, count]),
    [
      ["unit", 2],
      ["unreadable", 1],
    ],
  );
  assert.equal(issues[0].example, "clamp z 1 u99");
  assert.equal(read("x".repeat(500)).issues[0].example.length, 40);
});

test("ten thousand clamps are a hundred", () => {
  const { edits: found, issues } = read("clamp z 1;".repeat(10_000));
  assert.equal(found.length, MOST_EDITS);
  assert.deepEqual(issues, [{ why: "many", count: 9900, example: "clamp z 1" }]);
});

test("what was cut off before, or is cut off here, is told with the last change that is there", () => {
  assert.deepEqual(read("clamp z 1;lesion u3;\u2026"), {
    edits: [...edits("clamp z 1;lesion u3")],
    issues: [{ why: "long", count: 1, example: "lesion u3" }],
  });
  assert.deepEqual(read("\u2026").issues, [{ why: "long", count: 1, example: "\u2026" }]);
  assert.deepEqual(
    read("clamp z 1;\u2026;lesion u3").issues.map(({ why }) => why),
    ["unreadable"],
  ); // a mark stands at the end
  const long = read(`clamp z 1;${"lesion u3;".repeat(9_999)}lesion u3`);
  assert.deepEqual(
    long.issues.map(({ why, example }) => [why, example]),
    [
      ["long", "lesion u3"],
      ["many", "lesion u3"],
    ],
  );
});

test("whatever is written is read the same, and written the same again", () => {
  const { one, whole, real, chance } = seeded(5);
  for (let n = 0; n < 3000; n++) {
    const made = Array.from({ length: whole(0, 5) }, () => {
      const kind = one(["clamp", "scale", "bias", "lesion", "weight"]),
        first = whole(0, 19),
        layer = whole(0, 1),
        off = chance(0.2) ? { off: true } : {};
      const units = chance(0.5) ? null : Array.from({ length: whole(1, 9) }, () => whole(0, 7)),
        steps = chance(0.5) ? null : [first, whole(first, 19)];
      const value = kind === "clamp" ? real() : real(-1, 1) * 10 ** whole(-9, 5);
      if (kind === "lesion") return { do: kind, units, layer, ...off };
      if (kind === "weight")
        return {
          do: kind,
          ...(chance(0.5)
            ? { name: "w_hh", row: whole(0, 23), column: whole(0, 7) }
            : { name: "b_hh", row: whole(0, 23), column: null }),
          value,
          layer,
          ...off,
        };
      return { do: kind, gate: one(["r", "z", "n"]), value, units, steps, layer, ...off };
    });
    const text = writeEdits(made),
      found = edits(text);
    assert.equal(found.length, made.length);
    assert.equal(writeEdits(found), text);
    assert.deepEqual(edits(writeEdits(found)), found);
    assert.ok(isSameEdits(made, found));
    const address = new URL("http://a/");
    address.searchParams.set("edits", text);
    assert.equal(new URL(address.href).searchParams.get("edits"), text);
    assert.ok(address.href.includes(`=-${made[0]?.do}`) === !!made[0]?.off); // the sign is not escaped
  }
});

test("whatever comes, what comes out makes sense", () => {
  const { one, whole } = seeded(6),
    pieces = [
      "clamp",
      "scale",
      "bias",
      "lesion",
      "weight",
      " ",
      " ",
      " ",
      ";",
      "z",
      "h",
      "u",
      "t",
      "l",
      "1",
      "9",
      "0-99",
      ",",
      "-",
      "~",
      "1e999",
      "NaN",
      "w_hh",
      "b_ih",
      "\0",
      "\u{1f600}",
    ];
  for (let n = 0; n < 5000; n++) {
    const { edits: found, issues } = read(Array.from({ length: whole(1, 40) }, () => one(pieces)).join(""));
    for (const edit of found) {
      assert.ok(
        edit.layer < 2 &&
          (edit.units ?? []).every((unit) => unit < 8) &&
          (edit.do === "lesion" || Number.isFinite(edit.value)),
      );
      if (edit.do === "clamp") assert.ok(edit.value >= RANGES[edit.gate][0] && edit.value <= RANGES[edit.gate][1]);
      if (edit.steps) assert.ok(0 <= edit.steps[0] && edit.steps[0] <= edit.steps[1] && edit.steps[1] < 20);
    }
    for (const { count, example } of issues) assert.ok(count > 0 && example.length <= 40);
  }
});

const LONG = 100_000;
for (const [name, text] of [
  ["clamps", "clamp z 1;".repeat(LONG / 10)],
  ["semicolons", ";".repeat(LONG)],
  ["spaces", `clamp${" ".repeat(LONG)}z`],
  ["digits", `clamp z ${"1".repeat(LONG)}x`],
  ["digits of a range", `clamp z 1 u0-${"9".repeat(LONG)}`],
  ["ranges of a billion", `clamp z 1 u${"0-999999999,".repeat(LONG / 12)}0`],
  ["edits that fail late", "clamp z 1 u0-1023 t9999999;".repeat(LONG / 27)],
  ["dashes", "-".repeat(LONG)],
  ["words", "u ".repeat(LONG / 2)],
  ["units", `lesion u${"1,".repeat(LONG / 2)}1`],
  ["much too long", "lesion u1;".repeat(LONG)],
]) {
  test(`nothing takes long: ${name}`, () => {
    const limits = { units: 1024, steps: 2000, layers: 2, inputs: 64 };
    readEdits(text.slice(0, 1000), limits);
    const start = performance.now(),
      { edits: found } = readEdits(text, limits),
      taken = performance.now() - start;
    assert.ok(found.length <= MOST_EDITS);
    assert.ok(taken < 250, `${taken} ms`);
  });
}

test("lists: those that act, one replaced, taken out, put aside and back", () => {
  const list = edits("clamp z 1;-bias r 2;lesion u1"),
    before = JSON.stringify(list);
  assert.equal(writeEdits(activeEdits(list)), "clamp z 1;lesion u1");
  assert.equal(writeEdits(replaceEdit(list, 1, list[0])), "clamp z 1;clamp z 1;lesion u1");
  assert.equal(writeEdits(removeEdit(list, 0)), "-bias r 2;lesion u1");
  assert.equal(writeEdits(toggleEdit(list, 0)), "-clamp z 1;-bias r 2;lesion u1");
  assert.deepEqual(toggleEdit(list, 1)[1], { ...all, do: "bias", gate: "r", value: 2 });
  assert.deepEqual(toggleEdit(toggleEdit(list, 2), 2), list);
  assert.equal(JSON.stringify(list), before);
});

test("a new clamp takes the old one's place, where it is of the same units, steps and layer", () => {
  const list = edits("clamp z 1 u1-2;bias z 1;-clamp z 0"),
    one = (text) => edits(text)[0];
  assert.equal(
    writeEdits(mergeEdit(list, { ...one("clamp z 0.5 u1-2"), units: [2, 1] })),
    "clamp z 0.5 u1-2;bias z 1;-clamp z 0",
  );
  assert.equal(writeEdits(mergeEdit(list, one("clamp z 0.5"))), "clamp z 1 u1-2;bias z 1;clamp z 0.5");
  for (const text of [
    "clamp z 0.5 u1",
    "clamp z 0.5 u1-2 t3",
    "clamp z 0.5 u1-2 l1",
    "clamp r 0.5 u1-2",
    "scale z 0.5 u1-2",
  ])
    assert.equal(writeEdits(mergeEdit(list, one(text))), `${writeEdits(list)};${text}`);
  const full = Array.from({ length: MOST_EDITS }, (_, k) => one(`weight w_hh ${k % 24},${Math.floor(k / 24)} 1`));
  assert.equal(mergeEdit(full, list[0]).length, MOST_EDITS);
  assert.equal(writeEdits(mergeEdit(full, one("weight w_hh 0,0 2"))).slice(0, 20), "weight w_hh 0,0 2;we");
});

test("lists are the same where their text is", () => {
  assert.ok(isSameEdits(edits("clamp z 1;bias r 2"), edits("clamp z 1.0 l0;bias r 2")));
  assert.ok(!isSameEdits(edits("clamp z 1;bias r 2"), edits("bias r 2;clamp z 1")));
  assert.ok(!isSameEdits(edits("clamp z 1"), edits("-clamp z 1")));
});

const WORDS = {
  edit_clamp: "{gate} of {units} clamped to {value}{steps}{layer}",
  edit_scale: "{gate} of {units} × {value}{steps}{layer}",
  edit_bias: "{value} added before {gate}'s sigmoid, {units}{steps}{layer}",
  edit_bias_n: "{value} added before {gate}'s tanh, {units}{steps}{layer}",
  edit_lesion: "{units} removed{layer}",
  edit_weight: "{name} row {row}, column {column} = {value}{layer}",
  edit_weight_bias: "{name} row {row} = {value}{layer}",
  edit_all: "all units",
  edit_unit: "unit {unit}",
  edit_units: "units {units}",
  edit_many: "{count} units",
  edit_step: ", step {first}",
  edit_steps: ", steps {first}-{last}",
  edit_layer: ", {layer}",
};

test("edits in words", () => {
  const layerName = (layer) => (layer ? `layer ${layer + 1}` : "");
  for (const [text, said] of [
    ["clamp z 1 u3-5 t5-9", "z of units 3-5 clamped to 1, steps 5-9"],
    ["lesion u3", "unit 3 removed"],
    ["scale r 0.5", "r of all units × 0.5"],
    ["bias z -2", "\u22122 added before z's sigmoid, all units"],
    ["bias n 2 u1,3 t4 l1", "2 added before n's tanh, units 1, 3, step 4, layer 2"],
    ["weight w_hh 13,2 0.7", "w_hh row z 5, column 2 = 0.7"],
    ["weight b_ih 16 0.7", "b_ih row n 0 = 0.7"],
  ])
    assert.equal(describeEdit(edits(text)[0], WORDS, String, { units: 8, layerName }), said);
  assert.equal(describeEdit(edits("weight w_hh 13,2 0.7")[0], WORDS, String), "w_hh row 13, column 2 = 0.7");
  const names = (unit) => ["latch", "mirror", "half-way", "3"][unit] ?? `${unit}`;
  assert.equal(describeEdit(edits("lesion u0-1")[0], WORDS, names), "units latch, mirror removed");
  assert.equal(describeEdit(edits("lesion u0-7")[0], WORDS, names), "8 units removed");
});
