// Row of the input: few inputs as lines, many as colours; on one scale, or each on its own.

/** @import { Scene } from "../data/scene_types.js" */
/** @import { PanelSurface } from "../view/surface_types.js" */
/** @import { Palette } from "../view/palette.js" */
/** @import { PanelFrame, RowKind, RowStrip } from "./panel_types.js" */
import { inputName, inputRows, isInputColoured } from "../data/input_rows.js";
import { axisEnds } from "../view/more_formats.js";
import { axisNumber } from "../view/axis_number.js";
import { colourBar, rowNames } from "./axes.js";
import { NAME, lineNames } from "./line_names.js";
import { raster } from "./raster.js";
import { drawRowLine } from "./row_line.js";

const LANE = 28,
  LINE = 44,
  ROW = 9; // px of an input on its own scale, of all lines, of an input as colours
const LEAST = 22,
  HIGHEST = 60; // px of all inputs as colours
const LOW = 560; // px of a low screen

/** @type {RowKind} */
export const inputRow = {
  name: "x",
  names(panels) {
    const { scene, hasOwnScales } = panels,
      { x } = scene.palettes.light;
    const ends = hasOwnScales ? scene.x_ends.flatMap(axisEnds) : [axisNumber(x.low), axisNumber(x.high)];
    return isInputColoured(scene)
      ? [...ends, ...Array.from({ length: inputRows(scene) }, (_, k) => inputName(scene, k))]
      : ends;
  },
  height: inputHeight,
  below: () => 0,
  caption: () => "x",
  draw: (panels, context, strip) =>
    drawInput(panels, context, { ...strip, palette: panels.hasOwnScales ? strip.palettes.z : strip.palettes.x }),
  axis(panels, context, palettes, top, height) {
    const { hasOwnScales, scene, words } = panels;
    drawInputAxis(panels, context, palettes.x, top, height);
    if (!isInputColoured(scene)) return;
    if (hasOwnScales) colourBar(panels, context, palettes.z, top, height, [words.own_low, words.own_high]);
    else colourBar(panels, context, palettes.x, top, height);
  },
};

/** @typedef {RowStrip & {palette: Palette}} InputStrip */

/**
 * Return px of the panel without its title.
 * @param {PanelFrame} panels
 * @param {number} room  of the whole screen
 */
function inputHeight({ scene, hasOwnScales, scale }, room) {
  if (isInputColoured(scene)) return Math.max(LEAST, Math.min(inputRows(scene) * ROW, room < LOW ? 40 : HIGHEST));
  return hasOwnScales
    ? inputRows(scene) * LANE
    : Math.max(room < LOW ? 34 : LINE, Math.round(inputRows(scene) * NAME * scale));
}

/**
 * Return the row of the input at a height.
 * @param {Pick<PanelSurface, "row" | "scene">} panels
 * @param {number} y
 */
export function inputAt(panels, y) {
  const { top, height } = panels.row("x"),
    rows = inputRows(panels.scene);
  return Math.max(0, Math.min(rows - 1, Math.floor(((y - top) / height) * rows)));
}

/**
 * Return a number's place on the input's own scale, 0 to 1; 0.5 for an input that never changes.
 * @param {Scene} scene
 * @param {number} k
 * @param {number} value
 */
function share({ x_ends: ends }, k, value) {
  const [low, high] = ends[k];
  return high > low ? (value - low) / (high - low) : 0.5;
}

/**
 * @param {PanelFrame} panels
 * @param {CanvasRenderingContext2D} context
 * @param {InputStrip} strip
 */
function drawInput(
  { scene, hasOwnScales, ink, images, left: edge, plot },
  context,
  { tile, palette, start, columns, bin, left, right, top, height },
) {
  const inputs = tile.arrays.x.rows;
  if (isInputColoured(scene)) {
    const all = Int32Array.from({ length: inputs }, (_, k) => k);
    const image = raster(
      images,
      "x",
      tile,
      "mean",
      palette,
      all,
      start,
      columns,
      bin,
      1,
      hasOwnScales ? (k, value) => share(scene, k, value) : undefined,
    );
    context.drawImage(image, 0, 0, columns, inputs, left, top, right - left, height);
    return;
  }
  const lane = height / inputs;
  /** @type {(value: number, k: number) => number} */
  const y = hasOwnScales
    ? (value, k) => top + k * lane + 4 + (1 - share(scene, k, value)) * (lane - 8)
    : (value) => top + 4 + ((palette.high - value) / (palette.high - palette.from)) * (height - 8);
  context.strokeStyle = ink.line;
  context.beginPath();
  // line at zero, or between inputs with their own scales
  for (const at of hasOwnScales
    ? Array.from({ length: inputs - 1 }, (_, k) => Math.round(top + (k + 1) * lane) - 0.5)
    : [y(0, 0)]) {
    context.moveTo(edge, at);
    context.lineTo(edge + plot, at);
  }
  context.stroke();
  for (let k = 0; k < inputs; k++) {
    drawRowLine(
      context,
      { tile, name: "x", row: k, start, columns, bin, left, right, colour: ink.inputs[k] },
      (value) => y(value, k),
    );
  }
}

/**
 * @param {PanelFrame} panels
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} palette
 * @param {number} top
 * @param {number} height
 */
function drawInputAxis(panels, context, palette, top, height) {
  if (isInputColoured(panels.scene))
    return rowNames(panels, context, inputRows(panels.scene), (k) => inputName(panels.scene, k), top, height);
  context.fillStyle = panels.ink.muted;
  context.textAlign = "right";
  context.textBaseline = "middle";
  const count = inputRows(panels.scene),
    each = height / count;
  if (panels.hasOwnScales) {
    for (let k = 0; k < count; k++) {
      const [low, high] = axisEnds(panels.scene.x_ends[k]),
        above = top + k * each;
      if (low === high) context.fillText(low, panels.left - 9, above + each / 2);
      else
        for (const [text, y] of /** @type {[string, number][]} */ ([
          [high, above + 7],
          [low, above + each - 6],
        ]))
          context.fillText(text, panels.left - 9, y);
    }
  } else {
    for (const value of [palette.from, palette.high]) {
      const y = top + 6 + ((palette.high - value) / (palette.high - palette.from)) * (height - 12);
      context.fillText(axisNumber(value), panels.left - 9, y);
    }
  }
  lineNames(
    panels,
    context,
    Array.from({ length: count }, (_, k) => inputName(panels.scene, k)),
    panels.ink.inputs,
    top,
    height,
    panels.hasOwnScales ? each : Infinity,
  );
}
