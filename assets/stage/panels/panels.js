// The panels on one time axis: ruler, input strip, heatmaps of z, r, n, h, axis, overview bar. Draws; decides nothing.

/** @import { Panel, Scene, Statistic, Words } from "../fields.js" */
/** @import { Spot } from "../hands/gestures.js" */
/** @import { Ink } from "./ink.js" */
/** @import { Marks } from "./marks.js" */
/** @import { Palette } from "./palette.js" */
/** @import { Tile, Tiles } from "../numbers/tiles.js" */
import { ROWS } from "../fields.js";
import { answerAxis, answerHeight, answerWords, drawAnswer, outputAt, rowName, wrongLane } from "./rows/answer.js";
import { colourBar, inputAxis, labelSteps, overviewBar, timeTicks, unitAxis } from "./axes.js";
import { drawMarks } from "./marks.js";
import { contextOf } from "./canvas.js";
import { button, element } from "../markup.js";
import { GAP, HIGHEST, LANE_OF_CHANGE, LOWEST, MOST, OVERVIEW, UNIT, sizesAt } from "./measures.js";
import { raster } from "./raster.js";
import { asColour, channel, drawInput, inputHeight, inputRows } from "./rows/input.js";
import { axisEnds, axisNumber, fill } from "../wording.js";

const SIGNED = 12;  // px more beside the colour bars
const FONT = '"Source Sans", "Noto Sans CJK KR", "Noto Sans KR", system-ui, sans-serif';

/** @typedef {{name: Panel, title: number, top: number, height: number, bottom: number}} Row  px from the top; title: where the line above it begins */

/** @typedef {{each: number, units: number, tile: Tile}} Drawn  how many steps and units share a pixel, and what was drawn from */

/**
 * @typedef {object} Layout
 * @property {Int32Array} shown  units from the top
 * @property {string[] | null} ranks  what the order is by, by unit
 * @property {string} hide  letters of the panels hidden
 * @property {Panel | ""} large  the one that has all the room
 * @property {boolean} own  each input is on its own scale
 * @property {boolean} lane  there is room under the first panel for what an experiment changes
 * @property {string} delta  letters of the panels that show differences
 */

/**
 * The picture to draw.
 * @typedef {object} Picture
 * @property {Tiles} tiles
 * @property {number} layer
 * @property {Statistic} statistic
 * @property {Record<Panel, Palette>} palettes
 * @property {Ink} ink
 * @property {number} a  the window
 * @property {number} b
 */

/**
 * Whether a text is seen whole; to a fraction of a pixel, which is enough to cut it.
 * @param {HTMLElement} box
 */
function fits(box) {
  const range = document.createRange();
  range.selectNodeContents(box);
  return range.getBoundingClientRect().width <= box.getBoundingClientRect().width + 0.01;
}

export class Panels {
  /**
   * @param {{panels: HTMLElement, heat: HTMLCanvasElement, over: HTMLCanvasElement, titles: HTMLElement}} part
   * @param {Scene} scene
   * @param {Words} w
   * @param {Ink} ink
   * @param {(name: Panel) => void} enlarge  a panel, or make it small again
   */
  constructor({ panels, heat, over, titles }, scene, w, ink, enlarge) {
    this.enlarge = enlarge;
    this.host = panels;
    this.heat = heat;
    this.over = over;
    this.titles = titles;
    /** @type {Partial<Record<Panel, HTMLCanvasElement>>} */
    this.images = {};
    this.scene = scene;
    this.w = w;
    this.ink = ink;
    /** @type {Tile | null} */
    this.tile = null;
    this.a = 0;
    this.b = 1;
    // nothing has a place before `arrange`
    this.width = this.height = this.left = this.plot = this.axis = this.axisTop = this.overviewTop = 0;
    this.ratio = this.scale = 1;
    this.size = sizesAt(1);
    this.symbols = this.labelled = this.asks = this.own = false;
    this.font = this.strong = "";
    /** @type {Int32Array} Units, from the top. */
    this.shown = new Int32Array(0);
    /** @type {string[] | null} */
    this.ranks = null;
    /** @type {Row[]} */
    this.rows = [];
    /** Where what is left of an experiment's change is drawn. @type {{top: number, height: number} | null} */
    this.lane = null;
    this.delta = "";
  }

  /**
   * Where everything stands, in CSS pixels; call after a change of size, trace, units shown or words.
   * @param {number} width
   * @param {number} room  px of height that all of it may take, as far as there is enough
   * @param {number} scale  of the type
   * @param {Scene} scene
   * @param {Layout} layout
   * @param {Words} w
   */
  arrange(width, room, scale, scene, { shown, ranks, hide, large, own, lane, delta }, w) {
    this.delta = delta;
    this.own = own && scene.trace.inputs > 1 && scene.x_ends.length > 0;
    this.width = width;
    this.scale = scale;
    this.size = sizesAt(scale);
    this.scene = scene;
    this.shown = shown;
    this.ranks = ranks;
    this.w = w;
    const context = contextOf(this.heat);
    this.font = `${(width > 900 ? 13.5 : 12) * scale}px ${FONT}`;
    this.strong = `600 ${this.font}`;
    context.font = this.font;
    const { x } = scene.palettes.light, ends = this.own ? scene.x_ends.flatMap(axisEnds) : [axisNumber(x.low), axisNumber(x.high)];
    const names = ranks || scene.unit_names.length ? Array.from(shown, (unit) => this.unitName(unit)) : [String(scene.trace.units - 1)];
    const inputs = asColour(scene) ? Array.from({ length: inputRows(scene) }, (_, k) => channel(scene, k)) : [];
    const outputs = !scene.answer || scene.answer.kind === "numbers" ? [] : Array.from({ length: scene.answer.count }, (_, k) => rowName(this, k));
    const widest = Math.max(...[...names, ...inputs, ...outputs, ...ends].map((name) => context.measureText(name).width));
    this.left = Math.ceil(Math.min((width < 480 ? 74 : 120) * scale, Math.max(30, widest + 16)));
    // differences may be a thousandth, and have a sign
    this.plot = Math.max(60, width - this.left - this.size.bar - (scene.form === "difference" ? SIGNED * scale : 0));
    const there = panelsOf(scene), kept = there.filter((name) => !hide.includes(name)), visible = large && there.includes(large) ? [large] : kept.length ? kept : there;
    const lines = visible.map((name) => this.title(name, name === large));
    this.titles.replaceChildren(...lines);
    const title = this.heading(lines);
    this.labelled = scene.trace.labelled;
    this.asks = scene.trace.asks;
    this.symbols = this.labelled && visible[0] === "x";
    const gates = visible.filter((name) => name !== "x" && name !== "y").length, input = visible.includes("x"), says = visible.includes("y");
    // labels stand over the input, or under the axis where the input is not shown
    this.axis = this.size.axis + (this.labelled && !this.symbols ? this.size.symbols : 0) + (this.asks ? this.size.symbols : 0);
    const change = lane ? LANE_OF_CHANGE : 0, crossed = says ? wrongLane(this) : 0;
    const fixed = this.size.ruler + change + this.axis + OVERVIEW - GAP + visible.length * (title + GAP) + (this.symbols ? this.size.symbols : 0) + crossed;
    const strip = !input ? 0 : large ? room - fixed : inputHeight(this, room);
    // all panels fit a screen; a large one takes what there is, and a pixel a unit if it must
    const answer = !says ? 0 : large ? room - fixed : answerHeight(this, room);
    const free = Math.floor((room - fixed - strip - answer) / Math.max(1, gates)), units = shown.length;
    const body = large ? Math.min(MOST, Math.max(free, units, LOWEST)) : Math.max(LOWEST, Math.min(units * UNIT, HIGHEST, free));
    let top = this.size.ruler;
    this.rows = [];
    this.lane = null;
    for (const name of visible) {
      const height = name === "x" ? Math.max(22, strip) : name === "y" ? Math.max(22, answer) : body, below = name === "y" ? crossed : 0, begin = top;
      top += title + (name === "x" && this.symbols ? this.size.symbols : 0);
      this.rows.push({ name, title: begin, top, height, bottom: top + height + below });
      top += height + below + GAP;
      if (change && this.rows.length === 1) {
        this.lane = { top: top - 1, height: change - 4 };
        top += change;
      }
    }
    this.axisTop = top - GAP;
    this.overviewTop = this.axisTop + this.axis;
    this.height = this.overviewTop + OVERVIEW;
    this.ratio = Math.min(window.devicePixelRatio || 1, 3);
    for (const canvas of [this.heat, this.over]) {
      canvas.width = Math.round(width * this.ratio);
      canvas.height = Math.round(this.height * this.ratio);
      canvas.style.width = `${width}px`;
      canvas.style.height = `${this.height}px`;
    }
    this.host.style.height = `${this.height}px`;
    this.rows.forEach(({ title: at }, k) => { lines[k].style.top = `${at}px`; });
  }

  /**
   * What stands over a panel: its name, what it means in short, and a button that makes it large.
   * @param {Panel} name
   * @param {boolean} large
   */
  title(name, large) {
    const { w } = this, line = element("div", "title", element("b", "", w.gates[name]));
    line.dataset.gate = name;
    if (this.delta.includes(name)) line.append(element("strong", "", fill(w.whatif_delta, { gate: name })));
    else if (name === "z") line.append(element("strong", "", w.keeps));
    const kind = name === "y" ? /** @type {Panel} */ (`y_${answerWords(this.scene)}`) : name;
    const caption = element("span", "", w.short[kind]), size = button("size", [large ? "\u2921" : "\u2922"], () => this.enlarge(name));
    caption.title = w.captions[kind];
    size.title = large ? w.panel_back : w.panel_large;
    size.setAttribute("aria-label", `${size.title}: ${w.gates[name]}`);
    if (this.delta.includes(name)) caption.textContent = "";  // it says what the panel's own colours or lines mean
    line.append(caption, size);
    return line;
  }

  /**
   * Room for a title. Where what a panel means does not fit beside its name it stands below, in two lines if it must.
   * @param {HTMLElement[]} lines
   */
  heading(lines) {
    const captions = lines.map((line) => /** @type {HTMLElement} */ (line.querySelector("span")));
    this.titles.classList.remove("narrow");
    if (captions.every(fits)) return this.size.title;
    this.titles.classList.add("narrow");
    const tall = Math.max(...captions.map((caption) => caption.offsetHeight));
    for (const line of lines) line.style.height = `${tall + this.size.title - 1}px`;
    return tall + this.size.title;
  }

  /**
   * What a row is called, and the number its place is by.
   * @param {number} unit
   */
  unitName(unit) {
    const name = this.scene.unit_names[unit] ?? String(unit);
    return this.ranks ? `${name} \u00b7 ${this.ranks[unit]}` : name;
  }

  /** @param {Panel} name  of one that is shown */
  row(name) {
    const found = this.find(name);
    if (!found) throw new Error("this panel has no place");
    return found;
  }

  /** @param {Panel} name */
  find(name) {
    return this.rows.find((row) => row.name === name);
  }

  /** The bottom of the lowest panel. */
  get bottom() {
    return this.rows[this.rows.length - 1].bottom;
  }

  /** @param {number} t */
  x(t) {
    return this.left + (t - this.a) / (this.b - this.a) * this.plot;
  }

  /** @param {number} x */
  time(x) {
    return this.a + (x - this.left) / this.plot * (this.b - this.a);
  }

  cellWidth() {
    return this.plot / (this.b - this.a);
  }

  /**
   * The panel and unit under a point; rows may hold several units, the place within tells which.
   * @param {number} x
   * @param {number} y
   * @returns {Omit<Spot, "x" | "y">}
   */
  at(x, y) {
    const row = this.rows.find(({ top, bottom }) => y >= top - 1 && y <= bottom + 1);
    const where = y < this.size.ruler ? "ruler" : y >= this.overviewTop - 4 ? "overview" : row ? row.name === "x" ? "x" : "gate" : y > this.axisTop ? "axis" : "between";
    /** @type {number | null} */
    let unit = null;
    if (row && where === "gate" && row.name !== "y") {
      const k = Math.floor((y - row.top) / row.height * this.shown.length);
      unit = this.shown[Math.max(0, Math.min(this.shown.length - 1, k))];
    }
    if (row?.name === "y") return { where, gate: "y", unit, out: outputAt(this, y), inPlot: x >= this.left && x <= this.left + this.plot };
    return { where, gate: row?.name ?? null, unit, inPlot: x >= this.left && x <= this.left + this.plot };
  }

  /**
   * @param {Panel} name  of one that is shown
   * @param {number} place  of the unit, from the top
   */
  unitBox(name, place) {
    const row = this.row(name), each = row.height / this.shown.length;
    return { top: row.top + place * each, height: each };
  }

  // ---- the picture itself: redrawn when window, units, trace or theme change

  /**
   * @param {Picture} picture
   * @returns {Drawn | null} null: nothing is there to draw
   */
  draw({ tiles, layer, statistic, palettes, ink, a, b }) {
    this.a = a;
    this.b = b;
    this.ink = ink;
    const context = contextOf(this.heat), { w } = this;
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    context.font = this.font;
    const steps = this.scene.trace.steps, first = Math.max(0, Math.floor(a)), last = Math.min(steps - 1, Math.ceil(b) - 1);
    const tile = tiles.covering(layer, first, last);
    this.tile = tile;
    if (!tile) return null;
    const most = Math.max(1, Math.round(this.plot * this.ratio));
    const from = Math.max(0, tile.column(first)), to = Math.min(tile.columns - 1, tile.column(last));
    const bin = Math.ceil((to - from + 1) / most);
    context.save();
    context.beginPath();
    context.rect(this.left, 0, this.plot, this.height);
    context.clip();
    context.imageSmoothingEnabled = false;
    // whole bins, counted from the tile's start, so that panning does not make them flicker
    const start = Math.floor(from / bin) * bin, columns = Math.ceil((to + 1 - start) / bin);
    const left = this.x(tile.first + start * tile.each);
    const right = this.x(Math.min(tile.first + (start + columns * bin) * tile.each, tile.last + 1));
    let unitsEach = 1;
    for (const { name, top, height } of this.rows) {
      if (name === "x") {
        drawInput(this, context, { tile, palette: this.own ? palettes.z : palettes.x, start, columns, bin, left, right, top, height });
        continue;
      }
      if (name === "y") {
        drawAnswer(this, context, { tile, palette: palettes.y, statistic, start, columns, bin, left, right, top, height });
        continue;
      }
      unitsEach = Math.ceil(this.shown.length / Math.max(1, Math.round(height * this.ratio)));
      const image = raster(this.images, name, tile, statistic, palettes[name], this.shown, start, columns, bin, unitsEach);
      const rows = Math.ceil(this.shown.length / unitsEach);
      context.drawImage(image, 0, 0, columns, rows, left, top, right - left, height * rows * unitsEach / this.shown.length);
    }
    context.restore();
    for (const { name, top, height } of this.rows) {
      context.strokeStyle = ink.line;
      context.lineWidth = 1;
      context.strokeRect(this.left - 0.5, top - 0.5, this.plot + 1, height + 1);
      if (name === "x") inputAxis(this, context, palettes.x, top, height);
      else if (name === "y") answerAxis(this, context, palettes.y, top, height);
      else unitAxis(this, context, top, height);
      if (name === "x" && this.own && asColour(this.scene)) colourBar(this, context, palettes.z, top, height, [w.own_low, w.own_high]);
      else if (name !== "y" && (name !== "x" || asColour(this.scene))) colourBar(this, context, palettes[name], top, height);
    }
    timeTicks(this, context, first, last);
    context.fillStyle = ink.ink;
    if (this.labelled) labelSteps(this, context, first, last, tile, tile.labels, this.symbols ? this.row("x").top - this.size.symbols / 2 : this.axisTop + this.size.axis + 5);
    if (this.asks) this.answers(context, first, last, tile);
    overviewBar(this, context, steps);
    return { each: tile.each * bin, units: unitsEach, tile };
  }

  /**
   * A row of its own for what is due.
   * @param {CanvasRenderingContext2D} context
   * @param {number} first
   * @param {number} last
   * @param {Tile} tile
   */
  answers(context, first, last, tile) {
    const y = this.axisTop + this.axis - this.size.symbols + 5;
    context.fillStyle = this.ink.accent;
    context.textAlign = "left";
    context.textBaseline = "middle";
    context.fillText(this.w.due, 2, y);
    labelSteps(this, context, first, last, tile, tile.due, y, true);
  }

  /** @param {number} steps */
  overviewEnds(steps) {
    return [this.left + this.a / steps * this.plot, this.left + this.b / steps * this.plot];
  }

  /**
   * What moves: cursor, chosen cell, pointer, brush, loop, slow motion.
   * @param {Marks} state
   */
  mark(state) {
    drawMarks(this, state);
  }
}

/**
 * The panels a scene has, from the top: without a head there is nothing it says.
 * @param {Scene} scene
 * @returns {readonly Panel[]}
 */
export function panelsOf({ answer }) {
  return answer ? ROWS : ROWS.filter((name) => name !== "y");
}
