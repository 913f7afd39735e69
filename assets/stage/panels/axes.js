// What stands around the panels: names of units and inputs, colour bars, steps and their labels, the overview bar.

/** @import { Panels } from "./panels.js" */
/** @import { Palette } from "./palette.js" */
/** @import { Tile } from "../numbers/tiles.js" */
import { niceStep, roundedRect, shorten } from "./canvas.js";
import { asColour, channel, inputRows } from "./rows/input.js";
import { OVERVIEW } from "./measures.js";
import { axisEnds, axisNumber } from "../wording.js";

const ROOMY = 22;  // px of a step in which each answer is read by itself
const DOTS = 4;  // px apart at least

/**
 * @param {Panels} panels
 * @param {CanvasRenderingContext2D} context
 * @param {number} top
 * @param {number} height
 */
export function unitAxis(panels, context, top, height) {
  rowNames(panels, context, panels.shown.length, (k) => panels.unitName(panels.shown[k]), top, height);
}

/**
 * @param {Panels} panels
 * @param {CanvasRenderingContext2D} context
 * @param {number} count  of rows
 * @param {(row: number) => string} nameOf  a row
 * @param {number} top
 * @param {number} height  of all of them
 */
export function rowNames(panels, context, count, nameOf, top, height) {
  const each = height / count, every = Math.max(1, niceStep(13 * panels.scale / each));
  context.fillStyle = panels.ink.muted;
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (let k = 0; k < count; k += every) {
    context.fillText(shorten(context, nameOf(k), panels.left - 12), panels.left - 9, top + (k + 0.5) * each);
  }
}

/**
 * @param {Panels} panels
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} palette
 * @param {number} top
 * @param {number} height
 */
export function inputAxis(panels, context, palette, top, height) {
  if (asColour(panels.scene)) return rowNames(panels, context, inputRows(panels.scene), (k) => channel(panels.scene, k), top, height);
  context.fillStyle = panels.ink.muted;
  context.textAlign = "right";
  context.textBaseline = "middle";
  const count = inputRows(panels.scene), each = panels.own ? height / count : Math.min(14, height / count);
  if (panels.own) {
    for (let k = 0; k < count; k++) {
      const [low, high] = axisEnds(panels.scene.x_ends[k]), above = top + k * each;
      if (low === high) context.fillText(low, panels.left - 9, above + each / 2);
      else for (const [text, y] of /** @type {[string, number][]} */ ([[high, above + 7], [low, above + each - 6]])) context.fillText(text, panels.left - 9, y);
    }
  } else {
    for (const value of [palette.from, palette.high]) {
      const y = top + 6 + (palette.high - value) / (palette.high - palette.from) * (height - 12);
      context.fillText(axisNumber(value), panels.left - 9, y);
    }
  }
  // names of the lines, at the right where there is room for a colour bar elsewhere
  context.textAlign = "left";
  for (let k = 0; k < count; k++) {
    context.fillStyle = panels.ink.inputs[k];
    context.fillText(shorten(context, channel(panels.scene, k), panels.size.bar - 8), panels.left + panels.plot + 5, top + height / 2 + (k - (count - 1) / 2) * each);
  }
}

/**
 * @param {Panels} panels
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} palette
 * @param {number} top
 * @param {number} height
 * @param {[string, string]} [words]  for the ends, where every row has numbers of its own
 */
export function colourBar(panels, context, palette, top, height, words) {
  const left = panels.left + panels.plot + 6, wide = 9;
  for (let y = 0; y < height; y++) {
    context.fillStyle = palette.css(palette.high - (y + 0.5) / height * (palette.high - palette.low));
    context.fillRect(left, top + y, wide, 1.5);
  }
  context.strokeStyle = panels.ink.line;
  context.strokeRect(left - 0.5, top - 0.5, wide + 1, height + 1);
  context.fillStyle = panels.ink.muted;
  context.textAlign = "left";
  context.textBaseline = "middle";
  const middle = (palette.low + palette.high) / 2;
  for (const value of height < 40 || words ? [palette.low, palette.high] : [palette.low, middle, palette.high]) {
    const y = top + (palette.high - value) / (palette.high - palette.low) * height;
    const text = words ? words[value === palette.low ? 0 : 1] : axisNumber(value);
    context.fillText(text, left + wide + 3, Math.max(top + 5, Math.min(top + height - 5, y)));
  }
}

/**
 * @param {Panels} panels
 * @param {CanvasRenderingContext2D} context
 * @param {number} first
 * @param {number} last
 */
export function timeTicks(panels, context, first, last) {
  const every = niceStep((panels.b - panels.a) * (context.measureText(String(last)).width + 30) / panels.plot);
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (let t = Math.ceil(first / every) * every; t <= last; t += every) {
    const x = panels.x(t + 0.5), text = String(t), half = context.measureText(text).width / 2;
    if (x < panels.left - 1 || x > panels.left + panels.plot + 1) continue;
    context.fillStyle = context.strokeStyle = panels.ink.muted;
    context.beginPath();
    for (const y of [panels.size.ruler - 5, panels.axisTop + 1]) {
      context.moveTo(x, y);
      context.lineTo(x, y + 4);
    }
    context.stroke();
    const inside = Math.max(half + 1, Math.min(panels.width - half - 1, x));
    context.fillText(text, inside, panels.size.ruler - 13 * panels.scale);
    context.fillText(text, inside, panels.axisTop + 13 * panels.scale);
  }
  context.textAlign = "left";
  context.fillText(panels.w.step, 2, panels.axisTop + 13 * panels.scale);
}

/**
 * Labels of the steps they stand under or over, as many as can be read: the others leave a dot.
 * @param {Panels} panels
 * @param {CanvasRenderingContext2D} context
 * @param {number} first
 * @param {number} last
 * @param {Tile} tile
 * @param {string[]} texts  of the tile's steps
 * @param {number} y
 * @param {boolean} [held]  the same text again and again is one that lasts
 */
export function labelSteps(panels, context, first, last, tile, texts, y, held = false) {
  const wide = panels.cellWidth(), from = Math.max(first, tile.first), to = Math.min(last, tile.last);
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.strokeStyle = context.fillStyle;
  context.lineWidth = 1;
  let free = panels.left - 8, dotted = -Infinity;
  for (const [text, begin, end] of runsOf(texts.slice(from - tile.first, to + 1 - tile.first), held && wide < ROOMY)) {
    const left = Math.max(panels.left, panels.x(from + begin)), right = Math.min(panels.left + panels.plot, panels.x(from + end + 1)), x = (left + right) / 2;
    if (right <= left) continue;
    const short = shorten(context, text, Math.max(60, right - left)), half = context.measureText(short).width / 2;
    if (x - half < free || x + half > panels.width) {
      if (x - dotted < DOTS) continue;
      dotted = x;
      context.fillRect(x - 1, y - 1, 2, 2);
      continue;
    }
    context.fillText(short, x, y);
    // letters may stand as close as in a word
    free = x + half + 2 + (short.length > 1 ? Math.min(half, 3) : 0);
    if (begin === end) continue;
    context.beginPath();
    for (const [p, q] of [[left + 2, x - half - 3], [x + half + 3, right - 2]]) {
      if (p >= q) continue;
      context.moveTo(p, y);
      context.lineTo(q, y);
    }
    context.globalAlpha = 0.5;
    context.stroke();
    context.globalAlpha = 1;
  }
}

/**
 * The texts there are: [text, first, last].
 * @param {string[]} texts
 * @param {boolean} held  equal neighbours are one
 * @returns {[string, number, number][]}
 */
export function runsOf(texts, held) {
  /** @type {[string, number, number][]} */
  const runs = [];
  texts.forEach((text, k) => {
    const before = runs[runs.length - 1];
    if (held && before?.[2] === k - 1 && before[0] === text) before[2] = k;
    else if (text) runs.push([text, k, k]);
  });
  return runs;
}

/**
 * The whole sequence in one bar, and the part of it that is seen.
 * @param {Panels} panels
 * @param {CanvasRenderingContext2D} context
 * @param {number} steps
 */
export function overviewBar(panels, context, steps) {
  const top = panels.overviewTop + 3, tall = OVERVIEW - 6;
  context.fillStyle = panels.ink.line;
  roundedRect(context, panels.left, top, panels.plot, tall, tall / 2);
  const [from, to] = panels.overviewEnds(steps);
  context.fillStyle = panels.ink.accent;
  context.globalAlpha = from <= panels.left + 1 && to >= panels.left + panels.plot - 1 ? 0.35 : 0.8;
  roundedRect(context, from, top, Math.max(to - from, 6), tall, tall / 2);
  context.globalAlpha = 1;
}
