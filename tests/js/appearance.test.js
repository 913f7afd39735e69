import assert from "node:assert/strict";
import { test } from "node:test";
import { ASPECTS, appearanceOf } from "../../assets/stage/hosts/appearance.js";

const USUAL = { look: "auto", type: "normal", contrast: "normal" };

test("an address says how the page looks", () => {
  assert.deepEqual(appearanceOf(""), USUAL);
  assert.deepEqual(appearanceOf("?look=dark&type=projector&contrast=high&t=3"), {
    look: "dark",
    type: "projector",
    contrast: "high",
  });
});

test("what an address cannot mean is as if it were not there", () => {
  assert.deepEqual(appearanceOf("?look=pink&type=&contrast=HIGH"), USUAL);
  assert.deepEqual(appearanceOf(`?look=${"x".repeat(100000)}`), USUAL);
  assert.deepEqual(appearanceOf("?look=__proto__&type=constructor"), USUAL);
});

test("the usual stands first", () =>
  assert.deepEqual(Object.fromEntries(Object.entries(ASPECTS).map(([aspect, [usual]]) => [aspect, usual])), USUAL));
