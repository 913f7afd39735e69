// Curve of the difference at each step, in a lane under the input.

/** @import { PanelSurface } from "../view/surface_types.js" */
import { contextOf } from "./canvas.js";
import { axisNumber } from "../view/axis_number.js";

/**
 * Draw the curve; its peak is as high as the lane.
 * @param {PanelSurface} panels
 * @param {{top: number, height: number}} lane
 * @param {Float32Array} change
 * @param {number} peak
 * @param {number | null} end  the first step without a visible difference
 */
export function drawChangeCurve(panels, { top, height }, change, peak, end) {
  const context = contextOf(panels.heat),
    { accent, line, muted } = panels.ink,
    { steps } = panels.scene.trace;
  context.fillStyle = muted;
  context.textAlign = "right";
  context.textBaseline = "middle";
  context.font = panels.font;
  context.fillText("\u0394", panels.left - 9, top + height / 2);
  context.save();
  context.beginPath();
  context.rect(panels.left, top - 1, panels.plot, height + 2);
  context.clip();
  context.strokeStyle = line;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(panels.left, top + height - 0.5);
  context.lineTo(panels.left + panels.plot, top + height - 0.5);
  context.stroke();
  if (peak > 0) {
    const first = Math.max(0, Math.floor(panels.a)),
      last = Math.min(steps, Math.ceil(panels.b)),
      each = Math.max(1, Math.floor((last - first) / (panels.plot * 2)));
    context.fillStyle = accent;
    context.beginPath();
    context.moveTo(panels.x(first), top + height);
    for (let t = first; t < last; t += each) {
      let most = 0;
      for (let k = t; k < Math.min(t + each, last); k++) most = change[k] > most ? change[k] : most;
      const y = top + height - Math.min(1, most / peak) * height;
      context.lineTo(panels.x(t), y);
      context.lineTo(panels.x(Math.min(t + each, last)), y);
    }
    context.lineTo(panels.x(last), top + height);
    context.globalAlpha = 0.8;
    context.fill();
    context.globalAlpha = 1;
  }
  if (end !== null && end < steps) {
    const x = panels.x(end);
    context.fillStyle = muted;
    context.fillRect(x - 0.5, top - 1, 1.5, height + 2);
  }
  context.restore();
  if (peak > 0) {
    context.fillStyle = muted;
    context.textAlign = "left";
    context.fillText(axisNumber(peak), panels.left + panels.plot + 5, top + height / 2);
  }
}
