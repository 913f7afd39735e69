import assert from "node:assert/strict";
import { test } from "node:test";
import { Palette } from "../../assets/stage/view/palette.js";
import { seeded } from "./seeded.js";

const ODD = { nan: "#8d8d8d", outside: "#ff2bd6" };
const made = (low, high, ...colours) => new Palette({ low, high, colours }, ODD);
const parts = (css) => css.match(/\d+/g).map(Number);

test("the ends and the stops have their own colours", () => {
  const palette = made(-1, 1, "#102030", "#ffffff", "#c04020");
  assert.deepEqual(
    [-1, 0, 1].map((value) => palette.css(value)),
    ["rgb(16,32,48)", "rgb(255,255,255)", "rgb(192,64,32)"],
  );
  assert.equal(palette.css(0.5), "rgb(224,160,144)");
});

test("what is no number and what no gate can be have colours of their own", () => {
  const palette = made(0, 1, "#000000", "#ffffff");
  assert.equal(palette.css(NaN), "rgb(141,141,141)");
  for (const value of [1.001, -0.001, Infinity, -Infinity, 7])
    assert.equal(palette.css(value), "rgb(255,43,214)", String(value));
});

test("rounding in float32 is not out of range", () => {
  const palette = made(0, 1, "#000000", "#ffffff");
  assert.equal(palette.css(1 + 6e-8), "rgb(255,255,255)");
  assert.equal(palette.css(-6e-8), "rgb(0,0,0)");
});

test("a pixel is alpha, blue, green, red, as a canvas has it", () => {
  assert.equal(made(0, 1, "#102030", "#102030").pixel(0.5), 0xff302010);
});

test("colours go along with numbers, and never further than half a level from them", () => {
  const palette = made(-2, 3, "#000000", "#ffffff"),
    { real } = seeded(4);
  for (let n = 0; n < 20_000; n++) {
    const value = real(-2, 3),
      [red, green, blue] = parts(palette.css(value));
    assert.ok(red === green && green === blue);
    assert.ok(Math.abs(red - ((value + 2) / 5) * 255) <= 0.5 + 255 / 8192 + 1e-9, `${value}: ${red}`);
  }
});

test("many values at once, where they are wanted", () => {
  const palette = made(0, 1, "#000000", "#ffffff"),
    out = new Uint32Array(9).fill(5),
    values = Float64Array.of(0, NaN, 1);
  palette.paint(out, 1, 3, values);
  assert.deepEqual([...out], [5, palette.pixel(0), 5, 5, palette.pixel(NaN), 5, 5, palette.pixel(1), 5]);
});

test("a domain of one value", () => {
  const palette = made(2, 2, "#102030", "#ffffff");
  assert.equal(palette.css(2), "rgb(16,32,48)");
  assert.equal(palette.css(3), "rgb(255,43,214)");
});
