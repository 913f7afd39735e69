// The four equations of the selected cell, one per line: in symbols, with the numbers of this unit and step, or both.

/** @import { Cell } from "../model/explain.js" */
/** @import { Gate, Panel, Reset, Words, Notation } from "../data/scene_types.js" */
/** @import { CellNumbers } from "./selection.js" */
/** @import { UnitSums } from "../data/sums.js" */
import { button, element } from "../view/elements.js";
import { number } from "../view/format.js";

const DIGITS = 2;
/** @type {Gate[]} In the order of computation. */
const LINES = ["r", "z", "n", "h"];

/** @typedef {"x" | "h" | "b" | "inner_h" | "inner_b"} SumPart  part of a pre-activation */
/** @typedef {{gate: Gate, previous: boolean}} Source  a number with a cell; previous: of the previous step */
/**
 * Token of an equation: plain text, a letter with a subscript, a part of a sum, a number with a cell, 1 - z, or tokens
 * that are marked. signed: the sign of a summand is part of the number (first) or the operator before it (later).
 * @typedef {string | {base: string, sub: "before"} | {part: SumPart, signed: "first" | "later"} | {source: Source} | {rest: true} | {marked: (string | {base: string, sub: "before"})[]}} Token
 */

/**
 * State of the equations.
 * @typedef {object} EquationsState
 * @property {Words} w
 * @property {Notation} mode
 * @property {Reset} reset
 * @property {boolean} reverse
 * @property {Panel} gate  the selected one
 * @property {CellNumbers} numbers
 * @property {Record<"r" | "z" | "n", UnitSums> | null} sums
 * @property {boolean} isApproximate  means of several steps: only symbols are written
 * @property {boolean} canExplain
 * @property {Gate[]} hidden  not computed yet, in slow motion
 * @property {Gate[]} byHand  set by an edit, not by their equations
 * @property {(source: Source) => Cell | null} placeOf
 * @property {(at: Cell) => string} hintOf
 */

/**
 * Return each equation in symbols and in numbers.
 * @param {Reset} reset
 * @returns {Record<Gate, {symbols: Token[], figures: Token[]}>}
 */
export function equationsOf(reset) {
  /** @type {Token} */
  const before = { base: "h", sub: "before" };
  /** @type {(name: Gate, previous?: boolean) => Token} */
  const source = (gate, previous = false) => ({ source: { gate, previous } });
  /** @type {Token[]} */
  const summands = [
    { part: "x", signed: "first" },
    { part: "h", signed: "later" },
    { part: "b", signed: "later" },
  ];
  /** @type {{symbols: Token[], figures: Token[]}} */
  const gate = { symbols: ["σ(W x + U ", before, " + b)"], figures: ["σ(", ...summands, ")"] };
  return {
    r: gate,
    z: gate,
    n:
      reset === "before"
        ? {
            symbols: ["tanh(W x + ", { marked: ["U (r ⊙ ", before, ")"] }, " + b)"],
            figures: ["tanh(", ...summands, ")"],
          }
        : {
            symbols: ["tanh(W x + b + ", { marked: ["r ⊙ (U ", before, " + b)"] }, ")"],
            figures: [
              "tanh(",
              summands[0],
              summands[2],
              " + ",
              source("r"),
              " × (",
              { part: "inner_h", signed: "first" },
              { part: "inner_b", signed: "later" },
              "))",
            ],
          },
    h: {
      symbols: ["z ", before, " + (1 − z) n"],
      figures: [source("z"), " × ", source("h", true), " + ", { rest: true }, " × ", source("n")],
    },
  };
}

/**
 * Format a summand with its sign; an en dash if it is not known.
 * @param {number | null | undefined} value
 * @param {"first" | "later"} place
 */
export function summand(value, place) {
  const text = number(value, DIGITS);
  if (place === "first") return text;
  return text.startsWith("\u2212") ? ` \u2212 ${text.slice(1)}` : ` + ${text}`;
}

/**
 * Format a factor; a negative one is in brackets.
 * @param {number | null} value
 */
export function factor(value) {
  const text = number(value, DIGITS);
  return text.startsWith("\u2212") ? `(${text})` : text;
}

/** An element whose text depends on the state. @typedef {{node: HTMLElement, say: (state: EquationsState) => string, source?: Source}} Live */

export class Equations {
  /**
   * @param {HTMLElement} host
   * @param {{choose: (gate: Gate) => void, goTo: (at: Cell) => void}} acts
   */
  constructor(host, { choose, goTo }) {
    this.host = host;
    this.choose = choose;
    this.goTo = goTo;
    this.key = "";
    /** @type {Live[]} */
    this.liveNodes = [];
    /** @type {Partial<Record<Gate, HTMLElement>>} */
    this.lines = {};
    /** @type {EquationsState | null} */
    this.state = null;
  }

  /** @param {EquationsState} state */
  update(state) {
    const { w, mode, reset, reverse, gate, hidden, byHand } = state;
    // only symbols for means of several steps: they do not add up
    const hasNumbers = mode !== "symbols" && !state.isApproximate,
      key = JSON.stringify([w.language, mode, reset, reverse, hasNumbers, state.canExplain]);
    this.state = state;
    if (key !== this.key) {
      this.key = key;
      this.liveNodes = [];
      this.host.dataset.written = hasNumbers ? mode : "symbols";
      this.host.replaceChildren(...LINES.map((name) => this.line(name, state, hasNumbers)));
    }
    for (const { node, say, source } of this.liveNodes) {
      const text = say(state);
      if (node.textContent !== text) node.textContent = text;
      if (!source) continue;
      const at = state.placeOf(source),
        hint = at ? state.hintOf(at) : "";
      if (node.title !== hint) {
        node.title = hint;
        node.setAttribute("aria-label", `${source.gate} ${text}${hint && `. ${hint}`}`);
      }
      node.toggleAttribute("disabled", !at);
    }
    for (const name of LINES) {
      const line = this.lines[name];
      line?.classList.toggle("chosen", name === gate);
      line?.classList.toggle("hidden", hidden.includes(name));
      line?.classList.toggle("by-hand", byHand.includes(name));
      line?.querySelector("[data-gate]")?.setAttribute("aria-pressed", String(name === gate));
    }
  }

  /**
   * @param {Gate} name
   * @param {EquationsState} state
   * @param {boolean} hasNumbers
   */
  line(name, state, hasNumbers) {
    const { w, mode, reset, canExplain } = state,
      { symbols, figures } = equationsOf(reset)[name];
    const letter = button("toggle", [name], () => this.choose(name));
    letter.title = w.terms[name];
    letter.dataset.gate = name;
    const hasFigures = hasNumbers && (canExplain || name === "h"),
      parts = element("span", "written");
    if (mode !== "numbers" || !hasFigures) parts.append(element("span", "symbols", "= ", ...this.nodes(symbols, name)));
    if (hasFigures) parts.append(element("span", "figures", "= ", ...this.nodes(figures, name)));
    const line = element("div", "equation", letter, parts);
    line.dataset.line = name;
    if (mode !== "symbols") {
      const value = element("b", "value");
      this.liveNodes.push({
        node: value,
        say: ({ numbers, isApproximate, byHand }) =>
          `${byHand.includes(name) ? `${w.term_by_hand}:` : isApproximate ? "≈" : "="} ${number(numbers[name])}`,
      });
      line.append(value);
    }
    this.lines[name] = line;
    return line;
  }

  /**
   * @param {Token[]} tokens
   * @param {Gate} name  of the line
   * @returns {(Node | string)[]}
   */
  nodes(tokens, name) {
    return tokens.map((token) => {
      if (typeof token === "string") return token;
      if ("marked" in token) return element("span", "reset-term", ...this.nodes(token.marked, name));
      if ("base" in token)
        return element("span", "", token.base, element("sub", "", this.state?.reverse ? "t+1" : "t\u22121"));
      if ("part" in token) {
        const { part, signed: place } = token,
          node = element("span", "number");
        this.liveNodes.push({ node, say: ({ sums }) => summand(name === "h" ? null : sums?.[name][part], place) });
        return node;
      }
      if ("rest" in token) {
        const node = element("span", "number");
        this.liveNodes.push({
          node,
          say: ({ numbers: { z } }) => number(z === null ? null : 1 - z, DIGITS),
        });
        return node;
      }
      const { source } = token,
        node = button("chip", [], () => {
          const at = this.state?.placeOf(source);
          if (at) this.goTo(at);
        });
      this.liveNodes.push({
        node,
        source,
        say: ({ numbers }) => factor(numbers[source.previous ? "hPrev" : source.gate]),
      });
      return node;
    });
  }
}
