// Row of the head's outputs: class probabilities as colours, signs and numbers as lines. Targets are boxes or dashes, wrong
// predictions have a cross below: no information is in colour alone.

/** @import { Scene } from "../data/scene_types.js" */
/** @import { Palette } from "../view/palette.js" */
/** @import { PanelFrame, RowKind, RowStrip } from "./panel_types.js" */
import { nameOfRow, outputOf, rowOf } from "../model/head.js";
import { axisNumber } from "../view/axis_number.js";
import { colourBar, rowNames } from "./axes.js";
import { lineNames } from "./line_names.js";
import { raster } from "./raster.js";
import { drawRowLine } from "./row_line.js";

const ROW = 14,
  LANE = 20,
  LINE = 46; // px of a class, of a sign, of all numbers
const HIGHEST = 64; // px of all classes at most
const CROSS = 9; // px of the lane of crosses
const NARROW = 7; // px of a step that is too narrow for a cross
const DARK = "rgba(0, 0, 0, .8)",
  BRIGHT = "#ffffff"; // visible on all colours of probabilities, the same in both themes

/** @type {RowKind} */
export const outputRow = {
  name: "y",
  names(panels) {
    const { answer } = panels.scene;
    return !answer || answer.kind === "numbers"
      ? []
      : Array.from({ length: answer.count }, (_, k) => rowName(panels, k));
  },
  height: outputHeight,
  below: wrongLane,
  caption: (scene) => `y_${outputCaption(scene)}`,
  draw: (panels, context, strip) => drawOutputs(panels, context, { ...strip, palette: strip.palettes.y }),
  axis: (panels, context, palettes, top, height) => outputAxis(panels, context, palettes.y, top, height),
};

/** @typedef {RowStrip & {palette: Palette}} OutputStrip */

/**
 * Return px of the panel without its title.
 * @param {PanelFrame} panels
 * @param {number} room  of the whole screen
 */
function outputHeight({ scene: { answer }, scale }, room) {
  if (!answer) return 0;
  if (answer.kind === "numbers") return room < 560 ? 34 : LINE;
  return answer.kind === "signs"
    ? answer.count * LANE
    : Math.min(Math.round(answer.count * ROW * scale), room < 560 ? 40 : HIGHEST);
}

/**
 * Return the key of the caption. The caption "near" does not mention crosses.
 * @param {Scene} scene
 */
function outputCaption({ answer }) {
  return answer?.kind === "numbers" && !answer.judged ? "near" : answer?.kind;
}

/**
 * Return px of the lane of crosses below the panel.
 * @param {PanelFrame} panels
 */
function wrongLane({ scene: { answer }, scale }) {
  return answer?.judged ? Math.round(CROSS * scale) + 1 : 0;
}

/**
 * Return the output at a height; null if several share the row.
 * @param {PanelFrame} panels
 * @param {number} y
 */
export function outputAt(panels, y) {
  const {
      scene: { answer },
    } = panels,
    { top, height } = panels.row("y");
  if (!answer) return null;
  return outputOf(answer, Math.max(0, Math.min(answer.count - 1, Math.floor(((y - top) / height) * answer.count))));
}

/**
 * Return the position of an output's row.
 * @param {PanelFrame} panels
 * @param {number | null} output  null: all outputs
 */
export function outputBox(panels, output) {
  const {
      scene: { answer },
    } = panels,
    { top, height } = panels.row("y");
  if (!answer || output === null) return { top, height };
  const each = height / answer.count;
  return { top: top + rowOf(answer, output) * each, height: each };
}

/**
 * Draw the labels at both sides.
 * @param {PanelFrame} panels
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} palette
 * @param {number} top
 * @param {number} height
 */
function outputAxis(panels, context, palette, top, height) {
  const {
    scene: { answer },
    left,
    plot,
  } = panels;
  if (!answer) return;
  const name = (/** @type {number} */ row) => rowName(panels, row);
  if (answer.kind !== "numbers") rowNames(panels, context, answer.count, name, top, height);
  if (answer.kind === "classes") return colourBar(panels, context, palette, top, height);
  context.fillStyle = panels.ink.muted;
  context.textBaseline = "middle";
  if (answer.kind === "signs") {
    const each = height / answer.count;
    context.textAlign = "left";
    // a lane is too low for both ends of a scale
    /** @type {[string, number][]} */
    const labels = panels.delta.includes("y")
      ? [[`\u00b1${axisNumber(palette.high)}`, 0.5]]
      : [
          ["+", 0.27],
          ["\u2212", 0.77],
        ];
    for (let k = 0; k < answer.count; k++) {
      for (const [text, at] of labels) context.fillText(text, left + plot + 5, top + (k + at) * each);
    }
    return;
  }
  const ends = endsOf(panels, palette),
    { low, high } = ends,
    y = heightOf(ends, top, height, 1);
  context.textAlign = "right";
  for (const value of ticks(low, high)) context.fillText(axisNumber(value), left - 9, y(value, 0));
  const names = Array.from({ length: answer.count }, (_, k) => name(k));
  lineNames(
    panels,
    context,
    names,
    names.map(() => panels.ink.muted),
    top,
    height,
  );
}

/**
 * @param {PanelFrame} panels
 * @param {number} row
 */
function rowName({ scene: { answer, channels }, words }, row) {
  return answer ? (nameOfRow(answer, channels, row) ?? words.answer_others) : "";
}

/**
 * @param {PanelFrame} panels
 * @param {CanvasRenderingContext2D} context
 * @param {OutputStrip} strip
 */
function drawOutputs(panels, context, strip) {
  const {
      scene: { answer },
    } = panels,
    { tile, top, height, left, right, columns, bin, palette, statistic, start } = strip,
    { y, wrong } = tile.arrays;
  if (!answer || !y) return;
  if (answer.kind === "classes") {
    const all = Int32Array.from({ length: y.rows }, (_, k) => k);
    const image = raster(panels.images, "y", tile, statistic, palette, all, start, columns, bin, 1);
    context.drawImage(image, 0, 0, columns, y.rows, left, top, right - left, height);
    if (tile.exact && bin === 1) targetBoxes(context, strip);
  } else {
    lines(panels, context, strip);
  }
  if (wrong) crosses(panels, context, strip);
}

/**
 * Draw a box around the cell of the target class.
 * @param {CanvasRenderingContext2D} context
 * @param {OutputStrip} strip
 */
function targetBoxes(context, { tile, start, columns, left, right, top, height }) {
  const { y, target } = tile.arrays,
    wide = (right - left) / columns,
    each = height / y.rows;
  if (!target) return;
  const broad = Math.max(2, Math.min(wide - 1, 26)),
    tall = Math.max(4, each - 1);
  for (const [style, line] of /** @type {[string, number][]} */ ([
    [DARK, 3],
    [BRIGHT, 1.5],
  ])) {
    context.strokeStyle = style;
    context.lineWidth = line;
    for (let c = 0; c < columns; c++) {
      const row = target[start + c];
      if (Number.isNaN(row)) continue;
      const middle = Math.max(top + tall / 2 + 1, Math.min(top + height - tall / 2 - 1, top + (row + 0.5) * each));
      context.strokeRect(left + (c + 0.5) * wide - broad / 2, middle - tall / 2, broad, tall);
    }
  }
}

/**
 * Draw signs (each in a lane of its own) and numbers: the prediction as a line, the target as dashes.
 * @param {PanelFrame} panels
 * @param {CanvasRenderingContext2D} context
 * @param {OutputStrip} strip
 */
function lines(panels, context, { tile, palette, start, columns, bin, left, right, top, height }) {
  const {
      scene: { answer },
      ink,
    } = panels,
    {
      y: { rows },
      target,
    } = tile.arrays,
    wide = (right - left) / columns;
  const lanes = answer?.kind === "signs" ? rows : 1,
    y = heightOf(endsOf(panels, palette), top, height, lanes);
  context.strokeStyle = ink.line;
  context.lineWidth = 1;
  context.beginPath();
  for (let lane = 0; lane < lanes; lane++) {
    const zero = Math.round(y(0, lane)) - 0.5;
    context.moveTo(panels.left, zero);
    context.lineTo(panels.left + panels.plot, zero);
  }
  context.stroke();
  for (let k = 0; k < rows; k++) {
    const lane = lanes > 1 ? k : 0;
    if (target && tile.exact && bin === 1)
      dashes(context, columns, wide, left, ink.accent, (c) => y(target[(start + c) * rows + k], lane));
    drawRowLine(
      context,
      {
        tile,
        name: "y",
        row: k,
        start,
        columns,
        bin,
        left,
        right,
        colour: lanes > 1 ? ink.ink : (ink.inputs[k] ?? ink.ink),
      },
      (value) => y(value, lane),
    );
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} columns
 * @param {number} wide  of a column
 * @param {number} left
 * @param {string} colour
 * @param {(column: number) => number} y  NaN: no dash
 */
function dashes(context, columns, wide, left, colour, y) {
  const inset = wide > 6 ? wide * 0.16 : 0;
  context.strokeStyle = colour;
  context.globalAlpha = 0.55;
  context.lineWidth = 5;
  context.beginPath();
  for (let c = 0; c < columns; c++) {
    const at = y(c);
    if (Number.isNaN(at)) continue;
    context.moveTo(left + c * wide + inset, at);
    context.lineTo(left + (c + 1) * wide - inset, at);
  }
  context.stroke();
  context.globalAlpha = 1;
}

/**
 * Draw a cross below each wrong step; narrow steps are hatched instead.
 * @param {PanelFrame} panels
 * @param {CanvasRenderingContext2D} context
 * @param {OutputStrip} strip
 */
function crosses(panels, context, { tile, start, columns, bin, left, right, top, height }) {
  const { wrong } = tile.arrays,
    wide = (right - left) / columns,
    lane = wrongLane(panels),
    from = top + height + 2,
    to = from + lane - 3;
  const bad = (/** @type {number} */ c) =>
    wrong.subarray(start + c * bin, start + (c + 1) * bin).some((share) => share > 0);
  context.save();
  context.strokeStyle = context.fillStyle = panels.ink.wrong;
  context.lineWidth = 1.75;
  context.beginPath();
  if (wide >= NARROW) {
    const half = (to - from) / 2;
    for (let c = 0; c < columns; c++) {
      if (!bad(c)) continue;
      const x = left + (c + 0.5) * wide;
      for (const way of [1, -1]) {
        context.moveTo(x - half * way, from);
        context.lineTo(x + half * way, to);
      }
    }
    context.stroke();
  } else {
    for (let c = 0; c < columns; c++) if (bad(c)) context.rect(left + c * wide, from, Math.max(wide, 1), to - from);
    context.clip();
    context.lineWidth = 1.5;
    context.beginPath();
    for (let x = panels.left - lane; x < panels.left + panels.plot; x += 4) {
      context.moveTo(x, to);
      context.lineTo(x + to - from, from);
    }
    context.stroke();
    context.fillRect(panels.left, to - 1.5, panels.plot, 1.5);
  }
  context.restore();
}

/**
 * Return the scale of signs or numbers.
 * @param {PanelFrame} panels
 * @param {Palette} palette
 * @returns {{low: number, high: number}}
 */
function endsOf({ scene: { answer }, delta }, palette) {
  return delta.includes("y") ? palette : { low: answer?.low ?? 0, high: answer?.high ?? 1 };
}

/**
 * Return a function for the y of a number in a lane, clipped to the scale.
 * @param {{low: number, high: number}} ends
 * @param {number} top
 * @param {number} height
 * @param {number} lanes
 * @returns {(value: number, lane: number) => number}
 */
function heightOf({ low, high }, top, height, lanes) {
  const each = height / lanes,
    margin = lanes > 1 ? 3 : 4;
  return (value, lane) =>
    top + lane * each + margin + (1 - Math.max(0, Math.min(1, (value - low) / (high - low)))) * (each - 2 * margin);
}

/**
 * Return round numbers near the ends of a scale, and 0 if it is inside.
 * @param {number} low
 * @param {number} high
 */
function ticks(low, high) {
  const step =
    [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((each) => (high - low) / each < 4) ??
    (high - low) / 2;
  const most = Math.floor(high / step) * step,
    least = Math.ceil(low / step) * step;
  return [...new Set([most, 0, least])]
    .filter((value) => value >= low && value <= high)
    .map((value) => +value.toFixed(6));
}
