// Types of what overlays draw on and read. Nothing here runs.

/** @import { Panel, Scene } from "../data/scene_types.js" */
/** @import { UnitSums } from "../data/sums.js" */
/** @import { Tile } from "../data/tiles.js" */
/** @import { Ink } from "./ink.js" */

/** @typedef {Record<"r" | "z" | "n", UnitSums>} GateSums  of one unit at one step */
/** @typedef {{at: (layer: number, unit: number, t: number) => GateSums | null}} SumsSource */

/**
 * The panels as overlays use them: canvases, and positions in CSS pixels.
 * @typedef {object} PanelSurface
 * @property {HTMLCanvasElement} heat
 * @property {HTMLCanvasElement} over
 * @property {Ink} ink
 * @property {string} font
 * @property {number} left
 * @property {number} plot
 * @property {number} height
 * @property {number} a  the visible steps
 * @property {number} b
 * @property {Scene} scene
 * @property {Tile | null} tile  drawn now
 * @property {Int32Array} units  from the top
 * @property {boolean} hasOwnScales  each input has its own scale
 * @property {{top: number, height: number} | null} lane  under the first panel
 * @property {(t: number) => number} x
 * @property {(x: number) => number} time
 * @property {(name: Panel) => {top: number, height: number} | undefined} find
 * @property {(name: Panel) => {top: number, height: number}} row
 * @property {(name: Panel, place: number) => {top: number, height: number}} unitBox
 */

export {};
