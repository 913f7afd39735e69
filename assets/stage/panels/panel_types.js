// Types of the panels: rows, layout, picture, marks. Nothing here runs.

/** @import { Panel, Phase, Scene, Statistic, StoryPlace, Words } from "../data/scene_types.js" */
/** @import { Tile, Tiles } from "../data/tiles.js" */
/** @import { Ink } from "../view/ink.js" */
/** @import { Palette } from "../view/palette.js" */
/** @import { Brush } from "./gestures.js" */
/** @import { PanelSurface } from "../view/surface_types.js" */

/** @typedef {{name: Panel, title: number, top: number, height: number, bottom: number}} PanelRow  px from the top; title: top of the line above the panel */
/** @typedef {{each: number, units: number, tile: Tile}} PictureInfo  numbers of steps and units that share a pixel, and the tile */
/** @typedef {{tile: Tile, palettes: Record<Panel, Palette>, statistic: Statistic, start: number, columns: number, bin: number, left: number, right: number, top: number, height: number}} RowStrip  columns of a tile and their position */

/**
 * A kind of row that is not a heatmap of a gate.
 * @typedef {object} RowKind
 * @property {Panel} name
 * @property {(panels: PanelFrame) => string[]} names  labels at the left
 * @property {(panels: PanelFrame, room: number) => number} height  px
 * @property {(panels: PanelFrame) => number} below  px of a lane below it
 * @property {(scene: Scene) => string} caption  key of its words
 * @property {(panels: PanelFrame, context: CanvasRenderingContext2D, strip: RowStrip) => void} draw
 * @property {(panels: PanelFrame, context: CanvasRenderingContext2D, palettes: Record<Panel, Palette>, top: number, height: number) => void} axis
 */

/** @typedef {{text: string, meaning: string, top: number, height: number}} AxisName  a name at the left, and its position */
/** @typedef {{height: (panels: PanelFrame) => number, name?: (panels: PanelFrame) => AxisName | null, draw: (panels: PanelFrame, context: CanvasRenderingContext2D, first: number, last: number, tile: Tile) => void}} AxisExtra  drawn below or over the panels; height: px it needs under the axis */

/**
 * @typedef {object} PanelLayout
 * @property {Int32Array} units  units from the top
 * @property {string[] | null} ranks  the number that the order sorts by, by unit
 * @property {string} hide  letters of the hidden panels
 * @property {Panel | ""} large  the one that fills the stage
 * @property {boolean} hasOwnScales  each input is on its own scale
 * @property {boolean} hasLane  there is a lane under the first panel
 * @property {string} delta  letters of the panels that show differences
 */

/**
 * @typedef {object} PanelPicture
 * @property {Tiles} tiles
 * @property {number} layer
 * @property {Statistic} statistic
 * @property {Record<Panel, Palette>} palettes
 * @property {Ink} ink
 * @property {number} a  the visible steps
 * @property {number} b
 */

/** @typedef {{t: number, gate: Panel, unit: number | null, out?: number | null}} HoverPoint  unit: null over the input; out: over the outputs */

/**
 * @typedef {object} Marks
 * @property {number} t
 * @property {number} unit
 * @property {Panel} gate
 * @property {number | null} out  the selected output of the head
 * @property {HoverPoint | null} hover
 * @property {Brush | null} brush
 * @property {[number, number] | null} loop
 * @property {Phase | null} phase
 * @property {boolean} isPlaying
 * @property {StoryPlace | null} story  cells to frame
 */

/** @typedef {{x0: number, x1: number, middle: number, wide: number, isVisible: boolean}} CursorBox  the selected step, px */
/** @typedef {{under?: (panels: PanelFrame, context: CanvasRenderingContext2D, marks: Marks, cursor: CursorBox) => void, over?: (panels: PanelFrame, context: CanvasRenderingContext2D, marks: Marks, cursor: CursorBox) => void}} MarkExtra  drawn under or over the cursor */

/**
 * The panels as axes use them.
 * @typedef {object} AxisSurface
 * @property {Ink} ink
 * @property {Words} words
 * @property {number} scale  of the type
 * @property {number} width
 * @property {number} left
 * @property {number} plot
 * @property {number} a  the visible steps
 * @property {number} b
 * @property {number} axisTop
 * @property {{ruler: number, axis: number, bar: number, symbols: number, title: number}} size
 * @property {Int32Array} units
 * @property {(unit: number) => string} unitName
 * @property {(t: number) => number} x
 * @property {() => number} cellWidth
 */

/**
 * The panels as rows, axes and marks use them.
 * @typedef {AxisSurface & PanelSurface & {axis: number, delta: string, fine: boolean, images: Partial<Record<Panel, HTMLCanvasElement>>, kinds: Map<Panel, RowKind>, labelsOver: boolean, overviewTop: number, ratio: number, rows: PanelRow[], bottom: number, strong: string, ticks: number[][]}} PanelFrame
 */

export {};
