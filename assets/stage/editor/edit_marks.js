// Marks of the edits on the panels: hatched cells, and a frame around the target.

/** @import { PanelSurface } from "../view/surface_types.js" */
/** @import { Edit } from "../model/gru.js" */
import { contextOf } from "../panels/canvas.js";
import { toRanges } from "./text_numbers.js";

const HATCH = 9; // px between two lines

/** @typedef {{gate: "z" | "r" | "n" | "h" | "x", units: number[] | null, steps: [number, number] | null}} EditTarget  a rectangle of one panel; null: all */

/**
 * @typedef {object} MarkedEdits
 * @property {Edit[]} edits  without those turned off
 * @property {number} layer  visible layer
 * @property {EditTarget | null} target
 * @property {number[]} editedSteps  steps with an edited input
 */

/**
 * Draw the marks.
 * @param {PanelSurface} panels
 * @param {MarkedEdits} marked
 */
export function drawEditMarks(panels, { edits, layer, target, editedSteps }) {
  const context = contextOf(panels.over),
    { ink, halo, accent } = panels.ink;
  context.save();
  context.beginPath();
  context.rect(panels.left, 0, panels.plot, panels.height);
  context.clip();
  for (const edit of edits) {
    if (edit.layer !== layer || edit.do === "weight") continue;
    const gate = edit.do === "lesion" ? "h" : edit.gate;
    for (const box of boxesOf(panels, gate, edit.units, edit.do === "lesion" ? null : edit.steps))
      hatch(panels, box, ink, halo);
  }
  const input = panels.find("x");
  if (input)
    for (const [first, last] of toRanges(editedSteps))
      hatch(
        panels,
        [panels.x(first), input.top + input.height - 4, panels.x(last + 1) - panels.x(first), 4],
        accent,
        halo,
      );
  context.restore();
  if (!target) return;
  for (const [style, wide, dashes] of /** @type {[string, number, number[]][]} */ ([
    [halo, 4, []],
    [accent, 2, [6, 3]],
  ])) {
    context.strokeStyle = style;
    context.lineWidth = wide;
    context.setLineDash(dashes);
    for (const [x, y, width, height] of boxesOf(panels, target.gate, target.units, target.steps)) {
      const from = Math.max(x, panels.left),
        to = Math.min(x + width, panels.left + panels.plot);
      if (to > from) context.strokeRect(from, y, to - from, height);
    }
  }
  context.setLineDash([]);
}

/**
 * Return the boxes of cells, one for each group of neighbouring units.
 * @param {PanelSurface} panels
 * @param {EditTarget["gate"]} gate
 * @param {number[] | null} units
 * @param {[number, number] | null} steps
 * @returns {[number, number, number, number][]}
 */
function boxesOf(panels, gate, units, steps) {
  const row = panels.find(gate);
  if (!row) return [];
  const from = steps ? panels.x(steps[0]) : panels.left,
    to = steps ? panels.x(steps[1] + 1) : panels.left + panels.plot;
  if (!units || gate === "x") return [[from, row.top, to - from, row.height]];
  const unitSet = new Set(units),
    places = [];
  for (let place = 0; place < panels.units.length; place++) if (unitSet.has(panels.units[place])) places.push(place);
  return toRanges(places).map(([first, last]) => {
    const { top, height } = panels.unitBox(gate, first);
    return [from, top, to - from, height * (last - first + 1)];
  });
}

/**
 * Hatch a box with lines from lower left to upper right, dark on light, visible on any colour.
 * @param {PanelSurface} panels
 * @param {[number, number, number, number]} box  is clipped to the plot
 * @param {string} ink
 * @param {string} halo
 */
function hatch(panels, [from, y, across, height], ink, halo) {
  const context = contextOf(panels.over),
    x = Math.max(from, panels.left),
    width = Math.min(from + across, panels.left + panels.plot) - x;
  if (width <= 0) return;
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  for (const [style, wide] of /** @type {[string, number][]} */ ([
    [halo, 2.5],
    [ink, 1],
  ])) {
    context.strokeStyle = style;
    context.lineWidth = wide;
    context.globalAlpha = 0.5;
    context.beginPath();
    // start at multiples of HATCH, so that the lines of neighbouring boxes meet
    for (let at = Math.floor((x + y) / HATCH) * HATCH; at <= x + width + y + height; at += HATCH) {
      context.moveTo(at - y - height, y + height);
      context.lineTo(at - y, y);
    }
    context.stroke();
  }
  context.restore();
}
