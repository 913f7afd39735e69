// Labels and targets of steps, as many as fit.

/** @import { Tile } from "../data/tiles.js" */
/** @import { AxisExtra, AxisSurface, PanelFrame } from "./panel_types.js" */
import { shorten } from "./canvas.js";

const ROOMY = 22; // px; wider steps have their own target each
const DOTS = 4; // px between dots, and between a dot and a label, at least
const LONGEST = 130; // px of a label that is wider than its step: fits a date with a time

/** @type {AxisExtra} Labels of steps: over the input, or under the axis if the input is hidden. */
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

/** @type {AxisExtra} Targets of steps, in a line under the axis. */
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
 * Draw the labels of steps, as many as fit; the others are dots.
 * @param {AxisSurface} panels
 * @param {CanvasRenderingContext2D} context
 * @param {number} first
 * @param {number} last
 * @param {Tile} tile
 * @param {string[]} texts  of the tile's steps
 * @param {number} y
 * @param {boolean} [merges]  equal neighbouring texts are one label with a line
 */
export function labelSteps(panels, context, first, last, tile, texts, y, merges = false) {
  const wide = panels.cellWidth(),
    from = Math.max(first, tile.first),
    to = Math.min(last, tile.last);
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.strokeStyle = context.fillStyle;
  context.lineWidth = 1;
  const canMerge = (/** @type {string} */ text) =>
    wide < ROOMY ? merges || isDate(text) : isDate(text) && context.measureText(text).width > wide;
  const runs = runsOf(texts.slice(from - tile.first, to + 1 - tile.first), canMerge);
  /** @type {[number, number][]} */
  const labels = [];
  /** @type {number[]} */
  const dots = [];
  let free = panels.left - 8,
    lastShort = "";
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
    if (x - half < free || x + half > panels.width || (short !== text && short === lastShort)) {
      dots.push(middle);
      continue;
    }
    context.fillText(short, x, y);
    labels.push([x - half, x + half]);
    lastShort = short;
    // single letters can be as close as in a word
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
  let lastDot = -Infinity;
  for (const x of dots) {
    if (x - lastDot < DOTS || labels.some(([left, right]) => x > left - DOTS && x < right + DOTS)) continue;
    lastDot = x;
    context.fillRect(x - 1, y - 1, 2, 2);
  }
}

/**
 * Return the middle of a label: its step's middle, or up to a step further if it would touch the label before it and
 * does not reach the next one.
 * @param {number} middle  of the step
 * @param {number} half  of the label's width
 * @param {number} free  left end of the free room
 * @param {number} wide  px of a step
 * @param {number} next  left end of the next step with a label
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
 * @param {boolean | ((text: string) => boolean)} merges  whether equal neighbours are merged
 * @returns {[string, number, number][]}
 */
export function runsOf(texts, merges) {
  const canMerge = typeof merges === "function" ? merges : () => merges;
  /** @type {[string, number, number][]} */
  const runs = [];
  texts.forEach((text, k) => {
    const before = runs[runs.length - 1];
    if (before?.[2] === k - 1 && before[0] === text && canMerge(text)) before[2] = k;
    else if (text) runs.push([text, k, k]);
  });
  return runs;
}
