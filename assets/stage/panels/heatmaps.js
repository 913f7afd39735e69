// Panels on one time axis: a heatmap for each gate, and rows of other kinds. `Heatmaps` computes their layout and draws
// them.

/** @import { Panel, Scene, Words } from "../data/scene_types.js" */
/** @import { Tile } from "../data/tiles.js" */
/** @import { Palette } from "../view/palette.js" */
/** @import { Ink } from "../view/ink.js" */
/** @import { PointerSpot } from "./gestures.js" */
/** @import { AxisExtra, PictureInfo, PanelLayout, PanelPicture, PanelRow, RowKind } from "./panel_types.js" */
import { panelsOf } from "../data/panel_names.js";
import { button, element } from "../view/elements.js";
import { fill } from "../view/format.js";
import { colourBar, timeTicks, unitAxis } from "./axes.js";
import { contextOf, pixelRatio } from "./canvas.js";
import { raster } from "./raster.js";
import { GAP, HIGHEST, LANE_OF_CHANGE, LOWEST, LOWEST_LARGE, MOST, OVERVIEW, sizesAt, UNIT } from "./sizes.js";

const SIGNED = 12; // px more beside the colour bars
const FONT = '"Source Sans", "Noto Sans CJK KR", "Noto Sans KR", system-ui, sans-serif';

export class Heatmaps {
  /**
   * @param {{panels: HTMLElement, heat: HTMLCanvasElement, over: HTMLCanvasElement, titles: HTMLElement}} part
   * @param {Scene} scene
   * @param {Words} words
   * @param {Ink} ink
   * @param {object} kinds
   * @param {RowKind[]} kinds.rows
   * @param {AxisExtra[]} kinds.extras
   * @param {Panel[] | null} kinds.only  the panels to show; null: all of the scene
   * @param {((name: Panel) => void) | null} kinds.enlarge  make a panel large, or small again
   */
  constructor({ panels, heat, over, titles }, scene, words, ink, { rows, extras, only, enlarge }) {
    this.host = panels;
    this.heat = heat;
    this.over = over;
    this.titles = titles;
    this.kinds = new Map(rows.map((kind) => [kind.name, kind]));
    this.extras = extras;
    this.only = only;
    this.enlarge = enlarge;
    /** @type {Partial<Record<Panel, HTMLCanvasElement>>} */
    this.images = {};
    this.scene = scene;
    this.words = words;
    this.ink = ink;
    /** @type {Tile | null} */
    this.tile = null;
    this.a = 0;
    this.b = 1;
    // set by `arrange`
    this.width = this.height = this.left = this.plot = this.axis = this.axisTop = this.overviewTop = 0;
    this.ratio = this.scale = 1;
    this.fine = false; // resolution for paper
    this.size = sizesAt(1);
    this.labelsOver = this.hasOwnScales = false; // labelsOver: labels of steps are above the first panel
    this.font = this.strong = "";
    /** @type {Int32Array} Units, from the top. */
    this.units = new Int32Array(0);
    /** @type {string[] | null} */
    this.ranks = null;
    /** @type {PanelRow[]} */
    this.rows = [];
    /** Lane under the first panel, for an overlay. @type {{top: number, height: number} | null} */
    this.lane = null;
    /** Middle and half width of the numbers on the ruler, px. @type {number[][]} */
    this.ticks = [];
    this.delta = "";
    /** Ends of the colour scale of each difference. @type {Partial<Record<Panel, number>>} */
    this.reach = {};
  }

  /** The available panels, from the top. */
  get names() {
    const { only } = this;
    return panelsOf(this.scene).filter((name) => (only ? only.includes(name) : true));
  }

  /**
   * Compute the layout in CSS pixels. Call it after a change of size, trace, units shown or words.
   * @param {number} width
   * @param {number} room  available px of height; panels have a minimum height, so the total can be larger
   * @param {number} scale  of the type
   * @param {Scene} scene
   * @param {PanelLayout} layout
   * @param {Words} words
   */
  arrange(width, room, scale, scene, { units, ranks, hide, large, hasOwnScales, hasLane, delta }, words) {
    Object.assign(this, { delta, width, scale, size: sizesAt(scale), scene, units, ranks, words });
    this.hasOwnScales = hasOwnScales && scene.trace.inputs > 1 && scene.x_ends.length > 0;
    const context = contextOf(this.heat);
    this.font = `${(width > 900 ? 13.5 : 12) * scale}px ${FONT}`;
    this.strong = `600 ${this.font}`;
    context.font = this.font;
    const { names: available } = this,
      notHidden = available.filter((name) => !hide.includes(name)),
      visible = large && available.includes(large) ? [large] : notHidden.length ? notHidden : available;
    const names =
      ranks || scene.unit_names.length
        ? Array.from(units, (unit) => this.unitName(unit))
        : [String(scene.trace.units - 1)];
    const kinds = [...this.kinds.values()].filter(({ name }) => available.includes(name));
    const texts = [
      ...names,
      ...kinds.flatMap((kind) => kind.names(this)),
      ...this.extraNames.map(({ text }) => text),
      words.step,
    ];
    const widest = Math.max(...texts.map((text) => context.measureText(text).width));
    this.left = Math.ceil(Math.min((width < 480 ? 74 : 120) * scale, Math.max(30, widest + 16)));
    // labels of differences are wider: thousandths, with a sign
    this.plot = Math.max(60, width - this.left - this.size.bar - (scene.form === "difference" ? SIGNED * scale : 0));
    const lines = visible.map((name) => this.title(name, name === large));
    this.titles.replaceChildren(...lines);
    const title = this.titleHeight(lines);
    this.labelsOver = scene.trace.labelled && visible[0] === "x";
    this.axis = this.size.axis + this.extras.reduce((sum, extra) => sum + extra.height(this), 0);
    const own_rows = visible.flatMap((name) => this.kinds.get(name) ?? []),
      gates = visible.length - own_rows.length,
      change = hasLane ? LANE_OF_CHANGE : 0,
      over = this.labelsOver ? this.size.symbols : 0;
    const below = new Map(own_rows.map((kind) => [kind.name, kind.below(this)]));
    const fixed =
      this.size.ruler +
      change +
      this.axis +
      OVERVIEW -
      GAP +
      visible.length * (title + GAP) +
      over +
      [...below.values()].reduce((sum, each) => sum + each, 0);
    const heights = new Map(own_rows.map((kind) => [kind.name, large ? room - fixed : kind.height(this, room)]));
    // all panels fit a screen; a large one takes the free height, at least a pixel per unit
    const usedHeight = [...heights.values()].reduce((sum, each) => sum + each, 0),
      free = Math.floor((room - fixed - usedHeight) / Math.max(1, gates));
    // a page with several stages is longer than the screen anyway
    const lowest = scale > 1 && scene.form === "" ? LOWEST_LARGE : LOWEST;
    const body = large
      ? Math.min(MOST, Math.max(free, units.length, lowest))
      : Math.max(lowest, Math.min(units.length * UNIT, HIGHEST, free));
    let top = this.size.ruler;
    this.rows = [];
    this.lane = null;
    for (const name of visible) {
      const height = heights.has(name) ? Math.max(22, heights.get(name) ?? 0) : body,
        under = below.get(name) ?? 0,
        begin = top;
      top += title + (name === "x" ? over : 0);
      this.rows.push({ name, title: begin, top, height, bottom: top + height + under });
      top += height + under + GAP;
      if (change && this.rows.length === 1) {
        this.lane = { top: top - 1, height: change - 4 };
        top += change;
      }
    }
    this.axisTop = top - GAP;
    this.overviewTop = this.axisTop + this.axis;
    this.height = this.overviewTop + OVERVIEW;
    this.ratio = pixelRatio(this.fine);
    for (const canvas of [this.heat, this.over]) {
      canvas.width = Math.round(width * this.ratio);
      canvas.height = Math.round(this.height * this.ratio);
      canvas.style.width = `${width}px`;
      canvas.style.height = `${this.height}px`;
    }
    this.host.style.height = `${this.height}px`;
    this.rows.forEach(({ title: at }, k) => {
      lines[k].style.top = `${at}px`;
    });
    // the names are drawn on the canvas; these elements have the definitions as tooltips
    for (const name of this.extraNames) {
      const term = withTitle(element("span", "row-term"), name.meaning);
      Object.assign(term.style, { top: `${name.top}px`, width: `${this.left}px`, height: `${name.height}px` });
      this.titles.append(term);
    }
  }

  get extraNames() {
    return this.extras.flatMap((extra) => extra.name?.(this) ?? []);
  }

  /**
   * Return the line over a panel: name, short caption, and a button that makes the panel large.
   * @param {Panel} name
   * @param {boolean} large
   */
  title(name, large) {
    const { words, enlarge } = this,
      line = element("div", "title", withTitle(element("b", "", words.gates[name]), words.terms[name])),
      difference = this.delta.includes(name);
    line.dataset.gate = name;
    if (difference) line.append(this.deltaTitle(name));
    else if (name === "z") line.append(withTitle(element("strong", "", words.keeps), words.terms.keeps));
    const kind = /** @type {Panel} */ (this.kinds.get(name)?.caption(this.scene) ?? name);
    // the caption explains the panel's usual colours, which a difference does not use
    const caption = element("span", "", difference ? "" : words.short[kind]);
    caption.title = words.captions[kind];
    line.append(caption);
    if (!enlarge) return line;
    const size = button("size", [large ? "\u2921" : "\u2922"], () => enlarge(name));
    size.title = large ? words.panel_back : words.panel_large;
    size.setAttribute("aria-label", `${size.title}: ${words.gates[name]}`);
    line.append(size);
    return line;
  }

  /**
   * Return the title of a panel of differences, with the end of its colour scale.
   * @param {Panel} name
   */
  deltaTitle(name) {
    const text = fill(this.words.whatif_delta, { gate: name, scale: this.reach[name] ?? "\u2026" });
    return withTitle(element("strong", "delta", text), text); // on a phone its end is cut off
  }

  /**
   * Write the colour scales of differences into the titles.
   * @param {Record<Panel, Palette>} palettes
   */
  writeReach(palettes) {
    for (const line of /** @type {Iterable<HTMLElement>} */ (this.titles.children)) {
      const name = /** @type {Panel | undefined} */ (line.dataset.gate);
      if (!name || !this.delta.includes(name) || this.reach[name] === palettes[name].high) continue;
      this.reach[name] = palettes[name].high;
      line.querySelector("strong")?.replaceWith(this.deltaTitle(name));
    }
  }

  /**
   * Return px for a title. A caption that does not fit beside its name is placed below it, in two lines if needed.
   * @param {HTMLElement[]} lines
   */
  titleHeight(lines) {
    const captions = lines.map((line) => /** @type {HTMLElement} */ (line.querySelector("span")));
    this.titles.classList.remove("narrow");
    if (captions.every(fits)) return this.size.title;
    this.titles.classList.add("narrow");
    const tall = Math.max(...captions.map((caption) => caption.offsetHeight));
    for (const line of lines) line.style.height = `${tall + this.size.title - 1}px`;
    return tall + this.size.title;
  }

  /**
   * Return a unit's name with the number that the order is by.
   * @param {number} unit
   */
  unitName(unit) {
    const name = this.scene.unit_names[unit] ?? String(unit);
    return this.ranks ? `${name} \u00b7 ${this.ranks[unit]}` : name;
  }

  /** @param {Panel} name  of a visible panel */
  row(name) {
    const row = this.find(name);
    if (!row) throw new Error(`the panel ${name} is not visible`);
    return row;
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
    return this.left + ((t - this.a) / (this.b - this.a)) * this.plot;
  }

  /** @param {number} x */
  time(x) {
    return this.a + ((x - this.left) / this.plot) * (this.b - this.a);
  }

  cellWidth() {
    return this.plot / (this.b - this.a);
  }

  /**
   * Return what is under a point. Within a panel the height determines the unit.
   * @param {number} x
   * @param {number} y
   * @returns {Omit<PointerSpot, "x" | "y" | "out">}
   */
  at(x, y) {
    const row = this.rows.find(({ top, bottom }) => y >= top - 1 && y <= bottom + 1),
      ruler = y < this.size.ruler,
      overview = y >= this.overviewTop - 4;
    const inside = row ? (row.name === "x" ? "x" : "gate") : y > this.axisTop ? "axis" : "between";
    const where = ruler ? "ruler" : overview ? "overview" : inside;
    /** @type {number | null} */
    let unit = null;
    if (row && where === "gate" && !this.kinds.has(row.name)) {
      const k = Math.floor(((y - row.top) / row.height) * this.units.length);
      unit = this.units[Math.max(0, Math.min(this.units.length - 1, k))];
    }
    return { where, gate: row?.name ?? null, unit, isInPlot: x >= this.left && x <= this.left + this.plot };
  }

  /**
   * @param {Panel} name  of a visible panel
   * @param {number} place  of the unit, from the top
   */
  unitBox(name, place) {
    const row = this.row(name),
      each = row.height / this.units.length;
    return { top: row.top + place * each, height: each };
  }

  /**
   * Draw the picture. It depends on window, units, trace and theme.
   * @param {PanelPicture} picture
   * @returns {PictureInfo | null} null: no tile covers the window yet
   */
  draw({ tiles, layer, statistic, palettes, ink, a, b }) {
    Object.assign(this, { a, b, ink });
    const context = contextOf(this.heat);
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    context.font = this.font;
    const steps = this.scene.trace.steps,
      first = Math.max(0, Math.floor(a)),
      last = Math.min(steps - 1, Math.ceil(b) - 1);
    const tile = tiles.covering(layer, first, last);
    this.tile = tile;
    if (!tile) return null;
    this.writeReach(palettes);
    const most = Math.max(1, Math.round(this.plot * this.ratio));
    const from = Math.max(0, tile.column(first)),
      to = Math.min(tile.columns - 1, tile.column(last)),
      bin = Math.ceil((to - from + 1) / most);
    context.save();
    context.beginPath();
    context.rect(this.left, 0, this.plot, this.height);
    context.clip();
    context.imageSmoothingEnabled = false;
    // whole bins, counted from the tile's start, so that panning does not make them flicker
    const start = Math.floor(from / bin) * bin,
      columns = Math.ceil((to + 1 - start) / bin);
    const left = this.x(tile.first + start * tile.each);
    const right = this.x(Math.min(tile.first + (start + columns * bin) * tile.each, tile.last + 1));
    let unitsEach = 1;
    for (const { name, top, height } of this.rows) {
      const kind = this.kinds.get(name);
      if (kind) {
        kind.draw(this, context, { tile, palettes, statistic, start, columns, bin, left, right, top, height });
        continue;
      }
      unitsEach = Math.ceil(this.units.length / Math.max(1, Math.round(height * this.ratio)));
      const image = raster(
        this.images,
        name,
        tile,
        statistic,
        palettes[name],
        this.units,
        start,
        columns,
        bin,
        unitsEach,
      );
      const rows = Math.ceil(this.units.length / unitsEach),
        tall = (height * rows * unitsEach) / this.units.length;
      context.drawImage(image, 0, 0, columns, rows, left, top, right - left, tall);
    }
    context.restore();
    for (const { name, top, height } of this.rows) {
      context.strokeStyle = ink.line;
      context.lineWidth = 1;
      context.strokeRect(this.left - 0.5, top - 0.5, this.plot + 1, height + 1);
      const kind = this.kinds.get(name);
      if (kind) kind.axis(this, context, palettes, top, height);
      else {
        unitAxis(this, context, top, height);
        colourBar(this, context, palettes[name], top, height);
      }
    }
    this.ticks = timeTicks(this, context, first, last);
    for (const extra of this.extras) extra.draw(this, context, first, last, tile);
    return { each: tile.each * bin, units: unitsEach, tile };
  }
}

/**
 * Whether a text fits its box. A fraction of a pixel is enough for CSS to cut it off.
 * @param {HTMLElement} box
 */
function fits(box) {
  const range = document.createRange();
  range.selectNodeContents(box);
  return range.getBoundingClientRect().width <= box.getBoundingClientRect().width + 0.01;
}

/**
 * @template {HTMLElement} Node
 * @param {Node} node
 * @param {string} title
 */
function withTitle(node, title) {
  return Object.assign(node, { title });
}
