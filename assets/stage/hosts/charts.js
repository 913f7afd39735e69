// A stage's cell over the Plotly charts of its page, and clicks there that lead to the stage.

import { isGate } from "../data/panel_names.js";
import { registry } from "./registry.js";

const CHARTS = ".st-key-heatmaps .js-plotly-plot, .st-key-lines .js-plotly-plot";
const CURSOR = "gruviz-cursor";

// What is used of Plotly's inside
/** @typedef {{l2p: (value: number) => number, _length: number, _offset: number}} PlotlyAxis  px, from the axis' own start */
/** @typedef {{xaxis?: PlotlyAxis, [name: string]: unknown}} PlotlyLayout  yaxis, yaxis2, ... and what has no part in this */
/** @typedef {{data: {type?: string, name?: string}, x: number, y: number}} PlotlyPoint */
/**
 * An element Plotly has made a chart of; what it adds comes later than the element.
 * @typedef {HTMLElement & {on?: (type: string, act: (event: {points: PlotlyPoint[]}) => void) => void, _ev?: object,
 *   _fullLayout?: PlotlyLayout, _fullData?: {type?: string, name?: string, yaxis?: string}[]}} PlotlyChart
 */
/** @typedef {{t: number, unit: number}} Marked */

/**
 * @param {PlotlyLayout} layout
 * @param {string} name
 */
function axisOf(layout, name) {
  return /** @type {PlotlyAxis} */ (layout[name]); // Plotly calls nothing else by such a name
}

/**
 * A box in chart pixels, or null where the step or unit lies outside the axis.
 * @param {PlotlyAxis} xaxis
 * @param {PlotlyAxis} yaxis
 * @param {number} step
 * @param {number} unit
 */
function cellOn(xaxis, yaxis, step, unit) {
  /**
   * @param {PlotlyAxis} axis
   * @param {number} at
   */
  const ends = (axis, at) => [axis.l2p(at - 0.5), axis.l2p(at + 0.5)].sort((a, b) => a - b);
  const [left, right] = ends(xaxis, step);
  const [top, bottom] = ends(yaxis, unit);
  if (right < 0 || left > xaxis._length || bottom < 0 || top > yaxis._length) return null;
  // the frame goes around the cell, not over it
  const width = Math.max(right - left, 3) + 4,
    height = Math.max(bottom - top, 3) + 4;
  return {
    left: xaxis._offset + (left + right) / 2 - width / 2,
    width,
    top: yaxis._offset + (top + bottom) / 2 - height / 2,
    height,
  };
}

/**
 * @param {Element} overlay
 * @param {Record<string, string | number>} style  numbers are pixels
 */
function piece(overlay, style) {
  const div = document.createElement("div"),
    texts = Object.entries(style).map(([key, value]) => [key, typeof value === "number" ? `${value}px` : value]);
  Object.assign(div.style, { position: "absolute", boxSizing: "border-box", ...Object.fromEntries(texts) });
  overlay.append(div);
}

/**
 * Mark a cell in a chart.
 * @param {PlotlyChart} chart
 * @param {{ink: string, halo: string}} colours
 * @param {Marked | null} cell
 */
function drawCursor(chart, { ink, halo }, cell) {
  const layout = chart._fullLayout;
  if (!layout?.xaxis?._length || !cell) return;
  const { t: step, unit } = cell;
  /** @type {HTMLElement | null} */
  let overlay = chart.querySelector(`.${CURSOR}`);
  if (!overlay) {
    overlay = document.createElement("div");
    overlay.className = CURSOR;
    Object.assign(overlay.style, { position: "absolute", inset: "0", pointerEvents: "none" });
    // under the layer of hover texts
    chart.querySelector(".hoverlayer")?.closest("svg")?.before(overlay);
  }
  overlay.replaceChildren();
  const xaxis = layout.xaxis;
  const yaxes = Object.keys(layout)
    .filter((key) => /^yaxis\d*$/.test(key))
    .map((key) => axisOf(layout, key));
  const heat = (chart._fullData ?? []).filter((data) => data.type === "heatmap" && isGate(data.name));
  const [left, right] = [xaxis.l2p(step - 0.5), xaxis.l2p(step + 0.5)];
  const inside = (/** @type {number} */ at) => at >= -2 && at <= xaxis._length + 2;
  for (const axis of yaxes) {
    const tall = { top: axis._offset, height: axis._length };
    if (!heat.length) {
      // a veil over the step of a line chart: the line itself stays visible
      const width = Math.max(right - left, 3);
      if (inside((left + right) / 2))
        piece(overlay, {
          ...tall,
          left: xaxis._offset + (left + right - width) / 2,
          width,
          background: ink,
          opacity: "0.3",
        });
      continue;
    }
    // a line at either side of the step, outside of its cells
    for (const { at, shadow } of [
      { at: left - 1, shadow: "-1px" },
      { at: right, shadow: "1px" },
    ]) {
      if (inside(at))
        piece(overlay, {
          ...tall,
          left: xaxis._offset + at,
          width: 1,
          background: ink,
          boxShadow: `${shadow} 0 ${halo}`,
        });
    }
  }
  for (const { yaxis = "y" } of heat) {
    const box = cellOn(xaxis, axisOf(layout, yaxis.replace("y", "yaxis")), step, unit);
    if (box) piece(overlay, { ...box, border: `2px solid ${ink}`, outline: `1px solid ${halo}`, borderRadius: 2 });
  }
}

/** The charts of a page, as long as it has a courier. */
export class Charts {
  constructor() {
    /** @type {{charts: string, ink: string, halo: string}} */
    this.page = { charts: "", ink: "", halo: "" };
    this.opened = false;
    this.frame = 0;
    this.gone = false;
    /** @type {WeakMap<object, object>} What is listened to: Plotly drops its listeners when it makes a chart anew. */
    this.heard = new WeakMap();
    this.unwatch = registry.watch((key) => {
      if (key === this.page.charts) this.soon();
    });
    this.observer = new MutationObserver((changes) => {
      // our own overlay changes the page too
      if (
        !changes.every(
          ({ target }) =>
            target instanceof Element && (target.closest(`.${CURSOR}`) || target.querySelector(`:scope > .${CURSOR}`)),
        )
      )
        this.soon();
    });
    this.observer.observe(document.body, { childList: true, subtree: true });
  }

  soon() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.watch();
    });
  }

  /** The cell of the stage they belong to. @returns {Marked | null} */
  get cell() {
    return registry.stages.get(this.page.charts)?.store.view ?? null;
  }

  watch() {
    for (const chart of /** @type {NodeListOf<PlotlyChart>} */ (document.querySelectorAll(CHARTS))) {
      if (!chart.on || !chart._fullLayout) continue;
      if (chart._ev && this.heard.get(chart) !== chart._ev) {
        this.heard.set(chart, chart._ev);
        chart.on("plotly_afterplot", () => this.draw(chart));
        chart.on("plotly_click", ({ points: [point] }) => this.clicked(point));
      }
      this.draw(chart);
      if (this.opened && chart.closest(".st-key-heatmaps")) {
        // charts just asked for are below the stage: show that they are there
        this.opened = false;
        const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
        chart.scrollIntoView({ block: "start", behavior: still ? "auto" : "smooth" });
      }
    }
  }

  /** @param {PlotlyChart} chart */
  draw(chart) {
    if (!this.gone) drawCursor(chart, this.page, this.cell);
  }

  /** @param {PlotlyPoint} point */
  clicked(point) {
    if (this.gone) return;
    const gate = isGate(point.data.name) ? point.data.name : undefined;
    const unit = gate && point.data.type === "heatmap" ? Math.round(point.y) : this.cell?.unit;
    registry.stages.get(this.page.charts)?.ports.goTo({ t: Math.round(point.x), unit, gate });
  }

  destroy() {
    this.gone = true;
    this.observer.disconnect();
    this.unwatch();
    cancelAnimationFrame(this.frame);
    for (const overlay of document.querySelectorAll(`.${CURSOR}`)) overlay.remove();
  }
}
