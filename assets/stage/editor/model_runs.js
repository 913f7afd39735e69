// Runs of the model in the browser: the free run and the edited run.

/** @import { StageResponse, Scene } from "../data/scene_types.js" */
/** @import { Edit, Gates } from "../model/gru.js" */
/** @import { RunResult } from "../model/run_scheduler.js" */
/** @import { KnownModel, ModelMessage } from "../data/known_model.js" */
/** @import { Tables } from "../model/table.js" */
/** @import { EditedRun } from "./outcome.js" */
/** @import { Signal } from "./signal.js" */
import { RunScheduler } from "../model/run_scheduler.js";
import { readModel } from "../data/known_model.js";
import { isOneHot, originalSignal } from "./signal.js";

/**
 * @typedef {object} RunsPorts
 * @property {() => boolean} canAsk  whether a server can send the model
 * @property {() => void} askModel
 * @property {() => void} onReady  the model has arrived, or none will
 * @property {(run: EditedRun) => void} onRun  more steps of the requested run are computed
 * @property {() => void} onFreeRun  the free run is complete
 * @property {() => void} onTooLong  the run would take too long in the page
 */

/** The model, its free run, and the latest edited run. */
export class ModelRuns {
  /** @param {RunsPorts} ports */
  constructor(ports) {
    this.ports = ports;
    /** @type {KnownModel | null} */
    this.knownModel = null;
    this.isRequesting = false; // for the model
    this.isRemote = false; // too large for the page: Python computes
    /** The input before any edit. @type {Signal | null} */
    this.originalInput = null;
    this.isOneHotInput = false;
    /** @type {RunScheduler | null} */
    this.originalScheduler = null;
    /** For an edited input with another number of steps. @type {RunScheduler | null} */
    this.otherScheduler = null;
    /** @type {Gates[] | null} */
    this.freeGates = null;
    /** The last request. @type {{edits: readonly Edit[], signal: Signal} | null} */
    this.lastEdits = null;
  }

  /**
   * Take a new scene; a page without a server has the model in its scene.
   * @param {Scene & {model?: ModelMessage}} scene
   * @param {Tables} arrays
   */
  readScene(scene, arrays) {
    if (!scene.model || this.knownModel) return;
    const entries = Object.entries(arrays).filter(([name]) => name.startsWith("model/"));
    this.knownModel = readModel(
      scene.model,
      Object.fromEntries(entries.map(([name, table]) => [name.slice(6), table])),
    );
  }

  /** Forget the model and its runs. */
  leave() {
    this.originalScheduler?.destroy();
    this.otherScheduler?.destroy();
    this.originalScheduler =
      this.otherScheduler =
      this.knownModel =
      this.freeGates =
      this.originalInput =
      this.lastEdits =
        null;
    this.isRequesting = this.isRemote = false;
  }

  /** Whether it is decided where the run is computed. */
  get isSettled() {
    return this.originalScheduler !== null || this.isRemote;
  }

  /** Start if the model is here; otherwise request it. */
  load() {
    if (this.knownModel) return this.start();
    if (this.isRemote || this.isRequesting || !this.ports.canAsk()) return;
    this.isRequesting = true;
    this.ports.askModel();
  }

  /**
   * Read the model from the server's response.
   * @param {StageResponse & {kind: "model"}} header
   * @param {Tables} arrays
   */
  respond(header, arrays) {
    if (this.knownModel) return;
    this.isRequesting = false;
    this.knownModel = readModel(header, arrays);
    this.isRemote = !this.knownModel;
    this.start();
  }

  /** Compute the free run, if the model is here, and report that loading has ended. */
  start() {
    const { knownModel } = this;
    if (knownModel && !this.originalScheduler) {
      this.originalInput = originalSignal(knownModel.x, knownModel.inputs);
      this.isOneHotInput = isOneHot(knownModel.x, knownModel.inputs);
      this.originalScheduler = this.makeScheduler(knownModel, knownModel.x);
      this.originalScheduler.ask([]);
    }
    this.ports.onReady();
  }

  /**
   * Make the scheduler of the runs over an input.
   * @param {KnownModel} known
   * @param {Float32Array} x
   * @returns {RunScheduler}
   */
  makeScheduler({ model, h0, inputs }, x) {
    /** @type {RunScheduler} */
    const scheduler = new RunScheduler({
      model,
      x,
      h0,
      steps: x.length / inputs,
      inputs,
      onResult: (result) => this.takeResult(scheduler, result),
      onFreeRun: (freeGates) => this.takeFreeRun(scheduler, freeGates),
    });
    return scheduler;
  }

  /**
   * Request the run with these edits. It replaces the last request.
   * @param {readonly Edit[]} edits
   * @param {Signal} signal
   */
  ask(edits, signal) {
    const { knownModel } = this;
    if (!knownModel || !this.originalScheduler) return;
    this.lastEdits = { edits, signal };
    if (signal.steps === knownModel.steps) {
      this.otherScheduler?.destroy();
      this.otherScheduler = null;
      this.originalScheduler.ask(edits, signal === this.originalInput ? null : signal.x);
      return;
    }
    if (this.otherScheduler?.steps !== signal.steps) {
      this.otherScheduler?.destroy();
      this.otherScheduler = this.makeScheduler(knownModel, signal.x);
    }
    this.otherScheduler.ask(edits, signal.x);
  }

  /** Stop computing: there are no edits. */
  rest() {
    this.lastEdits = null;
    this.otherScheduler?.destroy();
    this.otherScheduler = null;
    if (this.freeGates) this.originalScheduler?.cancel();
  }

  /**
   * Take in a run without edits. Only that of the original input is the free run.
   * @param {RunScheduler} scheduler
   * @param {Gates[]} freeGates
   */
  takeFreeRun(scheduler, freeGates) {
    if (scheduler !== this.originalScheduler && this.originalScheduler) return;
    this.freeGates = freeGates;
    this.ports.onFreeRun();
    // a run of another length may arrive before the free run it is compared with
    if (this.lastEdits && this.otherScheduler) this.otherScheduler.ask(this.lastEdits.edits, this.lastEdits.signal.x);
  }

  /**
   * Report an edited run, unless it is outdated.
   * @param {RunScheduler} scheduler
   * @param {RunResult} result
   */
  takeResult(scheduler, result) {
    const { knownModel, lastEdits, ports } = this;
    if (!knownModel) return;
    if (result.isTooLong) {
      if (lastEdits) ports.onTooLong();
      return;
    }
    const freeGates = scheduler === this.originalScheduler ? result.freeGates : this.freeGates;
    if (
      !lastEdits ||
      !freeGates ||
      (scheduler !== this.otherScheduler && scheduler !== this.originalScheduler) ||
      lastEdits.signal.steps !== scheduler.steps
    )
      return;
    ports.onRun({
      editedGates: result.editedGates,
      freeGates,
      signal: lastEdits.signal,
      x: (this.originalInput ?? lastEdits.signal).x,
      h0: this.initialStates(knownModel, lastEdits.edits),
      isDone: result.isDone,
    });
  }

  /**
   * Return the states before the first step; those of removed units are 0.
   * @param {KnownModel} known
   * @param {readonly Edit[]} edits
   */
  initialStates({ h0, model: { layers } }, edits) {
    const start = h0.slice();
    for (const edit of edits) {
      if (edit.do !== "lesion") continue;
      const { units } = layers[edit.layer];
      for (const unit of edit.units ?? Array.from({ length: units }, (_, k) => k)) start[edit.layer * units + unit] = 0;
    }
    return start;
  }
}
