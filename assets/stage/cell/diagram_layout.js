// Where everything in the cell diagram stands: rails, boxes, wires, strips, and which phase of a step draws it.

/** @import { Gate, PhaseName, Reset } from "../data/scene_types.js" */

/** @typedef {[number, number]} DiagramPoint  in the drawing's own units */
/** @typedef {Gate | "x" | "hPrev" | "keep" | "write"} Quantity  what can be picked: each has a number of its own */
/**
 * What a wire or a strip carries. units: the previous state of all units; rest: 1 - z; inner: the candidate's sum over
 * states before r acts, gated: after it; product: r times the previous state; all r: r of all units.
 * @typedef {Quantity | "units" | "rest" | "inner" | "gated" | "product" | "all r"} Carried
 */
/** @typedef {"open" | "arrow" | "over"} Ending  over: an arrow that crosses another wire */
/** @typedef {{carry: Carried, phase: PhaseName, from: number, to: number, points: DiagramPoint[], ending: Ending}} Route */
/** @typedef {[Carried, PhaseName, number, number, DiagramPoint[], Ending?]} RouteRow */
/** @typedef {[Carried, number, number, number, "across" | "down", PhaseName, number]} StripRow */
/** @typedef {"start" | "middle" | "end"} Anchor */
/** @typedef {"σ" | "tanh" | "times" | "plus" | "each"} Shape  each: unit by unit */
/** @typedef {[number, number, number, number]} Box  x, y, width, height */
/** @typedef {[PhaseName, number, [string, number, number, Anchor], DiagramPoint, [number, number, Shape] | null, ...Box[]]} NodeRow */

/** @type {Quantity[]} In the order the keyboard goes through them. */
export const QUANTITIES = ["x", "hPrev", "r", "z", "n", "keep", "write", "h"];

export const CELL_ROW = { state: 46, z: 142, r: 232, n: 318, x: 394 }; // heights of the five horizontal lines
export const CELL_COL = { x: 52, h: 72, gate: 118, z: 170, minus: 207, end: 280 };
export const CELL_MOST = 48; // cells a strip has room for
/** @type {PhaseName[]} */
export const CELL_ORDER = ["read", "r", "n", "z", "h"]; // the order of computation
/** @type {Partial<Record<Quantity, string>>} */
export const CELL_WORD = { hPrev: "h_prev" }; // words' keys are lower case
const CELL_SOURCE = /** @type {const} */ ({
  rest: "z",
  inner: "n",
  gated: "n",
  product: "hPrev",
  units: "hPrev",
  "all r": "r",
});

/**
 * Whose colours it is drawn in.
 * @param {Carried} carried
 * @returns {Quantity}
 */
export function cellSource(carried) {
  switch (carried) {
    case "rest":
    case "inner":
    case "gated":
    case "product":
    case "units":
    case "all r":
      return CELL_SOURCE[carried];
    default:
      return carried;
  }
}

/**
 * A polyline with rounded corners as path data, its last `cut` pixels left to the arrowhead.
 * @param {DiagramPoint[]} points
 * @param {number} cut
 */
export function cellPath(points, cut) {
  const all = [...points],
    end = all.length - 1;
  all[end] = cellToward(all[end], all[end - 1], cut);
  let path = `M${all[0]}`;
  for (let k = 1; k < end; k++) {
    const [before, corner, after] = [all[k - 1], all[k], all[k + 1]];
    path += `L${cellToward(corner, before, 9)}Q${corner} ${cellToward(corner, after, 9)}`;
  }
  return path + `L${all[end]}`;
}

/**
 * A step of length `by` from one point toward another, never past `most` of the way.
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
 * The direction in which a polyline arrives.
 * @param {DiagramPoint[]} points
 * @returns {DiagramPoint}
 */
export function cellHeading(points) {
  const [a, b] = points.slice(-2),
    length = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1;
  return [(b[0] - a[0]) / length, (b[1] - a[1]) / length];
}

/**
 * The place at a fraction of a polyline's length.
 * @param {DiagramPoint[]} points
 * @param {number} fraction
 * @returns {DiagramPoint}
 */
export function cellAlong(points, fraction) {
  const lengths = points.slice(1).map(([x, y], k) => Math.hypot(x - points[k][0], y - points[k][1]));
  let left = fraction * lengths.reduce((a, b) => a + b),
    k = 0;
  while (k < lengths.length - 1 && left > lengths[k]) left -= lengths[k++];
  return cellToward(points[k], points[k + 1], left, 1);
}

/**
 * Every wire: what it carries, its phase of slow motion and the part of it that draws the wire, corners, ending.
 * @param {"unit" | "layer"} mode
 * @param {Reset} reset
 * @returns {Route[]}
 */
export function cellWires(mode, reset) {
  const { state, z, r, n, x } = CELL_ROW,
    { x: xs, h: hs, gate, z: zs, minus, end } = CELL_COL;
  const own = mode === "unit" && reset === "after" ? "r" : "all r";
  const first = reset === "before" ? gate - 11 : 92;
  /** @type {RouteRow[]} */
  const gating =
    reset === "before"
      ? [
          [
            own,
            "r",
            0.6,
            1,
            [
              [gate, r + 17],
              [gate, n - 11],
            ],
          ],
          [
            "product",
            "n",
            0.2,
            0.4,
            [
              [gate + 11, n],
              [186, n],
            ],
          ],
          [
            "gated",
            "n",
            0.4,
            0.55,
            [
              [220, n],
              [end - 22, n],
            ],
          ],
        ]
      : [
          [
            own,
            "r",
            0.6,
            1,
            [
              [136, r],
              [222, r],
              [222, n - 11],
            ],
          ],
          [
            "inner",
            "n",
            0.2,
            0.4,
            [
              [164, n],
              [211, n],
            ],
          ],
          [
            "gated",
            "n",
            0.4,
            0.55,
            [
              [233, n],
              [end - 22, n],
            ],
          ],
        ];
  /** @type {RouteRow[]} */
  const rows = [
    [
      "hPrev",
      "read",
      0,
      0.35,
      [
        [4, state],
        [hs, state],
      ],
      "open",
    ],
    [
      "units",
      "read",
      0.35,
      1,
      [
        [hs, state],
        [hs, r - 8],
      ],
      "open",
    ],
    [
      "x",
      "read",
      0,
      0.35,
      [
        [4, x],
        [xs, x],
      ],
      "open",
    ],
    [
      "x",
      "read",
      0.35,
      1,
      [
        [xs, x],
        [xs, r + 8],
      ],
      "open",
    ],
    [
      "units",
      "r",
      0,
      0.4,
      [
        [hs, r - 8],
        [100, r - 8],
      ],
    ],
    [
      "x",
      "r",
      0,
      0.15,
      [
        [xs, r + 8],
        [64, r + 8],
      ],
      "open",
    ],
    [
      "x",
      "r",
      0.15,
      0.4,
      [
        [64, r + 8],
        [100, r + 8],
      ],
      "over",
    ],
    [
      "x",
      "z",
      0,
      0.3,
      [
        [xs, r + 8],
        [xs, z + 8],
        [64, z + 8],
      ],
      "open",
    ],
    [
      "x",
      "z",
      0.3,
      0.4,
      [
        [64, z + 8],
        [100, z + 8],
      ],
      "over",
    ],
    [
      "units",
      "z",
      0,
      0.4,
      [
        [hs, z - 8],
        [100, z - 8],
      ],
    ],
    [
      "z",
      "z",
      0.55,
      0.7,
      [
        [136, z],
        [zs, z],
      ],
      "open",
    ],
    [
      "z",
      "z",
      0.7,
      1,
      [
        [zs, z],
        [zs, state + 11],
      ],
    ],
    [
      "z",
      "z",
      0.7,
      0.8,
      [
        [zs, z],
        [minus - 12, z],
      ],
    ],
    [
      "rest",
      "z",
      0.85,
      1,
      [
        [minus + 12, z],
        [end - 11, z],
      ],
    ],
    [
      "x",
      "n",
      0,
      0.55,
      [
        [xs, x],
        [end, x],
        [end, n + 17],
      ],
    ],
    [
      "n",
      "n",
      0.75,
      1,
      [
        [end, n - 17],
        [end, z + 11],
      ],
    ],
    [
      "hPrev",
      "h",
      0,
      0.35,
      [
        [hs, state],
        [zs - 11, state],
      ],
    ],
    [
      "keep",
      "h",
      0.4,
      0.7,
      [
        [zs + 11, state],
        [end - 11, state],
      ],
    ],
    [
      "write",
      "h",
      0.4,
      0.7,
      [
        [end, z - 11],
        [end, state + 11],
      ],
    ],
    [
      "h",
      "h",
      0.8,
      1,
      [
        [end + 11, state],
        [356, state],
      ],
    ],
    [
      "units",
      "n",
      0,
      0.2,
      [
        [hs, r - 8],
        [hs, n],
        [first, n],
      ],
    ],
    ...gating,
  ];
  return rows.map(([carry, phase, from, to, points, ending = "arrow"]) => ({ carry, phase, from, to, points, ending }));
}

/**
 * Strips of colour cells: [vector, x, y of the middle of the near end, length, across or down, phase, shown from].
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
 * What can be picked: [phase, when the number is known, name and its place, number's place, shape, places to hit].
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
