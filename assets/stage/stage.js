// The stage: one trace on one time axis, to scrub, play and question. It puts its parts together and holds the view;
// it knows nothing of the page around it: `options` says where questions go and who hears of a changed view.

/** @import { Asked, Cell, Explained, Gate, Panel, Place as Told, Question, Reply, Scene, Theme, View, Words } from "./fields.js" */
/** @import { Cursor, Place } from "./hands/cursor.js" */
/** @import { Tables } from "./numbers/unpack.js" */
/** @import { Goal } from "./hands/visits.js" */
/** @import { Window } from "./hands/zoom.js" */
/** @import { Shown } from "./compare/shown.js" */
import { Experiment } from "./whatif/experiment.js";
import { Fetching } from "./numbers/fetching.js";
import { LONGEST } from "./numbers/known.js";
import { sceneOf } from "./fields.js";
import { Hands } from "./hands/hands.js";
import { Rows } from "./hands/rows.js";
import { Headline } from "./headline.js";
import { build } from "./markup.js";
import { chosenOutput } from "./cell/says.js";
import { momentOf } from "./cell/moment.js";
import { Painter } from "./painter.js";
import { Player } from "./hands/player.js";
import { arraysFor } from "./numbers/unpack.js";
import { Questions } from "./numbers/questions.js";
import { Speech } from "./speech.js";
import { Sums } from "./numbers/sums.js";
import { Tiles } from "./numbers/tiles.js";
import { Visits } from "./hands/visits.js";
import { fill } from "./wording.js";
import { clamp, followed, isZoomed, moved, seen, settled, shownWindow, whole, zoomedBy } from "./hands/zoom.js";

const SETTLED = 250;  // ms without zooming

/** @typedef {{header: Record<string, any>, arrays: Tables}} Message  a scene, as `unpack` gives it */

/**
 * How the page around a stage looks, and what changes it: Look in page/look.js.
 * @typedef {{held: Record<"look" | "type" | "contrast", string>, shown: {type: string, contrast: string}, set: (aspect: "look" | "type" | "contrast", value: string) => void, turn: (aspect: "look" | "type" | "contrast") => void}} Wardrobe
 */

/**
 * What the page around a stage gives it; all of it may be left out. Some of it is called before `mount` has returned.
 * @typedef {object} Options
 * @property {(question: Asked) => void} [ask]  brings a question to Python, whose reply comes to `answer`
 * @property {() => Theme} [theme]
 * @property {Wardrobe} [look]  of the page: it can be chosen here
 * @property {() => number} [above]  px of the page over the stage, while nothing is scrolled
 * @property {() => Promise<boolean>} [copy]  the page's address; whether it could be
 * @property {() => Partial<View> | undefined} [remembered]  what was looked at when the stage was here before
 * @property {(fields: Record<string, string | null>, view: View) => void} [viewed]  the view changed: its fields as texts, null for those as ever
 * @property {(view: View) => void} [moved]  another cell is shown
 * @property {(name: string, value: string) => void} [choose]  something was chosen in a menu over the stage
 * @property {Cursor} [cursor]  shared with other stages
 * @property {() => void} [drew]  its panels were drawn anew
 * @property {() => Shown} [picture]  what is shown in place of experiments
 */

/**
 * A stage in a host, with its first scene; later ones come to `show`.
 * @param {HTMLElement} host
 * @param {Message} first
 * @param {Options} [options]
 */
export function mount(host, first, options = {}) {
  return new Stage(host, first, options);
}

export class Stage {
  /**
   * @param {HTMLElement} host
   * @param {Message} first
   * @param {Options} options
   */
  constructor(host, first, options) {
    const scene = sceneOf(first.header), { steps, units } = scene.trace;
    this.options = options;
    /** As Python gave it; `scene` may be an experiment's. */
    this.given = scene;
    this.w = wordsOf(scene);
    /** Python's numbers of the free run. */
    this.free = new Tiles(scene.trace);
    this.freeSums = new Sums();
    /** @type {View} */
    this.view = viewOf(scene, options.remembered?.());
    /** @type {Window} */
    this.window = whole(steps);
    this.rows = new Rows(units);
    /** @type {(Explained & {reply: number | null}) | null} */
    this.answered = null;
    this.explained = false;  // someone has asked where a number comes from
    this.following = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.settling = undefined;
    const { root, part, buttons, remove } = build(host, () => this.painter.styled());
    this.root = root;
    Object.assign(root.dataset, { form: scene.form, differs: scene.differs });
    this.part = part;
    this.buttons = buttons;
    this.remove = remove;
    this.experiment = new Experiment(this);
    if (options.picture) this.experiment.picture = options.picture();
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.painter = new Painter(this);
    this.questions = new Questions({ send: options.ask ?? null, trace: () => this.scene.trace.id, givenUp: ({ kind }) => {
      this.experiment.refused(kind);
      this.paint();
    } });
    this.fetching = new Fetching(this);
    this.speech = new Speech(this);
    this.visits = new Visits(this);
    /** What the sentence over the stage points at, until someone has clicked. @type {Told | null} */
    this.told = null;
    this.headline = new Headline(part, { choose: (name, value) => options.choose?.(name, value), show: (place) => this.lookAt(place) });
    this.player = new Player({
      at: () => this.view.t, steps: () => this.scene.trace.steps, way: () => this.tiles.reverse(this.view.layer) ? -1 : 1,
      moved: (t) => this.playedTo(t), phased: () => this.painter.paintNow(), switched: (playing) => this.switched(playing),
    });
    this.hands = new Hands(this);
    /** @type {(changed: Place) => void} */
    this.follower = (changed) => this.led(changed);
    this.unfollow = options.cursor?.subscribe(this.follower);
    Object.assign(root, { gruviz: this });
    try {
      this.experiment.trial.told(scene, first.arrays);
      this.take(first, scene, null);
    } catch (error) {
      this.destroy();  // nobody else could
      throw error;
    }
  }

  /** What is shown: an experiment's, where one is. @returns {Scene} */
  get scene() {
    return this.experiment?.picture?.scene ?? this.given;
  }

  get tiles() {
    return this.experiment?.picture?.tiles ?? this.free;
  }

  get sums() {
    return this.experiment?.picture?.sums ?? this.freeSums;
  }

  // ---- what Python sends

  /** @param {Message} message  another scene, or the same as before in other words */
  show(message) {
    const old = this.given, scene = sceneOf(message.header);
    this.given = scene;
    this.w = wordsOf(scene);
    Object.assign(this.root.dataset, { form: scene.form, differs: scene.differs });
    if (old.trace.id !== scene.trace.id) {
      this.free = new Tiles(scene.trace);
      this.freeSums = new Sums();
      this.answered = null;
      this.experiment.leave();
    }
    this.experiment.trial.told(scene, message.arrays);
    this.take(message, scene, old);
  }

  /**
   * @param {Message} message
   * @param {Scene} scene
   * @param {Scene | null} old  what was shown before
   */
  take({ arrays }, scene, old) {
    const { view } = this, { steps, units, layers } = scene.trace, fresh = old?.trace.id !== scene.trace.id;
    const told = scene.view, back = !!old && scene.visit !== old.visit;
    const asked = !old || back || (scene.place !== old.place && scene.place !== null);
    if (back) Object.assign(view, viewOf(scene));
    else if (old && asked) Object.assign(view, viewOf(scene), { order: view.order, turned: view.turned, diagram: view.diagram, equations: view.equations, stat: view.stat, hide: view.hide, large: view.large, colours: view.colours, xscale: view.xscale });
    if (asked) this.rows.typed = view.subset;
    else if (fresh) this.rows.keep(units, scene.unit_names);
    view.t = clamp(view.t, 0, steps - 1);
    view.unit = clamp(view.unit, 0, units - 1);
    view.layer = Math.min(view.layer, layers - 1);
    if (!scene.answer && view.gate === "y") view.gate = "h";
    if (old && !asked && (old.answer?.kind !== scene.answer?.kind || old.answer?.count !== scene.answer?.count)) view.out = null;  // of another head
    if (asked) {
      const first = view.first ?? 0, end = (view.last ?? steps - 1) + 1;
      this.window = first < Math.min(end, steps) ? [first, end] : whole(steps);
    } else if (this.window[0] === 0 && this.window[1] === old.trace.steps) this.window = whole(steps);
    this.look(shownWindow(steps, ...this.window));
    if (this.loop && (asked || this.loop[1] >= steps)) this.setLoop(null);
    this.free.add(scene.tile, arrays);
    if (scene.sums) this.freeSums.add(scene.sums, arraysFor(arrays, "sums"));
    const current = view.order === told.order && scene.tile.layer === view.layer;
    if (current) this.rows.rank(arrays);
    else this.rows.hold(units);
    if (!current) this.askOrder();
    if (fresh) this.hands.leave();  // what is said of a cell is of another trace
    this.painter.cell.setWords(this.w);
    this.headline.tell(scene, this.w);
    if (asked || scene.status?.text !== old?.status?.text) this.told = scene.status?.places.watch ?? null;
    if (asked && !back && this.options.cursor) this.led(this.options.cursor.latest);
    this.speech.speak();
    this.choose();
    this.painter.dress();
    this.painter.resize(true);
    this.fetching.rested();
    // a link that names a gate shows what the one who sent it saw
    if (fresh && (this.explained || (!old && view.gate !== "h"))) this.explain();
    this.experiment.taken(fresh, asked, old === null);
    this.report();
  }

  /**
   * A reply to a question, however late.
   * @param {{header: Reply, arrays: Tables}} message
   */
  answer({ header, arrays }) {
    const kind = this.questions.kindOf(header.reply);
    this.questions.answered(header.reply);
    if (header.kind === "error" && kind && header.asked === undefined) this.experiment.refused(kind);
    if (header.trace === this.scene.trace.id) {
      if (header.kind === "tile") {
        this.free.add(header.tile, arrays, this.drawn?.tile);
        this.redraw();
        this.fetching.rested();  // the window is there, the cursor's own step may not be
      }
      if (header.kind === "explain" && !this.experiment.acting) {
        this.answered = header;
        this.speech.hear();
      }
      if (header.kind === "sums") this.freeSums.add(header, arrays);
      if (header.kind === "model" || header.kind === "what_if") this.experiment.answered(header, arrays);
      if (header.kind === "order" && header.order === this.view.order && header.layer === this.view.layer) {
        this.rows.rank(arrays);
        this.choose();
        this.painter.resize(true);
      }
    }
    if (header.kind === "error" && header.asked !== undefined) this.experiment.answered(header, arrays);
    if (header.kind === "figure") this.speech.press("figure", header.open);
    this.paint();
    this.questions.next();
  }

  // ---- questions

  /** @param {Question} question */
  ask(question) {
    this.questions.ask(question);
  }

  askOrder() {
    const { order, layer } = this.view, end = this.given.trace.steps - 1, [first, last] = order === "active" ? this.seen().map((t) => Math.min(t, end)) : [0, end];
    this.ask({ kind: "order", order, layer, first, last });
  }

  explain() {
    const { gate, layer, t, unit } = this.view, out = gate === "y" ? chosenOutput(this) : undefined;
    this.explained = true;
    if (this.experiment.explains()) {
      this.speech.hear();
      this.paint();
      return;
    }
    if (gate !== "h" && gate !== "x" && out !== null) this.ask({ kind: "explain", gate, layer, t, unit, ...(out !== undefined && { out }) });
    this.paint();
  }

  replyFor() {
    const { gate, layer, t, unit } = this.view, reply = this.answered;
    if (gate === "y" && reply?.out !== chosenOutput(this)) return null;
    return reply && reply.layer === layer && reply.t === t && reply.unit === unit ? reply : null;
  }

  // ---- the view

  /** The units shown, from the top. */
  get shown() {
    return this.rows.shown;
  }

  /** Those that were chosen are shown, and one of them is looked at. */
  choose() {
    const { rows, view, scene: { trace, unit_names: names } } = this;
    this.speech.typed(rows.choose(view, trace.units, names));
    if (!rows.shown.includes(view.unit)) view.unit = rows.shown[0];
  }

  /**
   * @param {Partial<View>} patch
   * @param {boolean} [told]  to who listens
   */
  set(patch, told = false) {
    const { view, part } = this, { layer } = view;
    Object.assign(view, patch);
    view.t = clamp(view.t, 0, this.scene.trace.steps - 1);
    if (patch.unit !== undefined && !this.shown.includes(view.unit)) {
      this.rows.typed = part.subset.value = "";  // one asked for a unit that was hidden
      this.choose();
      this.painter.resize(true);
    }
    if (layer !== view.layer) {
      part.layer.value = String(view.layer);
      this.askOrder();  // Python hears of the layer by it
      this.experiment.turned();
      this.redraw();
    }
    if (patch.t !== undefined) this.follow();
    this.paint();
    this.fetching.rested();
    if (told) this.speech.hear();
    this.report();
    this.lead();
  }

  follow() {
    const window = followed(this.scene.trace.steps, this.window, this.view.t, this.playing);
    if (window !== this.window) this.zoomTo(...window);
  }

  /** @param {Window} window */
  look(window) {
    const { steps } = this.scene.trace;
    this.window = window;
    const [first, last] = this.seen();
    Object.assign(this.view, { first, last: last >= steps - 1 ? null : last });
  }

  /**
   * @param {number} a
   * @param {number} b
   */
  zoomTo(a, b) {
    this.look(moved(this.scene.trace.steps, a, b, this.window));
    this.hands.leave();  // another cell is under the pointer now
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.settle(), SETTLED);
    this.redraw();
    this.fetching.rested();
    this.report();
    this.lead();
  }

  /** Once zooming rests whole steps are seen. */
  settle() {
    const [a, b] = settled(this.scene.trace.steps, this.window);
    if (this.hands.busy || this.playing) this.settling = setTimeout(() => this.settle(), SETTLED);
    else if (a !== this.window[0] || b !== this.window[1]) this.zoomTo(a, b);
    else if (this.view.order === "active") this.askOrder();
  }

  /**
   * @param {number} factor
   * @param {number} around  stays where it is
   */
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
    const { view, scene: { defaults, home } } = this, usual = { ...defaults, ...home };
    /** @type {Record<string, string | null>} */
    const query = {};
    for (const key of /** @type {(keyof View)[]} */ (Object.keys(usual))) {
      const text = view[key] === usual[key] || view[key] == null ? null : String(view[key] === true ? 1 : view[key]);
      query[key] = text === null || text.length > LONGEST ? null : text;  // Python reads no more
    }
    this.options.viewed?.(query, view);
  }

  /** The chosen cell. @returns {Cell} */
  get place() {
    return this.visits.place;
  }

  /** @param {Goal} goal */
  goTo(goal) {
    this.visits.goTo(goal);
  }

  /** @param {Told} place  that a sentence speaks of */
  lookAt(place) {
    const { gate, t, unit } = place;
    if (this.view.hide.includes(gate) || (this.view.large && this.view.large !== gate)) this.arrange({ hide: this.view.hide.replace(gate, ""), large: "" });
    this.goTo({ gate, t, unit });
    this.told = place;
    this.paint();
  }

  // ---- how it is arranged

  /** @param {Panel} name  gets all the room, or gives it back */
  enlarge(name) {
    this.arrange({ large: this.view.large === name ? "" : name });
  }

  /** @param {Partial<Pick<View, "hide" | "large" | "colours" | "xscale">>} patch */
  arrange(patch) {
    Object.assign(this.view, patch);
    this.painter.dress();
    this.painter.resize(true);
    this.speech.arranged();
    this.report();
  }

  // ---- a cursor shared with other stages

  /** Tell the others. */
  lead() {
    if (this.following) return;
    const { t, unit, gate } = this.view;
    this.options.cursor?.publish({ t, unit, gate, window: this.window }, this.follower);
  }

  /**
   * Others have moved: go along as far as this trace goes, and tell nobody.
   * @param {Place} place
   */
  led({ t, unit, gate, window }) {
    const { units } = this.scene.trace;
    this.following = true;
    if (window) this.zoomTo(...window);
    if (this.playing) this.stop();
    this.set({ ...(t === undefined ? {} : { t }), ...(gate === undefined ? {} : { gate }), ...(unit === undefined ? {} : { unit: Math.min(unit, units - 1) }) });
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

  /** @param {[number, number] | null} loop */
  setLoop(loop) {
    this.player.setLoop(loop);
    this.speech.press("loop", !!this.loop);
    this.paint();
  }

  /** @param {boolean} slow */
  setSlow(slow) {
    this.player.setSlow(slow);
    this.speech.press("slow", slow);
    this.speech.paces();
    this.paint();
  }

  /** @param {boolean} playing */
  switched(playing) {
    this.root.classList.toggle("playing", playing);
    this.speech.labelPlay();
    if (playing) return;
    this.paint();
    this.speech.hear();
    this.fetching.rested();
  }

  /** @param {number} t */
  playedTo(t) {
    this.view.t = t;
    this.follow();
    this.fetching.ahead();
    this.painter.paintNow();
    this.report();
    this.lead();
  }

  // ---- an experiment

  /**
   * What is shown has more steps now, or fewer.
   * @param {number} before
   * @param {number} after
   */
  stretched(before, after) {
    const [a, b] = this.window, all = a === 0 && b === before;
    this.view.t = clamp(this.view.t, 0, after - 1);
    this.look(all || a >= after ? whole(after) : shownWindow(after, a, Math.min(b, after)));
    if (this.loop && this.loop[1] >= after) this.setLoop(null);
    this.part.scrub.max = String(after - 1);
  }

  /** What was explained is of other numbers; what is shown now is asked for, if it can be. */
  forget() {
    this.answered = null;
    this.explain();
  }

  // ---- drawing

  get panels() {
    return this.painter.panels;
  }

  get drawn() {
    return this.painter.drawn;
  }

  get theme() {
    return this.painter.theme;
  }

  /** @param {boolean} [anew]  the size of type may be another too */
  dress(anew = false) {
    this.painter.dress();
    if (!anew) return;
    this.painter.resize(true);
    this.speech.arranged();
  }

  redraw() {
    this.painter.redraw();
  }

  paint() {
    this.painter.paint();
  }

  // ---- for tests and the page around it

  /** Everything about the chosen cell, as the diagram has it. */
  moment() {
    return momentOf(this);
  }

  /**
   * Where a cell's middle is, in the browser window.
   * @param {Gate} gate
   * @param {number} t
   * @param {number} unit
   */
  placeOf(gate, t, unit) {
    const box = this.part.panels.getBoundingClientRect(), row = this.panels.unitBox(gate, this.shown.indexOf(unit));
    return [box.left + this.panels.x(t + 0.5), box.top + row.top + row.height / 2];
  }

  /**
   * @param {Gate} gate
   * @param {number} t
   * @param {number} unit
   */
  valueOf(gate, t, unit) {
    return this.tiles.vector(gate, this.view.layer, t)?.[unit] ?? null;
  }

  /** @param {number} t */
  labelOf(t) {
    const due = this.tiles.due(t);
    return [this.tiles.label(t), due && fill(this.w.due_at, { due })].filter(Boolean).join(" \u00b7 ");
  }

  destroy() {
    clearTimeout(this.settling);
    this.unfollow?.();
    this.player.halt();
    this.questions.destroy();
    this.fetching.destroy();
    this.speech.destroy();
    this.experiment.destroy();
    this.hands.destroy();
    this.painter.destroy();
    Object.assign(this.root, { gruviz: undefined });
    this.remove();
  }
}

/**
 * @param {Scene} scene
 * @returns {Words & {language: string}}
 */
function wordsOf({ words, language }) {
  return Object.assign({}, words, { language });
}

/**
 * The view a scene begins with, or the one remembered.
 * @param {Scene} scene
 * @param {Partial<View>} [remembered]
 * @returns {View}
 */
function viewOf({ view, home, trace }, remembered) {
  // what was done to another run says nothing of this one; nor what was before Python sent another experiment
  const { bent, drawn, show } = view, sent = `${bent}\n${drawn}`, same = remembered?.traced === trace.id && (remembered.sent ?? sent) === sent;
  const kept = { ...remembered, ...(!same && { bent, drawn, show }), sent };
  return { ...view, t: view.t ?? home.t, unit: view.unit ?? home.unit, ...kept };
}
