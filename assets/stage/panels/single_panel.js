// Panel of one gate with a cursor, for small figures: no zoom, no rows of other kinds.

/** @import { Gate } from "../data/scene_types.js" */
/** @import { Part, Ports } from "../view/ports.js" */
/** @import { Store } from "../view/store.js" */
/** @import { Look } from "../view/store_types.js" */
import { elementsOf } from "../view/elements.js";
import { colourBar, timeTicks, unitAxis } from "./axes.js";
import { contextOf, pixelRatio } from "./canvas.js";
import { raster } from "./raster.js";
import { scrubPointer } from "./scrub_pointer.js";
import { sizesAt } from "./sizes.js";

/** @typedef {Pick<Ports, "state" | "height" | "on" | "paint">} SinglePanelPorts */

const MARKUP = `<p data-part="name"></p>
<div class="panels" data-part="panels" tabindex="0" role="application">
  <canvas data-part="heat" aria-hidden="true"></canvas><canvas data-part="over" aria-hidden="true"></canvas>
</div>`;

/** @implements {Part} */
export class SinglePanel {
  /** @param {Gate} gate */
  constructor(gate) {
    this.slot = "main";
    this.gate = gate;
    this.height = 160;
    this.size = { ...sizesAt(1), ruler: 6 };
    this.scale = 1;
    this.left = 34;
    this.width = this.plot = this.a = this.b = 0;
    this.isStale = true;
  }

  /**
   * @param {HTMLElement} host
   * @param {SinglePanelPorts} ports
   */
  mount(host, { state, height = this.height, on, paint }) {
    this.height = height;
    const { nodes, part } = elementsOf(MARKUP);
    this.nodes = nodes;
    this.part = part;
    this.state = state;
    host.append(...nodes);
    Object.assign(part.panels.style, { height: `${height}px`, minHeight: 0 });
    const redraw = () => {
      this.isStale = true;
      paint();
    };
    on("picture", redraw);
    on("scene", () => {
      const { gates, keeps, panels_name: name } = state.words,
        { gate } = this;
      part.name.textContent = gate === "z" ? `${gates.z} \u00b7 ${keeps}` : gates[gate];
      part.panels.setAttribute("aria-label", `${gates[gate]}. ${name}`);
    });
    this.sizes = new ResizeObserver(redraw);
    this.sizes.observe(part.panels);
    this.unlisten = scrubPointer(this, part, { state });
  }

  // ---- layout, as axes.js reads it

  get units() {
    return this.state?.visibleUnits ?? new Int32Array(0);
  }

  get axisTop() {
    return this.height - this.size.axis;
  }

  get words() {
    return /** @type {Store} */ (this.state).words;
  }

  get ink() {
    return /** @type {Look} */ (/** @type {Store} */ (this.state).look).ink;
  }

  /** @param {number} unit */
  unitName(unit) {
    return this.state?.scene.unit_names[unit] ?? String(unit);
  }

  cellWidth() {
    return this.plot / (this.b - this.a);
  }

  /** @param {number} t */
  x(t) {
    return this.left + (t - this.a) * this.cellWidth();
  }

  /** @param {number} x */
  time(x) {
    return this.a + (x - this.left) / this.cellWidth();
  }

  /**
   * @param {number} _x
   * @param {number} y
   */
  at(_x, y) {
    const { units, size } = this,
      k = Math.floor(((y - size.ruler) / (this.axisTop - size.ruler)) * units.length);
    return { unit: units[k] ?? null };
  }

  // ---- drawing

  /** @param {Store} state */
  update(state) {
    const { part, size } = this,
      { look, visibleUnits, view } = state;
    if (!part || !look) return;
    if (this.isStale && !this.draw(state)) return;
    const context = contextOf(part.over),
      top = size.ruler,
      each = (this.axisTop - top) / visibleUnits.length,
      x = this.x(view.t),
      wide = Math.max(this.cellWidth(), 2);
    context.clearRect(0, 0, this.width, this.height);
    const row = visibleUnits.indexOf(view.unit);
    for (const [style, line] of /** @type {const} */ ([
      [look.ink.halo, 3],
      [look.ink.accent, 1.5],
    ])) {
      context.strokeStyle = style;
      context.lineWidth = line;
      context.strokeRect(x - 0.5, top - 1, wide + 1, this.axisTop - top + 2);
      if (row >= 0) context.strokeRect(x - 1.5, top + row * each - 1, wide + 3, Math.max(each, 3) + 2);
    }
  }

  /**
   * @param {Store} state
   * @returns {boolean} whether it could draw
   */
  draw(state) {
    const { part, gate, height, size, axisTop } = this,
      { look, visibleUnits, view, scene } = state,
      [first, last] = state.visible(),
      tile = state.tiles.covering(view.layer, first, last),
      width = part?.panels.clientWidth ?? 0;
    if (!part || !look || !tile || !width) return false;
    this.isStale = false;
    const ratio = pixelRatio();
    Object.assign(this, { width, a: first, b: last + 1, plot: width - this.left - size.bar });
    for (const canvas of [part.heat, part.over]) {
      Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
      Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
      contextOf(canvas).setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    const context = contextOf(part.heat),
      [from, to] = [tile.column(first), tile.column(last)],
      bin = Math.ceil((to - from + 1) / Math.max(1, this.plot * ratio)),
      columns = Math.ceil((to + 1 - from) / bin),
      each = Math.ceil(visibleUnits.length / Math.max(1, (axisTop - size.ruler) * ratio)),
      rows = Math.ceil(visibleUnits.length / each);
    const image = raster({}, gate, tile, "mean", look.palettes[gate], visibleUnits, from, columns, bin, each),
      tall = axisTop - size.ruler;
    context.font = `12px system-ui, sans-serif`;
    context.imageSmoothingEnabled = false;
    context.drawImage(image, 0, 0, columns, rows, this.left, size.ruler, this.plot, tall);
    unitAxis(this, context, size.ruler, tall);
    colourBar(this, context, look.palettes[gate], size.ruler, tall);
    timeTicks(this, context, first, Math.min(last, scene.trace.steps - 1));
    return true;
  }

  destroy() {
    this.unlisten?.();
    this.sizes?.disconnect();
    for (const node of this.nodes ?? []) node.remove();
  }
}
