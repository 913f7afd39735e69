// What moves over the panels: cursor, chosen cell, pointer, brush, loop, slow motion.

/** @import { Gate, Panel, Phase, Place } from "../fields.js" */
/** @import { Brush } from "../hands/gestures.js" */
/** @import { Panels } from "./panels.js" */
import { GATES } from "../fields.js";
import { outputBox } from "./rows/answer.js";
import { contextOf, roundedRect } from "./canvas.js";
import { OVERVIEW } from "./measures.js";

/** @type {Record<Phase["name"], Panel[]>} What is computed after a phase of slow motion. */
const NOT_YET = { read: ["z", "r", "n", "h", "y"], r: ["z", "n", "h", "y"], n: ["z", "h", "y"], z: ["h", "y"], h: [] };

/** @typedef {{t: number, gate: Panel, unit: number | null, out?: number | null}} Hovered  unit: null over the input; out: over what the head says */

/**
 * @typedef {object} Marks
 * @property {number} t
 * @property {number} unit
 * @property {Panel} gate
 * @property {number | null} out  the chosen output of the head
 * @property {Hovered | null} hover
 * @property {Brush | null} brush
 * @property {[number, number] | null} loop
 * @property {Phase | null} phase
 * @property {boolean} playing
 * @property {Place | null} told  what the sentence over the stage speaks of
 */

/**
 * Draw them over the picture.
 * @param {Panels} panels
 * @param {Marks} state
 */
export function drawMarks(panels, { t, unit, gate, out, hover, brush, loop, phase, playing, told }) {
  const context = contextOf(panels.over);
  context.setTransform(panels.ratio, 0, 0, panels.ratio, 0, 0);
  context.clearRect(0, 0, panels.width, panels.height);
  if (!panels.tile) return;
  const { ink, halo, accent, surface } = panels.ink, right = panels.left + panels.plot;
  const top = panels.size.ruler, bottom = panels.bottom;
  if (loop) {
    const [from, to] = [panels.x(loop[0]), panels.x(loop[1] + 1)].map((x) => Math.max(panels.left, Math.min(right, x)));
    context.fillStyle = accent;
    context.globalAlpha = 0.9;
    context.fillRect(from, panels.size.ruler - 4, Math.max(to - from, 2), 3);
    for (const [x, way] of [[from, 1], [to, -1]]) {
      context.beginPath();
      context.moveTo(x, panels.size.ruler - 10);
      context.lineTo(x + 8 * way, panels.size.ruler - 1);
      context.lineTo(x, panels.size.ruler - 1);
      context.fill();
    }
    context.globalAlpha = 1;
  }
  const wide = panels.cellWidth(), [x0, x1] = [panels.x(t), panels.x(t + 1)], middle = (x0 + x1) / 2;
  const seen = middle >= panels.left - 1 && middle <= right + 1;
  if (phase && seen) {
    // within one step: what is not computed yet is covered
    for (const name of NOT_YET[phase.name]) {
      const row = panels.find(name);
      if (!row) continue;
      context.fillStyle = surface;
      context.fillRect(x0, row.top, Math.max(x1 - x0, 2), row.height);
    }
    const now = panels.find(phase.name === "read" ? "x" : phase.name);
    context.strokeStyle = accent;
    context.lineWidth = 3;
    if (now) context.strokeRect(x0 - 2, now.top - 2, Math.max(x1 - x0, 2) + 4, now.height + 4);
  }
  const place = panels.shown.indexOf(unit);
  if (seen) {
    // beside the step's cells where there is room, over them where there is none; titles stay readable
    const lines = wide >= 4 ? [[x0 - 1, -1], [x1, 1]] : [[middle - 0.5, -1], [middle - 0.5, 1]];
    for (const { top: above, height } of panels.rows) {
      for (const [x, shade] of lines) {
        context.fillStyle = halo;
        context.fillRect(x + shade, above - 2, 1, height + 4);
      }
      context.fillStyle = ink;
      for (const [x] of lines) context.fillRect(x, above - 2, 1, height + 4);
    }
    // the playhead
    context.font = panels.strong;
    const text = String(t), half = Math.max(context.measureText(text).width / 2 + 6, 12);
    const at = Math.max(half, Math.min(panels.width - half, middle));
    context.fillStyle = accent;
    roundedRect(context, at - half, 2, 2 * half, panels.size.ruler - 7, 5);
    context.beginPath();
    context.moveTo(middle - 5, panels.size.ruler - 6);
    context.lineTo(middle + 5, panels.size.ruler - 6);
    context.lineTo(middle, panels.size.ruler - 1);
    context.fill();
    context.fillStyle = panels.ink.onAccent;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(text, at, (panels.size.ruler - 2) / 2);
  } else {
    // which way the cursor went
    const edge = middle < panels.left ? panels.left : right, way = middle < panels.left ? 1 : -1;
    context.fillStyle = accent;
    context.beginPath();
    context.moveTo(edge, 12);
    context.lineTo(edge + 9 * way, 6);
    context.lineTo(edge + 9 * way, 18);
    context.fill();
  }
  if (place >= 0) {
    for (const name of GATES) {
      if (!panels.find(name)) continue;
      const { top: y, height } = panels.unitBox(name, place), tall = Math.max(height, 3), chosen = name === gate;
      const up = y + height / 2 - tall / 2;
      // the row's marker, outside of its cells
      context.fillStyle = chosen ? accent : ink;
      context.globalAlpha = chosen ? 1 : 0.55;
      context.beginPath();
      context.moveTo(panels.left - 1, y + height / 2);
      context.lineTo(panels.left - 7, y + height / 2 - 4.5);
      context.lineTo(panels.left - 7, y + height / 2 + 4.5);
      context.fill();
      context.globalAlpha = 1;
      if (!seen) continue;
      /** @type {[number, number, number, number]} */
      const box = [middle - Math.max(wide, 5) / 2 - 1.5, up - 1.5, Math.max(wide, 5) + 3, tall + 3];
      context.lineWidth = chosen ? 5 : 3;
      context.strokeStyle = halo;
      context.strokeRect(...box);
      context.lineWidth = chosen ? 3 : 1.5;
      context.strokeStyle = chosen ? accent : ink;
      context.strokeRect(...box);
    }
  }
  if (gate === "y" && panels.find("y")) drawOutput(panels, out, seen ? middle : null, Math.max(wide, 5));
  if (told) drawTold(panels, told);
  if (hover && !playing) {
    const { top: y, height } = hover.gate === "y" ? outputBox(panels, hover.out ?? null) : hover.gate === "x" || hover.unit === null ? panels.row("x") : panels.unitBox(hover.gate, panels.shown.indexOf(hover.unit));
    context.lineWidth = 1;
    context.strokeStyle = halo;
    context.strokeRect(panels.x(hover.t) - 1, y - 1, wide + 2, height + 2);
    context.strokeStyle = ink;
    context.strokeRect(panels.x(hover.t), y, wide, height);
  }
  if (brush) {
    const [from, to] = [brush.from, brush.to].map((x) => Math.max(panels.left, Math.min(right, x))).sort((p, q) => p - q);
    context.fillStyle = accent;
    context.globalAlpha = 0.22;
    const y = brush.overview ? panels.overviewTop : top;
    context.fillRect(from, y, to - from, brush.overview ? OVERVIEW : bottom - top);
    context.globalAlpha = 1;
    context.strokeStyle = accent;
    context.lineWidth = 1.5;
    context.strokeRect(from, y, to - from, brush.overview ? OVERVIEW : bottom - top);
  }
}

/**
 * The chosen output: its row's marker, and its cell.
 * @param {Panels} panels
 * @param {number | null} out
 * @param {number | null} middle  of the step; null: it is not seen
 * @param {number} wide  px of it
 */
function drawOutput(panels, out, middle, wide) {
  const context = contextOf(panels.over), { accent, halo } = panels.ink, { top, height } = outputBox(panels, panels.scene.answer?.kind === "numbers" ? null : out);
  context.fillStyle = accent;
  context.beginPath();
  context.moveTo(panels.left - 1, top + height / 2);
  context.lineTo(panels.left - 7, top + height / 2 - 4.5);
  context.lineTo(panels.left - 7, top + height / 2 + 4.5);
  context.fill();
  if (middle === null) return;
  const tall = Math.max(height, 3), up = top + height / 2 - tall / 2;
  for (const [style, line] of /** @type {[string, number][]} */ ([[halo, 5], [accent, 3]])) {
    context.strokeStyle = style;
    context.lineWidth = line;
    context.strokeRect(middle - wide / 2 - 1.5, up - 1.5, wide + 3, tall + 3);
  }
}

/**
 * A faint frame around the steps and units a sentence speaks of.
 * @param {Panels} panels
 * @param {Place} place
 */
function drawTold(panels, { gate, first, last, units }) {
  const row = panels.find(gate), context = contextOf(panels.over);
  const [from, to] = [panels.x(first), panels.x(last + 1)].map((x) => Math.max(panels.left, Math.min(panels.left + panels.plot, x)));
  if (!row || to - from < 1) return;
  const places = gate === "x" ? [] : units.map((unit) => panels.shown.indexOf(unit)).filter((place) => place >= 0);
  const boxes = places.length ? places.map((place) => panels.unitBox(gate, place)) : [row];
  context.save();
  for (const [style, wide] of /** @type {[string, number][]} */ ([[panels.ink.halo, 4], [panels.ink.accent, 2]])) {
    context.strokeStyle = style;
    context.lineWidth = wide;
    context.setLineDash(wide === 2 ? [5, 4] : []);
    context.globalAlpha = wide === 2 ? 1 : 0.7;
    for (const { top, height } of boxes) context.strokeRect(from - 1, top - 1, to - from + 2, height + 2);
  }
  context.restore();
}
