// Layout of the cell diagram: positions of rails, boxes, wires and strips, and the phase that draws each of them.

/** @import { Gate, PhaseName, Reset } from "../data/scene_types.js" */

/** @typedef {[number, number]} DiagramPoint  x, y in units of the viewBox */
/** @typedef {Gate | "x" | "hPrev" | "keep" | "write"} Quantity  numbers that can be clicked */
/**
 * Values of a wire or a strip. units: the previous state of all units; rest: 1 - z; inner: the candidate's sum over
 * states before r acts; gated: the same after r; product: r times the previous state; all r: r of all units.
 * @typedef {Quantity | "units" | "rest" | "inner" | "gated" | "product" | "all r"} Carried
 */
/** @typedef {"open" | "arrow" | "over"} Ending  over: an arrow that crosses another wire */
/** @typedef {{carry: Carried, phase: PhaseName, from: number, to: number, points: DiagramPoint[], ending: Ending}} Route */
/** @typedef {[Carried, number, number, number, "across" | "down", PhaseName, number]} StripRow */
/** @typedef {"start" | "middle" | "end"} Anchor */
/** @typedef {"σ" | "tanh" | "times" | "plus" | "each"} Shape  each: unit by unit */
/** @typedef {[number, number, number, number]} Box  x, y, width, height */
/** @typedef {[PhaseName, number, [string, number, number, Anchor], DiagramPoint, [number, number, Shape] | null, ...Box[]]} NodeRow */

/** @type {Quantity[]} In tab order. */
export const QUANTITIES = ["x", "hPrev", "r", "z", "n", "keep", "write", "h"];

export const CELL_ROW = { state: 46, z: 142, r: 232, n: 318, x: 394 }; // heights of the five horizontal lines
export const CELL_COL = { x: 52, h: 72, gate: 118, z: 170, minus: 207, end: 280 };
export const CELL_MOST = 48; // cells of a strip
/** @type {PhaseName[]} */
export const CELL_ORDER = ["read", "r", "n", "z", "h"]; // the order of computation
/** @type {Partial<Record<Quantity, string>>} */
export const CELL_WORD = { hPrev: "h_prev" }; // keys of words are lower case
const CELL_SOURCE = /** @type {const} */ ({
  rest: "z",
  inner: "n",
  gated: "n",
  product: "hPrev",
  units: "hPrev",
  "all r": "r",
});

/**
 * Return the quantity whose palette colours a value.
 * @param {Carried} value
 * @returns {Quantity}
 */
export function cellSource(value) {
  switch (value) {
    case "rest":
    case "inner":
    case "gated":
    case "product":
    case "units":
    case "all r":
      return CELL_SOURCE[value];
    default:
      return value;
  }
}

/**
 * Return path data of a polyline with rounded corners, shortened by `trim` for the arrowhead.
 * @param {DiagramPoint[]} points
 * @param {number} trim
 */
export function cellPath(points, trim) {
  const all = [...points],
    end = all.length - 1;
  all[end] = cellToward(all[end], all[end - 1], trim);
  let path = `M${all[0]}`;
  for (let k = 1; k < end; k++) {
    const [before, corner, after] = [all[k - 1], all[k], all[k + 1]];
    path += `L${cellToward(corner, before, 9)}Q${corner} ${cellToward(corner, after, 9)}`;
  }
  return path + `L${all[end]}`;
}

/**
 * Return the point at distance `by` from one point toward another, at most at the fraction `most` of the way.
 * @param {DiagramPoint} from
 * @param {DiagramPoint} to
 * @param {number} by
 * @param {number} [most]
 * @returns {DiagramPoint}
 */
function cellToward(from, to, by, most = 0.5) {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]) || 1,
    part = Math.min(by / length, most);
  return [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part];
}

/**
 * Return the direction of a polyline's last segment.
 * @param {DiagramPoint[]} points
 * @returns {DiagramPoint}
 */
export function cellHeading(points) {
  const [a, b] = points.slice(-2),
    length = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1;
  return [(b[0] - a[0]) / length, (b[1] - a[1]) / length];
}

/**
 * Return the point at a fraction of a polyline's length.
 * @param {DiagramPoint[]} points
 * @param {number} fraction
 * @returns {DiagramPoint}
 */
export function cellAlong(points, fraction) {
  const lengths = points.slice(1).map(([x, y], k) => Math.hypot(x - points[k][0], y - points[k][1]));
  let rest = fraction * lengths.reduce((a, b) => a + b),
    k = 0;
  while (k < lengths.length - 1 && rest > lengths[k]) rest -= lengths[k++];
  return cellToward(points[k], points[k + 1], rest, 1);
}

/**
 * Return a wire.
 * @param {Carried} carry
 * @param {PhaseName} phase  of slow motion
 * @param {number} from  point of the phase at which its drawing starts
 * @param {number} to  and ends
 * @param {Ending} ending
 * @param {...number} corners  x, y, x, y, ...
 * @returns {Route}
 */
function route(carry, phase, from, to, ending, ...corners) {
  /** @type {DiagramPoint[]} */
  const points = [];
  for (let k = 0; k < corners.length; k += 2) points.push([corners[k], corners[k + 1]]);
  return { carry, phase, from, to, points, ending };
}

/**
 * Return every wire.
 * @param {"unit" | "layer"} mode
 * @param {Reset} reset
 * @returns {Route[]}
 */
export function cellWires(mode, reset) {
  const { state, z, r, n, x } = CELL_ROW,
    { x: xs, h: hs, gate, z: zs, minus, end } = CELL_COL;
  const own = mode === "unit" && reset === "after" ? "r" : "all r";
  const first = reset === "before" ? gate - 11 : 92;
  const gating =
    reset === "before"
      ? [
          route(own, "r", 0.6, 1, "arrow", gate, r + 17, gate, n - 11),
          route("product", "n", 0.2, 0.4, "arrow", gate + 11, n, 186, n),
          route("gated", "n", 0.4, 0.55, "arrow", 220, n, end - 22, n),
        ]
      : [
          route(own, "r", 0.6, 1, "arrow", 136, r, 222, r, 222, n - 11),
          route("inner", "n", 0.2, 0.4, "arrow", 164, n, 211, n),
          route("gated", "n", 0.4, 0.55, "arrow", 233, n, end - 22, n),
        ];
  return [
    route("hPrev", "read", 0, 0.35, "open", 4, state, hs, state),
    route("units", "read", 0.35, 1, "open", hs, state, hs, r - 8),
    route("x", "read", 0, 0.35, "open", 4, x, xs, x),
    route("x", "read", 0.35, 1, "open", xs, x, xs, r + 8),
    route("units", "r", 0, 0.4, "arrow", hs, r - 8, 100, r - 8),
    route("x", "r", 0, 0.15, "open", xs, r + 8, 64, r + 8),
    route("x", "r", 0.15, 0.4, "over", 64, r + 8, 100, r + 8),
    route("x", "z", 0, 0.3, "open", xs, r + 8, xs, z + 8, 64, z + 8),
    route("x", "z", 0.3, 0.4, "over", 64, z + 8, 100, z + 8),
    route("units", "z", 0, 0.4, "arrow", hs, z - 8, 100, z - 8),
    route("z", "z", 0.55, 0.7, "open", 136, z, zs, z),
    route("z", "z", 0.7, 1, "arrow", zs, z, zs, state + 11),
    route("z", "z", 0.7, 0.8, "arrow", zs, z, minus - 12, z),
    route("rest", "z", 0.85, 1, "arrow", minus + 12, z, end - 11, z),
    route("x", "n", 0, 0.55, "arrow", xs, x, end, x, end, n + 17),
    route("n", "n", 0.75, 1, "arrow", end, n - 17, end, z + 11),
    route("hPrev", "h", 0, 0.35, "arrow", hs, state, zs - 11, state),
    route("keep", "h", 0.4, 0.7, "arrow", zs + 11, state, end - 11, state),
    route("write", "h", 0.4, 0.7, "arrow", end, z - 11, end, state + 11),
    route("h", "h", 0.8, 1, "arrow", end + 11, state, 356, state),
    route("units", "n", 0, 0.2, "arrow", hs, r - 8, hs, n, first, n),
    ...gating,
  ];
}

/**
 * Return the strips of colour cells: [vector, x, y of the middle of the near end, length, direction, phase, point of the
 * phase when it appears].
 * @param {"unit" | "layer"} mode
 * @param {Reset} reset
 * @returns {StripRow[]}
 */
export function cellStrips(mode, reset) {
  const { state, z, r, n, x } = CELL_ROW,
    { h: hs, gate, z: zs, end } = CELL_COL,
    high = state + 27;
  /** @type {StripRow} */
  const gates = reset === "before" ? ["r", gate, r + 22, 38, "down", "r", 1] : ["r", 148, r, 44, "across", "r", 1];
  /** @type {StripRow[]} */
  const product = reset === "before" ? [["product", 133, n, 40, "across", "n", 0.4]] : [];
  /** @type {StripRow[]} */
  const [input, units] = [
    ["x", 8, x, 36, "across", "read", 0.3],
    ["units", hs, high, 44, "down", "read", 0.6],
  ];
  if (mode === "unit") return [units, input, ...product, ...(reset === "before" ? [gates] : [])];
  return [
    ["hPrev", 14, state, 44, "across", "read", 0.3],
    input,
    gates,
    ["z", zs, high, 44, "down", "z", 1],
    ["rest", 222, z, 36, "across", "z", 1],
    ["n", end, 205, 44, "down", "n", 1],
    ["keep", 198, state, 44, "across", "h", 0.7],
    ["write", end, high, 44, "down", "h", 0.7],
    ["h", 297, state, 44, "across", "h", 1],
    ...product,
  ];
}

/**
 * Return the numbers that can be clicked: [phase, point of the phase when it is known, name and its position, position of
 * the number, shape, hit boxes].
 * @param {Reset} reset
 * @returns {Record<Quantity, NodeRow>}
 */
export function cellNodes(reset) {
  const { state, z, r, n, x } = CELL_ROW,
    { gate, z: zs, end } = CELL_COL;
  const over = state - 12,
    under = state + 21,
    side = end + 12;
  const before = reset === "before",
    [rx, ry] = before ? [130, r + 46] : [153, r - 10];
  return {
    x: ["read", 0.3, ["x_t", 26, x - 11, "middle"], [33, x + 19], null, [2, x - 29, 62, 54]],
    hPrev: ["read", 0.3, ["h_prev", 33, over, "middle"], [33, under], null, [2, state - 29, 62, 55]],
    r: [
      "r",
      0.55,
      ["r", rx, ry, "start"],
      [rx + 11, ry],
      [gate, r, "σ"],
      [gate - 21, r - 20, 42, 40],
      before ? [105, r + 23, 84, 34] : [140, r - 25, 70, 36],
    ],
    z: [
      "z",
      0.55,
      ["z", 182, state + 49, "start"],
      [193, state + 49],
      [gate, z, "σ"],
      [gate - 21, z - 20, 42, 40],
      [157, state + 29, 101, 46],
    ],
    n: [
      "n",
      0.75,
      ["n", side, 223, "start"],
      [side, 240],
      [end, n, "tanh"],
      [end - 25, n - 20, 50, 40],
      [end - 14, 201, 92, 52],
    ],
    keep: ["h", 0.4, ["", 220, over, "middle"], [220, under], [zs, state, "times"], [156, state - 29, 102, 55]],
    write: ["h", 0.4, ["", side, 93, "start"], [side, 109], [end, z, "times"], [end - 14, state + 29, 92, 81]],
    h: ["h", 0.8, ["h_t", 324, over, "middle"], [324, under], [end, state, "plus"], [end - 14, state - 29, 92, 55]],
  };
}
