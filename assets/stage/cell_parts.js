// @ts-nocheck  its types are still to be written
// What the cell diagram is made of: SVG elements, and the picture of one mode and reset placement built of them.

import { CELL_COL, CELL_MOST, CELL_ROW, cellHeading, cellNodes, cellPath, cellStrips, cellWires } from "./cell_layout.js";

/** An SVG element with attributes, appended to `parent`. */
export function cellNew(parent, tag, attributes = {}, text = null) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const name in attributes) made.setAttribute(name, attributes[name]);
  if (text !== null) made.textContent = text;
  parent.append(made);
  return made;
}

export function cellText(parent, cls, x, y, anchor, text) {
  return cellNew(parent, "text", { class: cls, x, y, "text-anchor": anchor }, text);
}

/** Set an attribute only where it changed: the document is asked nothing. */
export function cellSet(made, name, value) {
  const held = made.cellHeld ?? (made.cellHeld = {});
  if (held[name] === value) return;
  held[name] = value;
  made.setAttribute(name, value);
}

export function cellSay(made, text) {
  if (made.cellText !== text) made.textContent = made.cellText = text;
}

/** Widths of letters at 11 px, estimated: a layout at every frame would cost more than the drawing. */
export function cellWide(letter) {
  return letter > "\u2e7f" ? 11 : /[A-ZMWmw@%]/.test(letter) ? 8.6 : 5.8;
}

/** Text cut to a width. */
export function cellClip(text, width) {
  const letters = [...text];
  let used = 0;
  const cut = letters.findIndex((letter) => (used += cellWide(letter)) > width);
  return cut < 0 ? text : letters.slice(0, Math.max(1, cut - 1)).join("").trimEnd() + "…";
}

/** Means of neighbouring units, at most CELL_MOST of them; `by` multiplies unit for unit first. */
export function cellPool(values, by = null) {
  const units = by ? Math.min(values.length, by.length) : values.length, cells = Math.min(units, CELL_MOST);
  const pooled = new Array(cells);
  for (let k = 0; k < cells; k++) {
    const first = Math.floor((k * units) / cells), last = Math.floor(((k + 1) * units) / cells);
    let sum = 0;
    for (let i = first; i < last; i++) sum += by ? values[i] * by[i] : values[i];
    pooled[k] = sum / (last - first);
  }
  return pooled;
}

/** A box or an operator in a circle: × and + for single numbers, ⊙ for vectors. */
export function cellShape(parent, x, y, kind) {
  const half = { "σ": 18, tanh: 22 }[kind], drawn = { plus: "M-5 0h10M0 -5v10", times: "M-4 -4l8 8M4 -4l-8 8" }[kind];
  if (half) {
    cellNew(parent, "rect", { class: "cell-shape", x: x - half, y: y - 17, width: 2 * half, height: 34, rx: 9 });
    cellText(parent, `cell-math${kind === "σ" ? "" : " cell-upright"}`, x, y + 5, "middle", kind);
    return;
  }
  cellNew(parent, "circle", { class: "cell-shape", cx: x, cy: y, r: 11 });
  if (drawn) cellNew(parent, "path", { class: "cell-sign", d: drawn, transform: `translate(${x} ${y})` });
  else cellNew(parent, "circle", { class: "cell-point", cx: x, cy: y, r: 2.6 });
}

/** Text in which h_k is set as a symbol; returns the subscript of h_prev, which update() makes t−1 or t+1. */
export function cellSymbol(parent, written, x, y, anchor, cls = "cell-math") {
  const made = cellText(parent, cls, x, y, anchor, "");
  let previous = null, low = false;
  for (const piece of written.split(/([A-Za-z]_[a-z]+)/).filter(Boolean)) {
    const [base, sub] = /^[A-Za-z]_[a-z]+$/.test(piece) ? piece.split("_") : [piece];
    cellNew(made, "tspan", { ...(low && { dy: -4 }), ...(sub && { class: "cell-base" }) }, base);
    low = Boolean(sub);
    if (!sub) continue;
    const under = cellNew(made, "tspan", { class: "cell-sub", dy: 4 }, sub === "prev" ? "t−1" : sub);
    if (sub === "prev") previous = under;
  }
  return previous;
}

/** The wires of a picture. Casings lie below all cores, so that wires that meet open into each other. */
export function cellLay(svg, wires) {
  for (const over of [false, true]) {
    const [ghosts, casings, cores] = [0, 1, 2].map(() => cellNew(svg, "g"));
    for (const wire of wires.filter(({ ending }) => (ending === "over") === over)) {
      const open = wire.ending === "open", d = cellPath(wire.points, open ? 0 : 6), tip = wire.points.at(-1);
      if (over) cellNew(ghosts, "path", { class: "cell-patch", d: `M${CELL_COL.h - 7} ${tip[1]}h14` });
      cellNew(ghosts, "path", { class: "cell-ghost", d });
      wire.casing = cellNew(casings, "path", { d, pathLength: 1 });
      wire.core = cellNew(cores, "path", { d, pathLength: 1, "data-wire": wire.carry });
      if (open) continue;
      const [dx, dy] = cellHeading(wire.points), [x, y] = [tip[0] - 8 * dx, tip[1] - 8 * dy];
      wire.head = cellNew(cores, "path", { d: `M${tip}L${x - 5 * dy} ${y + 5 * dx}L${x + 5 * dy} ${y - 5 * dx}Z` });
    }
  }
  return wires;
}

/** Build the picture of one mode and reset placement; returns the elements that update() writes to. */
export function cellBuild(svg, mode, reset, word) {
  const unit = mode === "unit", before = reset === "before", col = CELL_COL, row = CELL_ROW;
  const parts = { strips: [], nodes: {}, numbers: [], veils: [], previous: [], sums: [] };
  const quiet = "cell-small cell-quiet";
  cellNew(svg, "rect", { class: "cell-panel", x: 61, y: 291, width: 188, height: 87, rx: 10 });
  parts.wires = cellLay(svg, cellWires(mode, reset));
  const part = (phase, from = 0) => {
    const group = cellNew(svg, "g");
    parts.veils.push({ group, phase, from, base: "cell-part" });
    return group;
  };
  const number = (parent, key, x, y, anchor, phase, at, cls = "", decimals = 4) => parts.numbers.push(
    { key, text: cellText(parent, cls, x, y, anchor, ""), phase, at, cls, decimals });
  const turning = part("z", 0.7);
  for (const [x, y] of [[col.h, row.state], [col.h, row.z - 8], [col.h, row.r - 8], [col.x, row.r + 8], [col.x, row.x],
    [col.z, row.z]]) cellNew(x === col.z ? turning : svg, "circle", { class: "cell-joint", cx: x, cy: y, r: 4.2 });

  cellNew(turning, "circle", { class: "cell-shape", cx: col.minus, cy: row.z, r: 12 });
  cellText(turning, "cell-math cell-upright", col.minus, row.z + 5, "middle", "1−");
  const matrix = part("n"), [left, wide] = before ? [186, 34] : [92, 72];
  cellNew(matrix, "rect", { class: "cell-shape", x: left, y: row.n - 17, width: wide, height: 34, rx: 2 });
  const written = cellText(matrix, "cell-math", left + wide / 2, row.n + 4, "middle", "");
  for (const [text, low] of before ? [["U"], ["n", 3]] : [["U"], ["n", 3], [" · + b", -3], ["hn", 3]]) {
    cellNew(written, "tspan", low ? { dy: low, ...(low > 0 && { class: "cell-sub" }) } : {}, text);
  }
  cellShape(part("n", before ? 0 : 0.3), before ? col.gate : 222, row.n, before || !unit ? "each" : "times");
  const why = before ? "before_why" : unit ? "after_why" : "after_layer_why";
  cellText(svg, "cell-small cell-strong", 155, row.n + 38, "middle", word(before ? "cell_before" : "cell_after"));
  cellSymbol(svg, word(`cell_${why}`), 155, row.n + 53, "middle", quiet);

  for (const [name, [phase, at, label, place, shape, ...hits]] of Object.entries(cellNodes(reset))) {
    const group = cellNew(svg, "g", { tabindex: 0, role: "button", "data-name": name }), [symbol, ...where] = label;
    for (const [x, y, width, height] of hits) cellNew(group, "rect", { class: "cell-hit", x, y, width, height, rx: 8 });
    if (shape) cellShape(group, shape[0], shape[1], !unit && shape[2] === "times" ? "each" : shape[2]);
    const previous = symbol ? cellSymbol(group, ...label) : cellText(group, quiet, ...where, word(`cell_${name}`));
    if (name === "hPrev") parts.previous.push(previous);
    if (name === "z") cellText(group, quiet, 182, row.state + 66, "start", word("cell_keeps"));
    if (unit) number(group, name, ...place, where[2], phase, at, "cell-strong");
    parts.nodes[name] = group;
    parts.veils.push({ group, phase, from: 0, base: "cell-part cell-node", name });
  }
  if (unit) number(svg, "rest", 243, row.z + 20, "middle", "z", 0.85);
  if (unit && !before) number(svg, "inner", 187, row.n - 8, "middle", "n", 0.4, "cell-small", 3);
  for (const [gate, x, y, at] of unit ? [["z", 93, 90, 0.4], ["r", 93, 180, 0.4], ["n", 307, 308, 0.55]] : []) {
    const group = cellNew(svg, "g");
    cellNew(group, "line", { class: "cell-rule", x1: x, x2: x + 50, y1: y + 17, y2: y + 17 });
    const texts = [["x", "x", 0], ["h", "h", 13], ["total", "Σ", 28]].map(([key, shown, down]) => {
      cellText(group, key === "total" ? quiet : `${quiet} cell-math cell-sum`, x, y + down, "start", shown);
      return [key, cellText(group, "cell-small", x + 50, y + down, "end", "")];
    });
    parts.sums.push({ gate, group, at, texts });
  }
  for (const [key, x, y, length, way, phase, at] of cellStrips(mode, reset)) {
    const group = cellNew(svg, "g"), down = way === "down", [near, top] = down ? [x - 5, y] : [x, y - 5];
    const [width, height] = down ? [10, length] : [length, 10];
    cellNew(group, "rect", { class: "cell-frame", x: near, y: top, width, height, rx: 1.5 });
    parts.strips.push({ key, group, cells: cellNew(group, "g"), rects: [], left: near, top, down, length, phase, at });
    if (key === "units") cellText(svg, quiet, x - 12, y + length / 2 + 4, "end", word("cell_all"));
    const under = [x + length / 2, y + 21, "middle", "cell-math cell-low"];
    if (key === "product") parts.previous.push(cellSymbol(part("n", 0.2), "r ⊙ h_prev", ...under));
  }
  parts.dots = Array.from({ length: 6 }, () => cellNew(svg, "circle", { class: "cell-dot cell-hide", r: 4 }));
  parts.caption = cellText(svg, quiet, 356, row.x + 19, "end", "");
  return parts;
}
