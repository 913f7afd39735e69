// Runs of the model on this page: the free run and the edited one.

/** @import { StageResponse, Scene } from "../data/scene_types.js" */
/** @import { Edit, Gates } from "../model/gru.js" */
/** @import { RunResult } from "../model/run_scheduler.js" */
/** @import { KnownModel, ModelMessage } from "../data/known_model.js" */
/** @import { Tables } from "../model/table.js" */
/** @import { EditedRun } from "./outcome.js" */
/** @import { Signal } from "./signal.js" */
import { RunScheduler } from "../model/run_scheduler.js";
import { readModel } from "../data/known_model.js";
import { isOneHot, original } from "./signal.js";

/**
 * @typedef {object} RunsPorts
 * @property {() => boolean} canAsk  a server can be asked for the model
 * @property {() => void} askModel
 * @property {() => void} started  the model is there, or it is known that none will come
 * @property {(ran: EditedRun) => void} came  more is known of what was asked
 * @property {() => void} freed  the free run is there
 * @property {() => void} tooLong  a page would take too long
 */

export class ModelRuns {
  /** @param {RunsPorts} ports */
  constructor(ports) {
    this.ports = ports;
    /** @type {KnownModel | null} */
    this.known = null;
    this.asking = false; // for the model
    this.remote = false; // it is too large for a page: Python computes
    /** @type {Signal | null} the sequence's own input */
    this.first = null;
    this.oneHot = false;
    /** @type {RunScheduler | null} */
    this.base = null;
    /** Of an input that is longer or shorter than the sequence. @type {RunScheduler | null} */
    this.other = null;
    /** @type {Gates[] | null} */
    this.free = null;
    /** What was asked last. @type {{edits: readonly Edit[], signal: Signal} | null} */
    this.asked = null;
  }

  /**
   * A scene has come; one of a page of its own brings the model along.
   * @param {Scene & {model?: ModelMessage}} scene
   * @param {Tables} arrays
   */
  read(scene, arrays) {
    if (!scene.model || this.known) return;
    const own = Object.entries(arrays).filter(([name]) => name.startsWith("model/"));
    this.known = readModel(scene.model, Object.fromEntries(own.map(([name, table]) => [name.slice(6), table])));
  }

  /** Nothing that is known of the model holds any more. */
  leave() {
    this.base?.destroy();
    this.other?.destroy();
    this.base = this.other = this.known = this.free = this.first = this.asked = null;
    this.asking = this.remote = false;
  }

  /** Whether it is known whether a page can compute it. */
  get there() {
    return this.base !== null || this.remote;
  }

  /** See to it that the model is there. */
  begin() {
    if (this.known) return this.start();
    if (this.remote || this.asking || !this.ports.canAsk()) return;
    this.asking = true;
    this.ports.askModel();
  }

  /**
   * @param {StageResponse & {kind: "model"}} header
   * @param {Tables} arrays
   */
  respond(header, arrays) {
    if (this.known) return;
    this.asking = false;
    this.known = readModel(header, arrays);
    this.remote = !this.known;
    this.start();
  }

  start() {
    const { known } = this;
    if (known && !this.base) {
      this.first = original(known.x, known.inputs);
      this.oneHot = isOneHot(known.x, known.inputs);
      this.base = this.bending(known, known.x);
      this.base.ask([]);
    }
    this.ports.started();
  }

  /**
   * @param {KnownModel} known
   * @param {Float32Array} x
   * @returns {RunScheduler}
   */
  bending({ model, h0, inputs }, x) {
    /** @type {RunScheduler} */
    const made = new RunScheduler({
      model,
      x,
      h0,
      steps: x.length / inputs,
      inputs,
      ready: (result) => this.came(made, result),
      freed: (free) => this.freed(made, free),
    });
    return made;
  }

  /**
   * @param {readonly Edit[]} edits
   * @param {Signal} signal
   */
  ask(edits, signal) {
    const { known } = this;
    if (!known || !this.base) return;
    this.asked = { edits, signal };
    if (signal.steps === known.steps) {
      this.other?.destroy();
      this.other = null;
      this.base.ask(edits, signal === this.first ? null : signal.x);
      return;
    }
    if (this.other?.steps !== signal.steps) {
      this.other?.destroy();
      this.other = this.bending(known, signal.x);
    }
    this.other.ask(edits, signal.x);
  }

  /** Stop computing: no edits are left. */
  rest() {
    this.asked = null;
    this.other?.destroy();
    this.other = null;
    if (this.free) this.base?.giveUp();
  }

  /**
   * @param {RunScheduler} bending
   * @param {Gates[]} free  its run without edits
   */
  freed(bending, free) {
    if (bending !== this.base && this.base) return;
    this.free = free;
    this.ports.freed();
    // one of another length may have come before there was anything to compare it with
    if (this.asked && this.other) this.other.ask(this.asked.edits, this.asked.signal.x);
  }

  /**
   * @param {RunScheduler} bending
   * @param {RunResult} result
   */
  came(bending, result) {
    const { known, asked, ports } = this;
    if (!known) return;
    if (result.tooLong) {
      if (asked) ports.tooLong();
      return;
    }
    const free = bending === this.base ? result.free : this.free;
    if (!asked || !free || (bending !== this.other && bending !== this.base) || asked.signal.steps !== bending.steps)
      return;
    ports.came({
      bent: result.bent,
      free,
      signal: asked.signal,
      x: (this.first ?? asked.signal).x,
      h0: this.startOf(known, asked.edits),
      done: result.done,
    });
  }

  /**
   * The states before the first step: of a unit that is cut out it is 0.
   * @param {KnownModel} known
   * @param {readonly Edit[]} edits
   */
  startOf({ h0, model: { layers } }, edits) {
    const start = h0.slice();
    for (const edit of edits) {
      if (edit.do !== "lesion") continue;
      const { units } = layers[edit.layer];
      for (const unit of edit.units ?? Array.from({ length: units }, (_, k) => k)) start[edit.layer * units + unit] = 0;
    }
    return start;
  }
}
