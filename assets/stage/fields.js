// The constants of the wire, and the shapes of what comes over it (gruviz/stage/scene.py, tiles.py and questions.py
// write them). A view's fields, its orders and statistics come from Python in each scene: they are not written here again.

/** @typedef {"z" | "r" | "n" | "h"} Gate */
/** @typedef {Gate | "x" | "y"} Panel  y: what the model's head says, where it has one */
/** @typedef {"mean" | "low" | "high"} Statistic */
/** @typedef {"light" | "dark"} Theme */
/** @typedef {"unit" | "layer" | "lines"} Diagram  what stands beside the panels: the cell of one unit or of all, or the unit's lines over time */
/** @typedef {"both" | "symbols" | "numbers"} Written  how the equations are */
/** @typedef {"before" | "after"} Reset  the reset gate acts before or after the matrix */

/** @type {readonly Gate[]} */
export const GATES = ["z", "r", "n", "h"];
/** @type {readonly Panel[]} The panels from the top. */
export const ROWS = ["x", ...GATES, "y"];
/** @type {readonly Panel[]} The panels in the order the keyboard goes through them. */
export const PANELS = [...GATES, "y", "x"];

/** @type {readonly Written[]} */
export const WRITTEN = ["symbols", "numbers", "both"];

/**
 * @param {unknown} name
 * @returns {name is Gate}
 */
export function isGate(name) {
  return GATES.some((gate) => gate === name);
}

/**
 * The words of one language: texts by name, and the tables among them.
 * @typedef {Record<string, string> & {gates: Record<Panel, string>, captions: Record<Panel, string>, short: Record<Panel, string>, hover: Record<Gate, string>,
 *   orders: Record<string, string>, statistics: Record<Statistic, string>, phases: Record<PhaseName, string>}} Words
 */

/**
 * Where a trace is looked at.
 * @typedef {object} View
 * @property {number} layer
 * @property {number} t
 * @property {number} unit
 * @property {Panel} gate
 * @property {number | null} out  the chosen output of the model's head; null: the one it says
 * @property {number} first
 * @property {number | null} last  null: the last step
 * @property {string} order
 * @property {boolean} turned  that order from the other end
 * @property {string} subset
 * @property {Statistic} stat
 * @property {Diagram} diagram
 * @property {Written} equations
 * @property {string} hide  letters of the panels that are not shown
 * @property {Panel | ""} large  the one panel that has all the room
 * @property {"fixed" | "stretched"} colours  of n and h: over -1 to 1, or over what they hold
 * @property {"shared" | "own"} xscale  the inputs on one scale, or each on its own
 * @property {string} bent  what an experiment does to the model, as text
 * @property {string} drawn  the input it was given instead of the sequence, as text; "" for that
 * @property {"bent" | "free" | "difference"} show  of an experiment
 * @property {string} [traced]  the run it is of; never in an address
 * @property {string} [sent]  the experiment Python sent last; never in an address
 */

/** @typedef {Omit<View, "t" | "unit"> & {t: number | null, unit: number | null}} Told  a view as Python writes it: null where nobody has chosen yet */

/**
 * @typedef {object} Trace
 * @property {string} id
 * @property {string} kind
 * @property {Reset} reset
 * @property {number} steps
 * @property {number} units
 * @property {number} inputs
 * @property {number} layers
 * @property {boolean} bidirectional
 * @property {boolean} labelled  some step has a label
 * @property {boolean} asks  at some step an answer is due
 * @property {string} [input]  another text for another input
 */

/**
 * @typedef {object} TileHeader
 * @property {number} layer
 * @property {number} first
 * @property {number} last
 * @property {number} each  steps that share a column
 * @property {number} x_each  inputs that share a row of x
 * @property {string[]} labels  what is read at each step, or none
 * @property {string[]} due  the answer due there, or none
 */

/** @typedef {{low: number, high: number, colours: string[], from?: number}} Domain  colours as "#rrggbb", low to high; from: where lines begin, if not at low */
/** @typedef {{nan: string, outside: string}} Odd  colours of what is no number, and of what no gate can be */

/**
 * What the outputs of the model's head are.
 * @typedef {object} Answer
 * @property {"classes" | "signs" | "numbers"} kind  probabilities of which the largest is the answer; signs that count; numbers
 * @property {number} count  of rows
 * @property {number | null} within  numbers off by less are right; null: they are only near or far
 * @property {string[]} [names]  of the rows; those of the inputs where left out
 * @property {number[]} [rows]  the class of each row, where there are more classes than rows: the rest share the last
 * @property {boolean} [judged]  at some step something is due, and can be wrong
 * @property {number} [low]  ends of the scale of signs and numbers
 * @property {number} [high]
 */

/**
 * What a stage is told to show.
 * @typedef {object} Scene
 * @property {string} key  of the stage on its page
 * @property {string | null} address  prefix of the view's fields in the page's address; null keeps them out of it
 * @property {string} cursor  name of a cursor shared with other stages; "" for none
 * @property {"" | "beside" | "above" | "below" | "difference"} form  "beside": one of several, under a common head; "above": the first of several one above another, with the head of all, "below" the others; "difference": of two others
 * @property {"" | "reset"} differs  the term of the equations by which it is another function than its neighbour
 * @property {Trace} trace
 * @property {TileHeader} tile
 * @property {Told} view
 * @property {Told} defaults  of every field of a view
 * @property {{t: number, unit: number}} home
 * @property {Choices[]} menus
 * @property {Status | null} status
 * @property {string | null} place  the stage goes to `view` when it changes; null leaves it where it is
 * @property {number} visit  likewise, and to all of `view`, its panels and colours too
 * @property {string[]} unit_names
 * @property {string[]} channels
 * @property {string[]} layer_names
 * @property {string[]} orders
 * @property {Statistic[]} statistics
 * @property {Diagram[]} diagrams
 * @property {Words} words
 * @property {string} language
 * @property {Record<Theme, Record<Gate | "x", Domain>>} palettes
 * @property {Answer} [answer]  what the model's head says; there is none where it has none
 * @property {[number, number][]} x_ends  the lowest and highest number in each row of the input
 * @property {{n: number, h: number}} reach  the largest |n| and |h| of the trace
 * @property {import("./numbers/sums.js").Piece} [sums]  of which unit and steps the message holds what its numbers are added up from
 * @property {Odd} odd
 * @property {Record<Theme, Record<string, string>>} lines
 * @property {import("./numbers/known.js").ToldModel} [model]  where nobody can be asked for it; its arrays are named "model/..."
 */

/** @typedef {{gate: Panel, layer: number, t: number, unit: number, out?: number | null}} Cell  one number of a trace; out: which of the head's outputs */

/** @typedef {{gate: Panel, t: number, unit: number, first: number, last: number, units: number[]}} Place  what a sentence speaks of: where a click goes, the steps and units meant (none: all) */
/** @typedef {{name: string, label: string, groups: [string, {value: string, text: string, about: string}[]][], chosen: string}} Choices  a field chosen over the stage */
/** @typedef {{kind: "story" | "note" | "problem", text: string, more: string, places: Record<string, Place>, act: [string, string, string] | null}} Status  what is said over the stage; act: menu, value, label of a button */

/**
 * What a stage asks Python.
 * @typedef {{kind: "explain"} & Cell | {kind: "tile", layer: number, first: number, last: number}
 *   | {kind: "sums", layer: number, unit: number, first: number, last: number}
 *   | {kind: "order", order: string, layer: number, first: number, last: number} | {kind: "figure", open: boolean, view: View}
 *   | {kind: "model"} | {kind: "what_if", edits: readonly object[], drawn: readonly object[] | null, layer: number, first: number, last: number, asked: number}} Question
 */
/** @typedef {Question & {id: number, trace: string}} Asked  a question on its way */

/** @typedef {number | "nan" | "inf" | "-inf"} Real  JSON has no NaN and no inf: they come as texts */

/**
 * A summand of a pre-activation, as the factors that make it.
 * @typedef {object} Term
 * @property {"input" | "state" | "bias" | "bias_ih" | "bias_hh" | "by_hand" | "keep" | "write" | "output"} kind
 * @property {number | null} index  of its source; none for a bias
 * @property {Real} value
 * @property {Real | null} weight
 * @property {Real | null} source
 * @property {Real | null} reset  of the gate, where it takes part
 * @property {Cell | null} at  where the source can be seen
 * @property {Cell | null} reset_at
 * @property {string} name  of the source
 */

/**
 * A number as the terms that make it.
 * @typedef {object} Explained
 * @property {Gate | "y"} gate
 * @property {number} layer
 * @property {number} t
 * @property {number} unit
 * @property {number} [out]  of y: which output
 * @property {Real} value
 * @property {"sigmoid" | "tanh" | "softmax" | null} squash  null: of h, which is a sum, and of y where it is no probability
 * @property {Real} total
 * @property {Term[]} terms  largest first
 * @property {{count: number, value: Real}} rest  those that are not told
 * @property {Real} [would_be]  where it was set by hand: what the terms make of it
 * @property {string} [said]  where the number was set by hand: to what, and what the terms would make of it
 */

/**
 * The reply to a question: its number (null where even that could not be read), and what was asked.
 * @typedef {{reply: number | null, trace: string} & ({kind: "explain"} & Explained | {kind: "tile", tile: TileHeader}
 *   | {kind: "sums", layer: number, unit: number, first: number, last: number}
 *   | {kind: "order", order: string, layer: number} | {kind: "figure", open: boolean}
 *   | {kind: "model"} & import("./numbers/known.js").ToldModel | {kind: "what_if", asked: number, computed: string, tile: TileHeader}
 *   | {kind: "error", asked?: number, reason?: string})} Reply
 */

/** @typedef {"read" | "r" | "n" | "z" | "h"} PhaseName  what is computed within a step */
/** @typedef {{name: PhaseName, progress: number}} Phase  where slow motion is within a step: 0 to 1 of a phase */

// What a message leaves out that was written before stages had neighbours
const ABSENT = { key: "", form: "", differs: "", address: null, cursor: "", visit: 0, menus: [], status: null, x_ends: [], reach: { n: 1, h: 1 }, orders: ["index"], statistics: ["mean", "low", "high"], diagrams: ["unit", "layer", "lines"] };

/**
 * A scene's header with nothing left out.
 * @param {Record<string, any>} header
 * @returns {Scene}
 */
export function sceneOf(header) {
  return /** @type {any} */ ({ ...ABSENT, ...header });
}

/**
 * A scene's header with what it has alike with others, as gruviz/stage/alike.py puts them together too.
 * @param {Record<string, any>} header
 * @param {Record<string, any>} alike
 * @returns {Record<string, any>}
 */
export function wholeOf({ span, chosen, alike: _, ...header }, alike) {
  const { palettes, defaults, menus } = alike;
  const spanned = Object.entries(palettes).map(([theme, each]) => [theme, { ...each, x: { ...each.x, ...span } }]);
  const offered = (header.menus ?? menus).filter((/** @type {Choices} */ { name }) => name in chosen);
  return {
    ...alike, ...header, palettes: Object.fromEntries(spanned), view: { ...defaults, ...header.view },
    menus: offered.map((/** @type {Choices} */ menu) => ({ ...menu, chosen: chosen[menu.name] })),
  };
}
