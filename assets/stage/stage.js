// @ts-nocheck  its types are still to be written
// The stage: one trace on one time axis, to scrub, play and question. It puts its parts together and holds the view;
// it knows nothing of the page around it: `options` says where questions go and who hears of a changed view.

/** @import { Asked, Scene, Theme, View } from "./fields.js" */
/** @import { Cursor, Place } from "./cursor.js" */
import { createCell } from "./cell.js";
import { GATES, sceneOf } from "./fields.js";
import { Hands } from "./hands.js";
import { build } from "./markup.js";
import { inputsAt, layerName, momentOf, nameOf } from "./moment.js";
import { Palette } from "./palette.js";
import { Panels } from "./panels.js";
import { PHASES, Player } from "./player.js";
import { Questions } from "./questions.js";
import { Speech } from "./speech.js";
import { Tiles } from "./tiles.js";
import { parseUnits, withinUnits } from "./units.js";
import { Why } from "./why.js";
import { clamp, followed, isZoomed, moved, seen, shownWindow, whole, zoomedBy } from "./zoom.js";

const REST = 160;  // ms without movement before anything is fetched
const TOLD = 100;  // ms between two explanations while it plays

/**
 * What the page around a stage gives it; all of it may be left out.
 * @typedef {object} Options
 * @property {(question: Asked) => void} [ask]  brings a question to Python, whose reply comes to `answer`
 * @property {() => Theme} [theme]
 * @property {() => Partial<View> | undefined} [remembered]  what was looked at when the stage was here before
 * @property {(fields: Record<string, string | null>, view: View) => void} [viewed]  the view changed: its fields as texts, null for those as ever
 * @property {(view: View) => void} [moved]  another cell is shown
 * @property {Cursor} [cursor]  shared with other stages
 */

/**
 * A stage in a host, without a scene yet.
 * @param {HTMLElement} host
 * @param {Options} [options]
 */
export function mount(host, options = {}) {
  return new Stage(host, options);
}

export class Stage {
  /**
   * @param {HTMLElement} host
   * @param {Options} options
   */
  constructor(host, options) {
    this.options = options;
    const { root, part, remove } = build(host, () => this.styled());
    Object.assign(this, { root, part, remove });
    this.panels = new Panels(part.panels);
    this.why = new Why(part.why, { goTo: (at) => this.goTo(at), explain: () => this.explain() });
    this.questions = new Questions({ send: options.ask ?? null, trace: () => this.scene.trace.id, givenUp: () => this.paint() });
    this.speech = new Speech(this);
    this.player = new Player({
      at: () => this.view.t, steps: () => this.scene.trace.steps, way: () => this.tiles.reverse(this.view.layer) ? -1 : 1,
      moved: (t) => this.playedTo(t), phased: () => this.paintNow(), switched: (playing) => this.switched(playing),
    });
    this.trail = [];
    this.told = 0;
    this.view = null;
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.listeners = new AbortController();
    this.hands = new Hands(this);
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(root);
    this.watchDensity();
    /** @type {((changed: Place) => void) | null} */
    this.follower = options.cursor ? (changed) => this.led(changed) : null;
    this.unfollow = options.cursor?.subscribe(this.follower);
    root.gruviz = this;
  }

  // ---- what Python sends

  /** @param {{header: Record<string, any>, arrays: import("./unpack.js").Tables}} message */
  show({ header: given, arrays }) {
    const header = sceneOf(given), old = this.scene, fresh = old?.trace.id !== header.trace.id;
    const told = header.view, asked = !old || (header.place !== old.place && header.place !== null);
    this.scene = header;
    this.w = { ...header.words, language: header.language };
    const { steps, units, layers } = header.trace;
    if (fresh) {
      this.tiles = new Tiles(header.trace);
      this.answered = null;
    }
    if (!this.view) this.view = { ...told, ...this.options.remembered?.() };
    else if (asked) Object.assign(this.view, told, { order: this.view.order, diagram: this.view.diagram, stat: this.view.stat });
    if (!old || asked) this.typed = this.view.subset;
    else if (fresh) this.typed = withinUnits(this.typed, units, header.unit_names);
    const { view } = this;
    view.t = clamp(view.t ?? header.home.t, 0, steps - 1);
    view.unit = clamp(view.unit ?? header.home.unit, 0, units - 1);
    view.layer = Math.min(view.layer, layers - 1);
    if (!old || asked) {
      const ends = [view.first ?? 0, (view.last ?? steps - 1) + 1];
      this.window = ends[0] < Math.min(ends[1], steps) ? ends : whole(steps);
    } else if (this.window[0] === 0 && this.window[1] === old.trace.steps) this.window = whole(steps);
    this.look(shownWindow(steps, ...this.window));
    if (this.loop && (asked || this.loop[1] >= steps)) this.setLoop(null);
    this.tiles.add(header.tile, arrays);
    if (view.order === told.order && header.tile.layer === view.layer) this.order = arrays.order;
    else if (!this.order || this.order.length !== units) this.order = Int32Array.from({ length: units }, (_, k) => k);
    if (view.order !== told.order || header.tile.layer !== view.layer) this.askOrder();
    this.cell ??= createCell(this.part.cell, this.w);
    this.cell.setWords(this.w);
    if (!old && this.options.cursor) this.led(this.options.cursor.latest);
    this.speech.speak();
    this.choose();
    this.dress();
    this.resize(true);
    this.rested();
    // a link that names a gate shows what the one who sent it saw
    if (fresh && (this.explained || (!old && view.gate !== "h"))) this.explain();
    this.report();
  }

  /**
   * A reply to a question, however late.
   * @param {{header: Record<string, any>, arrays: import("./unpack.js").Tables}} message
   */
  answer({ header, arrays }) {
    this.questions.answered(header.reply);
    if (header.trace === this.scene?.trace.id) {
      if (header.kind === "tile") {
        this.tiles.add(header.tile, arrays, this.drawn?.tile);
        this.stale = true;
        this.rested();  // the window is there, the cursor's own step may not be
      }
      if (header.kind === "explain") {
        this.answered = header;
        this.speech.hear();
      }
      if (header.kind === "order" && header.order === this.view.order && header.layer === this.view.layer) {
        this.order = arrays.order;
        this.choose();
        this.resize(true);
      }
    }
    if (header.kind === "figure") this.speech.press("figure", header.open);
    this.paint();
    this.questions.next();
  }

  // ---- questions

  ask(question) {
    this.questions.ask(question);
  }

  askOrder() {
    this.ask({ kind: "order", order: this.view.order, layer: this.view.layer });
  }

  explain() {
    const { gate, layer, t, unit } = this.view;
    this.explained = true;
    if (gate !== "h" && gate !== "x") this.ask({ kind: "explain", gate, layer, t, unit });
    this.paint();
  }

  waiting(kind) {
    return this.questions.has(kind);
  }

  replyFor() {
    const { layer, t, unit } = this.view, reply = this.answered;
    return reply && reply.layer === layer && reply.t === t && reply.unit === unit ? reply : null;
  }

  /** Once the cursor rests: numbers of the very step, and detail where the window is coarser than the screen. */
  rested() {
    clearTimeout(this.rest);
    this.rest = setTimeout(() => {
      if (this.playing || this.hands.busy || !this.options.ask) return;
      const wanted = this.tiles.wanted(this.view.layer, this.view.t, this.window, this.panels.plot);
      if (wanted) this.ask({ kind: "tile", ...wanted });
    }, REST);
  }

  // ---- units, size and theme

  /** The units shown, in their order; what was typed stays in its box even where it names none. */
  choose() {
    const { units } = this.scene.trace, names = this.scene.unit_names, found = parseUnits(this.typed, units, names);
    this.speech.typed(found.wrong);
    if (found.wrong === undefined) this.view.subset = this.typed.trim();
    const chosen = (found.wrong === undefined ? found : parseUnits(this.view.subset, units, names)).units;
    this.shown = chosen?.size ? this.order.filter((unit) => chosen.has(unit)) : this.order;
    if (!this.shown.includes(this.view.unit)) this.view.unit = this.shown[0];
  }

  /** Take the page's theme. */
  dress() {
    const theme = this.theme = this.root.dataset.theme = this.options.theme?.() ?? "light";
    this.palettes = Object.fromEntries(["x", ...GATES].map((name) => [name, new Palette(this.scene.palettes[theme][name], this.scene.odd)]));
    const style = getComputedStyle(this.root), colour = (name) => style.getPropertyValue(`--${name}`).trim();
    this.ink = { ...Object.fromEntries(["ink", "muted", "line", "surface", "accent", "halo"].map((name) => [name, colour(name)])), onAccent: colour("on-accent") };
    this.ink.inputs = [this.ink.ink, ...Object.values(this.scene.lines[theme])];
    this.redraw();
  }

  /** The styles have come: colours and sizes are known now. */
  styled() {
    this.ready = true;
    if (!this.scene) return;
    this.dress();
    this.resize(true);
  }

  resize(force = false) {
    if (!this.scene || !this.ready) return;
    const width = Math.floor(this.part.panels.clientWidth);
    if (!width || (!force && width === this.panels.width)) return;
    this.panels.arrange(width, this.scene, this.shown, this.w);
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

  // ---- the view

  set(patch, told = false) {
    const { layer } = this.view;
    Object.assign(this.view, patch);
    const { view } = this, { steps } = this.scene.trace;
    view.t = clamp(view.t, 0, steps - 1);
    if (patch.unit !== undefined && !this.shown.includes(view.unit)) {
      this.typed = this.part.subset.value = "";  // one asked for a unit that was hidden
      this.choose();
      this.resize(true);
    }
    if (layer !== view.layer) {
      this.part.layer.value = view.layer;
      this.askOrder();  // Python hears of the layer by it
      this.redraw();
    }
    if (patch.t !== undefined) this.follow();
    this.paint();
    this.rested();
    if (told) this.speech.hear();
    this.report();
    this.lead();
  }

  goTo({ gate, layer, t, unit }) {
    this.trail.push({ ...this.place });
    this.visit({ gate, layer, t, unit });
  }

  back() {
    if (this.trail.length) this.visit(this.trail.pop());
  }

  get place() {
    const { gate, layer, t, unit } = this.view;
    return { gate, layer, t, unit };
  }

  visit({ gate, layer, t, unit }) {
    this.stop();
    this.set({ t, ...(gate ? { gate } : {}), ...(gate === "x" || unit == null ? {} : { unit }), ...(layer == null || gate === "x" ? {} : { layer }) }, true);
    if (gate && gate !== "x") this.explain();
  }

  /** A number of the diagram was picked: its cell. */
  pick(name) {
    const { t, layer, unit } = this.view, before = this.tiles.reverse(layer) ? t + 1 : t - 1;
    if (name === "hPrev" && before >= 0 && before < this.scene.trace.steps) return this.goTo({ gate: "h", layer, t: before, unit });
    const gate = { keep: "h", write: "h", hPrev: "h" }[name] ?? name, below = this.tiles.below(layer);
    if (name === "x" && below.length) return this.goTo({ gate: "h", layer: below[0], t, unit });
    this.set({ gate }, true);
    return this.explain();
  }

  follow() {
    const window = followed(this.scene.trace.steps, this.window, this.view.t, this.playing);
    if (window !== this.window) this.zoomTo(...window);
  }

  look(window) {
    const { steps } = this.scene.trace;
    this.window = window;
    const [first, last] = this.seen();
    Object.assign(this.view, { first, last: last >= steps - 1 ? null : last });
  }

  zoomTo(a, b) {
    this.look(moved(this.scene.trace.steps, a, b, this.window));
    this.redraw();
    this.rested();
    this.report();
    this.lead();
  }

  zoomBy(factor, around) {
    this.zoomTo(...zoomedBy(this.scene.trace.steps, this.window, factor, around));
  }

  /** First and last step in the window, whole ones. */
  seen() {
    return seen(this.scene.trace.steps, this.window);
  }

  get zoomed() {
    return isZoomed(this.scene.trace.steps, this.window);
  }

  report() {
    const { view, scene } = this, query = {};
    for (const [key, value] of Object.entries({ ...scene.defaults, ...scene.home })) query[key] = view[key] === value || view[key] == null ? null : String(view[key]);
    this.options.viewed?.(query, view);
  }

  // ---- a cursor shared with other stages

  /** Tell the others. */
  lead() {
    if (this.following) return;
    const { t, unit, gate } = this.view;
    this.options.cursor?.publish({ t, unit, gate, window: this.window }, this.follower);
  }

  /** Others have moved: go along as far as this trace goes, and tell nobody. */
  led({ t, unit, gate, window }) {
    if (!this.view || !this.scene) return;
    const { steps, units } = this.scene.trace;
    this.following = true;
    if (window) this.zoomTo(...window);
    if (this.playing) this.stop();
    if (this.shown) {
      this.set({ ...(t === undefined ? {} : { t }), ...(gate === undefined ? {} : { gate }), ...(unit === undefined ? {} : { unit: Math.min(unit, units - 1) }) });
    } else Object.assign(this.view, { t: clamp(t ?? this.view.t, 0, steps - 1), unit: clamp(unit ?? this.view.unit, 0, units - 1), gate: gate ?? this.view.gate });
    this.following = false;
  }

  // ---- playing

  get playing() {
    return this.player.playing;
  }

  get phase() {
    return this.player.phase;
  }

  get loop() {
    return this.player.loop;
  }

  toggle() {
    this.player.toggle();
  }

  stop() {
    this.player.stop();
  }

  setLoop(loop) {
    this.player.setLoop(loop === true ? this.seen() : loop || null);
    this.speech.press("loop", !!this.loop);
    this.paint();
  }

  setSlow(slow) {
    this.player.setSlow(slow);
    this.speech.press("slow", slow);
    this.part.speed.disabled = slow;
    this.paint();
  }

  switched(playing) {
    this.root.classList.toggle("playing", playing);
    this.speech.labelPlay();
    if (playing) return;
    this.paint();
    this.speech.hear();
    this.rested();
  }

  playedTo(t) {
    this.view.t = t;
    this.follow();
    this.ahead();
    this.paintNow();
    this.report();
    this.lead();
  }

  /** While a long trace plays, what comes next is fetched before it is due; in slow motion, the sums of the step. */
  ahead() {
    if (!this.options.ask) return;
    const { layer, t, gate, unit } = this.view, { steps } = this.scene.trace, way = this.player.track.way();
    if (this.player.slow && !this.waiting("explain") && !this.replyFor()) this.ask({ kind: "explain", gate: gate === "x" ? "h" : gate, layer, t, unit });
    const [a, b] = this.window, reach = Math.round(Math.max(b - a, 400) + this.player.speed * 4), far = clamp(t + way * reach, 0, steps - 1);
    if (this.waiting("tile") || (this.tiles.finest(layer, t)?.exact && this.tiles.finest(layer, far)?.exact)) return;
    const first = clamp(Math.min(t, far) - Math.round(b - a), 0, steps - 1), last = clamp(Math.max(t, far) + reach, 0, steps - 1);
    if (!this.tiles.has(layer, first, last)) this.ask({ kind: "tile", layer, first, last });
  }

  // ---- drawing

  redraw() {
    this.stale = true;
    this.paint();
  }

  paint() {
    if (this.pending || !this.scene || this.gone) return;
    this.pending = requestAnimationFrame(() => this.paintNow());
  }

  paintNow() {
    cancelAnimationFrame(this.pending);
    this.pending = null;
    if (!this.panels.width || this.gone) return;
    const { view, phase } = this;
    if (this.stale) {
      this.stale = false;
      const [a, b] = this.window;
      this.drawn = this.panels.draw({ tiles: this.tiles, layer: view.layer, statistic: view.stat, palettes: this.palettes, ink: this.ink, a, b });
      this.speech.note();
    }
    this.panels.mark({ ...view, hover: this.hands.hovered, brush: this.hands.brush, loop: this.loop, phase, playing: this.playing });
    const state = this.moment();
    this.cell.update(state);
    // in slow motion nothing is told before it is computed
    const order = PHASES.map(([name]) => name), hidden = phase && order.indexOf(phase.name) <= order.indexOf(view.gate);
    this.part.why.classList.toggle("hidden", !!hidden);
    const now = performance.now();
    if (!this.playing || now - this.told > TOLD) {
      this.told = now;
      this.why.update(this.question(state));
    }
    this.speech.write(phase);
    this.options.moved?.(view);
  }

  /** Everything about the chosen cell, for the diagram. */
  moment() {
    return momentOf(this);
  }

  /** The same, for the explanation. */
  question({ numbers, approximate, reset, reverse, colour }) {
    const { gate, layer, t, unit } = this.view, { scene } = this, reply = this.replyFor();
    return {
      w: this.w, gate, layer, t, unit, name: nameOf(this, unit) + layerName(this), layers: scene.layer_names, back: this.trail.length ? () => this.back() : null,
      bidirectional: scene.trace.bidirectional, numbers, inputs: inputsAt(this, t), loading: !this.tiles.finest(layer, t),
      approximate, reset, reverse, colour, kind: scene.trace.kind, steps: scene.trace.steps, theme: this.theme,
      reply: reply?.gate === gate ? reply : null, pending: this.waiting("explain"), canAsk: !!this.options.ask,
    };
  }

  // ---- for tests and the page around it

  /** Where a cell's middle is, in the browser window. */
  placeOf(gate, t, unit) {
    const box = this.part.panels.getBoundingClientRect(), row = this.panels.unitBox(gate, this.shown.indexOf(unit));
    return [box.left + this.panels.x(t + 0.5), box.top + row.top + row.height / 2];
  }

  valueOf(gate, t, unit) {
    return this.tiles.vector(gate, this.view.layer, t)[unit];
  }

  labelOf(t) {
    return this.tiles.label(t);
  }

  destroy() {
    this.gone = true;
    this.unfollow?.();
    this.player.halt();
    this.questions.destroy();
    this.listeners.abort();
    this.sizes.disconnect();
    this.speech.destroy();
    clearTimeout(this.rest);
    cancelAnimationFrame(this.pending);
    this.pending = null;
    delete this.root.gruviz;
    this.remove();
  }
}
