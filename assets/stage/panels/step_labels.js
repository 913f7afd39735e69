// Labels and targets of steps: as many as have room.

/** @import { Tile } from "../data/tiles.js" */
/** @import { AxisExtra, AxisSurface, PanelFrame } from "./panel_types.js" */
import { shorten } from "./canvas.js";

const ROOMY = 22; // px of a step from which on each target is written by itself
const DOTS = 4; // px between dots at least, and from a dot to a label
const LONGEST = 130; // px of a label that is wider than its step: enough for a date with a time

/** @type {AxisExtra} The label of each step: over the input, or under the axis where the input is not shown. */
export const stepLabels = {
  height: ({ scene, labelsOver, size }) => (scene.trace.labelled && !labelsOver ? size.symbols : 0),
  draw(panels, context, first, last, tile) {
    if (!panels.scene.trace.labelled) return;
    const { labelsOver, size } = panels,
      y = labelsOver ? panels.row("x").top - size.symbols / 2 : panels.axisTop + size.axis + 5;
    context.fillStyle = panels.ink.ink;
    labelSteps(panels, context, first, last, tile, tile.labels, y);
  },
};

/** @type {AxisExtra} The target of each step, in a line of its own under the axis. */
export const targetLabels = {
  height: ({ scene, size }) => (scene.trace.asks ? size.symbols : 0),
  name(panels) {
    const { scene, size, words } = panels;
    if (!scene.trace.asks) return null;
    return {
      text: words.due,
      meaning: words.terms.target,
      top: middleOf(panels) - size.symbols / 2,
      height: size.symbols,
    };
  },
  draw(panels, context, first, last, tile) {
    if (!panels.scene.trace.asks) return;
    const y = middleOf(panels);
    context.fillStyle = panels.ink.accent;
    context.textAlign = "left";
    context.textBaseline = "middle";
    context.fillText(panels.words.due, 2, y);
    labelSteps(panels, context, first, last, tile, tile.due, y, true);
  },
};

/** @param {PanelFrame} panels */
function middleOf({ axisTop, axis, size }) {
  return axisTop + axis - size.symbols + 5;
}

/**
 * Draw the labels of steps, as many as have room; the others are dots.
 * @param {AxisSurface} panels
 * @param {CanvasRenderingContext2D} context
 * @param {number} first
 * @param {number} last
 * @param {Tile} tile
 * @param {string[]} texts  of the tile's steps
 * @param {number} y
 * @param {boolean} [held]  equal neighbouring texts are one label with a line
 */
export function labelSteps(panels, context, first, last, tile, texts, y, held = false) {
  const wide = panels.cellWidth(),
    from = Math.max(first, tile.first),
    to = Math.min(last, tile.last);
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.strokeStyle = context.fillStyle;
  context.lineWidth = 1;
  const lasts = (/** @type {string} */ text) =>
    wide < ROOMY ? held || isDate(text) : isDate(text) && context.measureText(text).width > wide;
  const runs = runsOf(texts.slice(from - tile.first, to + 1 - tile.first), lasts);
  /** @type {[number, number][]} */
  const written = [];
  /** @type {number[]} */
  const omitted = [];
  let free = panels.left - 8,
    cut = "";
  for (const [k, [text, begin, end]] of runs.entries()) {
    const left = Math.max(panels.left, panels.x(from + begin)),
      right = Math.min(panels.left + panels.plot, panels.x(from + end + 1));
    if (right <= left) continue;
    const middle = (left + right) / 2,
      short = shorten(context, text, Math.max(LONGEST * panels.scale, right - left)),
      half = context.measureText(short).width / 2;
    const x = beside(
      middle,
      half,
      free,
      wide,
      k + 1 < runs.length ? panels.x(from + runs[k + 1][1]) : panels.left + panels.plot,
    );
    if (x - half < free || x + half > panels.width || (short !== text && short === cut)) {
      omitted.push(middle);
      continue;
    }
    context.fillText(short, x, y);
    written.push([x - half, x + half]);
    cut = short;
    // letters may stand as close as in a word
    free = x + half + 2 + (short.length > 1 ? Math.min(half, 3) : 0);
    if (begin === end) continue;
    context.beginPath();
    for (const [p, q] of [
      [left + 2, x - half - 3],
      [x + half + 3, right - 2],
    ]) {
      if (p >= q) continue;
      context.moveTo(p, y);
      context.lineTo(q, y);
    }
    context.globalAlpha = 0.5;
    context.stroke();
    context.globalAlpha = 1;
  }
  let dotted = -Infinity;
  for (const x of omitted) {
    if (x - dotted < DOTS || written.some(([left, right]) => x > left - DOTS && x < right + DOTS)) continue;
    dotted = x;
    context.fillRect(x - 1, y - 1, 2, 2);
  }
}

/**
 * Return the middle of a label: its step's middle, or up to a step further if it would touch the label before it and
 * does not reach the next one.
 * @param {number} middle  of the step
 * @param {number} half  of the label's width
 * @param {number} free  where the free room begins
 * @param {number} wide  px of a step
 * @param {number} next  where the next step with a label begins
 */
function beside(middle, half, free, wide, next) {
  const x = free + half;
  return x > middle && x <= middle + wide && x + half <= next ? x : middle;
}

/**
 * Whether a text is a date or a time of day. Equal neighbouring dates are one label; equal letters are separate ones.
 * @param {string} text
 */
function isDate(text) {
  return /^\d{4}$|\d[-/.:]\d/.test(text);
}

/**
 * Return the non-empty texts with their places: [text, first, last].
 * @param {string[]} texts
 * @param {boolean | ((text: string) => boolean)} held  whether equal neighbours are merged
 * @returns {[string, number, number][]}
 */
export function runsOf(texts, held) {
  const lasts = typeof held === "function" ? held : () => held;
  /** @type {[string, number, number][]} */
  const runs = [];
  texts.forEach((text, k) => {
    const before = runs[runs.length - 1];
    if (before?.[2] === k - 1 && before[0] === text && lasts(text)) before[2] = k;
    else if (text) runs.push([text, k, k]);
  });
  return runs;
}
