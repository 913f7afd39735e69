// SVG elements of the cell diagram, and the picture of one mode and reset placement.

/** @import { PhaseName, Reset, Words } from "../data/scene_types.js" */
/** @import { Anchor, Carried, Quantity, Route, Shape } from "./diagram_layout.js" */
import {
  CELL_COL,
  CELL_MOST,
  CELL_ROW,
  QUANTITIES,
  cellHeading,
  cellNodes,
  cellPath,
  cellStrips,
  cellWires,
} from "./diagram_layout.js";

/** @typedef {"x" | "h" | "b" | "total" | "inner" | "inner_h" | "inner_b"} SumTerm */
/** @typedef {[SumTerm, string, number]} SumRow  term, its label, and px below the first one */
/** @typedef {Route & {casing: SVGPathElement, core: SVGPathElement, head: SVGPathElement | null}} Wire */
/** @typedef {{key: Carried, text: SVGTextElement, phase: PhaseName, at: number, cls: string, decimals: number}} CellFigure */
/** @typedef {{group: SVGGElement, phase: PhaseName, from: number, base: string, name?: Quantity}} Veil  a group that is dim until its phase */
/** @typedef {{gate: "z" | "r" | "n", group: SVGGElement, at: number, texts: [SumTerm, SVGTextElement][]}} CellSum */

/**
 * A row of cells; left and top: of its frame.
 * @typedef {object} CellStrip
 * @property {Carried} key
 * @property {SVGGElement} group
 * @property {SVGGElement} cells
 * @property {SVGRectElement[]} rects
 * @property {number} left
 * @property {number} top
 * @property {boolean} down
 * @property {number} length
 * @property {PhaseName} phase
 * @property {number} at
 */

/**
 * Elements of a picture that `update` changes.
 * @typedef {object} CellParts
 * @property {Wire[]} wires
 * @property {CellStrip[]} strips
 * @property {Map<string, SVGGElement>} nodes  by quantity
 * @property {CellFigure[]} numbers
 * @property {Veil[]} veils
 * @property {SVGElement[]} previous  the subscripts of h_prev
 * @property {CellSum[]} sums
 * @property {SVGCircleElement[]} dots
 * @property {SVGTextElement[]} all  labels of strips: all units, or some
 * @property {SVGTextElement} caption
 */

/**
 * Make an SVG element with attributes, appended to `parent`.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Element} parent
 * @param {Tag} tag
 * @param {Record<string, string | number>} [attributes]
 * @param {string | null} [text]
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function cellNew(parent, tag, attributes = {}, text = null) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  if (text !== null) node.textContent = text;
  parent.append(node);
  return node;
}

/**
 * @param {Element} parent
 * @param {string} cls
 * @param {number} x
 * @param {number} y
 * @param {Anchor} anchor
 * @param {string} text
 */
export function cellText(parent, cls, x, y, anchor, text) {
  const node = cellNew(parent, "text", { class: cls, x, y, "text-anchor": anchor }, text);
  parent.append(" "); // not drawn; separates words in textContent
  return node;
}

/**
 * Set an attribute if it has changed, without reading the document.
 * @param {Element & {cellAttributes?: Record<string, string>}} node
 * @param {string} name
 * @param {string} value
 */
export function cellSet(node, name, value) {
  const cached = node.cellAttributes ?? (node.cellAttributes = {});
  if (cached[name] === value) return;
  cached[name] = value;
  node.setAttribute(name, value);
}

/**
 * Set the text if it has changed.
 * @param {Element & {cellText?: string}} node
 * @param {string} text
 */
export function cellSay(node, text) {
  if (node.cellText !== text) node.textContent = node.cellText = text;
}

/**
 * Estimate the width of a letter at 11 px. Measuring in every frame would be slower than drawing.
 * @param {string} letter
 */
export function cellWide(letter) {
  return letter > "\u2e7f" ? 11 : /[A-ZMWmw@%]/.test(letter) ? 8.6 : 5.8;
}

/**
 * Shorten a text to a width.
 * @param {string} text
 * @param {number} width
 */
export function cellClip(text, width) {
  const letters = [...text];
  let used = 0;
  const end = letters.findIndex((letter) => (used += cellWide(letter)) > width);
  return end < 0
    ? text
    : letters
        .slice(0, Math.max(1, end - 1))
        .join("")
        .trimEnd() + "…";
}

/**
 * Return means of neighbouring units, at most CELL_MOST of them; `by` is a factor for each unit.
 * @param {ArrayLike<number>} values
 * @param {ArrayLike<number> | null} [by]
 */
export function cellPool(values, by = null) {
  const units = by ? Math.min(values.length, by.length) : values.length,
    cells = Math.min(units, CELL_MOST);
  /** @type {number[]} */
  const means = new Array(cells);
  for (let k = 0; k < cells; k++) {
    const first = Math.floor((k * units) / cells),
      last = Math.floor(((k + 1) * units) / cells);
    let sum = 0;
    for (let i = first; i < last; i++) sum += by ? values[i] * by[i] : values[i];
    means[k] = sum / (last - first);
  }
  return means;
}

/**
 * Draw a box, or an operator in a circle: × and + for single numbers, ⊙ for vectors.
 * @param {Element} parent
 * @param {number} x
 * @param {number} y
 * @param {Shape} kind
 */
export function cellShape(parent, x, y, kind) {
  if (kind === "σ" || kind === "tanh") {
    const half = { σ: 18, tanh: 22 }[kind];
    cellNew(parent, "rect", { class: "cell-shape", x: x - half, y: y - 17, width: 2 * half, height: 34, rx: 9 });
    cellText(parent, `cell-math${kind === "σ" ? "" : " cell-upright"}`, x, y + 5, "middle", kind);
    return;
  }
  cellNew(parent, "circle", { class: "cell-shape", cx: x, cy: y, r: 11 });
  if (kind === "each") {
    cellNew(parent, "circle", { class: "cell-point", cx: x, cy: y, r: 2.6 });
    return;
  }
  const path = { plus: "M-5 0h10M0 -5v10", times: "M-4 -4l8 8M4 -4l-8 8" }[kind];
  cellNew(parent, "path", { class: "cell-sign", d: path, transform: `translate(${x} ${y})` });
}

/**
 * Draw text in which h_k is a letter with a subscript.
 * @param {Element} parent
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {Anchor} anchor
 * @param {string} [cls]
 * @returns {SVGTSpanElement[]} the subscripts of h_prev (at most one), which update() sets to t−1 or t+1
 */
export function cellSymbol(parent, text, x, y, anchor, cls = "cell-math") {
  const node = cellText(parent, cls, x, y, anchor, "");
  /** @type {SVGTSpanElement[]} */
  let previous = [];
  let low = false;
  for (const piece of text.split(/([A-Za-z]_[a-z]+)/).filter(Boolean)) {
    const [base, sub] = /^[A-Za-z]_[a-z]+$/.test(piece) ? piece.split("_") : [piece];
    cellNew(node, "tspan", { ...(low && { dy: -4 }), ...(sub && { class: "cell-base" }) }, base);
    low = Boolean(sub);
    if (!sub) continue;
    const under = cellNew(node, "tspan", { class: "cell-sub", dy: 4 }, sub === "prev" ? "t−1" : sub);
    if (sub === "prev") previous = [under];
  }
  return previous;
}

/**
 * Draw the wires. Casings are below all cores, so that wires that meet are connected.
 * @param {SVGSVGElement} svg
 * @param {Route[]} routes
 * @returns {Wire[]}
 */
export function cellLay(svg, routes) {
  const [below, above] = [0, 1].map(() => [0, 1, 2].map(() => cellNew(svg, "g")));
  return routes.map((route) => {
    const over = route.ending === "over",
      [ghosts, casings, cores] = over ? above : below;
    const open = route.ending === "open",
      d = cellPath(route.points, open ? 0 : 6),
      tip = route.points[route.points.length - 1];
    if (over) cellNew(ghosts, "path", { class: "cell-patch", d: `M${CELL_COL.h - 7} ${tip[1]}h14` });
    cellNew(ghosts, "path", { class: "cell-ghost", d });
    const casing = cellNew(casings, "path", { d, pathLength: 1 });
    const core = cellNew(cores, "path", { d, pathLength: 1, "data-wire": route.carry });
    if (open) return { ...route, casing, core, head: null };
    const [dx, dy] = cellHeading(route.points),
      [x, y] = [tip[0] - 8 * dx, tip[1] - 8 * dy];
    const head = cellNew(cores, "path", { d: `M${tip}L${x - 5 * dy} ${y + 5 * dx}L${x + 5 * dy} ${y - 5 * dx}Z` });
    return { ...route, casing, core, head };
  });
}

/**
 * Build the picture of one mode and reset placement.
 * @param {SVGSVGElement} svg
 * @param {"unit" | "layer"} mode
 * @param {Reset} reset
 * @param {Words} words
 * @returns {CellParts}
 */
export function cellBuild(svg, mode, reset, words) {
  const word = (/** @type {string} */ key) => words[key] ?? "",
    termOf = definitions(words),
    unit = mode === "unit",
    before = reset === "before",
    col = CELL_COL,
    row = CELL_ROW;
  /** @type {Omit<CellParts, "wires" | "dots" | "caption">} */
  const parts = { all: [], strips: [], nodes: new Map(), numbers: [], veils: [], previous: [], sums: [] };
  const quiet = "cell-small cell-quiet";
  cellNew(svg, "rect", { class: "cell-panel", x: 57, y: 291, width: 196, height: 87, rx: 10 });
  const wires = cellLay(svg, cellWires(mode, reset));
  const part = (/** @type {PhaseName} */ phase, from = 0) => {
    const group = cellNew(svg, "g");
    parts.veils.push({ group, phase, from, base: "cell-part" });
    return group;
  };
  /**
   * @param {Element} parent
   * @param {Omit<CellFigure, "text">} figure
   * @param {number} x
   * @param {number} y
   * @param {Anchor} anchor
   */
  const number = (parent, figure, x, y, anchor) =>
    parts.numbers.push({ ...figure, text: cellText(parent, figure.cls, x, y, anchor, "") });
  const turning = part("z", 0.7);
  for (const [x, y] of [
    [col.h, row.state],
    [col.h, row.z - 8],
    [col.h, row.r - 8],
    [col.x, row.r + 8],
    [col.x, row.x],
    [col.z, row.z],
  ])
    cellNew(x === col.z ? turning : svg, "circle", { class: "cell-joint", cx: x, cy: y, r: 4.2 });

  cellNew(turning, "circle", { class: "cell-shape", cx: col.minus, cy: row.z, r: 12 });
  cellText(turning, "cell-math cell-upright", col.minus, row.z + 5, "middle", "1−");
  const matrix = part("n"),
    [left, wide] = before ? [186, 34] : [92, 72];
  cellNew(matrix, "rect", { class: "cell-shape", x: left, y: row.n - 17, width: wide, height: 34, rx: 2 });
  const formula = cellText(matrix, "cell-math", left + wide / 2, row.n + 4, "middle", "");
  /** @type {[string, number][]} text, and its dy */
  const pieces = before
    ? [
        ["U", 0],
        ["n", 3],
      ]
    : [
        ["U", 0],
        ["n", 3],
        [" · + b", -3],
        ["hn", 3],
      ];
  for (const [text, low] of pieces) {
    cellNew(formula, "tspan", low ? { dy: low, ...(low > 0 && { class: "cell-sub" }) } : {}, text);
  }
  cellShape(part("n", before ? 0 : 0.3), before ? col.gate : 222, row.n, before || !unit ? "each" : "times");
  const why = before ? "before_why" : unit ? "after_why" : "after_layer_why";
  cellText(svg, "cell-small cell-strong", 155, row.n + 38, "middle", word(before ? "cell_before" : "cell_after"));
  cellSymbol(svg, word(`cell_${why}`), 155, row.n + 53, "middle", quiet);

  const nodes = cellNodes(reset);
  for (const name of QUANTITIES) {
    const [phase, at, label, place, shape, ...hits] = nodes[name];
    const group = cellNew(svg, "g", { tabindex: 0, role: "button", "data-name": name }),
      [symbol, ...where] = label;
    cellNew(group, "title", {}, termOf[name]);
    const boxes = hits.map(([x, y, width, height]) =>
      cellNew(group, "rect", { class: "cell-hit", x, y, width, height, rx: 8 }),
    );
    if (shape?.[2] === "σ" || shape?.[2] === "tanh")
      cellNew(boxes[0], "title", {}, `${termOf[shape[2]]}\n${termOf[name]}`);
    if (shape) cellShape(group, shape[0], shape[1], !unit && shape[2] === "times" ? "each" : shape[2]);
    if (symbol) parts.previous.push(...cellSymbol(group, ...label));
    else cellText(group, quiet, ...where, word(`cell_${name}`));
    if (name === "z") cellText(group, quiet, 182, row.state + 66, "start", word("cell_keeps"));
    if (unit) number(group, { key: name, phase, at, cls: "cell-strong", decimals: 4 }, ...place, where[2]);
    parts.nodes.set(name, group);
    parts.veils.push({ group, phase, from: 0, base: "cell-part cell-node", name });
  }
  if (unit) number(svg, { key: "rest", phase: "z", at: 0.85, cls: "", decimals: 4 }, 243, row.z + 20, "middle");
  // the summands of a pre-activation, above its box
  /** @type {SumRow[]} */
  const lines = [
    ["x", "Wx", 0],
    ["h", "Uh", 13],
    ["b", "b", 26],
    ["total", "Σ", 42],
  ];
  /** @type {typeof lines} */
  const inner = [
    ["inner_h", "Uh", 0],
    ["inner_b", "b", 13],
    ["inner", "Σ", 29],
  ];
  /** @type {SumRow[]} */
  const outer = before ? lines : [lines[0], ["h", "r·Σ", 13], ...lines.slice(2)];
  /** @type {[CellSum["gate"], number, number, number, typeof lines][]} */
  const sums = unit
    ? [
        ["z", 80, 78, 0.4, lines],
        ["r", 80, 170, 0.4, lines],
        ["n", 288, 257, 0.55, outer],
      ]
    : [];
  if (unit && !before) sums.push(["n", 146, 253, 0.4, inner]);
  for (const [gate, x, y, at, rows] of sums) {
    const group = cellNew(svg, "g"),
      end = x + 67,
      rule = y + rows[rows.length - 1][2] - 12;
    cellNew(group, "line", { class: "cell-rule", x1: x, x2: end, y1: rule, y2: rule });
    const texts = rows.map(([key, label, down]) => {
      const line = cellNew(group, "g", { class: "cell-summand" });
      cellNew(line, "title", {}, termOf[key === "inner" ? key : label]);
      cellText(line, /[A-Zb]/.test(label[0]) ? `${quiet} cell-math cell-sum` : quiet, x, y + down, "start", label);
      return /** @type {[SumTerm, SVGTextElement]} */ ([key, cellText(line, "cell-small", end, y + down, "end", "")]);
    });
    parts.sums.push({ gate, group, at, texts });
  }
  for (const [key, x, y, length, way, phase, at] of cellStrips(mode, reset)) {
    const group = cellNew(svg, "g"),
      down = way === "down",
      [near, top] = down ? [x - 5, y] : [x, y - 5];
    const [width, height] = down ? [10, length] : [length, 10];
    cellNew(group, "rect", { class: "cell-frame", x: near, y: top, width, height, rx: 1.5 });
    parts.strips.push({ key, group, cells: cellNew(group, "g"), rects: [], left: near, top, down, length, phase, at });
    if (key === "units") parts.all.push(cellText(svg, quiet, x - 12, y + length / 2 + 4, "end", ""));
    if (key === "product")
      parts.previous.push(
        ...cellSymbol(part("n", 0.2), "r ⊙ h_prev", x + length / 2, y + 21, "middle", "cell-math cell-low"),
      );
  }
  const dots = Array.from({ length: 6 }, () => cellNew(svg, "circle", { class: "cell-dot cell-hide", r: 4 }));
  return { ...parts, wires, dots, caption: cellText(svg, quiet, 356, row.x + 19, "end", "") };
}

/**
 * Return the definitions of the diagram's symbols, by quantity, function or label of a summand.
 * @param {Words} words
 * @returns {Record<string, string>}
 */
function definitions(words) {
  const { x, z, r, n, h, keep, write } = words.terms;
  return {
    ...{ x, z, r, n, h, keep, write },
    hPrev: words.terms.h_prev,
    σ: words.terms.sigmoid,
    tanh: words.terms.tanh,
    Wx: words.terms.w_x,
    Uh: words.terms.u_h,
    b: words.terms.bias_term,
    "r·Σ": words.terms.gated_sum,
    Σ: words.terms.sum,
    inner: words.terms.inner_sum,
  };
}
