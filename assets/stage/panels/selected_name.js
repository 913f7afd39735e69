// Name of the selected unit at its row. It covers names that it would overlap.

/** @import { Gate } from "../data/scene_types.js" */
/** @import { PanelFrame } from "./panel_types.js" */
import { LETTER, nameOffset, nameInterval } from "./axes.js";
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
    count = panels.units.length,
    tall = LETTER * panels.scale,
    y = nameOffset(panels, place, count, height),
    every = nameInterval(panels, count, height);
  context.fillStyle = panels.ink.surface;
  for (let k = 0; k < count; k += every) {
    const other = nameOffset(panels, k, count, height);
    if (k === place || Math.abs(other - y) < tall) context.fillRect(0, top + other - tall / 2, panels.left - 8, tall);
  }
  context.font = panels.strong;
  context.textAlign = "right";
  context.textBaseline = "middle";
  context.fillStyle = panels.ink.accent;
  context.fillText(shorten(context, panels.unitName(panels.units[place]), panels.left - 12), panels.left - 9, top + y);
}
