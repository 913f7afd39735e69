// Marks over the panels: the cursor and the selected cell.

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
  // when printing, Chromium replays all drawing commands, and clearRect would paint white over the panels
  if (!panels.fine) context.clearRect(0, 0, panels.width, panels.height);
  if (!panels.tile) return;
  const wide = panels.cellWidth(),
    [x0, x1] = [panels.x(marks.t), panels.x(marks.t + 1)],
    middle = (x0 + x1) / 2;
  const isVisible = middle >= panels.left - 1 && middle <= panels.left + panels.plot + 1,
    cursor = { x0, x1, middle, wide, isVisible };
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
function drawCursor(panels, context, t, { x0, x1, middle, wide, isVisible }) {
  const { ink, halo, accent } = panels.ink,
    right = panels.left + panels.plot;
  if (isVisible) {
    // lines beside the step's cells, or over them if they are narrow
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
    // numbers of the ruler that it would cut are covered as a whole
    context.fillStyle = panels.ink.surface;
    for (const [x, halfWidth] of panels.ticks) {
      if (Math.abs(x - at) < half + halfWidth + 2)
        context.fillRect(x - halfWidth - 1, 0, 2 * halfWidth + 2, panels.size.ruler - 5);
    }
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
    // an arrow toward the cursor
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
 * Draw the selected unit's cell in every gate's panel, and the marker of its row.
 * @param {PanelFrame} panels
 * @param {CanvasRenderingContext2D} context
 * @param {Marks} marks
 * @param {CursorBox} cursor
 */
function drawSelectedCells(panels, context, { unit, gate }, { middle, wide, isVisible }) {
  const { ink, halo, accent } = panels.ink,
    place = panels.units.indexOf(unit);
  if (place >= 0) {
    for (const { name } of panels.rows) {
      if (panels.kinds.has(name)) continue;
      const { top: y, height } = panels.unitBox(name, place),
        tall = Math.max(height, 3),
        isSelected = name === gate;
      const up = y + height / 2 - tall / 2;
      // marker of the row
      context.fillStyle = isSelected ? accent : ink;
      context.globalAlpha = isSelected ? 1 : 0.55;
      context.beginPath();
      context.moveTo(panels.left - 1, y + height / 2);
      context.lineTo(panels.left - 7, y + height / 2 - 4.5);
      context.lineTo(panels.left - 7, y + height / 2 + 4.5);
      context.fill();
      context.globalAlpha = 1;
      if (isSelected) drawSelectedName(panels, context, /** @type {Gate} */ (name), place);
      if (!isVisible) continue;
      /** @type {[number, number, number, number]} */
      const box = [middle - Math.max(wide, 5) / 2 - 1.5, up - 1.5, Math.max(wide, 5) + 3, tall + 3];
      context.lineWidth = isSelected ? 5 : 3;
      context.strokeStyle = halo;
      context.strokeRect(...box);
      context.lineWidth = isSelected ? 3 : 1.5;
      context.strokeStyle = isSelected ? accent : ink;
      context.strokeRect(...box);
    }
  }
}
