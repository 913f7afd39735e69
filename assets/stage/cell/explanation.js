// Explanation of a number: of h its two terms, of gates and outputs every term of the sum, from a response.

/** @import { Cell, Explained, JsonNumber, Term } from "../model/explain.js" */
/** @import { Gate, Panel, Reset, Theme, Words } from "../data/scene_types.js" */
/** @import { Quantity } from "./diagram_layout.js" */
/** @import { CellNumbers } from "./selection.js" */
/** @import { SelectedOutput } from "../view/prediction.js" */
import { button, element } from "../view/elements.js";
import { fill, number } from "../view/format.js";
import { equation, fromJsonNumber } from "../view/more_formats.js";

const MOST_INPUTS = 8;
const ARROWS = ["\u2192", "\u2190"]; // states of the forward and of the reverse direction below

/** @typedef {string | Node} NodeOrText */
/** @typedef {(value: number) => number} TrackScale  returns percent of the track's width */

/**
 * State of the explanation.
 * @typedef {object} ExplanationState
 * @property {Words} w
 * @property {Panel} gate
 * @property {number} layer
 * @property {number} t
 * @property {number} unit
 * @property {string} name  of the unit
 * @property {(() => void) | null} back  to the cell before; null: there is none
 * @property {boolean} bidirectional
 * @property {CellNumbers} numbers
 * @property {[string, number][]} inputs  largest first
 * @property {boolean} isLoading
 * @property {boolean} isApproximate  means of several steps
 * @property {Reset} reset
 * @property {boolean} reverse
 * @property {(name: Quantity, value: number) => string} colour
 * @property {string} kind  of model
 * @property {number} steps
 * @property {Theme} theme
 * @property {(Explained & {reply: number | null}) | null} reply
 * @property {boolean} isPending
 * @property {boolean} canExplain
 * @property {boolean} byHand  set by an edit, not by its terms
 * @property {(at: Cell) => string} hintOf  where a link leads
 * @property {SelectedOutput | null} answer  of "y"
 */

/**
 * Make a button with a number that goes to its cell.
 * @param {NodeOrText[]} parts
 * @param {string} hint
 * @param {() => void} go
 */
function chip(parts, hint, go) {
  const node = button("chip", parts, go);
  node.title = hint;
  node.setAttribute("aria-label", `${node.textContent}. ${hint}`);
  return node;
}

export class Explanation {
  /**
   * @param {HTMLElement} host
   * @param {{goTo: (at: Cell) => void, explain: () => void}} acts
   */
  constructor(host, { goTo, explain }) {
    this.host = host;
    this.goTo = goTo;
    this.explain = explain;
    this.key = "";
  }

  /** @param {ExplanationState} state */
  update(state) {
    const key = JSON.stringify([
      state.w.language,
      !!state.back,
      state.kind,
      state.reset,
      state.name,
      state.gate,
      state.layer,
      state.t,
      state.unit,
      state.numbers,
      state.isApproximate,
      state.isLoading,
      state.reply?.reply,
      state.isPending,
      state.canExplain,
      state.byHand,
      state.theme,
      state.answer,
    ]);
    if (key === this.key) return;
    this.key = key;
    const hasFocus = this.host.matches(":focus-within");
    this.host.replaceChildren(...this.content(state));
    // the focused button was replaced: keep the focus here
    if (hasFocus) this.host.focus({ preventScroll: true });
  }

  /**
   * @param {ExplanationState} state
   * @returns {NodeOrText[]}
   */
  content(state) {
    const { w, gate, numbers, reply, isApproximate } = state;
    if (gate === "x") return this.inputs(state);
    if (gate === "y") return this.answer(state);
    const title = fill(w.why_title, { what: equation(w.gates[gate], numbers[gate], isApproximate) });
    const heading = element("h4", "", title);
    if (state.back) heading.append(" ", chip([`\u2190 ${w.why_back}`], w.why_back_hint, state.back));
    const parts = [heading];
    if (state.isLoading) return [...parts, element("p", "note", w.loading ?? "")];
    if (isApproximate) return [...parts, element("p", "note", w.why_pooled)];
    if (reply?.said) parts.push(element("p", "by-hand", reply.said));
    if (gate === "h") return [...parts, this.sum(state)];
    parts.push(element("p", "formula", ...formula(gate, state.kind, state.reset, state.reverse)));
    if (reply) return [...parts, this.waterfall(state, gate, reply)];
    if (!state.canExplain) return [...parts, element("p", "note", w.why_offline)];
    if (state.isPending) return [...parts, element("p", "note", w.why_pending)];
    return [...parts, button("ask", [w.why_ask, element("kbd", "", "Enter")], this.explain)];
  }

  /**
   * Explain an output: the head's weights times the states.
   * @param {ExplanationState} state
   * @returns {NodeOrText[]}
   */
  answer(state) {
    const { w, answer, isApproximate, isLoading, reply, canExplain, isPending, back } = state;
    if (!answer) return [];
    const { kind, name, value, isSingle } = answer,
      classes = kind === "classes";
    const what = equation(classes ? `p(${name})` : name, value, isApproximate);
    const heading = element("h4", "", fill(w.why_title, { what }));
    if (back) heading.append(" ", chip([`\u2190 ${w.why_back}`], w.why_back_hint, back));
    const parts = [heading];
    if (isLoading) return [...parts, element("p", "note", w.loading ?? "")];
    if (isApproximate) return [...parts, element("p", "note", w.why_pooled)];
    if (!isSingle) return [...parts, element("p", "note", w.why_others)];
    parts.push(
      element(
        "p",
        "formula",
        ...(classes
          ? ["p = softmax(W", element("sub", "", "y"), " h + b", element("sub", "", "y"), ")"]
          : ["y = W", element("sub", "", "y"), " h + b", element("sub", "", "y")]),
      ),
    );
    if (reply) return [...parts, this.waterfall(state, "y", reply)];
    if (!canExplain) return [...parts, element("p", "note", w.why_offline)];
    if (isPending) return [...parts, element("p", "note", w.why_pending)];
    return [...parts, button("ask", [w.why_ask, element("kbd", "", "Enter")], this.explain)];
  }

  /**
   * List the inputs of a step.
   * @param {ExplanationState} state
   * @returns {NodeOrText[]}
   */
  inputs({ w, t, inputs, isApproximate }) {
    const largest = inputs.slice(0, MOST_INPUTS),
      table = element("div", "terms");
    const scale = scaleOf(largest.map(([, value]) => value));
    for (const [name, value] of largest) table.append(row(name, [], value, 0, scale, "rest"));
    const title = `${w.gates.x}, ${w.step} ${t}${isApproximate ? " (\u2248)" : ""}`;
    return [element("h4", "", title), element("p", "note", w.why_input), table];
  }

  /**
   * Explain h = keep + write.
   * @param {ExplanationState} state
   */
  sum({ w, numbers, t, layer, unit, reverse, steps, hintOf, byHand }) {
    const { z, n, hPrev, keep, write, h } = numbers,
      before = reverse ? t + 1 : t - 1,
      inside = before >= 0 && before < steps;
    const link = (/** @type {Gate} */ gate, /** @type {NodeOrText[]} */ parts, when = t) => {
      const at = { gate, layer, t: when, unit };
      return chip(parts, hintOf(at), () => this.goTo(at));
    };
    const keepValue = keep ?? NaN,
      scale = scaleOf([keepValue, keepValue + (write ?? NaN)]);
    const table = element("div", "terms");
    const previous = inside
      ? link("h", symbol("h", previousIndex(reverse), number(hPrev)), before)
      : `${w.why_start} ${number(hPrev)}`;
    table.append(
      Object.assign(row(w.keep, [link("z", symbol("z", "", number(z))), " \u00d7 ", previous], keep, 0, scale), {
        title: w.terms.keep,
      }),
      Object.assign(
        row(
          w.write,
          ["(1 \u2212 ", link("z", symbol("z", "", number(z))), ") \u00d7 ", link("n", symbol("n", "", number(n)))],
          write,
          keepValue,
          scale,
        ),
        { title: w.terms.write },
      ),
      row(
        `${byHand ? "" : "h = "}${w.keep} + ${w.write}`,
        [],
        byHand ? keepValue + (write ?? NaN) : h,
        0,
        scale,
        "total",
      ),
    );
    if (byHand) table.append(row(`h ${w.term_by_hand}`, [], h, 0, scale, "total"));
    return table;
  }

  /**
   * Draw the terms as a waterfall chart.
   * @param {ExplanationState} state
   * @param {Gate | "y"} gate
   * @param {Explained} reply
   */
  waterfall(state, gate, reply) {
    const { w, colour, numbers } = state;
    const total = fromJsonNumber(reply.total),
      { count } = reply.rest;
    let level = 0;
    const scale = scaleOf([...reply.terms.map((term) => (level += fromJsonNumber(term.value))), total]),
      table = element("div", "terms");
    level = 0;
    for (const term of reply.terms) {
      table.append(row(labelOf(term, w), this.factors(term, state), fromJsonNumber(term.value), level, scale));
      level += fromJsonNumber(term.value);
    }
    if (count)
      table.append(row(fill(w.why_rest, { count }), [], fromJsonNumber(reply.rest.value), level, scale, "rest"));
    const sum = row(gate === "y" ? w.why_sum : w.why_pre_activation, [], total, 0, scale, "total");
    if (gate !== "y") sum.title = w.terms.pre_activation;
    table.append(sum);
    if (gate === "y") {
      if (reply.squash === null) return table;
      const value = fromJsonNumber(reply.value),
        text = element("b", "", `softmax(${number(total)}) = ${number(value)}`);
      return element(
        "div",
        "",
        table,
        element("div", "squash", element("div", "squashed", text, element("small", "", w.squash_softmax))),
      );
    }
    // the value that the terms give, also if an edit set another one
    const activation = reply.would_be === undefined ? numbers[gate] : fromJsonNumber(reply.would_be);
    return element("div", "", table, squash(w, reply.squash, total, colour(gate, activation ?? NaN), activation));
  }

  /**
   * Return the factors of a term, as links to their cells.
   * @param {Term} term
   * @param {ExplanationState} state
   * @returns {NodeOrText[]}
   */
  factors(term, { hintOf, bidirectional, reverse }) {
    /** @type {NodeOrText[]} */
    const factors = [];
    /**
     * @param {JsonNumber} value
     * @param {string} letter
     * @param {string} index  of the step
     * @param {string} of  unit or input
     * @param {Cell | null} at
     */
    const source = (value, letter, index, of, at) => {
      const parts = symbol(letter, index, number(fromJsonNumber(value), 3), of);
      return at ? chip(parts, hintOf(at), () => this.goTo(at)) : element("span", "", ...parts);
    };
    const fromBelow = term.kind === "input" && term.at?.gate === "h";
    if (term.weight !== null) factors.push(number(fromJsonNumber(term.weight), 3));
    if (term.reset !== null)
      factors.push(
        source(
          term.reset,
          "r",
          "t",
          term.kind === "state" && term.reset_at?.unit === term.index ? term.name : "",
          term.reset_at,
        ),
      );
    if (term.source !== null)
      factors.push(
        source(
          term.source,
          fromBelow || term.kind === "state" || term.kind === "output" ? "h" : "x",
          term.kind === "state" ? previousIndex(reverse) : "t",
          term.name + (fromBelow && bidirectional ? ARROWS[(term.at?.layer ?? 0) % 2] : ""),
          term.at,
        ),
      );
    return factors.length < 2 ? [] : factors.flatMap((factor, k) => (k ? [" \u00d7 ", factor] : [factor]));
  }
}

/**
 * @param {Term} term
 * @param {Words} w
 */
function labelOf({ kind }, w) {
  const { keep, write, term_bias: bias, term_bias_ih: bias_ih, term_bias_hh: bias_hh } = w;
  return {
    input: "W \u00d7 x",
    state: "U \u00d7 h",
    output: "W \u00d7 h",
    bias,
    bias_ih,
    bias_hh,
    by_hand: w.term_by_hand,
    keep,
    write,
  }[kind];
}

/**
 * Return a scale that contains 0 and all levels.
 * @param {number[]} levels
 * @returns {TrackScale}
 */
function scaleOf(levels) {
  const finite = [0, ...levels.filter(Number.isFinite)],
    low = Math.min(...finite),
    span = Math.max(...finite) - low || 1;
  return (value) => (Number.isFinite(value) ? ((value - low) / span) * 100 : 0);
}

/**
 * @param {string} label
 * @param {NodeOrText[]} factors
 * @param {number | null} value
 * @param {number} from  start of its bar
 * @param {TrackScale} scale
 * @param {string} [kind]
 */
function row(label, factors, value, from, scale, kind = "") {
  const size = value ?? 0,
    bar = element("i", size < 0 ? "minus" : "plus"),
    [left, right] = [scale(from), scale(from + size)].sort((p, q) => p - q);
  bar.style.left = `${left}%`;
  bar.style.width = `${Math.max(right - left, 0.6)}%`;
  const zero = element("i", "zero");
  zero.style.left = `${scale(0)}%`;
  return element(
    "div",
    `term ${kind}`,
    element("span", "label", label),
    element("span", "factors", ...factors),
    element("span", "track", zero, bar),
    element("span", "value", number(value)),
  );
}

/**
 * Draw the sigmoid or tanh with the pre-activation marked on it.
 * @param {Words} w
 * @param {Explained["squash"]} name
 * @param {number} total
 * @param {string} colour
 * @param {number | null} value
 */
function squash(w, name, total, colour, value) {
  const tanh = name === "tanh",
    reach = Math.max(4, Math.min(12, Math.abs(total) * 1.25));
  const f = (/** @type {number} */ a) => (tanh ? Math.tanh(a) : 1 / (1 + Math.exp(-a)));
  const x = (/** @type {number} */ a) => 60 + Math.max(-1, Math.min(1, a / reach)) * 56,
    y = (/** @type {number} */ v) => (tanh ? 24 - v * 20 : 44 - v * 40);
  const points = Array.from({ length: 57 }, (_, k) => (k / 28 - 1) * reach).map(
    (a) => `${x(a).toFixed(1)},${y(f(a)).toFixed(1)}`,
  );
  const dot = Number.isFinite(total) ? `<circle cx="${x(total)}" cy="${y(f(total))}" r="4.5" fill="${colour}"/>` : "";
  const drawing = element("div", "curve");
  drawing.innerHTML = `<svg viewBox="0 0 120 48" aria-hidden="true"><path d="M4 ${y(0)}H116M60 4V44"/><polyline points="${points.join(" ")}"/>${dot}</svg>`;
  const sign = tanh ? "tanh" : "\u03c3";
  const text = element(
    "div",
    "squashed",
    element("b", "", `${sign}(${number(total)}) = ${number(value)}`),
    element("small", "", tanh ? w.squash_tanh : w.squash_sigmoid),
  );
  return element("div", "squash", drawing, text);
}

/**
 * Return a letter with a subscript, the unit or input in brackets, and a value.
 * @param {string} letter
 * @param {string} index
 * @param {string} value
 * @param {string} [of]  unit or input
 * @returns {NodeOrText[]}
 */
function symbol(letter, index, value, of = "") {
  return [letter, element("sub", "", index), `${of && `[${of}]`} ${value}`];
}

/**
 * Return the subscript of the previous state.
 * @param {boolean} reverse
 */
function previousIndex(reverse) {
  return reverse ? "t+1" : "t\u22121";
}

/**
 * Return the equation of a gate in the form of the model: with one bias or two.
 * @param {Gate} gate
 * @param {string} kind
 * @param {Reset} reset
 * @param {boolean} reverse
 * @returns {NodeOrText[]}
 */
function formula(gate, kind, reset, reverse) {
  const sub = (/** @type {string} */ text) => element("sub", "", text),
    before = ["h", sub(previousIndex(reverse))];
  const [first, second] =
    kind === "concat"
      ? [[], [" + b", sub(gate)]]
      : [
          [" + b", sub(`i${gate}`)],
          [" + b", sub(`h${gate}`)],
        ];
  const from = ["W", sub(gate), " x", ...first, " + "],
    state = ["U", sub(gate), " "];
  if (gate !== "n") return [`${gate} = \u03c3(`, ...from, ...state, ...before, ...second, ")"];
  if (reset === "before") return ["n = tanh(", ...from, ...state, "(r \u2299 ", ...before, ")", ...second, ")"];
  return ["n = tanh(", ...from, "r \u2299 (", ...state, ...before, ...second, "))"];
}
