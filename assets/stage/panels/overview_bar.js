// Overview: the whole sequence as a bar, with the window on it.

/** @import { AxisExtra } from "./panel_types.js" */
import { roundedRect } from "./canvas.js";
import { OVERVIEW } from "./sizes.js";

/** @type {AxisExtra} */
export const overviewBar = {
  height: () => 0,
  draw(panels, context) {
    const { left, plot, ink, overviewTop, a, b } = panels,
      { steps } = panels.scene.trace,
      top = overviewTop + 3,
      tall = OVERVIEW - 6,
      from = left + (a / steps) * plot,
      to = left + (b / steps) * plot;
    context.fillStyle = ink.line;
    roundedRect(context, left, top, plot, tall, tall / 2);
    context.fillStyle = ink.accent;
    context.globalAlpha = from <= left + 1 && to >= left + plot - 1 ? 0.35 : 0.8;
    roundedRect(context, from, top, Math.max(to - from, 6), tall, tall / 2);
    context.globalAlpha = 1;
  },
};
