// Session of the what-if editor: edits of the model and of the input, the edited run, and undo. The free run keeps
// Python's numbers. The edited run is computed here, shown as edited, and checked by Python.

/** @import { SceneChange } from "../view/store_types.js" */
/** @import { Store } from "../view/store.js" */
/** @import { Message } from "../data/message.js" */
/** @import { Gates } from "../model/gru.js" */
/** @import { LeftOut, ListedEdit } from "./edit_text.js" */
/** @import { EditedRun, PythonOutcome } from "./outcome.js" */
/** @import { Preset } from "./presets.js" */
/** @import { Signal } from "./signal.js" */
import { selectedOutput } from "../view/prediction.js";
import { clamp, shownWindow, whole } from "../view/time_window.js";
import { EditedNumbers } from "./edited_numbers.js";
import { act, readEdits, same, writeEdits } from "./edits.js";
import { History } from "./history.js";
import { ModelRuns } from "./model_runs.js";
import { Outcome } from "./outcome.js";
import { frozen, presets } from "./presets.js";
import { PythonCheck } from "./python_check.js";
import { aligned, readSignal, writeSignal } from "./signal.js";

export const MOST_STEPS = 100_000,
  MOST_VALUES = 5_000_000; // as gruviz/inputs/sequence.py allows
const REST = 250; // ms without a change before the address is written
const MOST_WRITTEN = 20_000; // edited numbers of the input; more do not fit an address
const STATES = 200,
  MOST_HELD = 8e6; // states to undo; numbers in all their inputs together

/** @typedef {{edits: ListedEdit[], signal: Signal | null, idea: string}} EditState  idea: name of the preset it is, or "" */
/** @typedef {Pick<Store, "view" | "given" | "scene" | "free" | "words" | "overlay" | "explanation" | "explained" | "answers" | "emit" | "window" | "loop" | "setWindow" | "setLoop" | "zoomTo" | "set" | "explain">} SessionState */

/**
 * @typedef {object} SessionListeners
 * @property {() => void} changed  called when the controls need an update
 * @property {() => void} rested  called when nothing has changed for REST ms
 */

/** State of the editor: the edits, their history, and the outcome of the edited run. */
export class EditSession {
  /**
   * @param {SessionState} state
   * @param {SessionListeners} listeners
   */
  constructor(state, listeners) {
    this.state = state;
    this.listeners = listeners;
    this.opened = false;
    this.runs = new ModelRuns({
      canAsk: () => state.answers("model"),
      askModel: () => state.emit("ask", { kind: "model" }),
      started: () => this.start(),
      came: (ran) => this.came(ran),
      freed: () => this.think(),
      tooLong: () => this.tooLong(),
    });
    /** @type {History<EditState>} */
    this.history = new History({ edits: [], signal: null, idea: "" });
    /** @type {Outcome | PythonOutcome | null} */
    this.outcome = null;
    /** @type {(Omit<Preset, "signal"> & {signal: Signal | null})[]} */
    this.ideas = [];
    /** Edits in the address that could not be read. @type {LeftOut[]} */
    this.unread = [];
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.replies = 0;
    /** The free run that the presets were made for. @type {Gates[] | null} */
    this.thought = null;
    this.large = false; // too many numbers of the input are edited for an address
    /** Checksum of the input that the edits were made on. @type {string | null} */
    this.over = null;
    /** Place in a link; it may be after the end of the original input. @type {{t: number | null, first: number, last: number | null} | null} */
    this.place = null;
    /** @type {{signal: Signal | null, steps: number[]}} */
    this.marked = { signal: null, steps: [] };
    this.fitted = { steps: state.given.trace.steps, lane: false, deltas: "" }; // the last layout of the panels
    this.numbers = new EditedNumbers(this);
    this.check = new PythonCheck({
      canAsk: () => state.answers("what_if"),
      ask: (request) => state.emit("ask", request),
      subject: () => this,
      replaced: (outcome) => {
        if (this.changed) this.reshape(outcome);
      },
      changed: () => listeners.changed(),
    });
  }

  // ---- state

  get view() {
    return this.state.view;
  }

  get given() {
    return this.state.given;
  }

  get free() {
    return this.state.free;
  }

  get words() {
    return this.state.words;
  }

  get known() {
    return this.runs.known;
  }

  /** The sequence's own input. */
  get first() {
    return this.runs.first;
  }

  /** The run without edits, by layer. */
  get freeRun() {
    return this.runs.free;
  }

  get remote() {
    return this.runs.remote;
  }

  /** @returns {EditState} */
  get now() {
    return this.history.now;
  }

  get edits() {
    return this.now.edits;
  }

  get signal() {
    return this.now.signal ?? this.first;
  }

  get inputEdited() {
    return this.now.signal !== null && this.now.signal !== this.first;
  }

  /** Whether anything differs from the free run. */
  get changed() {
    return this.inputEdited || this.edits.some(({ off }) => !off);
  }

  /** Whether an edited run is shown. */
  get acting() {
    return this.changed && this.outcome !== null && this.view.show !== "free";
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
    return Array.from({ length: this.given.trace.units }, (_, unit) => unit);
  }

  get troubled() {
    return this.unread.length > 0 || this.check.trouble !== "";
  }

  /** Half the range of the input. */
  get reach() {
    const { x } = this.given.palettes.light;
    return (x.high - x.low) / 2;
  }

  /** Steps whose input is edited. @returns {number[]} */
  editedSteps() {
    const { known, inputEdited, signal } = this;
    /** @type {number[]} */
    const found = [];
    if (!known || !signal || !inputEdited) return found;
    if (this.marked.signal === signal) return this.marked.steps;
    const { x, inputs } = signal,
      origin = aligned(signal, known.steps);
    for (let t = 0; t < signal.steps; t++) {
      const from = origin[t];
      let equal = from >= 0;
      for (let k = 0; equal && k < inputs; k++) equal = Object.is(x[t * inputs + k], known.x[from * inputs + k]);
      if (!equal) found.push(t);
    }
    this.marked = { signal, steps: found };
    return found;
  }

  /** Count the steps of the input that are edited or removed. */
  countEditedSteps() {
    const { known, inputEdited, signal } = this;
    if (!known || !signal || !inputEdited) return 0;
    return Math.max(this.editedSteps().length, known.steps - signal.steps, 1);
  }

  // ---- the model

  /** Forget the model and its runs: another trace is about to be shown. */
  leave() {
    if (this.runs.there) this.write(); // save edits made within the last REST ms
    this.runs.leave();
    this.outcome = null;
    this.ideas = [];
    this.thought = null;
    this.numbers.forget();
    this.check.forget();
  }

  /**
   * Take in a scene.
   * @param {SceneChange} change
   */
  take({ message, fresh, asked, first }) {
    const { view, given } = this;
    this.runs.read(given, message.arrays);
    // the view holds the edits as text; `start` reads them again
    const inputs = this.history.states.some(({ signal }) => signal !== null);
    if (asked || (fresh && inputs)) this.history.reset({ edits: [], signal: null, idea: "" });
    // a link with edits opens the editor
    if (first && !given.form && (view.bent || view.drawn)) this.opened = true;
    // an edited input belongs to the sequence it was made from
    if (!asked && this.over !== null && this.over !== given.trace.input) view.drawn = "";
    this.over = given.trace.input ?? null;
    view.traced = given.trace.id;
    if (fresh || asked) {
      if (asked) this.place = { t: given.view.t, first: given.view.first, last: given.view.last };
      if (view.bent || view.drawn || this.opened) this.begin();
      else if (this.outcome) this.reshape(null);
    }
    this.listeners.changed();
  }

  /** Request the model, or start at once if it is there. */
  begin() {
    if (this.runs.there) this.start();
    else this.runs.begin();
  }

  /**
   * Take in the response to a request of the editor.
   * @param {Message} response
   */
  respond({ header, arrays }) {
    if (header.kind === "what_if" || (header.kind === "error" && header.asked !== undefined)) {
      this.check.respond(/** @type {any} */ (header), arrays);
    }
    if (header.kind === "model") this.runs.respond(/** @type {any} */ (header), arrays);
  }

  /** @param {string} kind  of a request that will have no response */
  givenUp(kind) {
    if (kind === "model") this.runs.asking = false;
    if (kind === "what_if") this.check.pending = false;
    this.listeners.changed();
  }

  /** Read the edits from the view, once the model is there. */
  start() {
    const { known, view, given } = this;
    if (known) this.history.most = Math.max(10, Math.min(STATES, Math.floor(MOST_HELD / known.x.length)));
    const { units, layers, steps, inputs } = given.trace,
      left = [];
    /** @type {Signal | null} */
    let signal = null;
    if (view.drawn && this.first) {
      const read = readSignal(view.drawn, this.first, Math.min(MOST_STEPS, Math.floor(MOST_VALUES / inputs)));
      left.push(...read.left);
      signal = read.signal;
    }
    const read = readEdits(view.bent, {
      units,
      layers,
      steps: signal?.steps ?? steps,
      inputs: known ? known.model.layers.map((layer) => layer.inputs) : inputs,
      names: given.unit_names,
    });
    this.unread = /** @type {LeftOut[]} */ ([...read.left, ...left]);
    // the history is kept if these are the same edits, with no edited input
    if (signal !== null || !same(read.edits, this.edits) || this.now.signal !== null) {
      this.history.reset({ edits: read.edits, signal: signal === this.first ? null : signal, idea: "" });
    }
    this.think();
    this.compute();
  }

  /** Make the presets, once the free run is there. */
  think() {
    const { known, first, freeRun, given } = this;
    if (!known || !first || !freeRun) {
      if (this.runs.there && !this.ideas.length) {
        this.ideas = frozen(given.trace.layers).map((each) => ({ ...each, signal: this.first }));
      }
      return;
    }
    if (this.thought === freeRun) return;
    this.thought = freeRun;
    const top = given.trace.layers - 1;
    this.ideas = presets({
      signal: first,
      original: first,
      layers: given.trace.layers,
      units: given.trace.units,
      free: freeRun[top],
      head: known.head,
      mostSteps: 4 * first.steps + 100,
      ...(known.head && { effect: (/** @type {number} */ unit) => this.numbers.effect(unit) }),
    });
  }

  // ---- computing

  /** Compute the run with the current edits. */
  compute() {
    const { runs, now } = this;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.rest(), REST);
    this.check.forget();
    if (!this.changed) {
      this.view.show = "bent";
      runs.rest();
      this.reshape(null);
    } else if (this.remote || !this.known) {
      this.reshape(null);
      if (this.remote) this.check.wait();
      this.listeners.changed();
    } else if (this.signal) runs.ask(act(now.edits), this.signal);
  }

  /** Let Python compute the run: the page would take too long. */
  tooLong() {
    this.reshape(null);
    this.check.wait();
  }

  /**
   * Take in a computed run, or the part of it that is done.
   * @param {EditedRun} ran
   */
  came(ran) {
    if (this.changed && this.known) this.reshape(new Outcome(ran, this.given, this.free, this.known.head));
  }

  /** Request the run again for another layer, if Python computes it: its outcome has one layer only. */
  layerChanged() {
    if (this.outcome && !this.outcome.ran) {
      this.reshape(null);
      this.check.wait();
    }
    this.listeners.changed();
  }

  /**
   * Show another outcome, or none.
   * @param {Outcome | PythonOutcome | null} outcome
   */
  reshape(outcome) {
    const { state } = this;
    this.outcome = outcome;
    if (!outcome) this.check.forget();
    else if (outcome.ran?.done) this.check.wait();
    this.refit();
    this.explainAnew();
    state.emit("picture");
    this.listeners.changed();
  }

  /** Redo the layout of the panels if the number of steps, the lane or the differences have changed. */
  refit() {
    const { state, fitted, place } = this,
      { overlay } = state,
      { steps } = state.scene.trace,
      before = fitted.steps,
      now = { steps, lane: !!overlay?.hasLane, deltas: overlay?.deltas ?? "" };
    if (before !== steps) this.fitSteps(before, steps);
    if (before === steps && fitted.lane === now.lane && fitted.deltas === now.deltas) return;
    this.fitted = now;
    state.emit("layout");
    if (place && this.outcome && steps !== this.given.trace.steps) {
      // the link's place may be after the end of the original input
      this.place = null;
      state.zoomTo(place.first, (place.last ?? steps - 1) + 1);
      state.set({ t: place.t ?? state.view.t });
    }
  }

  /**
   * Fit the window and the cursor into another number of steps.
   * @param {number} before
   * @param {number} after
   */
  fitSteps(before, after) {
    const { state } = this,
      [a, b] = state.window,
      all = a === 0 && b === before;
    state.view.t = clamp(state.view.t, 0, after - 1);
    state.setWindow(all || a >= after ? whole(after) : shownWindow(after, a, Math.min(b, after)));
    if (state.loop && state.loop[1] >= after) state.setLoop(null);
  }

  /**
   * Explain the selected number here if it belongs to the edited run.
   * @returns {boolean} whether it does
   */
  explain() {
    const { state } = this,
      { gate, layer, t, unit } = state.view;
    if (!this.acting) return false;
    const out = selectedOutput(/** @type {any} */ (state)) ?? 0;
    const found =
      gate === "x" || !this.outcome?.ran
        ? null
        : gate === "y"
          ? this.numbers.explainOutput(t, unit, out)
          : this.numbers.explain({ gate, layer, t, unit });
    state.explanation = found && /** @type {any} */ ({ reply: -++this.replies, ...found });
    return true;
  }

  /** Explain the selected number again, if an explanation is open. */
  explainAnew() {
    const { state } = this;
    if (!state.explained || this.explain()) return;
    state.explanation = null; // it explained other numbers
    state.explain();
  }

  // ---- actions of the visitor

  /**
   * Change the edits, as one step to undo.
   * @param {Partial<EditState>} patch
   * @param {string} [joins]  consecutive changes with the same name are undone together
   */
  change(patch, joins) {
    if (!this.runs.there) return this.runs.begin(); // nothing can be edited yet
    const { now } = this,
      next = { ...now, idea: "", ...patch };
    if (next.signal === this.first) next.signal = null;
    this.history.push(next, joins ? { joins } : {});
    this.unread = [];
    if (this.view.show === "free") this.view.show = "bent";
    this.compute();
  }

  undo() {
    if (this.canUndo) this.travel(() => this.history.undo());
  }

  redo() {
    if (this.canRedo) this.travel(() => this.history.redo());
  }

  reset() {
    if (this.changed || this.edits.length) this.change({ edits: [], signal: null });
  }

  /**
   * Undo or redo, and compute the run again.
   * @param {() => void} go
   */
  travel(go) {
    go();
    this.compute();
    this.listeners.changed();
  }

  /** @param {"bent" | "free" | "difference"} show */
  show(show) {
    const { state } = this;
    if (!this.changed) return;
    state.view.show = show;
    this.refit();
    this.explainAnew();
    state.emit("picture");
    this.rest();
  }

  /** Write the edits into the view, and report that nothing changes any more. */
  rest() {
    clearTimeout(this.timer);
    if (!this.runs.there) return; // the edits in the view are not read yet
    this.write();
    this.listeners.changed();
    this.listeners.rested();
    this.state.emit("report");
  }

  /** Write the edits into the view, as text. */
  write() {
    const { view, now, first } = this;
    view.bent = writeEdits(now.edits);
    this.large = first !== null && now.signal !== null && this.editedSteps().length * first.inputs > MOST_WRITTEN;
    view.drawn = first && now.signal && !this.large ? writeSignal(now.signal, first) : "";
  }

  destroy() {
    clearTimeout(this.timer);
    this.check.forget();
    this.runs.leave();
  }
}
