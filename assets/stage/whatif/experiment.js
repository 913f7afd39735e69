// One what-if: what is bent and how the input is redrawn, its numbers beside those of the free run, and the way back.
// Python's numbers of the free run are never touched; what is computed here is shown as a what-if, and held to Python's.

/** @import { Reply } from "../fields.js" */
/** @import { Tables } from "../numbers/unpack.js" */
/** @import { Stage } from "../stage.js" */
/** @import { Edit, Left } from "./edits.js" */
/** @import { Preset } from "./presets.js" */
/** @import { Signal } from "./signal.js" */
import { chosenOutput } from "../cell/says.js";
import { act, readEdits, same, writeEdits } from "./edits.js";
import { Deeds, MOST_STEPS, MOST_VALUES } from "./hands/deeds.js";
import { Grasp } from "./hands/grasp.js";
import { Workbench } from "./hands/workbench.js";
import { History } from "./history.js";
/** @import { Ran, Remote } from "./runs/outcome.js" */
import { Outcome } from "./runs/outcome.js";
import { Picture } from "./picture.js";
import { frozen, presets } from "./presets.js";
import { Proof } from "./runs/proof.js";
import { readSignal, writeSignal } from "./signal.js";
import { Teller } from "./teller.js";
import { Trial } from "./runs/trial.js";

const REST = 250;  // ms without a change before the address is written
const MOST_WRITTEN = 20_000;  // numbers redrawn: more would never fit an address
const STATES = 200, MOST_HELD = 8e6;  // states to go back to; numbers of all their inputs

/** @typedef {{edits: Edit[], signal: Signal | null, idea: string}} State  idea: the preset it is, while it is one */

export class Experiment {
  /** @param {Stage} stage */
  constructor(stage) {
    this.stage = stage;
    this.opened = false;
    this.trial = new Trial(stage, { started: () => this.start(), came: (ran) => this.came(ran), freed: () => this.think(), tooLong: () => this.tooLong() });
    /** @type {History<State>} */
    this.history = new History({ edits: [], signal: null, idea: "" });
    /** @type {Outcome | Remote | null} */
    this.outcome = null;
    /** @type {(Omit<Preset, "signal"> & {signal: Signal | null})[]} */
    this.ideas = [];
    /** @type {Left[]} what of an address made no sense */
    this.cut = [];
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.replies = 0;
    /** Whose run the ideas are about. @type {import("../gru.js").Gates[] | null} */
    this.thought = null;
    this.large = false;  // too much is redrawn to be written
    /** The input the experiment was made over, as Python names it. @type {string | null} */
    this.over = null;
    /** Where a link leads, which may be beyond the sequence's own end. @type {{t: number | null, first: number, last: number | null} | null} */
    this.place = null;
    /** @type {import("../compare/shown.js").Shown} */
    this.picture = new Picture(this);
    this.deeds = new Deeds(this);
    this.grasp = new Grasp(stage);
    this.proof = new Proof(this);
    this.teller = new Teller(this);
    this.workbench = new Workbench(stage.part.bench, stage);
  }

  // ---- what is so

  get known() {
    return this.trial.known;
  }

  /** The sequence's own input. */
  get first() {
    return this.trial.first;
  }

  /** The run without any of it, by layer. */
  get freeRun() {
    return this.trial.free;
  }

  get remote() {
    return this.trial.remote;
  }

  /** @returns {State} */
  get now() {
    return this.history.now;
  }

  get edits() {
    return this.now.edits;
  }

  get signal() {
    return this.now.signal ?? this.first;
  }

  get redrawn() {
    return this.now.signal !== null && this.now.signal !== this.first;
  }

  /** Whether anything is other than in the free run. */
  get changed() {
    return this.redrawn || this.edits.some(({ off }) => !off);
  }

  /** Whether a what-if is shown. */
  get acting() {
    return this.changed && this.outcome !== null && this.stage.view.show !== "free";
  }

  get ready() {
    return this.known !== null || this.remote;
  }

  get canUndo() {
    return this.history.canUndo;
  }

  get canRedo() {
    return this.history.canRedo;
  }

  get everyUnit() {
    return Array.from({ length: this.stage.given.trace.units }, (_, unit) => unit);
  }

  // ---- the model

  /** Another trace: nothing that is known of the model holds. */
  leave() {
    if (this.trial.there) this.tell();  // what was done a moment ago counts
    this.trial.leave();
    this.grasp.drop();
    this.outcome = null;
    this.ideas = [];
    this.thought = null;
    this.teller.other = null;
    this.proof.forget();
  }

  /**
   * The stage has taken a scene in.
   * @param {boolean} fresh  another trace
   * @param {boolean} asked  the view is that of the scene
   * @param {boolean} first  it is the stage's first
   */
  taken(fresh, asked, first) {
    const { view, given } = this.stage;
    // the view says in words what is to be set up again
    if (asked || (fresh && this.history.states.some(({ signal }) => signal !== null))) this.history.reset({ edits: [], signal: null, idea: "" });
    // whoever opens a link to an experiment shall see that it is one
    if (first && !given.form && (view.bent || view.drawn)) this.opened = true;
    // what was drawn over another input says nothing of this one
    if (!asked && this.over !== null && this.over !== given.trace.input) view.drawn = "";
    this.over = given.trace.input ?? null;
    view.traced = given.trace.id;
    if (fresh || asked) {
      if (asked) this.place = { t: given.view.t, first: given.view.first, last: given.view.last };
      this.deeds.chosen = null;
      if (view.bent || view.drawn || this.opened) {
        if (this.trial.there) this.start();
        else this.trial.begin();
      }
      else if (this.outcome) this.reshape(null);
    }
    this.workbench.write();
  }

  /**
   * @param {Reply} header
   * @param {Tables} arrays
   */
  answered(header, arrays) {
    if (header.kind === "what_if" || header.kind === "error") this.proof.answered(header, arrays);
    if (header.kind === "model") this.trial.answered(header, arrays);
  }

  /** @param {string} kind  of a question that will have no answer */
  refused(kind) {
    if (kind === "model") this.trial.asking = false;
    if (kind === "what_if") this.proof.pending = false;
    this.workbench.write();
  }

  /** The model is there: what the view tells of an experiment is set up. */
  start() {
    const { known, stage: { view, given } } = this;
    if (known) this.history.most = Math.max(10, Math.min(STATES, Math.floor(MOST_HELD / known.x.length)));
    const { units, layers, steps, inputs } = given.trace, left = [];
    /** @type {Signal | null} */
    let signal = null;
    if (view.drawn && this.first) {
      const read = readSignal(view.drawn, this.first, Math.min(MOST_STEPS, Math.floor(MOST_VALUES / inputs)));
      left.push(...read.left);
      signal = read.signal;
    }
    const read = readEdits(view.bent, { units, layers, steps: signal?.steps ?? steps, inputs: known ? known.model.layers.map((layer) => layer.inputs) : inputs, names: given.unit_names });
    this.cut = /** @type {Left[]} */ ([...read.left, ...left]);
    // what can be undone stays, where it is of any run
    if (signal !== null || !same(read.edits, this.edits) || this.now.signal !== null) this.history.reset({ edits: read.edits, signal: signal === this.first ? null : signal, idea: "" });
    this.think();
    this.compute();
  }

  /** Ideas to try, once the free run is there. */
  think() {
    const { known, first, freeRun, stage: { given } } = this;
    if (!known || !first || !freeRun) {
      if (this.trial.there && !this.ideas.length) this.ideas = frozen(given.trace.layers).map((each) => ({ ...each, signal: this.first }));
      return;
    }
    if (this.thought === freeRun) return;
    this.thought = freeRun;
    const top = given.trace.layers - 1;
    this.ideas = presets({
      signal: first, original: first, layers: given.trace.layers, units: given.trace.units, free: freeRun[top], head: known.head, mostSteps: 4 * first.steps + 100,
      ...(known.head && { effect: (/** @type {number} */ unit) => this.teller.effect(unit) }),
    });
  }

  // ---- computing

  /** What is bent now. */
  compute() {
    const { trial, now } = this;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.rested(), REST);
    this.proof.forget();
    if (!this.changed) {
      this.stage.view.show = "bent";
      trial.rest();
      this.reshape(null);
    } else if (this.remote || !this.known) {
      this.reshape(null);
      if (this.remote) this.proof.wait();
      this.workbench.write();
    } else if (this.signal) trial.ask(act(now.edits), this.signal);
  }

  /** The page would take too long: Python computes. */
  tooLong() {
    this.reshape(null);
    this.proof.wait();
  }

  /** @param {Ran} ran */
  came(ran) {
    if (this.changed && this.known) this.reshape(new Outcome(ran, this.stage.given, this.stage.free, this.known.head));
  }

  /** Another layer is looked at: of it Python has not told anything yet. */
  turned() {
    if (this.outcome && !this.outcome.ran) {
      this.reshape(null);
      this.proof.wait();
    }
    this.workbench.write();
  }

  /** @param {Remote} told  Python's numbers, where the page has none */
  takeFrom(told) {
    if (this.changed) this.reshape(told);
  }

  /**
   * Another outcome, or none.
   * @param {Outcome | Remote | null} outcome
   */
  reshape(outcome) {
    const { stage } = this;
    this.outcome = outcome;
    if (!outcome) this.proof.forget();
    else if (outcome.ran?.done) this.proof.wait();
    this.refit();
    this.explain();
    stage.redraw();
    this.workbench.write();
  }

  /** Once another number of steps is shown, or differences are, the panels are laid out anew. */
  refit() {
    const { stage, picture } = this, { panels } = stage, before = panels.scene.trace.steps, after = stage.scene.trace.steps;
    if (before !== after) stage.stretched(before, after);
    if (before === after && (panels.lane !== null) === picture.laned && panels.delta === picture.deltas) return;
    stage.painter.resize(true);
    if (this.place && this.outcome && after !== stage.given.trace.steps) {
      // a link's place was beyond the sequence's own end
      const { t, first, last } = this.place;
      this.place = null;
      stage.zoomTo(first, (last ?? after - 1) + 1);
      stage.set({ t: t ?? stage.view.t });
    }
  }

  /**
   * The chosen number taken apart here, where it is a what-if's.
   * @returns {boolean} whether it is
   */
  explains() {
    const { stage } = this, { gate, layer, t, unit } = stage.view;
    if (!this.acting) return false;
    const found = gate === "x" || !this.outcome?.ran ? null : gate === "y" ? this.teller.answer(t, unit, chosenOutput(stage) ?? 0) : this.teller.explained({ gate, layer, t, unit });
    stage.answered = found && /** @type {any} */ ({ reply: -++this.replies, ...found });
    return true;
  }

  /** Where someone has asked for it, what is shown now is taken apart anew. */
  explain() {
    if (this.stage.explained && !this.explains()) this.stage.forget();
  }

  // ---- what people do

  toggle() {
    const { stage } = this;
    if (stage.given.form) return;  // what is compared is changed on its own page
    this.opened = !this.opened;
    if (this.opened) {
      this.workbench.write();
      if (!this.trial.there) this.trial.begin();
    } else this.deeds.take("look");
    this.workbench.write();
    stage.painter.resize(true);
    stage.paint();
  }

  /**
   * @param {Partial<State>} patch
   * @param {string} [joins]
   */
  change(patch, joins) {
    if (!this.trial.there) return this.trial.begin();  // nothing can be bent yet
    const { now } = this, next = { ...now, idea: "", ...patch };
    if (next.signal === this.first) next.signal = null;
    this.history.push(next, joins ? { joins } : {});
    this.cut = [];
    this.workbench.wrong = "";
    if (this.stage.view.show === "free") this.stage.view.show = "bent";
    this.compute();
  }

  /** To the page on which it stands beside the free run. */
  beside() {
    const { stage } = this, { view } = stage;
    this.tell();
    stage.options.choose?.("compare", String(new URLSearchParams({ bent: view.bent, drawn: view.drawn, t: String(view.t), unit: String(view.unit), gate: view.gate, layer: String(view.layer) })));
  }

  undo() {
    if (this.canUndo) this.gone(() => this.history.undo());
  }

  redo() {
    if (this.canRedo) this.gone(() => this.history.redo());
  }

  reset() {
    if (this.changed || this.edits.length) this.change({ edits: [], signal: null });
  }

  /** @param {() => void} go */
  gone(go) {
    go();
    this.compute();
    this.workbench.write();
  }

  /** @param {"bent" | "free" | "difference"} show */
  show(show) {
    const { stage } = this;
    if (!this.changed) return;
    stage.view.show = show;
    this.refit();
    this.explain();
    stage.redraw();
    this.rested();
  }

  /** Nothing has changed for a moment: the address, and who cannot see, hear of it. */
  rested() {
    const { stage } = this;
    clearTimeout(this.timer);
    if (!this.trial.there) return;  // the view still holds what is to be read
    this.tell();
    this.workbench.write();
    if (this.opened && stage.part.heard.textContent !== this.sentence()) stage.part.heard.textContent = this.sentence();
    stage.report();
  }

  /** What is so, in the view. */
  tell() {
    const { stage: { view }, now, first } = this;
    view.bent = writeEdits(now.edits);
    this.large = first !== null && now.signal !== null && this.picture.stepsRedrawn().length * first.inputs > MOST_WRITTEN;
    view.drawn = first && now.signal && !this.large ? writeSignal(now.signal, first) : "";
  }

  sentence() {
    return this.teller.sentence();
  }

  verdict() {
    return this.teller.verdict();
  }

  get troubled() {
    return this.cut.length > 0 || this.proof.trouble !== "";
  }

  destroy() {
    clearTimeout(this.timer);
    this.proof.forget();
    this.trial.leave();
  }
}

