// Session of the what-if editor: edits of the model and of the input, the edited run, and undo. The free run keeps
// Python's numbers. The edited run is computed here, shown as edited, and checked by Python.

/** @import { SceneChange } from "../view/store_types.js" */
/** @import { Store } from "../view/store.js" */
/** @import { Message } from "../data/message.js" */
/** @import { Gates } from "../model/gru.js" */
/** @import { EditIssue, ListedEdit } from "./edit_text.js" */
/** @import { EditedRun } from "./outcome.js" */
/** @import { PythonOutcome } from "./python_outcome.js" */
/** @import { Preset } from "./presets.js" */
/** @import { Signal } from "./signal.js" */
import { selectedOutput } from "../view/prediction.js";
import { clamp, validWindow, wholeWindow } from "../view/time_window.js";
import { EditedNumbers } from "./edited_numbers.js";
import { activeEdits, readEdits, isSameEdits, writeEdits } from "./edits.js";
import { History } from "./history.js";
import { ModelRuns } from "./model_runs.js";
import { Outcome } from "./outcome.js";
import { gatePresets, makePresets } from "./presets.js";
import { PythonCheck } from "./python_check.js";
import { alignSteps, readSignal, writeSignal } from "./signal.js";

export const MOST_STEPS = 100_000,
  MOST_VALUES = 5_000_000; // as gruviz/inputs/sequence.py allows
const REST = 250; // ms without a change before the address is written
const MOST_WRITTEN = 20_000; // edited numbers of the input; more do not fit an address
const STATES = 200,
  MOST_HELD = 8e6; // states to undo; numbers in all their inputs together

/** @typedef {{edits: ListedEdit[], signal: Signal | null, presetName: string}} EditState  presetName: "" if it is no preset */
/** @typedef {Pick<Store, "view" | "baseScene" | "scene" | "free" | "words" | "overlay" | "explanation" | "isExplaining" | "canAnswer" | "emit" | "window" | "loop" | "setWindow" | "setLoop" | "zoomTo" | "set" | "explain">} SessionState */

/**
 * @typedef {object} SessionListeners
 * @property {() => void} onChange  called when the controls need an update
 * @property {() => void} onRest  called when nothing has changed for REST ms
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
    this.isOpen = false;
    this.runs = new ModelRuns({
      canAsk: () => state.canAnswer("model"),
      askModel: () => state.emit("ask", { kind: "model" }),
      onReady: () => this.start(),
      onRun: (run) => this.takeRun(run),
      onFreeRun: () => this.makePresets(),
      onTooLong: () => this.runInPython(),
    });
    /** @type {History<EditState>} */
    this.history = new History({ edits: [], signal: null, presetName: "" });
    /** @type {Outcome | PythonOutcome | null} */
    this.outcome = null;
    /** @type {(Omit<Preset, "signal"> & {signal: Signal | null})[]} */
    this.presets = [];
    /** Edits in the address that could not be read. @type {EditIssue[]} */
    this.parseIssues = [];
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.explanationCount = 0;
    /** The free run that the presets were made for. @type {Gates[] | null} */
    this.presetsRun = null;
    this.isTooLarge = false; // too many numbers of the input are edited for an address
    /** Checksum of the input that the edits were made on. @type {string | null} */
    this.inputChecksum = null;
    /** Place in a link; it may be after the end of the original input. @type {{t: number | null, first: number, last: number | null} | null} */
    this.linkPlace = null;
    /** @type {{signal: Signal | null, steps: number[]}} */
    this.editedStepsCache = { signal: null, steps: [] };
    this.lastLayout = { steps: state.baseScene.trace.steps, lane: false, deltas: "" }; // the last layout of the panels
    this.numbers = new EditedNumbers(this);
    this.check = new PythonCheck({
      canAsk: () => state.canAnswer("what_if"),
      ask: (request) => state.emit("ask", request),
      subject: () => this,
      onOutcome: (outcome) => {
        if (this.isEdited) this.setOutcome(outcome);
      },
      onChange: () => listeners.onChange(),
    });
  }

  // ---- state

  get view() {
    return this.state.view;
  }

  get baseScene() {
    return this.state.baseScene;
  }

  get free() {
    return this.state.free;
  }

  get words() {
    return this.state.words;
  }

  get knownModel() {
    return this.runs.knownModel;
  }

  /** The input before any edit. */
  get originalInput() {
    return this.runs.originalInput;
  }

  /** The run without edits, by layer. */
  get freeRun() {
    return this.runs.freeGates;
  }

  get isRemote() {
    return this.runs.isRemote;
  }

  /** @returns {EditState} */
  get now() {
    return this.history.now;
  }

  get edits() {
    return this.now.edits;
  }

  get signal() {
    return this.now.signal ?? this.originalInput;
  }

  get isInputEdited() {
    return this.now.signal !== null && this.now.signal !== this.originalInput;
  }

  /** Whether anything differs from the free run. */
  get isEdited() {
    return this.isInputEdited || this.edits.some(({ off }) => !off);
  }

  /** Whether an edited run is shown. */
  get showsEdits() {
    return this.isEdited && this.outcome !== null && this.view.show !== "free";
  }

  get isReady() {
    return this.knownModel !== null || this.isRemote;
  }

  get canUndo() {
    return this.history.canUndo;
  }

  get canRedo() {
    return this.history.canRedo;
  }

  get allUnits() {
    return Array.from({ length: this.baseScene.trace.units }, (_, unit) => unit);
  }

  get hasTrouble() {
    return this.parseIssues.length > 0 || this.check.trouble !== "";
  }

  /** Half the range of the input. */
  get reach() {
    const { x } = this.baseScene.palettes.light;
    return (x.high - x.low) / 2;
  }

  /** Steps whose input is edited. @returns {number[]} */
  editedSteps() {
    const { knownModel, isInputEdited, signal } = this;
    /** @type {number[]} */
    const editedSteps = [];
    if (!knownModel || !signal || !isInputEdited) return editedSteps;
    if (this.editedStepsCache.signal === signal) return this.editedStepsCache.steps;
    const { x, inputs } = signal,
      origin = alignSteps(signal, knownModel.steps);
    for (let t = 0; t < signal.steps; t++) {
      const from = origin[t];
      let isEqual = from >= 0;
      for (let k = 0; isEqual && k < inputs; k++)
        isEqual = Object.is(x[t * inputs + k], knownModel.x[from * inputs + k]);
      if (!isEqual) editedSteps.push(t);
    }
    this.editedStepsCache = { signal, steps: editedSteps };
    return editedSteps;
  }

  /** Count the steps of the input that are edited or removed. */
  countEditedSteps() {
    const { knownModel, isInputEdited, signal } = this;
    if (!knownModel || !signal || !isInputEdited) return 0;
    return Math.max(this.editedSteps().length, knownModel.steps - signal.steps, 1);
  }

  // ---- the model

  /** Forget the model and its runs: another trace is about to be shown. */
  leave() {
    if (this.runs.isSettled) this.write(); // save edits made within the last REST ms
    this.runs.leave();
    this.outcome = null;
    this.presets = [];
    this.presetsRun = null;
    this.numbers.forget();
    this.check.forget();
  }

  /**
   * Take in a scene.
   * @param {SceneChange} change
   */
  take({ message, isNewTrace, isNewView, isFirst }) {
    const { view, baseScene } = this;
    this.runs.readScene(baseScene, message.arrays);
    // the view holds the edits as text; `start` reads them again
    const hasEditedInput = this.history.states.some(({ signal }) => signal !== null);
    if (isNewView || (isNewTrace && hasEditedInput)) this.history.reset({ edits: [], signal: null, presetName: "" });
    // a link with edits opens the editor
    if (isFirst && !baseScene.form && (view.bent || view.drawn)) this.isOpen = true;
    // an edited input belongs to the sequence it was made from
    if (!isNewView && this.inputChecksum !== null && this.inputChecksum !== baseScene.trace.input) view.drawn = "";
    this.inputChecksum = baseScene.trace.input ?? null;
    view.traced = baseScene.trace.id;
    if (isNewTrace || isNewView) {
      if (isNewView) this.linkPlace = { t: baseScene.view.t, first: baseScene.view.first, last: baseScene.view.last };
      if (view.bent || view.drawn || this.isOpen) this.begin();
      else if (this.outcome) this.setOutcome(null);
    }
    this.listeners.onChange();
  }

  /** Request the model, or start at once if it is there. */
  begin() {
    if (this.runs.isSettled) this.start();
    else this.runs.load();
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
  dropRequest(kind) {
    if (kind === "model") this.runs.isRequesting = false;
    if (kind === "what_if") this.check.isPending = false;
    this.listeners.onChange();
  }

  /** Read the edits from the view, once the model is there. */
  start() {
    const { knownModel, view, baseScene } = this;
    if (knownModel) this.history.most = Math.max(10, Math.min(STATES, Math.floor(MOST_HELD / knownModel.x.length)));
    const { units, layers, steps, inputs } = baseScene.trace,
      issues = [];
    /** @type {Signal | null} */
    let signal = null;
    if (view.drawn && this.originalInput) {
      const parsed = readSignal(view.drawn, this.originalInput, Math.min(MOST_STEPS, Math.floor(MOST_VALUES / inputs)));
      issues.push(...parsed.issues);
      signal = parsed.signal;
    }
    const parsed = readEdits(view.bent, {
      units,
      layers,
      steps: signal?.steps ?? steps,
      inputs: knownModel ? knownModel.model.layers.map((layer) => layer.inputs) : inputs,
      names: baseScene.unit_names,
    });
    this.parseIssues = /** @type {EditIssue[]} */ ([...parsed.issues, ...issues]);
    // the history is kept if these are the same edits, with no edited input
    if (signal !== null || !isSameEdits(parsed.edits, this.edits) || this.now.signal !== null) {
      this.history.reset({
        edits: parsed.edits,
        signal: signal === this.originalInput ? null : signal,
        presetName: "",
      });
    }
    this.makePresets();
    this.compute();
  }

  /** Make the presets, once the free run is there. */
  makePresets() {
    const { knownModel, originalInput, freeRun, baseScene } = this;
    if (!knownModel || !originalInput || !freeRun) {
      if (this.runs.isSettled && !this.presets.length) {
        this.presets = gatePresets(baseScene.trace.layers).map((each) => ({ ...each, signal: this.originalInput }));
      }
      return;
    }
    if (this.presetsRun === freeRun) return;
    this.presetsRun = freeRun;
    const top = baseScene.trace.layers - 1;
    this.presets = makePresets({
      signal: originalInput,
      original: originalInput,
      layers: baseScene.trace.layers,
      units: baseScene.trace.units,
      free: freeRun[top],
      head: knownModel.head,
      mostSteps: 4 * originalInput.steps + 100,
      ...(knownModel.head && { effect: (/** @type {number} */ unit) => this.numbers.effect(unit) }),
    });
  }

  // ---- computing

  /** Compute the run with the current edits. */
  compute() {
    const { runs, now } = this;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.rest(), REST);
    this.check.forget();
    if (!this.isEdited) {
      this.view.show = "bent";
      runs.rest();
      this.setOutcome(null);
    } else if (this.isRemote || !this.knownModel) {
      this.setOutcome(null);
      if (this.isRemote) this.check.schedule();
      this.listeners.onChange();
    } else if (this.signal) runs.ask(activeEdits(now.edits), this.signal);
  }

  /** Let Python compute the run: the page would take too long. */
  runInPython() {
    this.setOutcome(null);
    this.check.schedule();
  }

  /**
   * Take in a computed run, or the part of it that is done.
   * @param {EditedRun} run
   */
  takeRun(run) {
    if (this.isEdited && this.knownModel)
      this.setOutcome(new Outcome(run, this.baseScene, this.free, this.knownModel.head));
  }

  /** Request the run again for another layer, if Python computes it: its outcome has one layer only. */
  layerChanged() {
    if (this.outcome && !this.outcome.run) {
      this.setOutcome(null);
      this.check.schedule();
    }
    this.listeners.onChange();
  }

  /**
   * Show another outcome, or none.
   * @param {Outcome | PythonOutcome | null} outcome
   */
  setOutcome(outcome) {
    const { state } = this;
    this.outcome = outcome;
    if (!outcome) this.check.forget();
    else if (outcome.run?.isDone) this.check.schedule();
    this.refit();
    this.explainAnew();
    state.emit("picture");
    this.listeners.onChange();
  }

  /** Redo the layout of the panels if the number of steps, the lane or the differences have changed. */
  refit() {
    const { state, lastLayout, linkPlace } = this,
      { overlay } = state,
      { steps } = state.scene.trace,
      before = lastLayout.steps,
      now = { steps, lane: !!overlay?.hasLane, deltas: overlay?.deltas ?? "" };
    if (before !== steps) this.fitSteps(before, steps);
    if (before === steps && lastLayout.lane === now.lane && lastLayout.deltas === now.deltas) return;
    this.lastLayout = now;
    state.emit("layout");
    if (linkPlace && this.outcome && steps !== this.baseScene.trace.steps) {
      // the link's place may be after the end of the original input
      this.linkPlace = null;
      state.zoomTo(linkPlace.first, (linkPlace.last ?? steps - 1) + 1);
      state.set({ t: linkPlace.t ?? state.view.t });
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
      showsAll = a === 0 && b === before;
    state.view.t = clamp(state.view.t, 0, after - 1);
    state.setWindow(showsAll || a >= after ? wholeWindow(after) : validWindow(after, a, Math.min(b, after)));
    if (state.loop && state.loop[1] >= after) state.setLoop(null);
  }

  /**
   * Explain the selected number here if it belongs to the edited run.
   * @returns {boolean} whether it does
   */
  explain() {
    const { state } = this,
      { gate, layer, t, unit } = state.view;
    if (!this.showsEdits) return false;
    const out = selectedOutput(/** @type {any} */ (state)) ?? 0;
    const explanation =
      gate === "x" || !this.outcome?.run
        ? null
        : gate === "y"
          ? this.numbers.explainOutput(t, unit, out)
          : this.numbers.explain({ gate, layer, t, unit });
    state.explanation = explanation && /** @type {any} */ ({ reply: -++this.explanationCount, ...explanation });
    return true;
  }

  /** Explain the selected number again, if an explanation is open. */
  explainAnew() {
    const { state } = this;
    if (!state.isExplaining || this.explain()) return;
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
    if (!this.runs.isSettled) return this.runs.load(); // nothing can be edited yet
    const { now } = this,
      next = { ...now, presetName: "", ...patch };
    if (next.signal === this.originalInput) next.signal = null;
    this.history.push(next, joins ? { joins } : {});
    this.parseIssues = [];
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
    if (this.isEdited || this.edits.length) this.change({ edits: [], signal: null });
  }

  /**
   * Undo or redo, and compute the run again.
   * @param {() => void} go
   */
  travel(go) {
    go();
    this.compute();
    this.listeners.onChange();
  }

  /** @param {"bent" | "free" | "difference"} show */
  show(show) {
    const { state } = this;
    if (!this.isEdited) return;
    state.view.show = show;
    this.refit();
    this.explainAnew();
    state.emit("picture");
    this.rest();
  }

  /** Write the edits into the view, and report that nothing changes any more. */
  rest() {
    clearTimeout(this.timer);
    if (!this.runs.isSettled) return; // the edits in the view are not read yet
    this.write();
    this.listeners.onChange();
    this.listeners.onRest();
    this.state.emit("report");
  }

  /** Write the edits into the view, as text. */
  write() {
    const { view, now, originalInput } = this;
    view.bent = writeEdits(now.edits);
    this.isTooLarge =
      originalInput !== null && now.signal !== null && this.editedSteps().length * originalInput.inputs > MOST_WRITTEN;
    view.drawn = originalInput && now.signal && !this.isTooLarge ? writeSignal(now.signal, originalInput) : "";
  }

  destroy() {
    clearTimeout(this.timer);
    this.check.forget();
    this.runs.leave();
  }
}
