// Reruns with edits, computed a few milliseconds at a time; only the newest request is computed. This module is the script
// of a worker. The page imports it too and computes by itself if it cannot start a worker.

/** @import { Edit, Gates, Model, Span } from "./gru.js" */
/** @import { Clock } from "./clock.js" */
import { startRerun, prepare, restore, allocateGates } from "./gru.js";

/** @typedef {{number: number, edits: readonly Edit[], x: Float32Array | null, from: Span | null}} RunRequest  x: null for the free run's; from: the steps at which it differs */
/** @typedef {{layer: number, first: number, last: number}} ComputedSteps */

/**
 * Progress of a run.
 * @typedef {object} RunProgress
 * @property {number} number  of the request; 0: the free run
 * @property {ComputedSteps[]} fresh  computed since the last report
 * @property {(Span | null)[]} knownSpans  the final steps of each layer
 * @property {(Span | null)[]} changedSpans  the steps of each layer that may differ from the free run
 * @property {boolean} isDone
 * @property {number | null} rate  measured ms per multiplication; null: too few of them to measure
 */

/** @typedef {RunProgress & {kind: "progress", values: ArrayBuffer[]}} WorkerReport  values: r, z, n, h of each entry of `fresh` */
/** @typedef {{kind: "model", model: Model, x: Float32Array, h0: Float32Array} | ({kind: "ask"} & RunRequest) | {kind: "stop"} | {kind: "spare", buffers: ArrayBuffer[]}} WorkerMessage  from the page to the worker */
/** @typedef {{onmessage: ((event: {data: WorkerMessage}) => void) | null, postMessage: (message: WorkerReport | {kind: "here"}, transfer?: Transferable[]) => void}} WorkerScope  the global scope of a worker */

const SLICE = 8; // ms of work between two messages
const FIRST_RATE = 1.5e-6; // ms per multiplication, before the first measurement
const LEAST_WORK = 1e5; // multiplications per measurement
const MOST_RATES = 9; // the latest measurements
const MOST_SPARES = 8;

/** A free run and one rerun, computed in slices of time. */
export class IncrementalRun {
  /**
   * @param {object} options
   * @param {Model} options.model
   * @param {Float32Array} options.x
   * @param {Float32Array} options.h0
   * @param {number} options.slice  ms
   * @param {Clock} options.clock
   * @param {(progress: RunProgress) => void} options.report
   */
  constructor({ model, x, h0, slice, clock, report }) {
    this.model = model;
    this.x = x;
    this.h0 = h0;
    this.slice = slice;
    this.clock = clock;
    this.report = report;
    this.rates = [FIRST_RATE];
    this.steps = x.length / model.layers[0].inputs;
    /** @type {RunRequest | null} */
    this.request = null;
    /** @type {import("./gru.js").Rerun | null} the free run first, then the request */
    this.run = null;
    this.hasFreeRun = false;
    /** @type {ReturnType<Clock["later"]> | null} */
    this.timer = null;
    /** @type {{preparedModel: import("./gru.js").PreparedModel, freeGates: Gates[], editedGates: Gates[], dirty: (Span | null)[]} | null} */
    this.cachedArrays = null;
  }

  /** The arrays, allocated on first use. */
  get arrays() {
    this.cachedArrays ??= {
      preparedModel: prepare(this.model),
      freeGates: allocateGates(this.model, this.steps),
      editedGates: allocateGates(this.model, this.steps),
      dirty: this.model.layers.map(() => /** @type {Span} */ ([0, this.steps - 1])),
    };
    return this.cachedArrays;
  }

  /** ms per multiplication: the median of the latest measurements, since single ones can be far too high. */
  get rate() {
    return [...this.rates].sort((p, q) => p - q)[(this.rates.length - 1) >> 1];
  }

  /** @param {number | null} rate */
  addRate(rate) {
    if (rate !== null) this.rates = [...this.rates, rate].slice(-MOST_RATES);
  }

  get isIdle() {
    return this.hasFreeRun && !this.request;
  }

  /**
   * Replace the request; null: compute nothing but the free run.
   * @param {RunRequest | null} request
   */
  ask(request) {
    if (this.hasFreeRun) this.run = null;
    this.request = request;
  }

  /** Take the free run as complete: it was computed elsewhere. */
  endFreeRun() {
    this.hasFreeRun = true;
    this.run = null;
  }

  /** Compute a slice at a time until all is done. */
  start() {
    if (this.timer !== null || this.isIdle) return;
    this.timer = this.clock.later(() => {
      this.timer = null;
      this.work(this.slice);
      this.start();
    }, 0);
  }

  stop() {
    this.clock.never(this.timer);
    this.timer = null;
    this.request = null;
    this.run = null;
  }

  /**
   * Compute for some time, at least one piece.
   * @param {number} ms
   */
  work(ms) {
    const start = this.clock.now();
    do this.workOnRun(start, ms);
    while (!this.isIdle && this.clock.now() - start < ms);
  }

  /**
   * Compute one run until it is done or the time is over.
   * @param {number} since
   * @param {number} ms
   */
  workOnRun(since, ms) {
    const { preparedModel, freeGates, editedGates, dirty } = this.arrays,
      { request, hasFreeRun, x, h0, clock } = this;
    if (hasFreeRun && !request) return;
    this.run ??=
      hasFreeRun && request
        ? startRerun(preparedModel, request.x ?? x, h0, request.edits, freeGates, editedGates, {
            from: request.from,
            dirty,
          })
        : startRerun(preparedModel, x, h0, [], null, freeGates);
    const { run } = this,
      start = clock.now();
    /** @type {Map<number, ComputedSteps>} */
    const fresh = new Map();
    let work = 0,
      now = start;
    while (!run.isDone) {
      const piece = run.advance();
      if (!piece) break;
      const { layer, first, last } = piece,
        before = fresh.get(layer);
      fresh.set(layer, {
        layer,
        first: Math.min(first, before?.first ?? first),
        last: Math.max(last, before?.last ?? last),
      });
      work += piece.work;
      now = clock.now();
      if (now - since >= ms) break;
    }
    const { isDone } = run,
      rate = work >= LEAST_WORK && now > start ? (now - start) / work : null,
      number = hasFreeRun && request ? request.number : 0;
    if (isDone) {
      this.run = null;
      if (number) this.request = null;
      else this.hasFreeRun = true;
    }
    this.addRate(rate);
    this.report({
      number,
      fresh: [...fresh.values()],
      knownSpans: run.knownSpans,
      changedSpans: run.changedSpans,
      isDone,
      rate,
    });
  }

  /**
   * Copy numbers that a worker has computed.
   * @param {WorkerReport} report
   */
  merge({ number, fresh, knownSpans, changedSpans, values, isDone }) {
    const { freeGates, editedGates, dirty } = this.arrays,
      { layers } = this.model,
      to = number ? editedGates : freeGates;
    fresh.forEach(({ layer, first, last }, k) => {
      const { units } = layers[layer],
        size = (last + 1 - first) * units,
        { r, z, n, h } = to[layer];
      [r, z, n, h].forEach((gate, place) =>
        gate.set(new Float32Array(values[k], place * size * 4, size), first * units),
      );
    });
    if (number)
      layers.forEach(
        ({ units }, row) =>
          (dirty[row] = restore(
            freeGates[row],
            editedGates[row],
            units,
            dirty[row],
            knownSpans[row],
            changedSpans[row],
          )),
      );
    else if (isDone) this.endFreeRun();
  }
}

/** Return a clock whose timers run at once; setTimeout waits 4 ms. */
function channelClock() {
  const { port1, port2 } = new MessageChannel();
  /** @type {Map<number, () => void>} */
  const waiting = new Map();
  let last = 0;
  port1.onmessage = ({ data }) => {
    const act = waiting.get(data);
    waiting.delete(data);
    act?.();
  };
  return {
    now: () => performance.now(),
    later: (/** @type {() => void} */ act) => {
      waiting.set(++last, act);
      port2.postMessage(last);
      return last;
    },
    never: (/** @type {number} */ timer) => void waiting.delete(timer),
  };
}

/**
 * Serve a page from a worker. The page sends a model, then requests, and returns the buffers of results for reuse.
 * @param {WorkerScope} scope
 * @param {Clock} [clock]
 */
export function serve(scope, clock = channelClock()) {
  /** @type {IncrementalRun | null} */
  let current = null;
  /** @type {ArrayBuffer[]} */
  const spareBuffers = [];
  const send = (/** @type {IncrementalRun} */ { arrays, model }, /** @type {RunProgress} */ progress) => {
    const from = progress.number ? arrays.editedGates : arrays.freeGates;
    const values = progress.fresh.map(({ layer, first, last }) => {
      const { units } = model.layers[layer],
        size = (last + 1 - first) * units,
        { r, z, n, h } = from[layer];
      const index = spareBuffers.findIndex(({ byteLength }) => byteLength >= size * 16),
        [buffer] = index < 0 ? [new ArrayBuffer(size * 16)] : spareBuffers.splice(index, 1);
      [r, z, n, h].forEach((gate, place) =>
        new Float32Array(buffer, place * size * 4, size).set(gate.subarray(first * units, (last + 1) * units)),
      );
      return buffer;
    });
    scope.postMessage({ kind: "progress", ...progress, values }, values);
  };
  scope.onmessage = ({ data }) => {
    if (data.kind === "spare") {
      spareBuffers.push(...data.buffers);
      spareBuffers.sort((p, q) => p.byteLength - q.byteLength).splice(0, spareBuffers.length - MOST_SPARES);
    } else if (data.kind === "model") {
      const run = new IncrementalRun({
        ...data,
        slice: SLICE,
        clock,
        report: (progress) => send(run, progress),
      });
      current = run;
    } else if (data.kind === "ask") current?.ask(data);
    else current?.ask(null);
    current?.start();
  };
  scope.postMessage({ kind: "here" });
}

// not in Node and not in a page
if ("WorkerGlobalScope" in globalThis) serve(/** @type {WorkerScope} */ (/** @type {unknown} */ (self)));
