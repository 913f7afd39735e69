// When a stage is drawn, how large and in which colours: once a frame at most, the panels only where they are stale.

/** @import { Domain, Gate, Panel, Scene, Theme, View } from "./fields.js" */
/** @import { Drawn } from "./panels/panels.js" */
/** @import { Stage } from "./stage.js" */
import { createCell } from "./cell/cell.js";
import { GATES } from "./fields.js";
import { inkOf } from "./panels/ink.js";
import { Equations } from "./cell/equations.js";
import { Lines } from "./cell/lines.js";
import { chosenOutput } from "./cell/says.js";
import { courseOf, equationsAt, explanationOf, momentOf } from "./cell/moment.js";
import { ABOVE, LARGE } from "./panels/measures.js";
import { Palette } from "./panels/palette.js";
import { Panels } from "./panels/panels.js";
import { PHASES } from "./hands/player.js";
import { Why } from "./cell/why.js";
import { rankNumber } from "./wording.js";

/** @type {Record<string, number>} Of the screen's height, where several stages share a page. */
const SHARES = { beside: 0.54, above: 0.54, below: 0.54, difference: 0.6 };
const LEAST = 330, MOST = 700;  // px of such a one
const TOLD = 100;  // ms between two explanations while it plays
const ORDER = PHASES.map(([name]) => name);

export class Painter {
  /** @param {Stage} stage */
  constructor(stage) {
    const { part, root, scene, w } = stage, theme = "light";
    this.stage = stage;
    /** @type {Theme} */
    this.theme = theme;
    this.palettes = palettesOf(scene, theme, "fixed");
    this.ink = inkOf(root, scene.lines[theme]);
    this.panels = new Panels(part, scene, w, this.ink, (name) => stage.enlarge(name));
    this.cell = createCell(part.cell, w);
    const choose = (/** @type {Gate} */ gate) => {
      stage.set({ gate }, true);
      stage.explain();
    };
    this.lines = new Lines(part.lines, {
      moveTo: (t) => {
        stage.stop();
        stage.set({ t });
      },
      settled: () => stage.speech.hear(), choose,
    });
    this.equations = new Equations(part.gates, { choose, goTo: (at) => stage.goTo(at) });
    this.why = new Why(part.why, { goTo: (at) => stage.goTo(at), explain: () => stage.explain() });
    /** @type {Drawn | null} */
    this.drawn = null;
    this.ready = false;  // the styles have come
    this.gone = false;
    this.stale = true;
    this.frame = 0;
    this.told = 0;
    this.room = 0;  // px of height for the panels
    this.listeners = new AbortController();
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(root);
    window.addEventListener("resize", () => this.resize(), { signal: this.listeners.signal });
    this.watchDensity();
  }

  // ---- colours and size

  /** Take the page's theme. */
  dress() {
    const { root, scene, options } = this.stage;
    this.theme = options.theme?.() ?? "light";
    root.dataset.theme = this.theme;
    const { type, contrast } = options.look?.shown ?? { type: "normal", contrast: "normal" };
    root.dataset.type = type;
    root.dataset.contrast = contrast;
    this.palettes = palettesOf(scene, this.theme, this.stage.view.colours);
    this.ink = inkOf(root, scene.lines[this.theme]);
    this.redraw();
  }

  /** The styles have come: colours and sizes are known now. */
  styled() {
    this.ready = true;
    this.dress();
    this.resize(true);
  }

  /** @param {boolean} [force]  even if it is as large as before */
  resize(force = false) {
    const { stage } = this, { root, part, scene, rows: { shown, ranks }, view, w, options } = stage;
    if (!this.ready) return;
    const width = Math.floor(part.panels.clientWidth), over = part.panels.getBoundingClientRect().top - root.getBoundingClientRect().top;
    const share = SHARES[scene.form], screen = document.documentElement.clientHeight;
    const room = share ? Math.round(Math.max(LEAST, Math.min(MOST, share * screen))) : screen - (options.above?.() ?? ABOVE) - Math.round(over);
    if (!width || (!force && width === this.panels.width && room === this.room)) return;
    this.room = room;
    root.style.setProperty("--room", `${Math.max(room, 420)}px`);
    const scale = root.dataset.type === "projector" ? LARGE : 1;
    this.panels.arrange(width, room, scale, scene, { shown, ranks: ranks && Array.from(ranks, (value) => rankNumber(view.order, value)), hide: view.hide, large: view.large, own: view.xscale === "own", lane: stage.experiment.picture.laned, delta: stage.experiment.picture.deltas }, w);
    this.redraw();
  }

  /** Another screen, or the page zoomed: as many pixels as there are now. */
  watchDensity() {
    const query = matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    query.addEventListener("change", () => {
      this.resize(true);
      this.watchDensity();
    }, { once: true, signal: this.listeners.signal });
  }

  // ---- frames

  /** All of it, at the next frame. */
  redraw() {
    this.stale = true;
    this.paint();
  }

  /** What has changed, at the next frame. */
  paint() {
    if (this.frame || this.gone) return;
    this.frame = requestAnimationFrame(() => this.paintNow());
  }

  paintNow() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    const { stage, panels } = this, { view, phase, playing, tiles, hands, loop, part } = stage;
    if (!panels.width || this.gone) return;
    if (this.stale) {
      this.stale = false;
      const [a, b] = stage.window;
      const { picture } = stage.experiment, { differences } = picture;
      this.drawn = panels.draw({ tiles: differences ?? tiles, layer: view.layer, statistic: differences ? "mean" : view.stat, palettes: { ...this.palettes, ...picture.palettes }, ink: this.ink, a, b });
      picture.drawLeft();
      stage.speech.note();
      stage.options.drew?.();
    }
    const { t, unit, gate } = view;
    panels.mark({ t, unit, gate, out: chosenOutput(stage), hover: hands.hovered, brush: hands.brush, loop, phase, playing, told: stage.experiment.acting ? null : stage.told });
    stage.experiment.picture.mark();
    const moment = momentOf(stage);
    const lines = view.diagram === "lines";
    part.cell.hidden = lines;
    part.lines.hidden = !lines;
    if (lines) this.lines.update(courseOf(stage, moment));
    else this.cell.update(moment);
    // in slow motion nothing is told before it is computed
    const hidden = phase ? GATES.filter((each) => ORDER.indexOf(phase.name) <= ORDER.indexOf(each)) : [];
    part.why.classList.toggle("hidden", hidden.some((each) => each === gate || gate === "y"));
    const now = performance.now();
    if (!playing || now - this.told > TOLD) {
      this.told = now;
      this.equations.update(equationsAt(stage, moment, hidden));
      this.why.update(explanationOf(stage, moment));
    }
    stage.speech.write(phase);
    stage.options.moved?.(view);
  }

  destroy() {
    this.gone = true;
    this.listeners.abort();
    this.sizes.disconnect();
    cancelAnimationFrame(this.frame);
    this.frame = 0;
  }
}

/**
 * @param {Scene} scene
 * @param {Theme} theme
 * @param {View["colours"]} colours  stretched: n and h over what they hold, so that small numbers are seen
 * @returns {Record<Panel, Palette>}  what a head says is as likely as a gate is open: 0 to 1
 */
function palettesOf({ palettes, odd, reach }, theme, colours) {
  const { x, z, r, n, h } = palettes[theme], palette = (/** @type {Domain} */ domain) => new Palette(domain, odd);
  const over = (/** @type {Domain} */ domain, /** @type {number} */ size) => palette(colours === "stretched" && size > 0 ? { ...domain, low: -size, high: size } : domain);
  return { x: palette(x), y: palette(z), z: palette(z), r: palette(r), n: over(n, reach.n), h: over(h, reach.h) };
}
