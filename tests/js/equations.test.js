import assert from "node:assert/strict";
import { test } from "node:test";
import { equationsOf, factor, summand } from "../../assets/stage/cell/equations.js";

/** The figures of an equation as text, with numbers put in by name. */
function written(tokens, values) {
  return tokens
    .map((token) => {
      if (typeof token === "string") return token;
      if ("base" in token) return `${token.base}[before]`;
      if ("part" in token) return summand(values[token.part], token.signed);
      if ("rest" in token) return factor(1 - values.z);
      if ("marked" in token) return written(token.marked, values);
      return factor(values[token.source.previous ? "before" : token.source.gate]);
    })
    .join("");
}

const VALUES = { x: 1.2, h: -0.31, b: 2.4, inner_h: -0.5, inner_b: 0.25, z: 0.96, r: 0.5, n: -0.31, before: 0.52 };

test("each equation is written out with its numbers", () => {
  const { r, z, n, h } = equationsOf("before");
  assert.equal(written(z.figures, VALUES), "σ(1.20 − 0.31 + 2.40)");
  assert.equal(written(r.figures, VALUES), "σ(1.20 − 0.31 + 2.40)");
  assert.equal(written(n.figures, VALUES), "tanh(1.20 − 0.31 + 2.40)");
  assert.equal(written(h.figures, VALUES), "0.96 × 0.52 + 0.04 × (−0.31)");
});

test("the reset gate stands where the model has it", () => {
  assert.equal(written(equationsOf("before").n.symbols, VALUES), "tanh(W x + U (r ⊙ h[before]) + b)");
  assert.equal(written(equationsOf("after").n.symbols, VALUES), "tanh(W x + b + r ⊙ (U h[before] + b))");
  assert.equal(written(equationsOf("after").n.figures, VALUES), "tanh(1.20 + 2.40 + 0.50 × (−0.50 + 0.25))");
});

test("what is written in numbers is what the equation makes of them", () => {
  const evaluated = (text) =>
    Function(
      "tanh",
      "σ",
      `return ${text.replaceAll("−", "-").replaceAll("×", "*")}`,
    )(Math.tanh, (a) => 1 / (1 + Math.exp(-a)));
  const { x, b, r, inner_h: ih, inner_b: ib, z, n, before } = VALUES;
  assert.ok(
    Math.abs(evaluated(written(equationsOf("after").n.figures, VALUES)) - Math.tanh(x + b + r * (ih + ib))) < 0.005,
  );
  assert.ok(Math.abs(evaluated(written(equationsOf("after").h.figures, VALUES)) - (z * before + (1 - z) * n)) < 0.005);
});

test("a sign stands once, and what is not known is a dash", () => {
  assert.equal(summand(-0.004, "later"), " + 0.00"); // no minus before a zero
  assert.equal(summand(-1, "first"), "−1.00");
  assert.equal(summand(null, "first"), "–");
  assert.equal(summand(undefined, "later"), " + –");
  assert.equal(summand(NaN, "later"), " + NaN");
  assert.equal(summand(-Infinity, "later"), " − ∞");
  assert.equal(factor(-Infinity), "(−∞)");
  assert.equal(factor(null), "–");
});
