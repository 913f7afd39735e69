/* The cell diagram: one GRU step drawn as a circuit, its numbers (or whole vectors) on the wires.
   Three rows of boxes hang from two rails (h_{t-1} comes down, x_t comes up); along the top line the state is kept.
   A single coloured line carries one number, a double line carries a whole vector. */

const CELL_STYLE = `
.cell-svg { display: block; width: 100%; height: auto; max-width: 540px; margin-inline: auto;
  font-variant-numeric: tabular-nums; user-select: none; -webkit-user-select: none; }
.cell-svg * { pointer-events: none; }
.cell-svg text { fill: var(--ink, #1c2128); font-size: 12px; }
.cell-svg .cell-math, .cell-svg .cell-base, .cell-svg .cell-sub { font-style: italic;
  font-family: "STIX Two Text", "Cambria", "Georgia", "Times New Roman", serif; }
.cell-svg .cell-math { font-size: 16px; }
.cell-svg .cell-upright { font-style: normal; font-size: 15px; }
.cell-svg .cell-low, .cell-svg .cell-sum, .cell-svg .cell-small .cell-base { font-size: 13px; }
.cell-svg .cell-small, .cell-svg .cell-sub { font-size: 11px; }
.cell-svg .cell-quiet { fill: var(--muted, #66707c); }
.cell-svg .cell-strong { font-weight: 600; }
.cell-svg .cell-hide { opacity: 0; }
.cell-svg .cell-none { display: none; }
.cell-rule { stroke: var(--muted, #66707c); stroke-width: 0.8; }
.cell-patch { stroke: var(--surface, #fff); stroke-width: 10; }
.cell-ghost { fill: none; stroke: var(--line, #d6dbe1); stroke-width: 2; stroke-linejoin: round; }
.cell-casing { fill: none; stroke: var(--muted, #66707c); stroke-linejoin: round; }
.cell-core { fill: none; stroke-linejoin: round; }
.cell-core.cell-double { stroke: var(--surface, #fff); }
.cell-core.cell-plain { stroke: var(--muted, #66707c); }
.cell-core.cell-plain, .cell-casing.cell-plain { opacity: 0.35; }
.cell-tip { stroke: var(--muted, #66707c); stroke-width: 1; stroke-linejoin: round; }
.cell-tip.cell-double, .cell-tip.cell-plain, .cell-joint { fill: var(--muted, #66707c); }
.cell-casing.cell-now, .cell-tip.cell-now { stroke: var(--accent, #1f7a8c); }
.cell-tip.cell-now:is(.cell-double, .cell-plain) { fill: var(--accent, #1f7a8c); }
.cell-dot { fill: var(--accent, #1f7a8c); stroke: var(--surface, #fff); stroke-width: 1.4; }
.cell-panel { fill: var(--accent, #1f7a8c); fill-opacity: 0.07; stroke: var(--accent, #1f7a8c); stroke-opacity: 0.35; }
.cell-frame { fill: var(--surface, #fff); stroke: var(--muted, #66707c); stroke-width: 1.6; }
.cell-shape { fill: var(--surface, #fff); stroke: var(--ink, #1c2128); stroke-width: 1.4; }
.cell-sign { fill: none; stroke: var(--ink, #1c2128); stroke-width: 1.6; stroke-linecap: round; }
.cell-point { fill: var(--ink, #1c2128); }
.cell-part { transition: opacity 120ms; }
.cell-part.cell-todo { opacity: 0.32; }
.cell-now .cell-shape, .cell-chosen .cell-shape { stroke: var(--accent, #1f7a8c); stroke-width: 2.3; }
.cell-node { outline: none; }
.cell-svg .cell-hit { fill: var(--accent, #1f7a8c); fill-opacity: 0; pointer-events: all; cursor: pointer; }
.cell-node:hover .cell-hit { fill-opacity: 0.08; }
.cell-node.cell-chosen .cell-hit { fill-opacity: 0.15; }
.cell-node:focus-visible .cell-hit { stroke: var(--accent, #1f7a8c); stroke-width: 2; }
@media (prefers-reduced-motion: reduce) { .cell-part { transition: none; } }
`;

const CELL_ROW = { state: 46, z: 142, r: 232, n: 318, x: 394 };   // heights of the five horizontal lines
const CELL_COL = { x: 52, h: 72, gate: 118, z: 170, minus: 207, end: 280 };
const CELL_MOST = 48;                                             // cells a strip has room for
const CELL_ORDER = ["read", "r", "n", "z", "h"];                  // the order of computation
const CELL_WORD = { hPrev: "h_prev" };                            // words' keys are lower case
const CELL_PALETTE = { rest: "z", inner: "n", gated: "n", product: "hPrev" };

/** An SVG element with attributes, appended to `parent`. */
function cellNew(parent, tag, attributes = {}, text = null) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const name in attributes) made.setAttribute(name, attributes[name]);
  if (text !== null) made.textContent = text;
  parent.append(made);
  return made;
}

function cellText(parent, cls, x, y, anchor, text) {
  return cellNew(parent, "text", { class: cls, x, y, "text-anchor": anchor }, text);
}

/** Set an attribute only where it changed: the document is asked nothing. */
function cellSet(made, name, value) {
  const held = made.cellHeld ?? (made.cellHeld = {});
  if (held[name] === value) return;
  held[name] = value;
  made.setAttribute(name, value);
}

function cellSay(made, text) {
  if (made.cellText !== text) made.textContent = made.cellText = text;
}

/** A number in about six characters: decimals give way to whole digits, very large and infinite ones stay short. */
function cellNumber(value, decimals) {
  if (value === null || value === undefined) return "";
  if (Number.isNaN(value)) return "NaN";
  const size = Math.abs(value);
  const places = size < 9.99995 ? decimals : Math.max(0, decimals - Math.floor(Math.log10(size)));
  const finite = size < 99999.5 ? size.toFixed(places) : size.toExponential(1).replace("e+", "e");
  const text = size === Infinity ? "∞" : finite;
  return value < 0 && /[1-9∞]/.test(text) ? "−" + text : text;
}

/** Widths of letters at 11 px, estimated: a layout at every frame would cost more than the drawing. */
function cellWide(letter) {
  return letter > "\u2e7f" ? 11 : /[A-ZMWmw@%]/.test(letter) ? 8.6 : 5.8;
}

/** Text cut to a width. */
function cellClip(text, width) {
  const letters = [...text];
  let used = 0;
  const cut = letters.findIndex((letter) => (used += cellWide(letter)) > width);
  return cut < 0 ? text : letters.slice(0, Math.max(1, cut - 1)).join("").trimEnd() + "…";
}

/** A polyline with rounded corners as path data, its last `cut` pixels left to the arrowhead. */
function cellPath(points, cut) {
  const all = points.map((p) => [...p]), end = all.length - 1;
  all[end] = cellToward(all[end], all[end - 1], cut);
  let path = `M${all[0]}`;
  for (let k = 1; k < end; k++) {
    const [before, corner, after] = [all[k - 1], all[k], all[k + 1]];
    path += `L${cellToward(corner, before, 9)}Q${corner} ${cellToward(corner, after, 9)}`;
  }
  return path + `L${all[end]}`;
}

/** A step of length `by` from one point toward another, never past `most` of the way. */
function cellToward(from, to, by, most = 0.5) {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]) || 1, part = Math.min(by / length, most);
  return [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part];
}

/** The direction in which a polyline arrives. */
function cellHeading(points) {
  const [a, b] = points.slice(-2), length = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1;
  return [(b[0] - a[0]) / length, (b[1] - a[1]) / length];
}

/** The place at a fraction of a polyline's length. */
function cellAlong(points, fraction) {
  const lengths = points.slice(1).map(([x, y], k) => Math.hypot(x - points[k][0], y - points[k][1]));
  let left = fraction * lengths.reduce((a, b) => a + b), k = 0;
  while (k < lengths.length - 1 && left > lengths[k]) left -= lengths[k++];
  return cellToward(points[k], points[k + 1], left, 1);
}

/** Means of neighbouring units, at most CELL_MOST of them; `by` multiplies unit for unit first. */
function cellPool(values, by = null) {
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

/** Every wire: what it carries, its phase of slow motion and the part of it that draws the wire, corners, ending. */
function cellWires(mode, reset) {
  const { state, z, r, n, x } = CELL_ROW, { x: xs, h: hs, gate, z: zs, minus, end } = CELL_COL;
  const own = mode === "unit" && reset === "after" ? "r" : "all r";
  const first = reset === "before" ? gate - 11 : 92;
  const gating = reset === "before" ? [
    [own, "r", 0.6, 1, [[gate, r + 17], [gate, n - 11]]],
    ["product", "n", 0.2, 0.4, [[gate + 11, n], [186, n]]],
    ["gated", "n", 0.4, 0.55, [[220, n], [end - 22, n]]],
  ] : [
    [own, "r", 0.6, 1, [[136, r], [222, r], [222, n - 11]]],
    ["inner", "n", 0.2, 0.4, [[164, n], [211, n]]],
    ["gated", "n", 0.4, 0.55, [[233, n], [end - 22, n]]],
  ];
  return [
    ["hPrev", "read", 0, 0.35, [[4, state], [hs, state]], "open"],
    ["units", "read", 0.35, 1, [[hs, state], [hs, r - 8]], "open"],
    ["x", "read", 0, 0.35, [[4, x], [xs, x]], "open"],
    ["x", "read", 0.35, 1, [[xs, x], [xs, r + 8]], "open"],
    ["units", "r", 0, 0.4, [[hs, r - 8], [100, r - 8]]],
    ["x", "r", 0, 0.15, [[xs, r + 8], [64, r + 8]], "open"],
    ["x", "r", 0.15, 0.4, [[64, r + 8], [100, r + 8]], "over"],
    ["x", "z", 0, 0.3, [[xs, r + 8], [xs, z + 8], [64, z + 8]], "open"],
    ["x", "z", 0.3, 0.4, [[64, z + 8], [100, z + 8]], "over"],
    ["units", "z", 0, 0.4, [[hs, z - 8], [100, z - 8]]],
    ["z", "z", 0.55, 0.7, [[136, z], [zs, z]], "open"],
    ["z", "z", 0.7, 1, [[zs, z], [zs, state + 11]]],
    ["z", "z", 0.7, 0.8, [[zs, z], [minus - 12, z]]],
    ["rest", "z", 0.85, 1, [[minus + 12, z], [end - 11, z]]],
    ["x", "n", 0, 0.55, [[xs, x], [end, x], [end, n + 17]]],
    ["n", "n", 0.75, 1, [[end, n - 17], [end, z + 11]]],
    ["hPrev", "h", 0, 0.35, [[hs, state], [zs - 11, state]]],
    ["keep", "h", 0.4, 0.7, [[zs + 11, state], [end - 11, state]]],
    ["write", "h", 0.4, 0.7, [[end, z - 11], [end, state + 11]]],
    ["h", "h", 0.8, 1, [[end + 11, state], [356, state]]],
    ["units", "n", 0, 0.2, [[hs, r - 8], [hs, n], [first, n]]], ...gating,
  ].map(([carry, phase, from, to, points, ending = "arrow"]) => ({ carry, phase, from, to, points, ending }));
}

/** Strips of colour cells: [vector, x, y of the middle of the near end, length, across or down, phase, shown from]. */
function cellStrips(mode, reset) {
  const { state, z, r, n, x } = CELL_ROW, { h: hs, gate, z: zs, end } = CELL_COL, high = state + 27;
  const gates = reset === "before" ? ["r", gate, r + 22, 38, "down", "r", 1] : ["r", 148, r, 44, "across", "r", 1];
  const product = reset === "before" ? [["product", 133, n, 40, "across", "n", 0.4]] : [];
  const input = ["x", 8, x, 36, "across", "read", 0.3], units = ["units", hs, high, 44, "down", "read", 0.6];
  if (mode === "unit") return [units, input, ...product, ...(reset === "before" ? [gates] : [])];
  return [
    ["hPrev", 14, state, 44, "across", "read", 0.3], input, gates, ["z", zs, high, 44, "down", "z", 1],
    ["rest", 222, z, 36, "across", "z", 1], ["n", end, 205, 44, "down", "n", 1],
    ["keep", 198, state, 44, "across", "h", 0.7], ["write", end, high, 44, "down", "h", 0.7],
    ["h", 297, state, 44, "across", "h", 1], ...product,
  ];
}

/** What can be picked: [phase, when the number is known, name and its place, number's place, shape, places to hit]. */
function cellNodes(reset) {
  const { state, z, r, n, x } = CELL_ROW, { gate, z: zs, end } = CELL_COL;
  const over = state - 12, under = state + 21, side = end + 12;
  const before = reset === "before", [rx, ry] = before ? [130, r + 46] : [146, r - 10];
  return {
    x: ["read", 0.3, ["x_t", 26, x - 11, "middle"], [33, x + 19], null, [2, x - 29, 62, 54]],
    hPrev: ["read", 0.3, ["h_prev", 33, over, "middle"], [33, under], null, [2, state - 29, 62, 55]],
    r: ["r", 0.55, ["r", rx, ry, "start"], [rx + 11, ry], [gate, r, "σ"], [gate - 21, r - 20, 42, 40],
      before ? [105, r + 23, 84, 34] : [140, r - 25, 70, 36]],
    z: ["z", 0.55, ["z", 182, state + 49, "start"], [193, state + 49], [gate, z, "σ"], [gate - 21, z - 20, 42, 40],
      [157, state + 29, 101, 46]],
    n: ["n", 0.75, ["n", side, 223, "start"], [side, 240], [end, n, "tanh"], [end - 25, n - 20, 50, 40],
      [end - 14, 201, 92, 52]],
    keep: ["h", 0.4, ["", 220, over, "middle"], [220, under], [zs, state, "times"], [156, state - 29, 102, 55]],
    write: ["h", 0.4, ["", side, 93, "start"], [side, 109], [end, z, "times"], [end - 14, state + 29, 92, 81]],
    h: ["h", 0.8, ["h_t", 324, over, "middle"], [324, under], [end, state, "plus"], [end - 14, state - 29, 92, 55]],
  };
}

/** A box or an operator in a circle: × and + for single numbers, ⊙ for vectors. */
function cellShape(parent, x, y, kind) {
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
function cellSymbol(parent, written, x, y, anchor, cls = "cell-math") {
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
function cellLay(svg, wires) {
  for (const over of [false, true]) {
    const [ghosts, casings, cores] = [0, 1, 2].map(() => cellNew(svg, "g"));
    for (const wire of wires.filter((wire) => (wire.ending === "over") === over)) {
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
function cellBuild(svg, mode, reset, word) {
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
    const group = cellNew(svg, "g"), down = way === "down", [left, top] = down ? [x - 5, y] : [x, y - 5];
    const [width, height] = down ? [10, length] : [length, 10];
    cellNew(group, "rect", { class: "cell-frame", x: left, y: top, width, height, rx: 1.5 });
    parts.strips.push({ key, group, cells: cellNew(group, "g"), rects: [], left, top, down, length, phase, at });
    if (key === "units") cellText(svg, quiet, x - 12, y + length / 2 + 4, "end", word("cell_all"));
    const under = [x + length / 2, y + 21, "middle", "cell-math cell-low"];
    if (key === "product") parts.previous.push(cellSymbol(part("n", 0.2), "r ⊙ h_prev", ...under));
  }
  parts.dots = Array.from({ length: 6 }, () => cellNew(svg, "circle", { class: "cell-dot cell-hide", r: 4 }));
  parts.caption = cellText(svg, quiet, 356, row.x + 19, "end", "");
  return parts;
}

/** The diagram inside `host`, with the words `w` (read as w.cell_...); returns {update, setWords}. */
function createCell(host, w) {
  let words = w, parts = null, built = "", last = null;
  const word = (key) => words[key] ?? "";
  const fill = (key, values) => word(key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

  const pick = (event) => {
    const node = event.target.closest?.(".cell-node");
    if (!node || (event.type === "keydown" && event.key !== "Enter" && event.key !== " ")) return;
    if (event.type === "keydown") event.preventDefault();   // the space bar would scroll, and play
    event.stopPropagation();
    last?.onPick?.(node.dataset.name);
  };
  const svg = cellNew(host, "svg", { class: "cell-svg", role: "group", viewBox: "0 0 360 420" });
  svg.addEventListener("click", pick);
  svg.addEventListener("keydown", pick);

  /** Draw anew; what had the focus keeps it. */
  function build(state) {
    const held = svg.getRootNode().activeElement, focused = svg.contains(held) ? held.dataset.name : null;
    svg.replaceChildren();
    parts = cellBuild(svg, state.mode, state.reset, word);
    parts.nodes[focused]?.focus({ preventScroll: true });
    built = `${state.mode} ${state.reset}`;
  }

  /** How far slow motion has come with something: 0 not begun, 1 done; without slow motion everything is done. */
  function reach(state, phase, from, to) {
    if (!state.phase) return 1;
    const ahead = CELL_ORDER.indexOf(phase) - CELL_ORDER.indexOf(state.phase.name);
    if (ahead || state.reduced) return ahead > 0 ? 0 : 1;
    return Math.max(0, Math.min(1, (state.phase.progress - from) / (to - from)));
  }

  /** Whether slow motion has come to a moment of a phase. */
  function known(state, phase, at) {
    return reach(state, phase, at - 1e-3, at) === 1;
  }

  /** The one number a wire carries: undefined for a vector, null for a number not known yet. */
  function carried(state, key) {
    const { numbers, sums } = state;
    if (state.mode === "layer" || key === "units" || key === "all r" || key === "product") return undefined;
    if (key === "x") return numbers.x === null ? undefined : numbers.x;
    if (key === "rest") return numbers.z === null ? null : 1 - numbers.z;
    if (key === "inner") return sums?.n?.inner ?? null;
    if (key === "gated") return sums?.n?.h ?? null;
    return numbers[key];
  }

  function drawWires(state) {
    let dots = 0;
    for (const wire of parts.wires) {
      const done = reach(state, wire.phase, wire.from, wire.to), now = state.phase?.name === wire.phase;
      const value = carried(state, wire.carry);
      const kind = value === undefined ? " cell-double" : value === null ? " cell-plain" : "";
      const cls = `${kind}${now ? " cell-now" : ""}${done > 0 ? "" : " cell-none"}`;
      const size = Number.isFinite(value) ? Math.min(1, Math.abs(value)) : 0;
      const [width, about] = value === undefined ? [4.2, 2] : value === null ? [1.6, 1.5] : [1.4 + 4.4 * size, 1.5];
      cellSet(wire.casing, "class", "cell-casing" + cls);
      cellSet(wire.core, "class", "cell-core" + cls);
      cellSet(wire.casing, "stroke-width", (width + about).toFixed(2));
      cellSet(wire.core, "stroke-width", width.toFixed(2));
      for (const line of [wire.casing, wire.core]) {
        cellSet(line, "stroke-dasharray", done < 1 ? `${done.toFixed(3)} 2` : "none");
      }
      if (wire.head) cellSet(wire.head, "class", `cell-tip${cls}${done < 1 ? " cell-none" : ""}`);
      if (!kind) {
        const sum = wire.carry === "inner" || wire.carry === "gated", palette = CELL_PALETTE[wire.carry] ?? wire.carry;
        const colour = state.colour(palette, sum ? Math.max(-1, Math.min(1, value)) : value);
        cellSet(wire.core, "stroke", colour);
        if (wire.head) cellSet(wire.head, "fill", colour);
      }
      if (done === 0 || done === 1 || dots === parts.dots.length) continue;
      const [x, y] = cellAlong(wire.points, done), dot = parts.dots[dots++];
      cellSet(dot, "transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
      cellSet(dot, "class", "cell-dot");
    }
    for (; dots < parts.dots.length; dots++) cellSet(parts.dots[dots], "class", "cell-dot cell-hide");
  }

  function drawStrips(state) {
    for (const strip of parts.strips) {
      const done = known(state, strip.phase, strip.at), now = state.phase?.name === strip.phase;
      const single = strip.key === "x" && state.mode === "unit" && state.numbers.x !== null;
      cellSet(strip.group, "class", single ? "cell-none" : done || now ? "cell-part" : "cell-part cell-todo");
      cellSet(strip.cells, "class", done ? "" : "cell-hide");
      if (single || !done) continue;
      const source = strip.key === "units" ? "hPrev" : strip.key === "rest" ? "z" : strip.key;
      const { hPrev, r, [source]: own } = state.vectors;
      const cells = strip.key === "product" ? cellPool(hPrev, r) : cellPool(own);
      if (cells.length !== strip.rects.length) fit(strip, cells.length);
      for (let k = 0; k < cells.length; k++) {
        const value = strip.key === "rest" ? 1 - cells[k] : cells[k];
        cellSet(strip.rects[k], "fill", state.colour(CELL_PALETTE[source] ?? source, value));
      }
    }
  }

  /** As many rectangles as there are cells, each a hair too long so that no seam shows. */
  function fit(strip, count) {
    const each = strip.length / count;
    strip.cells.replaceChildren();
    strip.rects = Array.from({ length: count }, (_, k) => {
      const long = k < count - 1 ? each + 0.3 : each;
      return cellNew(strip.cells, "rect", strip.down
        ? { x: strip.left, y: strip.top + k * each, width: 10, height: long }
        : { x: strip.left + k * each, y: strip.top, width: long, height: 10 });
    });
  }

  function drawNumbers(state) {
    const about = state.approximate ? "≈" : "";
    for (const { key, text, phase, at, cls, decimals } of parts.numbers) {
      const value = carried(state, key), shown = cellNumber(value, decimals);
      cellSay(text, shown && about + shown);
      const hidden = known(state, phase, at) ? "" : " cell-hide";
      cellSet(text, "class", cls + (Number.isNaN(value) ? " cell-quiet" : "") + hidden);
    }
    for (const { gate, group, at, texts } of parts.sums) {
      const sum = state.sums?.[gate];
      cellSet(group, "class", sum && known(state, gate, at) ? "" : "cell-hide");
      if (sum) for (const [key, text] of texts) cellSay(text, cellNumber(sum[key], 3));
    }
  }

  function drawNodes(state) {
    const about = state.approximate ? "≈" : "";
    for (const { group, phase, from, base, name } of parts.veils) {
      const veil = !known(state, phase, from) ? " cell-todo" : state.phase?.name === phase ? " cell-now" : "";
      cellSet(group, "class", base + veil + (name && name === state.gate ? " cell-chosen" : ""));
      if (!name) continue;
      const value = carried(state, name), said = word(`cell_name_${CELL_WORD[name] ?? name}`);
      cellSet(group, "aria-label", value === undefined
        ? fill("cell_vector", { name: said, count: state.vectors[name].length })
        : `${said}: ${about}${cellNumber(value, 4)}`);
    }
    for (const low of parts.previous) cellSay(low, state.reverse ? "t+1" : "t−1");
  }

  function drawCaption(state) {
    const unit = state.mode === "unit" ? state.unitName : word("cell_all");
    const more = [state.reverse && word("cell_reverse"), state.below && word("cell_below")].filter(Boolean);
    const rest = ["", fill("cell_step", { t: state.t }), ...more].join(" · ");
    const taken = [...rest].reduce((sum, letter) => sum + cellWide(letter), 0);
    cellSay(parts.caption, cellClip(String(unit), 284 - taken) + rest);
    cellSet(svg, "aria-label", `${word("cell_title")} · ${unit}${rest}`);
  }

  /** Draw a state; called at every frame, it touches only what changed. */
  function update(state) {
    last = state;
    if (built !== `${state.mode} ${state.reset}`) build(state);
    for (const draw of [drawWires, drawStrips, drawNumbers, drawNodes, drawCaption]) draw(state);
  }

  /** Change the language in place. */
  function setWords(changed) {
    words = changed;
    built = "";
    if (last) update(last);
  }

  return { update, setWords };
}
