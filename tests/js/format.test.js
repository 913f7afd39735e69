import assert from "node:assert/strict";
import { test } from "node:test";
import { axisEnds, changeNumber, equation, fillHover, fromJsonNumber } from "../../assets/stage/view/more_formats.js";
import { fill, number } from "../../assets/stage/view/format.js";
import { axisNumber, withMinusSign } from "../../assets/stage/view/axis_number.js";
import { compactNumber } from "../../assets/stage/cell/compact_number.js";
import { seeded } from "./seeded.js";

test("sentences are filled in; what is not known stays", () => {
  assert.equal(fill("unit {unit} at {t}, {unit}", { unit: "a", t: 0 }), "unit a at 0, a");
  assert.equal(fill("{who} and {constructor} {__proto__}", {}), "{who} and {constructor} {__proto__}");
  assert.equal(fill("{a}", { a: "{b} $& $1", b: "no" }), "{b} $& $1");
  assert.equal(fill(undefined, {}), "");
});

test("hover sentences have their numbers as Plotly writes them", () => {
  assert.equal(fillHover("z = %{z:.4f}: keeps %{z:.2%}", 0.98765), "z = 0.9877: keeps 98.77%");
  assert.equal(fillHover("%{z:.2%} %{z:.1f}", -0.5), "\u221250.00% \u22120.5");
  assert.equal(fillHover("%{z:.4f}", NaN), "NaN");
});

test("no hover sentence says minus zero", () => {
  assert.equal(fillHover("%{z:.2%} %{z:.4f}", -1e-9), "0.00% 0.0000");
});

test("a difference has one sign, and is never shown as zero unless it is", () => {
  for (const [value, wanted] of [
    [0, "0"],
    [-0, "0"],
    [0.25, "+0.250"],
    [-0.25, "\u22120.250"],
    [0.0005, "+0.001"],
    [-0.0004, "\u22124e\u22124"],
    [3e-7, "+3e\u22127"],
    [-2, "\u22122.000"],
  ])
    assert.equal(changeNumber(/** @type {number} */ (value)), wanted);
});

test("an approximate value has one sign between name and number", () => {
  assert.equal(equation("h", 0.7636, false), "h = 0.7636");
  assert.equal(equation("h", 0.7636, true), "h \u2248 0.7636");
  assert.equal(equation("p(A)", -1e-9, true), "p(A) \u2248 0.0000");
});

test("a number of the trace", () => {
  for (const [value, wanted] of [
    [0, "0.0000"],
    [-0, "0.0000"],
    [0.5, "0.5000"],
    [-0.25, "\u22120.2500"],
    [1e-9, "0.0000"],
    [-1e-9, "0.0000"],
    [99.99999, "100.0000"],
    [100, "100.00"],
    [-123.456, "\u2212123.46"],
    [1000, "1000.0"],
    [99_999.94, "99999.9"],
    [1e5, "1.00e+5"],
    [-1.5e30, "\u22121.50e+30"],
    [NaN, "NaN"],
    [Infinity, "\u221e"],
    [-Infinity, "\u2212\u221e"],
    [null, "\u2013"],
    [undefined, "\u2013"],
  ])
    assert.equal(number(value), wanted);
  assert.equal(number(0.12345, 3), "0.123");
  assert.equal(number(-0.0001, 3), "0.000");
  assert.equal(number(123.456, 0), "123");
  assert.equal(number(-0.2, 0), "0");
  assert.equal(number(0.000012345, 6), "1.23e\u22125");
});

test("a number in about six characters", () => {
  for (const [value, wanted] of [
    [0, "0.0000"],
    [-0.00001, "0.0000"],
    [0.5, "0.5000"],
    [-9.9999, "\u22129.9999"],
    [9.99996, "10.0000"],
    [12.3456, "12.346"],
    [999.96, "999.96"],
    [12_345.6, "12346"],
    [99_999.4, "99999"],
    [99_999.6, "1.0e5"],
    [-2.5e12, "\u22122.5e12"],
    [NaN, "NaN"],
    [Infinity, "\u221e"],
    [-Infinity, "\u2212\u221e"],
    [null, ""],
    [undefined, ""],
  ])
    assert.equal(compactNumber(value, 4), wanted);
  const { real: pick, chance } = seeded(2);
  for (let n = 0; n < 5000; n++) {
    const value = (chance(0.5) ? 1 : -1) * 10 ** pick(-8, 20),
      text = compactNumber(value, 4);
    assert.ok([...text].length <= 7, text);
    const back = +text.replace("\u2212", "-");
    assert.ok(Math.abs(back - value) <= Math.max(5.1e-5, Math.abs(value) * 0.06), `${value} is not ${text}`);
  }
});

test("a number beside an axis", () => {
  for (const [value, wanted] of [
    [0, "0"],
    [1, "1"],
    [-0.5, "\u22120.5"],
    [0.333333, "0.33"],
    [123, "120"],
    [999.6, "1000"],
    [1234, "1e3"],
    [-2.5e6, "\u22123e6"],
  ]) {
    assert.equal(axisNumber(value), wanted);
  }
});

test("what JSON has no number for comes as a text", () => {
  assert.ok(Number.isNaN(fromJsonNumber("nan")));
  assert.deepEqual(["inf", "-inf", 0.5, null, undefined].map(fromJsonNumber), [
    Infinity,
    -Infinity,
    0.5,
    null,
    undefined,
  ]);
});

test("minus is as wide as plus", () => assert.equal(withMinusSign("-1e-7"), "\u22121e\u22127"));

test("the ends of a scale have as few digits as tell them apart", () => {
  for (const [ends, wanted] of /** @type {[[number, number], [string, string]][]} */ ([
    [
      [1, 2.0449],
      ["1", "2.04"],
    ],
    [
      [0, 1],
      ["0", "1"],
    ],
    [
      [-0.5, 1 / 3],
      ["\u22120.5", "0.333"],
    ],
    [
      [1e6, 1.8e6],
      ["1e6", "1.8e6"],
    ],
    [
      [1_000_000, 1_000_100],
      ["1e6", "1.0001e6"],
    ],
    [
      [3, 3],
      ["3", "3"],
    ],
    [
      [1e-7, 2.5e-7],
      ["1e\u22127", "2.5e\u22127"],
    ],
  ]))
    assert.deepEqual(axisEnds(ends), wanted);
  assert.equal(new Set(axisEnds([0.1, 0.1 + 1e-16])).size, 1); // and it ends where none do
});
