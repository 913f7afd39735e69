// The part with the heatmaps. It draws the picture when it is stale, and the marks in every frame.

/** @import { Panel } from "../data/scene_types.js" */
/** @import { Part, Ports } from "../view/ports.js" */
/** @import { Store } from "../view/store.js" */
/** @import { Brush } from "./gestures.js" */
/** @import { AxisExtra, PictureInfo, RowKind } from "./panel_types.js" */
/** @import { HoverPoint, MarkExtra } from "./panel_types.js" */
import { enlarge } from "./enlarge.js";
import { elementsOf, setText } from "../view/elements.js";
import { writeWords } from "../view/write_words.js";
import { fill } from "../view/format.js";
import { Heatmaps } from "./heatmaps.js";
import { drawMarks } from "./marks.js";
import { ABOVE } from "./sizes.js";

/** @typedef {Pick<Ports, "height" | "state" | "page" | "root" | "on" | "paint">} PanelPorts */

/**
 * Handler of the pointer over the panels.
 * @typedef {object} PanelPointer
 * @property {HoverPoint | null} hover
 * @property {Brush | null} brush
 * @property {() => void} leave  nothing is under the pointer any more
 * @property {() => void} destroy
 */

/**
 * @typedef {object} PanelOptions
 * @property {RowKind[]} [rows]  kinds of rows besides the gates
 * @property {AxisExtra[]} [extras]
 * @property {MarkExtra[]} [marks]
 * @property {Panel[] | null} [only]  the panels to show; all of the scene if left out
 * @property {boolean} [canEnlarge]  whether a panel can be made large
 * @property {((panels: Heatmaps, part: Record<string, HTMLElement>, ports: any) => PanelPointer) | null} [pointer]  makes the handler of the pointer
 * @property {(state: Store) => number | null} [output]  the selected output of the head
 * @property {((order: string, value: number) => string) | null} [rank]  formats a number that the order sorts by
 */

const MARKUP = `<p class="pooled" data-part="pooled" hidden></p>
<div class="panels" data-part="panels" tabindex="0" role="application" data-label="panels_name">
  <canvas data-part="heat" aria-hidden="true"></canvas>
  <div class="titles" data-part="titles"></div>
  <canvas data-part="over" aria-hidden="true"></canvas>
  <div class="tip" data-part="tip" hidden></div>
  <div class="hint" data-part="hint" hidden></div>
</div>`;
/** @type {Record<string, number>} Share of the screen's height by `form`, if several stages share a page. */
const SHARES = { beside: 0.54, above: 0.54, below: 0.54, difference: 0.6 };
const LEAST = 330,
  MOST_HEIGHT = 700; // px of a stage that shares its page
const HINT_TIME = 1800; // ms a hint is shown

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
    canEnlarge = false,
    pointer = null,
    output = () => null,
    rank = null,
  } = {}) {
    this.slot = "main";
    this.options = { rows, extras, marks, only, canEnlarge, pointer, output, rank };
    this.isStale = true;
    this.room = 0; // px of height for the panels
    /** @type {PictureInfo | null} */
    this.picture = null;
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
      { rows, extras, only, canEnlarge, pointer } = this.options;
    this.ports = ports;
    this.nodes = nodes;
    this.part = part;
    host.append(...nodes);
    const ink = /** @type {any} */ ({ inputs: [] }); // nothing is drawn until the styles are loaded
    this.panels = new Heatmaps(/** @type {any} */ (part), state.scene, state.words, ink, {
      rows,
      extras,
      only,
      enlarge: canEnlarge ? (name) => enlarge(state, name) : null,
    });
    this.pointer = pointer?.(this.panels, part, ports) ?? null;
    ports.on("layout", () => this.resize(true));
    ports.on("resize", () => this.resize());
    ports.on("picture", () => {
      this.isStale = true;
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
    const onChange = () => {
      this.resize(!this.ports?.state.sheet);
      this.watchDensity();
    };
    query.addEventListener("change", onChange, { once: true, signal: this.listeners.signal });
  }

  /** @param {boolean} [force]  even if the size has not changed */
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
      units: state.visibleUnits,
      ranks,
      hide: view.hide,
      large: view.large,
      hasOwnScales: view.xscale === "own",
      hasLane: !!overlay?.hasLane,
      delta: overlay?.deltas ?? "",
    };
    panels.arrange(width, room, look.scale, scene, layout, words);
    this.isStale = true;
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
    if (share) return Math.round(Math.max(LEAST, Math.min(MOST_HEIGHT, share * screen)));
    return screen - (ports.page.above?.() ?? ABOVE) - Math.round(over);
  }

  /** @param {Store} state */
  update(state) {
    const { panels, pointer } = this,
      { look, overlay, view, window } = state;
    if (!panels?.width || !look) return;
    if (this.isStale) {
      this.isStale = false;
      const differences = overlay?.differences;
      this.picture = panels.draw({
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
      state.picture = this.picture && { ...this.picture, plot: panels.plot };
      this.ports?.page.onDraw?.();
    }
    const { t, unit, gate } = view,
      { loop, phase, isPlaying } = state;
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
        isPlaying,
        story: overlay?.isEdited ? null : state.story,
      },
      this.options.marks,
    );
    overlay?.drawMarks(panels);
  }

  /**
   * Write how many cells share a pixel. The line keeps its room while pooling is possible, so that the layout is stable.
   * @param {Store} state
   */
  notePooling(state) {
    const { panels, part, picture } = this,
      { words, visibleUnits, scene, view } = state;
    if (!panels || !part) return;
    const coarse = picture && (picture.each > 1 || picture.units > 1);
    const isNarrow = scene.trace.steps > panels.plot * panels.ratio,
      isLow = panels.rows.some(({ name, height }) => name !== "x" && visibleUnits.length > height * panels.ratio);
    state.canPool = isNarrow || isLow || !!coarse || !picture;
    part.pooled.hidden = !state.canPool;
    const both = picture && picture.each > 1 && picture.units > 1,
      kind = both ? words.pooled_both : picture && picture.each > 1 ? words.pooled_steps : words.pooled_units;
    const text = fill(coarse ? kind : "", {
      steps: picture?.each ?? 1,
      units: picture?.units ?? 1,
      statistic: words.statistics[view.stat],
    });
    setText(part.pooled, picture ? text : (words.loading ?? ""));
  }

  /** Show a hint over the panels for HINT_TIME ms. @param {string} text */
  say(text) {
    const hint = this.part?.hint;
    if (!hint) return;
    clearTimeout(this.hint);
    hint.textContent = text;
    hint.hidden = false;
    this.hint = setTimeout(() => {
      hint.hidden = true;
    }, HINT_TIME);
  }

  destroy() {
    clearTimeout(this.hint);
    this.pointer?.destroy();
    this.listeners.abort();
    this.sizes?.disconnect();
    for (const node of this.nodes ?? []) node.remove();
  }
}
