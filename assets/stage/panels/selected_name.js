// Name of the selected unit at its row. It covers the names it would touch: on a low panel most rows have no name.

/** @import { Gate } from "../data/scene_types.js" */
/** @import { PanelFrame } from "./panel_types.js" */
import { LETTER, nameAt, namedRows } from "./axes.js";
import { shorten } from "./canvas.js";

/**
 * Draw the name of the selected unit.
 * @param {PanelFrame} panels
 * @param {CanvasRenderingContext2D} context
 * @param {Gate} gate
 * @param {number} place  row of the unit, from the top
 */
export function drawSelectedName(panels, context, gate, place) {
  const { top, height } = panels.row(gate),
    count = panels.shown.length,
    tall = LETTER * panels.scale,
    y = nameAt(panels, place, count, height),
    every = namedRows(panels, count, height);
  context.fillStyle = panels.ink.surface;
  for (let k = 0; k < count; k += every) {
    const other = nameAt(panels, k, count, height);
    if (k === place || Math.abs(other - y) < tall) context.fillRect(0, top + other - tall / 2, panels.left - 8, tall);
  }
  context.font = panels.strong;
  context.textAlign = "right";
  context.textBaseline = "middle";
  context.fillStyle = panels.ink.accent;
  context.fillText(shorten(context, panels.unitName(panels.shown[place]), panels.left - 12), panels.left - 9, top + y);
}
