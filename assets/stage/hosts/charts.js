// Plotly charts of a page: the stage's selected cell is marked on them, and a click on them selects a cell of the stage.

import { isGate } from "../data/panel_names.js";
import { registry } from "./registry.js";

const CHARTS = ".st-key-heatmaps .js-plotly-plot, .st-key-lines .js-plotly-plot";
const CURSOR = "gruviz-cursor";

// Plotly's internals used here
/** @typedef {{l2p: (value: number) => number, _length: number, _offset: number}} PlotlyAxis  l2p: data to px from the start of the axis */
/** @typedef {{xaxis?: PlotlyAxis, [name: string]: unknown}} PlotlyLayout  also yaxis, yaxis2, ... */
/** @typedef {{data: {type?: string, name?: string}, x: number, y: number}} PlotlyPoint */
/**
 * An element with a Plotly chart. Plotly adds these properties some time after the element.
 * @typedef {HTMLElement & {on?: (type: string, act: (event: {points: PlotlyPoint[]}) => void) => void, _ev?: object,
 *   _fullLayout?: PlotlyLayout, _fullData?: {type?: string, name?: string, yaxis?: string}[]}} PlotlyChart
 */
/** @typedef {{t: number, unit: number}} MarkedCell */

/**
 * @param {PlotlyLayout} layout
 * @param {string} name
 */
function axisOf(layout, name) {
  return /** @type {PlotlyAxis} */ (layout[name]); // only axes have such names
}

/**
 * Return the box of a cell in chart pixels; null if the cell is outside the axes.
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
 * Append an absolutely positioned box.
 * @param {Element} overlay
 * @param {Record<string, string | number>} style  numbers are pixels
 */
function appendBox(overlay, style) {
  const div = document.createElement("div"),
    texts = Object.entries(style).map(([key, value]) => [key, typeof value === "number" ? `${value}px` : value]);
  Object.assign(div.style, { position: "absolute", boxSizing: "border-box", ...Object.fromEntries(texts) });
  overlay.append(div);
}

/**
 * Mark a cell in a chart.
 * @param {PlotlyChart} chart
 * @param {{ink: string, halo: string}} colours
 * @param {MarkedCell | null} cell
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
      // a translucent bar over the step of a line chart
      const width = Math.max(right - left, 3);
      if (inside((left + right) / 2))
        appendBox(overlay, {
          ...tall,
          left: xaxis._offset + (left + right - width) / 2,
          width,
          background: ink,
          opacity: "0.3",
        });
      continue;
    }
    // a line on each side of the step
    for (const { at, shadow } of [
      { at: left - 1, shadow: "-1px" },
      { at: right, shadow: "1px" },
    ]) {
      if (inside(at))
        appendBox(overlay, {
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
    if (box) appendBox(overlay, { ...box, border: `2px solid ${ink}`, outline: `1px solid ${halo}`, borderRadius: 2 });
  }
}

/** The charts of a page. */
export class Charts {
  constructor() {
    /** @type {{charts: string, ink: string, halo: string}} */
    this.page = { charts: "", ink: "", halo: "" };
    this.scrollsToCharts = false;
    this.frame = 0;
    this.isDestroyed = false;
    /** Event emitter of each chart with listeners: Plotly drops the listeners when it creates a chart again. @type {WeakMap<object, object>} */
    this.emitters = new WeakMap();
    this.unsubscribe = registry.onCellChange((key) => {
      if (key === this.page.charts) this.schedule();
    });
    this.observer = new MutationObserver((changes) => {
      // the overlay itself changes the page too
      if (
        !changes.every(
          ({ target }) =>
            target instanceof Element && (target.closest(`.${CURSOR}`) || target.querySelector(`:scope > .${CURSOR}`)),
        )
      )
        this.schedule();
    });
    this.observer.observe(document.body, { childList: true, subtree: true });
  }

  schedule() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.attach();
    });
  }

  /** The selected cell of the stage. @returns {MarkedCell | null} */
  get cell() {
    return registry.stages.get(this.page.charts)?.store.view ?? null;
  }

  attach() {
    for (const chart of /** @type {NodeListOf<PlotlyChart>} */ (document.querySelectorAll(CHARTS))) {
      if (!chart.on || !chart._fullLayout) continue;
      if (chart._ev && this.emitters.get(chart) !== chart._ev) {
        this.emitters.set(chart, chart._ev);
        chart.on("plotly_afterplot", () => this.draw(chart));
        chart.on("plotly_click", ({ points: [point] }) => this.handleClick(point));
      }
      this.draw(chart);
      if (this.scrollsToCharts && chart.closest(".st-key-heatmaps")) {
        // the requested charts are below the stage, perhaps out of view
        this.scrollsToCharts = false;
        const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
        chart.scrollIntoView({ block: "start", behavior: still ? "auto" : "smooth" });
      }
    }
  }

  /** @param {PlotlyChart} chart */
  draw(chart) {
    if (!this.isDestroyed) drawCursor(chart, this.page, this.cell);
  }

  /** @param {PlotlyPoint} point */
  handleClick(point) {
    if (this.isDestroyed) return;
    const gate = isGate(point.data.name) ? point.data.name : undefined;
    const unit = gate && point.data.type === "heatmap" ? Math.round(point.y) : this.cell?.unit;
    registry.stages.get(this.page.charts)?.ports.goTo({ t: Math.round(point.x), unit, gate });
  }

  destroy() {
    this.isDestroyed = true;
    this.observer.disconnect();
    this.unsubscribe();
    cancelAnimationFrame(this.frame);
    for (const overlay of document.querySelectorAll(`.${CURSOR}`)) overlay.remove();
  }
}
