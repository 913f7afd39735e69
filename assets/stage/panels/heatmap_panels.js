// The part with the heatmaps: it arranges them, draws the picture when it is stale, and the marks at every frame.

/** @import { Panel } from "../data/scene_types.js" */
/** @import { Part, Ports } from "../view/ports.js" */
/** @import { Store } from "../view/store.js" */
/** @import { Brush } from "./gestures.js" */
/** @import { AxisExtra, DrawnPanels, RowKind } from "./panel_types.js" */
/** @import { Hovered, MarkExtra } from "./panel_types.js" */
import { enlarge } from "./enlarge.js";
import { elementsOf, setText } from "../view/elements.js";
import { writeWords } from "../view/write_words.js";
import { fill } from "../view/format.js";
import { Heatmaps } from "./heatmaps.js";
import { drawMarks } from "./marks.js";
import { ABOVE } from "./sizes.js";

/** @typedef {Pick<Ports, "height" | "state" | "page" | "root" | "on" | "paint">} PanelPorts */

/**
 * What handles the pointer over the panels.
 * @typedef {object} PanelPointer
 * @property {Hovered | null} hover
 * @property {Brush | null} brush
 * @property {() => void} leave  forget what is under the pointer
 * @property {() => void} destroy
 */

/**
 * @typedef {object} PanelOptions
 * @property {RowKind[]} [rows]  kinds of rows besides the gates
 * @property {AxisExtra[]} [extras]
 * @property {MarkExtra[]} [marks]
 * @property {Panel[] | null} [only]  the panels to show; all of the scene if left out
 * @property {boolean} [sizes]  whether a panel can be made large
 * @property {((panels: Heatmaps, part: Record<string, HTMLElement>, ports: any) => PanelPointer) | null} [pointer]  makes the pointer's handler
 * @property {(state: Store) => number | null} [output]  the selected output of the head
 * @property {((order: string, value: number) => string) | null} [rank]  formats a number that the order is by
 */

const MARKUP = `<p class="pooled" data-part="pooled" hidden></p>
<div class="panels" data-part="panels" tabindex="0" role="application" data-label="panels_name">
  <canvas data-part="heat" aria-hidden="true"></canvas>
  <div class="titles" data-part="titles"></div>
  <canvas data-part="over" aria-hidden="true"></canvas>
  <div class="tip" data-part="tip" hidden></div>
  <div class="hint" data-part="hint" hidden></div>
</div>`;
/** @type {Record<string, number>} Share of the screen's height, by form, where several stages share a page. */
const SHARES = { beside: 0.54, above: 0.54, below: 0.54, difference: 0.6 };
const LEAST = 330,
  MOST_SHARED = 700; // px of a stage that shares its page
const HINTED = 1800; // ms a hint is shown

/**
 * Make the part.
 * @param {PanelOptions} [options]
 * @returns {HeatmapPanels}
 */
export function heatmapPanels(options) {
  return new HeatmapPanels(options);
}

/** @implements {Part} */
export class HeatmapPanels {
  /** @param {PanelOptions} [options] */
  constructor({
    rows = [],
    extras = [],
    marks = [],
    only = null,
    sizes = false,
    pointer = null,
    output = () => null,
    rank = null,
  } = {}) {
    this.slot = "main";
    this.options = { rows, extras, marks, only, sizes, pointer, output, rank };
    this.stale = true;
    this.room = 0; // px of height for the panels
    /** @type {DrawnPanels | null} */
    this.drawn = null;
    /** @type {PanelPointer | null} */
    this.pointer = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.hint = undefined;
    this.listeners = new AbortController();
  }

  /**
   * @param {HTMLElement} host
   * @param {PanelPorts} ports
   */
  mount(host, ports) {
    const { nodes, part } = elementsOf(MARKUP),
      { state } = ports,
      { rows, extras, only, sizes, pointer } = this.options;
    this.ports = ports;
    this.nodes = nodes;
    this.part = part;
    host.append(...nodes);
    const ink = /** @type {any} */ ({ inputs: [] }); // until the styles are there nothing is drawn
    this.panels = new Heatmaps(/** @type {any} */ (part), state.scene, state.words, ink, {
      rows,
      extras,
      only,
      enlarge: sizes ? (name) => enlarge(state, name) : null,
    });
    this.pointer = pointer?.(this.panels, part, ports) ?? null;
    ports.on("layout", () => this.resize(true));
    ports.on("resize", () => this.resize());
    ports.on("picture", () => {
      this.stale = true;
      ports.paint();
    });
    ports.on("window", () => this.pointer?.leave()); // another cell is under the pointer now
    ports.on("scene", () => {
      writeWords(nodes, state.words);
      part.panels.setAttribute("aria-roledescription", state.words.panels_role ?? "");
    });
    for (const event of /** @type {const} */ (["leave", "unhover"])) ports.on(event, () => this.pointer?.leave());
    ports.on("hint", (/** @type {string} */ text) => this.say(text));
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(host);
    window.addEventListener("resize", () => this.resize(), { signal: this.listeners.signal });
    this.watchDensity();
  }

  /** Redraw with the new resolution after a change of screen or of the page's zoom. */
  watchDensity() {
    const query = matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    const changed = () => {
      this.resize(!this.ports?.state.sheet);
      this.watchDensity();
    };
    query.addEventListener("change", changed, { once: true, signal: this.listeners.signal });
  }

  /** @param {boolean} [force]  even if the size is as before */
  resize(force = false) {
    const { ports, panels, part } = this;
    if (!ports || !panels || !part) return;
    const { state, root } = ports,
      { scene, words, view, overlay, order, look } = state;
    if (!look || (state.sheet && !force)) return;
    const width = Math.floor(part.panels.clientWidth),
      room = this.height(part.panels.getBoundingClientRect().top - root.getBoundingClientRect().top);
    if (!width || (!force && width === panels.width && room === this.room)) return;
    this.room = room;
    root.style.setProperty("--room", `${Math.max(room, 420)}px`);
    const { rank } = this.options,
      ranks = rank && order.ranks ? Array.from(order.ranks, (value) => rank(view.order, value)) : null;
    panels.ink = look.ink;
    panels.fine = !!state.sheet;
    const layout = {
      shown: state.shown,
      ranks,
      hide: view.hide,
      large: view.large,
      own: view.xscale === "own",
      lane: !!overlay?.hasLane,
      delta: overlay?.deltas ?? "",
    };
    panels.arrange(width, room, look.scale, scene, layout, words);
    this.stale = true;
    ports.paint();
  }

  /**
   * Return px of height for all panels.
   * @param {number} over  px of the stage above them
   */
  height(over) {
    const { ports } = this;
    if (!ports || ports.height !== undefined) return ports?.height ?? 0;
    const { sheet } = ports.state;
    if (sheet) return sheet.room;
    const share = SHARES[ports.state.scene.form],
      screen = document.documentElement.clientHeight;
    if (share) return Math.round(Math.max(LEAST, Math.min(MOST_SHARED, share * screen)));
    return screen - (ports.page.above?.() ?? ABOVE) - Math.round(over);
  }

  /** @param {Store} state */
  update(state) {
    const { panels, pointer } = this,
      { look, overlay, view, window } = state;
    if (!panels?.width || !look) return;
    if (this.stale) {
      this.stale = false;
      const differences = overlay?.differences;
      this.drawn = panels.draw({
        tiles: differences ?? state.tiles,
        layer: view.layer,
        statistic: differences ? "mean" : view.stat,
        palettes: { ...look.palettes, ...overlay?.palettes },
        ink: look.ink,
        a: window[0],
        b: window[1],
      });
      overlay?.drawLane(panels);
      this.notePooling(state);
      state.drawn = this.drawn && { ...this.drawn, plot: panels.plot };
      this.ports?.page.drew?.();
    }
    const { t, unit, gate } = view,
      { loop, phase, playing } = state;
    drawMarks(
      panels,
      {
        t,
        unit,
        gate,
        out: this.options.output(state),
        hover: pointer?.hover ?? null,
        brush: pointer?.brush ?? null,
        loop,
        phase,
        playing,
        story: overlay?.edited ? null : state.story,
      },
      this.options.marks,
    );
    overlay?.drawMarks(panels);
  }

  /**
   * Write which cells share a pixel. The line keeps its place wherever pooling is possible, so that nothing jumps.
   * @param {Store} state
   */
  notePooling(state) {
    const { panels, part, drawn } = this,
      { words, shown, scene, view } = state;
    if (!panels || !part) return;
    const coarse = drawn && (drawn.each > 1 || drawn.units > 1);
    const narrow = scene.trace.steps > panels.plot * panels.ratio,
      low = panels.rows.some(({ name, height }) => name !== "x" && shown.length > height * panels.ratio);
    state.canPool = narrow || low || !!coarse || !drawn;
    part.pooled.hidden = !state.canPool;
    const both = drawn && drawn.each > 1 && drawn.units > 1,
      kind = both ? words.pooled_both : drawn && drawn.each > 1 ? words.pooled_steps : words.pooled_units;
    const text = fill(coarse ? kind : "", {
      steps: drawn?.each ?? 1,
      units: drawn?.units ?? 1,
      statistic: words.statistics[view.stat],
    });
    setText(part.pooled, drawn ? text : (words.loading ?? ""));
  }

  /** @param {string} text  a hint, shown over the panels for HINTED ms */
  say(text) {
    const hint = this.part?.hint;
    if (!hint) return;
    clearTimeout(this.hint);
    hint.textContent = text;
    hint.hidden = false;
    this.hint = setTimeout(() => {
      hint.hidden = true;
    }, HINTED);
  }

  destroy() {
    clearTimeout(this.hint);
    this.pointer?.destroy();
    this.listeners.abort();
    this.sizes?.disconnect();
    for (const node of this.nodes ?? []) node.remove();
  }
}
