import assert from "node:assert/strict";
import { test } from "node:test";
import { parseUnits, withinUnits } from "../../assets/stage/view/parse_ranges.js";
import { seeded } from "./seeded.js";

const NAMES = ["input", "half way", "7", "3-5", "twin", "twin"];
const units = (text, count = 16, names = []) => {
  const found = parseUnits(text, count, names);
  return found.wrong === undefined ? [...found.units] : found;
};

test("numbers, ranges and names, parted by anything people part things by", () => {
  assert.deepEqual(units("0-3, 12"), [0, 1, 2, 3, 12]);
  assert.deepEqual(units("0\u20133;12"), [0, 1, 2, 3, 12]);
  assert.deepEqual(units(" 1:2 \t 5\n,, 9 ; "), [1, 2, 5, 9]);
  assert.deepEqual(units("3-1"), [1, 2, 3]);
  assert.deepEqual(units("5 5 5-6 6"), [5, 6]);
  assert.deepEqual(units(""), []);
  assert.deepEqual(units(" , ; "), []);
  assert.deepEqual(units("007"), [7]);
});

test("names win over numbers; with a space they stand between commas; of two alike the first", () => {
  assert.deepEqual(units("input, half way", 6, NAMES), [0, 1]);
  assert.deepEqual(units("7 3-5", 6, NAMES), [2, 3]);
  assert.deepEqual(units("twin", 6, NAMES), [4]);
  assert.deepEqual(units("input half way", 6, NAMES), { wrong: "half" });
});

test("what names no unit is told, the first of it", () => {
  for (const [text, wrong] of [
    ["1, x, y", "x"],
    ["16", "16"],
    ["3-16", "3-16"],
    ["16-3", "16-3"],
    ["-1", "-1"],
    ["1-", "1-"],
    ["1-2-3", "1-2-3"],
    ["1.5", "1.5"],
    ["1e1", "1e1"],
    ["٣", "٣"],
    ["constructor", "constructor"],
    ["__proto__", "__proto__"],
  ]) {
    assert.deepEqual(units(text), { wrong }, text);
  }
  assert.deepEqual(units("9".repeat(400)), { wrong: "9".repeat(400) });
});

test("the same choice where there are fewer units", () => {
  assert.equal(withinUnits("0-7, 12", 16, []), "0-7, 12");
  assert.equal(withinUnits("0-7, 12", 8, []), "0-7");
  assert.equal(withinUnits("0-7, 12", 4, []), "0-3");
  assert.equal(withinUnits("5-9; 12 20", 4, []), "");
  assert.equal(withinUnits("9-2", 4, []), "2-3");
  assert.equal(withinUnits("2-3", 1, []), "");
  assert.equal(withinUnits("input, 1", 4, []), "1");
  assert.equal(withinUnits("half way, 9", 4, ["a", "half way"]), "half way");
  assert.equal(withinUnits(" 0 - ", 4, []), "0");
  assert.equal(withinUnits("", 4, []), "");
});

test("what is left over can be read again", () => {
  const { whole, one } = seeded(9);
  for (let n = 0; n < 3000; n++) {
    const word = () =>
      one([`${whole(0, 30)}`, `${whole(0, 30)}-${whole(0, 30)}`, "input", "half way", "nonsense", "-", ""]);
    const text = Array.from({ length: whole(0, 6) }, word).join(one([",", " , ", ";", ", "])),
      count = whole(1, 20);
    const left = withinUnits(text, count, NAMES.slice(0, 2)),
      found = parseUnits(left, count, NAMES.slice(0, 2));
    assert.equal(found.wrong, undefined, `${text} -> ${left}`);
    const all = parseUnits(text, 31, NAMES.slice(0, 2));
    if (all.units)
      assert.deepEqual(
        [...found.units],
        [...all.units].filter((unit) => unit < count),
        `${text} -> ${left}`,
      );
  }
});

const LONG = 200_000;
for (const [name, text] of [
  ["spaces", `1${" ".repeat(LONG)}2`],
  ["tabs and letters", "\t a".repeat(LONG / 3)],
  ["commas", ",".repeat(LONG)],
  ["one word", "a".repeat(LONG)],
  ["digits", "1".repeat(LONG)],
  ["digits and a letter", `${"1".repeat(LONG)}x`],
  ["a range of them", `0-${"9".repeat(LONG)}`],
  ["dashes", "-1".repeat(LONG / 2)],
  ["numbers", "7,".repeat(LONG / 2)],
  ["wide ranges", "0-1023,".repeat(LONG / 7)],
  ["a range no memory holds", "0-99999999999"],
  ["spaces at the end", `1,${" ".repeat(LONG)}x`],
]) {
  test(`nothing typed takes long: ${name}`, () => {
    const names = Array.from({ length: 1024 }, (_, k) => `unit ${k}`),
      start = performance.now();
    parseUnits(text, 1024, names);
    withinUnits(text, 1024, names);
    withinUnits(text, 16, names);
    const taken = performance.now() - start;
    assert.ok(taken < 1000, `${taken} ms`);
  });
}
