// @ts-nocheck  its types are still to be written
// Where a number comes from: keep and write at once on the client, every term of the pre-activation from Python.

import { fill, number, real } from "./wording.js";

const MOST_INPUTS = 8;
const ARROWS = ["\u2192", "\u2190"];  // states of the forward and of the reverse direction below

export function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

// A number that leads to where it can be seen
function chip(parts, hint, go) {
  const made = element("button", "chip", ...parts);
  made.type = "button";
  if (hint) made.title = hint;
  made.addEventListener("click", go);
  return made;
}

export class Why {
  constructor(host, { goTo, explain }) {
    Object.assign(this, { host, goTo, explain });
    this.drawn = "";
  }

  // state: {w, gate, layer, t, unit, place, name, numbers, approximate, reply, pending, canAsk, colour, reverse}
  update(state) {
    const same = JSON.stringify([
      state.w.language, !!state.back, state.kind, state.reset, state.name, state.gate, state.layer, state.t, state.unit, state.numbers, state.approximate, state.loading, state.reply?.reply,
      state.pending, state.canAsk, state.theme,
    ]);
    if (same === this.drawn) return;
    this.drawn = same;
    const held = this.host.contains(this.host.getRootNode().activeElement);
    this.host.replaceChildren(...this.content(state));
    // a chip that was pressed is gone: the keyboard goes on from here
    if (held) this.host.focus({ preventScroll: true });
  }

  content(state) {
    const { w, gate, numbers, reply, approximate } = state;
    const value = number(numbers[gate]), about = approximate ? "\u2248 " : "";
    if (gate === "x") return this.inputs(state);
    const title = fill(w.why_title, { what: `${w.gates[gate]} = ${about}${value}` });
    const where = element("p", "where", fill(w.why_where, { t: state.t, unit: state.name }));
    if (state.back) where.append(" ", chip([`\u2190 ${w.why_back}`], w.why_back_hint, state.back));
    const parts = [element("h4", "", title), where];
    if (state.loading) return [...parts, element("p", "note", w.loading ?? "")];
    if (approximate) return [...parts, element("p", "note", w.why_pooled)];
    if (gate === "h") return [...parts, this.sum(state)];
    parts.push(element("p", "formula", ...formula(gate, state.kind, state.reset, state.reverse)));
    if (reply) return [...parts, this.waterfall(state)];
    if (!state.canAsk) return [...parts, element("p", "note", w.why_offline)];
    if (state.pending) return [...parts, element("p", "note", w.why_pending)];
    const ask = element("button", "ask", w.why_ask, element("kbd", "", "Enter"));
    ask.type = "button";
    ask.addEventListener("click", this.explain);
    return [...parts, ask];
  }

  // The input of a step: it comes from the sequence
  inputs({ w, t, inputs, approximate }) {
    const shown = inputs.slice(0, MOST_INPUTS), table = element("div", "terms");
    const scale = this.scale([0, ...shown.map(([, value]) => value)]);
    for (const [name, value] of shown) table.append(this.row(name, [], value, 0, scale, "rest"));
    const title = `${w.gates.x}, ${w.step} ${t}${approximate ? " (\u2248)" : ""}`;
    return [element("h4", "", title), element("p", "note", w.why_input), table];
  }

  // h = keep + write
  sum({ w, numbers, t, layer, unit, reverse, steps }) {
    const { z, n, hPrev, keep, write, h } = numbers, before = reverse ? t + 1 : t - 1, inside = before >= 0 && before < steps;
    const at = (gate, when = t) => () => this.goTo({ gate, layer, t: when, unit });
    const scale = this.scale([0, keep, keep + write]);
    const row = (label, factors, value, from) => this.row(label, factors, value, from, scale);
    const table = element("div", "terms");
    const index = reverse ? "t+1" : "t\u22121";
    const previous = inside ? chip(named("h", index, number(hPrev)), w.why_go, at("h", before)) : `${w.why_start} ${number(hPrev)}`;
    table.append(
      row(w.keep, [chip(named("z", "", number(z)), w.why_go, at("z")), " \u00d7 ", previous], keep, 0),
      row(w.write, ["(1 \u2212 ", chip(named("z", "", number(z)), w.why_go, at("z")), ") \u00d7 ", chip(named("n", "", number(n)), w.why_go, at("n"))], write, keep),
      this.row(`h = ${w.keep} + ${w.write}`, [], h, 0, scale, "total"),
    );
    return table;
  }

  waterfall(state) {
    const { w, gate, reply, colour, numbers } = state;
    const total = real(reply.total), { count } = reply.rest;
    let level = 0;
    const scale = this.scale([0, ...reply.terms.map((term) => level += real(term.value)), total]), table = element("div", "terms");
    level = 0;
    for (const term of reply.terms) {
      table.append(this.row(this.label(term, w), this.factors(term, state), real(term.value), level, scale));
      level += real(term.value);
    }
    if (count) table.append(this.row(fill(w.why_rest, { count }), [], real(reply.rest.value), level, scale, "rest"));
    table.append(this.row(w.why_sum, [], total, 0, scale, "total"));
    return element("div", "", table, this.squash(w, reply.squash, total, colour(gate, numbers[gate]), numbers[gate]));
  }

  label(term, w) {
    return { input: "W \u00d7 x", state: "U \u00d7 h", bias: w.term_bias, bias_ih: w.term_bias_ih, bias_hh: w.term_bias_hh }[term.kind];
  }

  factors(term, { w, layers, layer, bidirectional }) {
    const factors = [], source = (value, letter, index, at) => {
      const parts = named(letter, index, number(real(value), 3));
      const hint = at && at.layer !== layer ? `${w.why_go}: ${layers[at.layer]}` : w.why_go;
      return at ? chip(parts, hint, () => this.goTo(at)) : element("span", "", ...parts);
    };
    const fromBelow = term.kind === "input" && term.at?.gate === "h";
    if (term.weight !== null) factors.push(number(real(term.weight), 3));
    if (term.reset !== null) factors.push(source(term.reset, "r", term.kind === "state" && term.reset_at?.unit === term.index ? term.name : "", term.reset_at));
    if (term.source !== null) factors.push(source(term.source, fromBelow || term.kind === "state" ? "h" : "x", term.name + (fromBelow && bidirectional ? ARROWS[term.at.layer % 2] : ""), term.at));
    return factors.length < 2 ? [] : factors.flatMap((factor, k) => k ? [" \u00d7 ", factor] : [factor]);
  }

  scale(levels) {
    const low = Math.min(...levels.filter(Number.isFinite), 0), high = Math.max(...levels.filter(Number.isFinite), 0);
    const span = high - low || 1;
    return (value) => Number.isFinite(value) ? (value - low) / span * 100 : 0;
  }

  row(label, factors, value, from, scale, kind = "") {
    const bar = element("i", value < 0 ? "minus" : "plus"), [left, right] = [scale(from), scale(from + value)].sort((p, q) => p - q);
    bar.style.left = `${left}%`;
    bar.style.width = `${Math.max(right - left, 0.6)}%`;
    const zero = element("i", "zero");
    zero.style.left = `${scale(0)}%`;
    return element("div", `term ${kind}`, element("span", "label", label), element("span", "factors", ...factors), element("span", "track", zero, bar), element("span", "value", number(value)));
  }

  // The squashing function with the sum on it
  squash(w, name, total, colour, value) {
    const tanh = name === "tanh", reach = Math.max(4, Math.min(12, Math.abs(total) * 1.25));
    const f = (a) => tanh ? Math.tanh(a) : 1 / (1 + Math.exp(-a));
    const x = (a) => 60 + Math.max(-1, Math.min(1, a / reach)) * 56, y = (v) => tanh ? 24 - v * 20 : 44 - v * 40;
    const points = Array.from({ length: 57 }, (_, k) => (k / 28 - 1) * reach).map((a) => `${x(a).toFixed(1)},${y(f(a)).toFixed(1)}`);
    const drawing = element("div", "curve");
    drawing.innerHTML = `<svg viewBox="0 0 120 48" aria-hidden="true"><path d="M4 ${y(0)}H116M60 4V44"/><polyline points="${points.join(" ")}"/></svg>`;
    if (Number.isFinite(total)) {
      const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
      for (const [key, at] of Object.entries({ cx: x(total), cy: y(f(total)), r: 4.5, fill: colour })) dot.setAttribute(key, at);
      drawing.firstChild.append(dot);
    }
    const sign = tanh ? "tanh" : "\u03c3";
    const text = element("div", "squashed", element("b", "", `${sign}(${number(total)}) = ${number(value)}`), element("small", "", tanh ? w.squash_tanh : w.squash_sigmoid));
    return element("div", "squash", drawing, text);
  }
}

// A letter with its index below the line, and its value
function named(letter, index, value) {
  return [letter, element("sub", "", index), ` ${value}`];
}

// As the model's own weights have it
function formula(gate, kind, reset, reverse) {
  const sub = (text) => element("sub", "", text), before = ["h", sub(reverse ? "t+1" : "t\u22121")];
  const [first, second] = kind === "concat" ? [[], [" + b", sub(gate)]] : [[" + b", sub(`i${gate}`)], [" + b", sub(`h${gate}`)]];
  const from = ["W", sub(gate), " x", ...first, " + "], state = ["U", sub(gate), " "];
  if (gate !== "n") return [`${gate} = \u03c3(`, ...from, ...state, ...before, ...second, ")"];
  if (reset === "before") return ["n = tanh(", ...from, ...state, "(r \u2299 ", ...before, ")", ...second, ")"];
  return ["n = tanh(", ...from, "r \u2299 (", ...state, ...before, ...second, "))"];
}
