// What moves over the panels in every stage: the cursor and the selected cell.

/** @import { Gate } from "../data/scene_types.js" */
/** @import { CursorBox, MarkExtra, Marks, PanelFrame } from "./panel_types.js" */
import { contextOf, roundedRect } from "./canvas.js";
import { drawSelectedName } from "./selected_name.js";

/**
 * Draw the marks over the picture.
 * @param {PanelFrame} panels
 * @param {Marks} marks
 * @param {readonly MarkExtra[]} extras
 */
export function drawMarks(panels, marks, extras) {
  const context = contextOf(panels.over);
  context.setTransform(panels.ratio, 0, 0, panels.ratio, 0, 0);
  // on paper Chromium repeats what was drawn, and there clearing paints white over the panels below
  if (!panels.fine) context.clearRect(0, 0, panels.width, panels.height);
  if (!panels.tile) return;
  const wide = panels.cellWidth(),
    [x0, x1] = [panels.x(marks.t), panels.x(marks.t + 1)],
    middle = (x0 + x1) / 2;
  const visible = middle >= panels.left - 1 && middle <= panels.left + panels.plot + 1,
    cursor = { x0, x1, middle, wide, visible };
  for (const extra of extras) extra.under?.(panels, context, marks, cursor);
  drawCursor(panels, context, marks.t, cursor);
  drawSelectedCells(panels, context, marks, cursor);
  for (const extra of extras) extra.over?.(panels, context, marks, cursor);
}

/**
 * @param {PanelFrame} panels
 * @param {CanvasRenderingContext2D} context
 * @param {number} t
 * @param {CursorBox} cursor
 */
function drawCursor(panels, context, t, { x0, x1, middle, wide, visible }) {
  const { ink, halo, accent } = panels.ink,
    right = panels.left + panels.plot;
  if (visible) {
    // beside the step's cells where there is room, over them where there is none; titles stay readable
    const lines =
      wide >= 4
        ? [
            [x0 - 1, -1],
            [x1, 1],
          ]
        : [
            [middle - 0.5, -1],
            [middle - 0.5, 1],
          ];
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
    const text = String(t),
      half = Math.max(context.measureText(text).width / 2 + 6, 12);
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
    const edge = middle < panels.left ? panels.left : right,
      way = middle < panels.left ? 1 : -1;
    context.fillStyle = accent;
    context.beginPath();
    context.moveTo(edge, 12);
    context.lineTo(edge + 9 * way, 6);
    context.lineTo(edge + 9 * way, 18);
    context.fill();
  }
}

/**
 * The selected unit's cell in every gate's panel, and its row's marker.
 * @param {PanelFrame} panels
 * @param {CanvasRenderingContext2D} context
 * @param {Marks} marks
 * @param {CursorBox} cursor
 */
function drawSelectedCells(panels, context, { unit, gate }, { middle, wide, visible }) {
  const { ink, halo, accent } = panels.ink,
    place = panels.shown.indexOf(unit);
  if (place >= 0) {
    for (const { name } of panels.rows) {
      if (panels.kinds.has(name)) continue;
      const { top: y, height } = panels.unitBox(name, place),
        tall = Math.max(height, 3),
        chosen = name === gate;
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
      if (chosen) drawSelectedName(panels, context, /** @type {Gate} */ (name), place);
      if (!visible) continue;
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
}
