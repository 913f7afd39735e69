// Types of the messages between Python and a stage. gruviz/protocol/scene.py, shared_data.py, tiles.py and requests.py
// write them. Nothing here runs.

/** @import { Cell, Explained } from "../model/explain.js" */
/** @import { OutputSpec } from "../model/head.js" */
/** @import { ModelMessage } from "./known_model.js" */
/** @import { SumsPiece } from "./sums.js" */

/** @typedef {import("../model/layer.js").Gate} Gate */
/** @typedef {Gate | "x" | "y"} Panel  x: the input; y: the outputs of the model's head, if it has one */
/** @typedef {"mean" | "low" | "high"} Statistic  of the cells that share a pixel */
/** @typedef {"light" | "dark"} Theme */
/** @typedef {"unit" | "layer" | "lines"} Diagram  beside the panels: the cell of one unit, of the whole layer, or the unit's values over time */
/** @typedef {"both" | "symbols" | "numbers"} Notation  of the equations */
/** @typedef {"before" | "after"} Reset  the reset gate acts before or after the matrix */
/** @typedef {"read" | "r" | "n" | "z" | "h"} PhaseName  what is computed in this part of a step */
/** @typedef {{name: PhaseName, progress: number}} Phase  of slow motion within a step; progress: 0 to 1 of the phase */

/**
 * The words of one language: texts by name, and the tables among them.
 * @typedef {Record<string, string> & {gates: Record<Panel, string>, captions: Record<Panel, string>, short: Record<Panel, string>, hover: Record<Gate, string>,
 *   orders: Record<string, string>, statistics: Record<Statistic, string>, phases: Record<PhaseName, string>, terms: Record<string, string>,
 *   layers: Record<"name" | "way" | "forward" | "reverse", string>}} Words  layers: names of the entries of the layer axis
 */

/**
 * The view of a trace: the selected cell, the visible steps, how it is drawn.
 * @typedef {object} View
 * @property {number} layer
 * @property {number} t
 * @property {number} unit
 * @property {Panel} gate
 * @property {number | null} out  the selected output of the head; null: the predicted one
 * @property {number} first
 * @property {number | null} last  null: the last step
 * @property {string} order  of the units
 * @property {boolean} turned  that order reversed
 * @property {string} subset  the units shown, as text; "" for all
 * @property {Statistic} stat
 * @property {Diagram} diagram
 * @property {Notation} equations
 * @property {string} hide  letters of the hidden panels
 * @property {Panel | ""} large  the one panel that fills the stage; "" for none
 * @property {"fixed" | "stretched"} colours  of n and h: over -1 to 1, or over their range
 * @property {"shared" | "own"} xscale  the inputs on one scale, or each on its own
 * @property {string} bent  edits of the model, as text
 * @property {string} drawn  the edited input, as text; "" for the sequence's own
 * @property {"bent" | "free" | "difference"} show  with edits: the edited run, the free run, or their difference
 * @property {string} [traced]  id of the run; never in an address
 * @property {string} [sent]  the edits Python sent last; never in an address
 * @property {string} [landed]  the cell that the page selected, to detect whether the visitor has selected another; never in an address
 */

/** @typedef {Omit<View, "t" | "unit"> & {t: number | null, unit: number | null}} SceneView  a view as Python writes it; null: the home cell */

/**
 * @typedef {object} Trace
 * @property {string} id
 * @property {string} kind  of model: "split", "concat", "torch", ...
 * @property {Reset} reset
 * @property {number} steps
 * @property {number} units
 * @property {number} inputs
 * @property {number} layers  rows of the layer axis: layers times directions
 * @property {boolean} bidirectional
 * @property {boolean} labelled  some step has a label
 * @property {boolean} asks  some step has a target
 * @property {string} [input]  a text that differs for another input
 * @property {"page"} [by]  the gates were computed in the browser; else Python traced them
 */

/**
 * @typedef {object} TileHeader
 * @property {number} layer
 * @property {number} first
 * @property {number} last
 * @property {number} each  steps that share a column
 * @property {number} x_each  inputs that share a row of x
 * @property {string[]} labels  label of each step, or none
 * @property {string[]} due  the target of each step as text, or none
 */

/** @typedef {{low: number, high: number, colours: string[], from?: number}} Domain  colours as "#rrggbb", low to high; from: where lines begin, if not at low */
/** @typedef {{nan: string, outside: string}} Odd  colours of values that are no number, or outside the domain */

/** @typedef {{name: string, label: string, groups: [string, {value: string, text: string, about: string}[]][], chosen: string}} Menu  a setting over the stage */
/** @typedef {{gate: Panel, t: number, unit: number, first: number, last: number, units: number[]}} StoryPlace  target of a link in a sentence: the cell to go to, the steps and units to frame (no units: all) */
/** @typedef {{kind: "story" | "note" | "problem", text: string, more: string, places: Record<string, StoryPlace>, act: [string, string, string] | null}} Status  the sentence over the stage; act: menu, value and label of a button */

/**
 * Everything that a stage shows.
 * @typedef {object} Scene
 * @property {string} key  of the stage on its page
 * @property {string | null} address  prefix of the view's fields in the page's address; null keeps them out of it
 * @property {string} cursor  name of the cursor shared with other stages; "" for none
 * @property {"" | "beside" | "above" | "below" | "difference"} form  layout: "beside": one of several in a row under common controls; "above": the first of several in a column, with the controls of all; "below": the others of the column; "difference": of two others
 * @property {"" | "reset"} differs  the term of the equations that differs from the neighbour's
 * @property {Trace} trace
 * @property {TileHeader} tile
 * @property {SceneView} view
 * @property {SceneView} defaults  of every field of a view
 * @property {{t: number, unit: number}} home
 * @property {Menu[]} menus
 * @property {Status | null} status
 * @property {string | null} place  the stage goes to `view` when it changes; null leaves it where it is
 * @property {number} visit  the stage takes all of `view` when it changes, panels and colours too
 * @property {string[]} unit_names
 * @property {string[]} channels  names of the inputs
 * @property {string[]} layer_names
 * @property {string[]} orders
 * @property {Statistic[]} statistics
 * @property {Diagram[]} diagrams
 * @property {Words} words
 * @property {string} language
 * @property {Record<Theme, Record<Gate | "x", Domain>>} palettes
 * @property {OutputSpec} [answer]  the outputs of the model's head, if it has one
 * @property {[number, number][]} x_ends  the lowest and highest number in each row of the input
 * @property {{n: number, h: number}} reach  the largest |n| and |h| of the trace
 * @property {SumsPiece} [sums]  the unit and steps of the sums in the message
 * @property {Odd} odd
 * @property {Record<Theme, Record<string, string>>} lines  colours of lines
 * @property {ModelMessage} [model]  in pages without a server; its arrays are named "model/..."
 */

/**
 * A request of a stage.
 * @typedef {{kind: "explain"} & Cell | {kind: "tile", layer: number, first: number, last: number}
 *   | {kind: "sums", layer: number, unit: number, first: number, last: number}
 *   | {kind: "order", order: string, layer: number, first: number, last: number} | {kind: "figure", open: boolean, view: View}
 *   | {kind: "model"} | {kind: "what_if", edits: readonly object[], drawn: readonly object[] | null, layer: number, first: number, last: number, asked: number}} StageRequest
 */
/** @typedef {StageRequest & {id: number, trace: string}} SentRequest */

/**
 * The response to a request; reply: the request's id, null if it could not be read.
 * @typedef {{reply: number | null, trace: string} & ({kind: "explain"} & Explained | {kind: "tile", tile: TileHeader}
 *   | {kind: "sums", layer: number, unit: number, first: number, last: number}
 *   | {kind: "order", order: string, layer: number} | {kind: "figure", open: boolean}
 *   | {kind: "model"} & ModelMessage | {kind: "what_if", asked: number, computed: string, tile: TileHeader}
 *   | {kind: "error", asked?: number, reason?: string})} StageResponse
 */

export {};
