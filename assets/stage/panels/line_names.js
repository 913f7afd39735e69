// Names of the lines of a row, at the right, where other panels have their colour bar.

/** @import { PanelFrame } from "./panel_types.js" */
import { shorten } from "./canvas.js";

export const NAME = 14; // px of a name's height

/**
 * @param {PanelFrame} panels
 * @param {CanvasRenderingContext2D} context
 * @param {string[]} names
 * @param {string[]} colours
 * @param {number} top  of the row
 * @param {number} height
 * @param {number} [lane]  px of a line's own lane
 */
export function lineNames({ left, plot, scale, size }, context, names, colours, top, height, lane = Infinity) {
  const each = lane < Infinity ? lane : Math.min(NAME * scale, height / names.length);
  context.textAlign = "left";
  context.textBaseline = "middle";
  for (const [k, name] of distinctNames(context, names, size.bar - 8).entries()) {
    context.fillStyle = colours[k];
    context.fillText(name, left + plot + 5, top + height / 2 + (k - (names.length - 1) / 2) * each);
  }
}

/**
 * Shorten names to a width. If one of them is too wide, the beginning that all of them share is left out.
 * @param {CanvasRenderingContext2D} context
 * @param {string[]} names
 * @param {number} room  px
 */
export function distinctNames(context, names, room) {
  if (names.every((name) => context.measureText(name).width <= room)) return names;
  const letters = names.map((name) => [...name]);
  let shared = 0;
  if (names.length > 1)
    while (letters.every((each) => each.length > shared + 1 && each[shared] === letters[0][shared])) shared++;
  return letters.map((each) =>
    shorten(context, (shared > 1 ? "\u2026" : "") + each.slice(shared > 1 ? shared : 0).join(""), room),
  );
}
