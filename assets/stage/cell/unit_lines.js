// Lines of the selected unit over the visible steps: z and r above, from 0 to 1, n and h below.

/** @import { Gate, Phase, Words } from "../data/scene_types.js" */
/** @import { Ink } from "../view/ink.js" */
/** @import { Tile } from "../data/tiles.js" */
/** @import { TimeWindow } from "../view/time_window.js" */
import { GATES } from "../data/panel_names.js";
import { button, element } from "../view/elements.js";
import { contextOf, niceStep, pixelRatio } from "../panels/canvas.js";
import { number } from "../view/format.js";
import { axisNumber } from "../view/axis_number.js";

const LEFT = 30,
  RIGHT = 10,
  TOP = 10,
  BETWEEN = 20,
  BOTTOM = 24;
const FONT = '"Source Sans", "Noto Sans CJK KR", "Noto Sans KR", system-ui, sans-serif';
/** @type {Record<Gate, number[]>} r and n are dashed, to be distinguished without colour. */
const DASHES = { z: [], r: [5, 3], n: [5, 3], h: [] };

/**
 * State of the lines.
 * @typedef {object} UnitLinesState
 * @property {Words} w
 * @property {Tile | null} tile  covers the window; null: not loaded yet
 * @property {TimeWindow} window
 * @property {number} steps
 * @property {number} t
 * @property {string} at  name of the step
 * @property {number} unit
 * @property {string} name  of the unit
 * @property {Gate | "x"} gate  the selected one
 * @property {Record<Gate, number | null>} numbers  at the step
 * @property {boolean} isApproximate
 * @property {number} reach  the largest |n| or |h|
 * @property {Record<string, string>} colours  of the lines
 * @property {Ink} ink
 * @property {number} scale  of the type
 * @property {boolean} fine  for paper
 * @property {Phase | null} phase
 */

/** @typedef {{lows: number[], highs: number[], means: number[], at: number[]}} LinePoints  one entry per place from left to right; at: steps */

/**
 * Pool a unit's values into as many places as fit: lowest, highest and mean of each.
 * @param {Tile} tile
 * @param {Gate} gate
 * @param {number} unit
 * @param {TimeWindow} window
 * @param {number} places
 * @returns {LinePoints}
 */
export function lineOf(tile, gate, unit, [a, b], places) {
  const { units, each } = tile,
    low = tile.array(gate, "low"),
    high = tile.array(gate, "high"),
    mean = tile.array(gate, "mean");
  // one more on either side: the line continues past the edges
  const from = Math.max(0, tile.column(Math.floor(a)) - 1),
    to = Math.min(tile.columns, tile.column(Math.ceil(b)) + 1);
  const bin = Math.max(1, Math.ceil((to - from) / Math.max(1, places)));
  /** @type {LinePoints} */
  const line = { lows: [], highs: [], means: [], at: [] };
  for (let start = from - (from % bin); start < to; start += bin) {
    const end = Math.min(start + bin, tile.columns);
    let least = Infinity,
      most = -Infinity,
      sum = 0,
      count = 0;
    for (let column = start; column < end; column++) {
      const at = column * units + unit,
        weight = tile.weight(column);
      // NaN leaves a gap
      least = low[at] < least || low[at] !== low[at] ? low[at] : least;
      most = high[at] > most || high[at] !== high[at] ? high[at] : most;
      sum += mean[at] * weight;
      count += weight;
    }
    line.lows.push(least);
    line.highs.push(most);
    line.means.push(sum / count);
    line.at.push(tile.first + start * each + count / 2);
  }
  return line;
}

export class UnitLines {
  /**
   * @param {HTMLElement} host
   * @param {{moveTo: (t: number) => void, onEnd: () => void, choose: (gate: Gate) => void}} acts
   */
  constructor(host, { moveTo, onEnd, choose }) {
    this.legend = element("div", "legend");
    this.plot = element("div", "course");
    this.canvas = element("canvas", "");
    this.choose = choose;
    this.fine = false; // for paper
    this.scale = 1; // of the type
    this.pictureKey = "";
    this.legendKey = "";
    /** @type {Tile | null} */
    this.tile = null;
    /** @type {UnitLinesState | null} */
    this.course = null;
    /** @type {Partial<Record<Gate, HTMLElement>>} */
    this.keys = {};
    this.plot.tabIndex = 0;
    this.plot.setAttribute("role", "slider");
    this.canvas.setAttribute("aria-hidden", "true");
    this.plot.append(this.canvas);
    host.replaceChildren(this.legend, this.plot);
    let isPressed = false;
    const move = (/** @type {PointerEvent} */ event) => {
      if (!this.course) return;
      const {
          window: [a, b],
          steps,
        } = this.course,
        box = this.plot.getBoundingClientRect(),
        wide = box.width - this.left - RIGHT;
      const t = Math.floor(a + ((event.clientX - box.left - this.left) / Math.max(1, wide)) * (b - a));
      moveTo(Math.max(0, Math.min(steps - 1, Math.max(Math.floor(a), Math.min(Math.ceil(b) - 1, t)))));
    };
    this.plot.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "mouse" && event.button !== 0) return;
      isPressed = true;
      this.plot.setPointerCapture(event.pointerId);
      move(event);
    });
    this.plot.addEventListener("pointermove", (event) => {
      if (isPressed) move(event);
    });
    for (const end of /** @type {const} */ (["pointerup", "pointercancel", "lostpointercapture"])) {
      this.plot.addEventListener(end, () => {
        if (isPressed) onEnd();
        isPressed = false;
      });
    }
  }

  /** px left of the lines */
  get left() {
    return LEFT * this.scale;
  }

  /** px below the lines */
  get bottom() {
    return BOTTOM * this.scale;
  }

  /** @param {UnitLinesState} course */
  update(course) {
    const { w, t, steps, gate, name, colours, numbers } = course,
      wide = this.plot.clientWidth,
      tall = this.plot.clientHeight;
    if (!wide || !tall) return;
    this.course = course;
    this.scale = course.scale;
    this.fine = course.fine;
    this.updateLegend(course);
    for (const each of GATES) {
      const key = this.keys[each],
        value = `${course.isApproximate ? "≈ " : ""}${number(numbers[each])}`;
      if (key && key.lastChild && key.lastChild.textContent !== value) key.lastChild.textContent = value;
      key?.setAttribute("aria-pressed", String(each === gate));
    }
    const valueText = `${course.at}: ${GATES.map((each) => `${each} ${number(numbers[each])}`).join(", ")}`;
    for (const [what, value] of [
      ["label", `${w.diagram_lines}, ${name}`],
      ["valuemin", "0"],
      ["valuemax", String(steps - 1)],
      ["valuenow", String(t)],
      ["valuetext", valueText],
    ]) {
      if (this.plot.getAttribute(`aria-${what}`) !== value) this.plot.setAttribute(`aria-${what}`, value);
    }
    const key = JSON.stringify([
      course.window,
      t,
      course.unit,
      gate,
      course.reach,
      colours,
      course.ink.ink,
      wide,
      tall,
      pixelRatio(this.fine),
      this.scale,
      course.phase?.name,
    ]);
    if (key === this.pictureKey && course.tile === this.tile) return;
    this.pictureKey = key;
    this.tile = course.tile;
    this.draw(course, wide, tall);
  }

  /**
   * Write the legend: a button for each line, which selects its gate.
   * @param {UnitLinesState} course
   */
  updateLegend({ w, colours }) {
    const key = JSON.stringify([w.language, colours]);
    if (key === this.legendKey) return;
    this.legendKey = key;
    this.legend.replaceChildren(
      ...GATES.map((each) => {
        const sample = element("i", DASHES[each].length ? "dashed" : ""),
          node = button("toggle", [sample, element("b", "", each), " ", element("span", "", "")], () =>
            this.choose(each),
          );
        sample.style.color = colours[each];
        node.title = w.terms[each];
        node.dataset.line = each;
        this.keys[each] = node;
        return node;
      }),
    );
  }

  /**
   * @param {UnitLinesState} course
   * @param {number} wide
   * @param {number} tall
   */
  draw({ tile, window: [a, b], t, unit, gate, reach, colours, ink, phase, w }, wide, tall) {
    const ratio = pixelRatio(this.fine),
      context = contextOf(this.canvas),
      plot = wide - this.left - RIGHT;
    this.canvas.width = Math.round(wide * ratio);
    this.canvas.height = Math.round(tall * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.font = `${12 * this.scale}px ${FONT}`;
    const room = tall - TOP - BETWEEN - this.bottom,
      split = TOP + room * 0.42,
      below = split + BETWEEN,
      extent = Math.max(1, reach);
    const x = (/** @type {number} */ time) => this.left + ((time - a) / (b - a)) * plot;
    /** @type {{gates: Gate[], top: number, bottom: number, low: number, high: number}[]} */
    const lanes = [
      { gates: ["z", "r"], top: TOP, bottom: split, low: 0, high: 1 },
      { gates: ["h", "n"], top: below, bottom: tall - this.bottom, low: -extent, high: extent },
    ];
    // the selected step
    context.fillStyle = ink.accent;
    context.globalAlpha = 0.16;
    context.fillRect(x(t), TOP - 4, Math.max(2, x(t + 1) - x(t)), tall - this.bottom - TOP + 8);
    context.globalAlpha = 1;
    for (const { gates, top, bottom, low, high } of lanes) {
      const y = (/** @type {number} */ value) => bottom - ((value - low) / (high - low)) * (bottom - top);
      context.lineWidth = 1;
      context.textAlign = "right";
      context.textBaseline = "middle";
      for (const value of [...new Set([low, (low + high) / 2, high])]) {
        context.strokeStyle = ink.line;
        context.beginPath();
        context.moveTo(this.left, Math.round(y(value)) + 0.5);
        context.lineTo(this.left + plot, Math.round(y(value)) + 0.5);
        context.stroke();
        context.fillStyle = ink.muted;
        context.fillText(axisNumber(value), this.left - 6, y(value));
      }
      if (!tile) continue;
      context.save();
      context.beginPath();
      context.rect(this.left, top - 3, plot, bottom - top + 6);
      context.clip();
      for (const each of gates) {
        // dashed lines last: another line can be below them
        const line = lineOf(tile, each, unit, [a, b], plot);
        context.strokeStyle = context.fillStyle = colours[each];
        band(context, line, x, y);
        context.lineWidth = each === gate ? 3 : 1.75;
        context.lineJoin = "round";
        context.setLineDash(DASHES[each]);
        context.beginPath();
        let pen = false;
        line.means.forEach((value, k) => {
          if (!Number.isFinite(value)) pen = false;
          else if (pen) context.lineTo(x(line.at[k]), y(value));
          else context.moveTo(x(line.at[k]), y(value));
          pen = Number.isFinite(value);
        });
        context.stroke();
        context.setLineDash([]);
      }
      context.restore();
      if (phase) continue; // slow motion: the values may not be computed yet
      for (const each of gates) {
        const value = tile.array(each, "mean")[tile.column(t) * tile.units + unit];
        if (
          !(t >= tile.first && t <= tile.last && value >= low && value <= high) ||
          x(t + 0.5) < this.left - 1 ||
          x(t + 0.5) > this.left + plot + 1
        )
          continue;
        context.beginPath();
        context.arc(x(t + 0.5), y(value), each === gate ? 5 : 4, 0, 7);
        context.fillStyle = colours[each];
        context.fill();
        context.lineWidth = 1.5;
        context.strokeStyle = ink.surface;
        context.stroke();
      }
    }
    this.ticks(context, [a, b], x, wide, tall, ink);
    if (tile) return;
    context.fillStyle = ink.muted;
    context.textAlign = "center";
    context.fillText(w.loading, this.left + plot / 2, (TOP + split) / 2);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {TimeWindow} window
   * @param {(time: number) => number} x
   * @param {number} wide
   * @param {number} tall
   * @param {Ink} ink
   */
  ticks(context, [a, b], x, wide, tall, ink) {
    const every = niceStep(((b - a) * 44 * this.scale) / Math.max(1, wide - this.left - RIGHT));
    context.fillStyle = ink.muted;
    context.textAlign = "center";
    context.textBaseline = "alphabetic";
    for (let t = Math.ceil(a / every) * every; t < b; t += every) {
      const half = context.measureText(String(t)).width / 2;
      context.fillText(String(t), Math.min(wide - half, x(t + 0.5)), tall - 7);
    }
  }
}

/**
 * Draw a band from the lowest to the highest value of each place, if steps share places.
 * @param {CanvasRenderingContext2D} context
 * @param {LinePoints} line
 * @param {(time: number) => number} x
 * @param {(value: number) => number} y
 */
function band(context, { lows, highs, at }, x, y) {
  if (!lows.some((low, k) => highs[k] > low)) return;
  context.globalAlpha = 0.3;
  context.beginPath();
  const finite = at.map((_, k) => k).filter((k) => Number.isFinite(lows[k]) && Number.isFinite(highs[k]));
  for (const k of finite) context.lineTo(x(at[k]), y(highs[k]));
  for (const k of finite.reverse()) context.lineTo(x(at[k]), y(lows[k]));
  context.fill();
  context.globalAlpha = 1;
}
