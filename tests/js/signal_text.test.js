import assert from "node:assert/strict";
import { test } from "node:test";
import {
  insertSteps,
  addNoise,
  originalSignal,
  setValues,
  readSignal,
  removeSteps,
  repeatSteps,
  drawLine,
  toSegments,
  toggleValue,
  writeSignal,
} from "../../assets/stage/editor/signal.js";
import { line, origin, text, x } from "./signals.js";
import { seeded } from "./seeded.js";

const MOST = 100;
const five = line(0, 1, 2, 3, 4),
  two = originalSignal([0, 10, 1, 11, 2, 12], 2);
const read = (words, first = five, most = MOST) => readSignal(words, first, most);
const signal = (words, first = five, most = MOST) => {
  const { signal: found, issues } = read(words, first, most);
  assert.deepEqual(issues, [], words);
  return found;
};
const whys = (words, first, most) =>
  Object.fromEntries(read(words, first, most).issues.map(({ why, count }) => [why, count]));

test("nothing written is the original", () => {
  assert.equal(writeSignal(five, five), "");
  assert.equal(writeSignal(originalSignal(five.x, 1), five), "");
  assert.equal(writeSignal(originalSignal([1], 1), originalSignal([1], 1)), "");
  for (const words of ["", " ", "0-4", "0 1 2-4"]) assert.equal(signal(words), five);
});

test("copies, other numbers, inserted steps, repeats", () => {
  for (const [made, first, words] of [
    [setValues(five, [[2, 0, 9.5]]), five, "0-1 2:9.5 3-4"],
    [removeSteps(five, 1, 2), five, "0 3-4"],
    [repeatSteps(five, 1, 2, MOST), five, "0-2 1-4"],
    [repeatSteps(repeatSteps(five, 0, 4, MOST), 0, 4, MOST), five, "0-4*3"],
    [insertSteps(two, 1, 3, MOST), two, "0 +,11*3 1-2"],
    [setValues(two, [[1, 1, -0.25]]), two, "0 1:,-0.25 2"],
    [setValues(five, [[2, 0, 0]]), five, "0-1 2:0 3-4"],
    [
      setValues(insertSteps(five, 0, 2, MOST), [
        [0, 0, 0],
        [1, 0, 0],
      ]),
      five,
      "+*2 0-4",
    ],
    [removeSteps(five, 1, 4), five, "0"],
  ]) {
    assert.equal(writeSignal(made, first), words);
    const found = signal(words, first);
    assert.deepEqual([x(found), origin(found)], [x(made), origin(made)], words);
  }
});

test("wide rows are short", () => {
  const symbols = text(1, 40),
    t = 3,
    other = toggleValue(symbols, t, 25, true),
    far = setValues(originalSignal(new Float32Array(200), 100), [[1, 80, 0.5]]);
  assert.equal(writeSignal(other, symbols), "0-2 3:#25 4-49");
  assert.deepEqual(x(signal("0-2 3:#25 4-49", symbols)), x(other));
  assert.equal(writeSignal(toggleValue(other, t, 25, true), symbols).length < 20, true);
  assert.equal(writeSignal(far, originalSignal(new Float32Array(200), 100)), "0 1:80=0.5");
  assert.deepEqual(x(signal("0 1:80=0.5", originalSignal(new Float32Array(200), 100))), x(far));
});

test("what is not there is cut off or left out, and told", () => {
  for (const [words, steps, why] of [
    ["0-9", [0, 1, 2, 3, 4], "step"],
    ["0 7 2", [0, 2], "step"],
    ["0 7:1 2", [0, 2], "step"],
    ["0-999999999999999999999999", [0, 1, 2, 3, 4], "step"],
    ["0 x 2", [0, 2], "unreadable"],
    ["0 2:", [0, 2], null],
    ["0 1-2:5", [0], "unreadable"],
    ["0 -1", [0], "unreadable"],
    ["0 1*0", [0], "unreadable"],
    ["0 1*x", [0], "unreadable"],
    ["0 *5", [0], "unreadable"],
    ["0 1:1e999", [0, 1], "value"],
    ["0 1:NaN", [0, 1], "value"],
    ["0 1:1,2", [0, 1], "input"],
    ["0 1:#3", [0, 1], "input"],
    ["0 1:#1", [0, 1], "input"],
    ["0 1:1=1", [0, 1], "input"],
    ["0 1:9=1", [0, 1], "input"],
    ["0 1:x=1", [0, 1], "input"],
    ["0 +#x", [0, -1], "value"],
    ["0*1000000000", new Array(MOST).fill(0), "many"],
    [`0-4*${"9".repeat(400)}`, Array.from({ length: MOST }, (_, t) => t % 5), "many"],
  ]) {
    assert.deepEqual(origin(read(words).signal), steps, words);
    assert.deepEqual(whys(words), why ? { [why]: 1 } : {}, words);
  }
  assert.deepEqual(whys("0-4*20 1 2 3"), { many: 3 });
  assert.equal(read("x y z").signal, five);
  assert.deepEqual(x(signal("0 1:1e30 2")), [0, 1e6, 2]);
  assert.deepEqual(x(read("0 1:7,8 2").signal), [0, 7, 2]);
});

test("what was cut off before is told with the last step that is there", () => {
  const cut = read("0-1 4 \u2026");
  assert.deepEqual(origin(cut.signal), [0, 1, 4]);
  assert.deepEqual(cut.issues, [{ why: "long", count: 1, example: "4" }]);
  const long = read(`0-1 ${"4 ".repeat(600_000)}`);
  assert.deepEqual(whys(`0-1 ${"4 ".repeat(600_000)}`).long, 1);
  assert.equal(long.signal.steps, MOST);
});

test("numbers have four digits, and change nothing that is not to be seen in them", () => {
  const first = originalSignal([0.12345678, 0.5], 2);
  assert.equal(writeSignal(setValues(first, [[0, 1, 0.98765432]]), first), "0:,0.9877");
  assert.equal(writeSignal(setValues(first, [[0, 1, 0.50000001]]), first), "");
  assert.equal(x(signal("0:,0.9877", first))[0], first.x[0]);
});

test("whatever is written is read the same, and written the same again", () => {
  const { whole, real, chance } = seeded(12);
  for (let n = 0; n < 2000; n++) {
    const inputs = whole(1, 12),
      steps = whole(1, 12),
      hot = chance(0.3);
    const first =
      hot && inputs > 1
        ? originalSignal(
            Float32Array.from(
              { length: inputs * steps },
              (_, at) => +(at % inputs === Math.floor(at / inputs) % inputs),
            ),
            inputs,
          )
        : originalSignal(
            Float32Array.from({ length: inputs * steps }, () => (chance(0.5) ? 0 : real(-1, 1))),
            inputs,
          );
    let made = first;
    for (let k = whole(0, 6); k > 0; k--) {
      const t = whole(0, made.steps - 1),
        to = whole(0, made.steps - 1),
        input = whole(0, inputs - 1);
      made = [
        () => setValues(made, [[t, input, real(-1, 1) * 10 ** whole(-8, 7)]]),
        () => toggleValue(made, t, input, true),
        () => drawLine(made, input, { t, value: real() }, { t: to, value: real() }),
        () => removeSteps(made, t, to),
        () => repeatSteps(made, t, to, MOST),
        () => insertSteps(made, t, whole(1, 4), MOST),
        () => addNoise(made, t, to, null, 0.1, n),
      ][whole(0, 6)]();
    }
    const words = writeSignal(made, first),
      found = signal(words, first),
      again = writeSignal(found, first);
    assert.equal(again, words);
    assert.deepEqual(origin(found), origin(made));
    x(found).forEach((value, at) =>
      assert.ok(Math.abs(value - made.x[at]) <= 5.1e-4 * Math.abs(made.x[at]), `${value} ${made.x[at]}`),
    );
    const twice = signal(again, first);
    assert.deepEqual([x(twice), origin(twice)], [x(found), origin(found)]);
    const address = new URL("http://a/");
    address.searchParams.set("x", words);
    assert.equal(new URL(address.href).searchParams.get("x"), words);
  }
});

test("for Python: every number as it is", () => {
  const made = setValues(insertSteps(repeatSteps(removeSteps(five, 0, 0), 0, 1, MOST), 6, 1, MOST), [[2, 0, 0.1]]);
  const segments = toSegments(made, five);
  assert.deepEqual(segments, [[1, 2], { o: 1, x: [Math.fround(0.1)] }, [2, 4], { o: -1, x: x(made).slice(-1) }]);
  assert.deepEqual(JSON.parse(JSON.stringify(segments)), segments);
  assert.deepEqual(toSegments(five, five), [[0, 4]]);
  const near = setValues(five, [[1, 0, 1.0000001]]);
  assert.deepEqual(toSegments(near, five), [[0, 0], { o: 1, x: [near.x[1]] }, [2, 4]]);
});

test("whatever comes, what comes out is an input", () => {
  const { one, whole } = seeded(13),
    pieces = [
      " ",
      " ",
      " ",
      "0",
      "1",
      "4",
      "9",
      "-",
      ":",
      "+",
      "#",
      ",",
      "=",
      "*",
      "1e999",
      "NaN",
      "0.5",
      "~",
      "\0",
      "\u{1f600}",
      "999999999999",
    ];
  for (let n = 0; n < 5000; n++) {
    const { signal: found, issues } = read(Array.from({ length: whole(1, 40) }, () => one(pieces)).join(""), two);
    assert.ok(
      found.steps >= 1 &&
        found.steps <= MOST &&
        found.inputs === 2 &&
        found.x.length === 2 * found.steps &&
        origin(found).every((from) => from >= -1 && from < 3),
    );
    assert.ok(x(found).every((value) => Math.abs(value) <= 1e6));
    for (const { count, example } of issues) assert.ok(count > 0 && example.length <= 40);
  }
});

const LONG = 100_000;
for (const [name, words] of [
  ["steps", "0 ".repeat(LONG / 2)],
  ["all of it again and again", "0-1999*999999999 ".repeat(LONG / 17)],
  ["rows", "+1,1 ".repeat(LONG / 5)],
  ["commas", `0:${",".repeat(LONG)}`],
  ["ones", `0:${"1,".repeat(LONG / 2)}`],
  ["digits", `0:${"1".repeat(LONG)}x`],
  ["digits of a step", "1".repeat(LONG)],
  ["spaces", `0${" ".repeat(LONG)}1`],
  ["stars", "*".repeat(LONG)],
  ["bad rows", "0:x ".repeat(LONG / 4)],
  ["pluses", "+".repeat(LONG)],
  ["plus signs alone", "+ ".repeat(LONG / 2)],
  ["nonsense", "nonsense ".repeat(LONG / 9)],
]) {
  test(`nothing takes long: ${name}`, () => {
    const first = originalSignal(new Float32Array(2000 * 64), 64);
    readSignal(words.slice(0, 1000), first, 2000);
    const start = performance.now(),
      { signal: found } = readSignal(words, first, 2000),
      taken = performance.now() - start;
    assert.ok(found.steps <= 2000);
    assert.ok(taken < 250, `${taken} ms`);
  });
}
