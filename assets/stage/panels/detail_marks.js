// Marks that a small figure does not have: loop, slow motion, selected output, story frame, pointer, brush.

/** @import { Panel, PhaseName } from "../data/scene_types.js" */
/** @import { StoryPlace } from "../data/scene_types.js" */
/** @import { MarkExtra, PanelFrame } from "./panel_types.js" */
import { contextOf } from "./canvas.js";
import { outputBox } from "./output_row.js";
import { OVERVIEW } from "./sizes.js";

/** @type {Record<PhaseName, Panel[]>} Panels not computed yet at the end of a phase. */
const PENDING = {
  read: ["z", "r", "n", "h", "y"],
  r: ["z", "n", "h", "y"],
  n: ["z", "h", "y"],
  z: ["h", "y"],
  h: [],
};

/** @type {MarkExtra} The steps of the loop. */
export const loopMark = {
  under(panels, context, { loop }) {
    const { accent } = panels.ink,
      right = panels.left + panels.plot;
    if (loop) {
      const [from, to] = [panels.x(loop[0]), panels.x(loop[1] + 1)].map((x) =>
        Math.max(panels.left, Math.min(right, x)),
      );
      context.fillStyle = accent;
      context.globalAlpha = 0.9;
      context.fillRect(from, panels.size.ruler - 4, Math.max(to - from, 2), 3);
      for (const [x, way] of [
        [from, 1],
        [to, -1],
      ]) {
        context.beginPath();
        context.moveTo(x, panels.size.ruler - 10);
        context.lineTo(x + 8 * way, panels.size.ruler - 1);
        context.lineTo(x, panels.size.ruler - 1);
        context.fill();
      }
      context.globalAlpha = 1;
    }
  },
};

/** @type {MarkExtra} Slow motion: covers the step in panels that are not computed yet. */
export const phaseMark = {
  under(panels, context, { phase }, { x0, x1, isVisible }) {
    const { accent, surface } = panels.ink;
    if (phase && isVisible) {
      for (const name of PENDING[phase.name]) {
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
  },
};

/** @type {MarkExtra} */
export const outputMark = {
  over(panels, _context, { gate, out }, { middle, wide, isVisible }) {
    if (gate === "y" && panels.find("y")) drawOutput(panels, out, isVisible ? middle : null, Math.max(wide, 5));
  },
};

/** @type {MarkExtra} Frame around the cells named in the sentence over the stage. */
export const storyMark = {
  over(panels, _context, { story }) {
    if (story) drawStory(panels, story);
  },
};

/** @type {MarkExtra} The cell under the pointer. */
export const hoverMark = {
  over(panels, context, { hover, isPlaying }, { wide }) {
    const { ink, halo } = panels.ink;
    if (hover && !isPlaying) {
      const { top: y, height } =
        hover.gate === "y"
          ? outputBox(panels, hover.out ?? null)
          : hover.gate === "x" || hover.unit === null
            ? panels.row("x")
            : panels.unitBox(hover.gate, panels.units.indexOf(hover.unit));
      context.lineWidth = 1;
      context.strokeStyle = halo;
      context.strokeRect(panels.x(hover.t) - 1, y - 1, wide + 2, height + 2);
      context.strokeStyle = ink;
      context.strokeRect(panels.x(hover.t), y, wide, height);
    }
  },
};

/** @type {MarkExtra} The range being brushed. */
export const brushMark = {
  over(panels, context, { brush }) {
    const { accent } = panels.ink,
      right = panels.left + panels.plot,
      top = panels.size.ruler,
      { bottom } = panels;
    if (brush) {
      const [from, to] = [brush.from, brush.to]
        .map((x) => Math.max(panels.left, Math.min(right, x)))
        .sort((p, q) => p - q);
      context.fillStyle = accent;
      context.globalAlpha = 0.22;
      const y = brush.overview ? panels.overviewTop : top;
      context.fillRect(from, y, to - from, brush.overview ? OVERVIEW : bottom - top);
      context.globalAlpha = 1;
      context.strokeStyle = accent;
      context.lineWidth = 1.5;
      context.strokeRect(from, y, to - from, brush.overview ? OVERVIEW : bottom - top);
    }
  },
};

/** All marks of this module, in drawing order. */
export const detailMarks = [loopMark, phaseMark, outputMark, storyMark, hoverMark, brushMark];

/**
 * Draw the marker of the selected output's row, and its cell.
 * @param {PanelFrame} panels
 * @param {number | null} out
 * @param {number | null} middle  of the step; null: not visible
 * @param {number} wide  px of the step
 */
function drawOutput(panels, out, middle, wide) {
  const context = contextOf(panels.over),
    { accent, halo } = panels.ink,
    { top, height } = outputBox(panels, panels.scene.answer?.kind === "numbers" ? null : out);
  context.fillStyle = accent;
  context.beginPath();
  context.moveTo(panels.left - 1, top + height / 2);
  context.lineTo(panels.left - 7, top + height / 2 - 4.5);
  context.lineTo(panels.left - 7, top + height / 2 + 4.5);
  context.fill();
  if (middle === null) return;
  const tall = Math.max(height, 3),
    up = top + height / 2 - tall / 2;
  for (const [style, line] of /** @type {[string, number][]} */ ([
    [halo, 5],
    [accent, 3],
  ])) {
    context.strokeStyle = style;
    context.lineWidth = line;
    context.strokeRect(middle - wide / 2 - 1.5, up - 1.5, wide + 3, tall + 3);
  }
}

/**
 * Draw a dashed frame around the steps and units named in a sentence.
 * @param {PanelFrame} panels
 * @param {StoryPlace} place
 */
function drawStory(panels, { gate, first, last, units }) {
  const row = panels.find(gate),
    context = contextOf(panels.over);
  const [from, to] = [panels.x(first), panels.x(last + 1)].map((x) =>
    Math.max(panels.left, Math.min(panels.left + panels.plot, x)),
  );
  if (!row || to - from < 1) return;
  const places = gate === "x" ? [] : units.map((unit) => panels.units.indexOf(unit)).filter((place) => place >= 0);
  const boxes = places.length ? places.map((place) => panels.unitBox(gate, place)) : [row];
  context.save();
  for (const [style, wide] of /** @type {[string, number][]} */ ([
    [panels.ink.halo, 4],
    [panels.ink.accent, 2],
  ])) {
    context.strokeStyle = style;
    context.lineWidth = wide;
    context.setLineDash(wide === 2 ? [5, 4] : []);
    context.globalAlpha = wide === 2 ? 1 : 0.7;
    for (const { top, height } of boxes) context.strokeRect(from - 1, top - 1, to - from + 2, height + 2);
  }
  context.restore();
}
