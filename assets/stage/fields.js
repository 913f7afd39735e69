// The constants of the wire, and the shapes of what comes over it (gruviz/stage/scene.py, tiles.py and questions.py
// write them). A view's fields, its orders and statistics come from Python in each scene: they are not written here again.

/** @typedef {"z" | "r" | "n" | "h"} Gate */
/** @typedef {Gate | "x"} Panel */
/** @typedef {"mean" | "low" | "high"} Statistic */
/** @typedef {"light" | "dark"} Theme */

/** @type {readonly Gate[]} */
export const GATES = ["z", "r", "n", "h"];
/** @type {readonly Panel[]} The panels in the order the keyboard goes through them. */
export const PANELS = [...GATES, "x"];

/** @typedef {Record<string, any>} Words  the words of one language, nested as in the words' tables */

/**
 * Where a trace is looked at; null where nobody has chosen yet.
 * @typedef {object} View
 * @property {number} layer
 * @property {number} t
 * @property {number} unit
 * @property {Panel} gate
 * @property {number} first
 * @property {number | null} last  null: the last step
 * @property {string} order
 * @property {string} subset
 * @property {Statistic} stat
 * @property {"unit" | "layer"} diagram
 */

/**
 * @typedef {object} Trace
 * @property {string} id
 * @property {string} kind
 * @property {string} reset  "before" or "after" the matrix
 * @property {number} steps
 * @property {number} units
 * @property {number} inputs
 * @property {number} layers
 * @property {boolean} bidirectional
 */

/**
 * @typedef {object} TileHeader
 * @property {number} layer
 * @property {number} first
 * @property {number} last
 * @property {number} each  steps that share a column
 * @property {number} x_each  inputs that share a row of x
 * @property {string[]} labels
 */

/** @typedef {{low: number, high: number, colours: string[]}} Domain  colours as "#rrggbb", low to high */
/** @typedef {{nan: string, outside: string}} Odd  colours of what is no number, and of what no gate can be */

/**
 * What a stage is told to show.
 * @typedef {object} Scene
 * @property {string} key  of the stage on its page
 * @property {string | null} address  prefix of the view's fields in the page's address; null keeps them out of it
 * @property {string} cursor  name of a cursor shared with other stages; "" for none
 * @property {Trace} trace
 * @property {TileHeader} tile
 * @property {View} view
 * @property {Partial<View>} defaults  of every field of a view
 * @property {{t: number, unit: number}} home
 * @property {string | null} place  the stage goes to `view` when it changes; null leaves it where it is
 * @property {string[]} unit_names
 * @property {string[]} channels
 * @property {string[]} layer_names
 * @property {string[]} orders
 * @property {Statistic[]} statistics
 * @property {string[]} diagrams
 * @property {Words} words
 * @property {string} language
 * @property {Record<Theme, Record<Panel, Domain>>} palettes
 * @property {Odd} odd
 * @property {Record<Theme, Record<string, string>>} lines
 */

/** @typedef {{kind: string, id: number, trace: string, [more: string]: any}} Asked  a question on its way to Python */
/** @typedef {{name: string, progress: number}} Phase  where slow motion is within a step: 0 to 1 of a phase */

// What a message leaves out that was written before stages had neighbours
const ABSENT = { key: "", address: null, cursor: "", orders: ["index"], statistics: ["mean", "low", "high"], diagrams: ["unit", "layer"] };

/**
 * A scene's header with nothing left out.
 * @param {Record<string, any>} header
 * @returns {Scene}
 */
export function sceneOf(header) {
  return /** @type {Scene} */ ({ ...ABSENT, ...header });
}
