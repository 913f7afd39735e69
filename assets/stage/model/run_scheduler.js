// Scheduler of reruns. Short reruns run within a frame, long ones in a worker, or in slices between frames if there is no
// worker. Only the newest request is computed. Reruns that would take too long are left to Python.

/** @import { Edit, Gates, Model, Span } from "./gru.js" */
/** @import { WorkerMessage, RunProgress, RunRequest, WorkerReport } from "./run_worker.js" */
/** @import { Clock } from "./clock.js" */
import { differingSteps, estimateWork } from "./gru.js";
import { realClock } from "./clock.js";
import { IncrementalRun } from "./run_worker.js";

const FRAME = 6; // ms per frame
const LONGEST = 2000; // ms
const MOST_CELLS = 2 ** 21; // (layer, step, unit): 67 MB in the page and as much in the worker
const PATIENCE = 3000; // ms a worker may take to start

/**
 * A rerun in progress or complete. The next request overwrites its arrays.
 * @typedef {object} RunResult
 * @property {number} number  of the request, as returned by `ask`
 * @property {readonly Edit[]} edits
 * @property {Float32Array} x  input of the rerun
 * @property {Gates[]} freeGates  each layer's run without edits
 * @property {Gates[]} editedGates  each layer's run with edits; outside of `knownSpans` it holds an earlier request
 * @property {(Span | null)[]} knownSpans  the final steps of each layer
 * @property {(Span | null)[]} changedSpans  of each layer; the final steps outside of them equal the free run bit for bit
 * @property {boolean} isDone
 * @property {boolean} isTooLong  nothing is computed
 */

/**
 * The page's side of a worker.
 * @typedef {object} WorkerHandle
 * @property {((event: any) => void) | null} onmessage
 * @property {((event: any) => void) | null} onerror
 * @property {((event: any) => void) | null} onmessageerror
 * @property {(message: WorkerMessage, transfer: Transferable[]) => void} postMessage
 * @property {() => void} terminate
 */

/** @returns {WorkerHandle} */
const startWorker = () => new Worker(new URL("./run_worker.js", import.meta.url), { type: "module" });

/** Reruns of one model on one input. A long free run starts at once, before the first request. */
export class RunScheduler {
  /**
   * @param {object} options
   * @param {Model} options.model
   * @param {Float32Array} options.x  [t * inputs + input] of the free run
   * @param {Float32Array} options.h0  [layer * units + unit]
   * @param {number} options.steps
   * @param {number} options.inputs
   * @param {() => WorkerHandle} [options.createWorker]
   * @param {(result: RunResult) => void} options.onResult  called after each piece of progress, also within `ask`
   * @param {(free: Gates[]) => void} [options.onFreeRun]  called when the free run is complete, also within `ask`
   * @param {Clock} [options.clock]
   */
  constructor({
    model,
    x,
    h0,
    steps,
    inputs,
    createWorker = startWorker,
    onResult,
    onFreeRun = () => {},
    clock = realClock,
  }) {
    this.model = model;
    this.steps = steps;
    this.inputs = inputs;
    this.createWorker = createWorker;
    this.onResult = onResult;
    this.onFreeRun = onFreeRun;
    this.clock = clock;
    this.number = 0;
    this.isClosed = false;
    /** @type {RunRequest | null} the newest, until it is done */
    this.request = null;
    /** @type {WorkerHandle | null} */
    this.worker = null;
    this.hasNoWorker = false; // workers do not work here
    /** @type {ReturnType<Clock["later"]> | null} */
    this.startTimer = null;
    this.local = new IncrementalRun({ model, x, h0, slice: FRAME, clock, report: (progress) => this.report(progress) });
    this.freeWork = estimateWork(model, [], steps, [0, steps - 1]);
    this.isLarge = model.layers.reduce((all, { units }) => all + units, 0) * steps > MOST_CELLS;
    const ms = this.duration(this.freeWork);
    if (this.isLarge || ms > LONGEST || ms <= FRAME) return;
    if (!this.ensureWorker()) this.local.start();
  }

  /**
   * Return the ms that a number of multiplications takes.
   * @param {number} work
   */
  duration(work) {
    return work * this.local.rate;
  }

  /**
   * Start a rerun; it replaces one that is not done.
   * @param {readonly Edit[]} edits
   * @param {Float32Array | null} [x]  input of the same length as that of the free run; null: the same input
   * @param {number} [firstInputStep]  x equals the free run's input before this step
   * @returns {number}  number of the request, see `RunResult`
   */
  ask(edits, x = null, firstInputStep = 0) {
    if (this.isClosed) return 0;
    const { local, model, steps } = this,
      number = ++this.number,
      from = x && differingSteps(local.x, x, this.inputs, firstInputStep);
    const request = { number, edits, x, from };
    const ms = this.duration(estimateWork(model, edits, steps, from) + (local.hasFreeRun ? 0 : this.freeWork));
    this.request = request;
    if (this.isLarge || ms > LONGEST) {
      this.cancel();
      this.onResult({
        number,
        edits,
        x: x ?? local.x,
        freeGates: [],
        editedGates: [],
        knownSpans: [],
        changedSpans: [],
        isDone: true,
        isTooLong: true,
      });
    } else if (ms > FRAME && this.ensureWorker()) {
      local.stop();
      const own = x && from ? x.slice() : null;
      this.send({ kind: "ask", number, edits, from, x: own }, own ? [own.buffer] : []);
    } else {
      this.send({ kind: "stop" });
      local.ask(request);
      local.work(FRAME);
      local.start();
    }
    return number;
  }

  /** Cancel the current request; the free run continues. */
  cancel() {
    this.request = null;
    this.local.ask(null);
    this.send({ kind: "stop" });
  }

  /** Start a worker if there is none. @returns {boolean} whether there is one now */
  ensureWorker() {
    if (this.worker || this.hasNoWorker) return this.worker !== null;
    try {
      const worker = this.createWorker();
      this.worker = worker;
      worker.onmessage = ({ data }) => this.receive(data);
      worker.onerror = worker.onmessageerror = () => this.fallBack();
    } catch {
      // a page opened from file: cannot start one
      this.hasNoWorker = true;
      return false;
    }
    // two timers: if the page itself was blocked, messages of the worker that have arrived are handled between them
    this.startTimer = this.clock.later(() => {
      this.startTimer = this.clock.later(() => this.fallBack(), 100);
    }, PATIENCE);
    // copies: a view would send its whole buffer
    const {
        model: { layers, directions },
        local,
      } = this,
      x = local.x.slice(),
      h0 = local.h0.slice();
    const copyOf = (/** @type {Float32Array | null | undefined} */ each) => each?.slice() ?? null;
    const own = layers.map((layer) => ({
      ...layer,
      w_ih: layer.w_ih.slice(),
      w_hh: layer.w_hh.slice(),
      b_ih: copyOf(layer.b_ih),
      b_hh: copyOf(layer.b_hh),
      share: copyOf(layer.share),
    }));
    const buffers = own.flatMap(({ w_ih, w_hh, b_ih, b_hh, share }) =>
      [w_ih, w_hh, b_ih, b_hh, share].flatMap((each) => (each ? [each.buffer] : [])),
    );
    this.send({ kind: "model", model: { layers: own, directions }, x, h0 }, [x.buffer, h0.buffer, ...buffers]);
    return true;
  }

  /**
   * @param {WorkerMessage} message
   * @param {Transferable[]} [transfer]
   */
  send(message, transfer = []) {
    this.worker?.postMessage(message, transfer);
  }

  /** @param {WorkerReport | {kind: "here"}} report */
  receive(report) {
    if (this.isClosed) return;
    this.clock.never(this.startTimer);
    if (report.kind === "here") return;
    this.local.addRate(report.rate);
    const isCurrent = report.number === 0 ? !this.local.hasFreeRun : report.number === this.request?.number;
    if (isCurrent) this.local.merge(report);
    this.send({ kind: "spare", buffers: report.values }, report.values);
    if (isCurrent) this.report(report);
  }

  /** @param {RunProgress} progress */
  report({ number, knownSpans, changedSpans, isDone }) {
    const { request } = this;
    if (number === 0 && isDone && !this.isClosed) this.onFreeRun(this.local.arrays.freeGates);
    if (this.isClosed || !request || number !== request.number) return;
    const { edits, x } = request,
      { freeGates, editedGates } = this.local.arrays;
    if (isDone) this.request = null;
    this.onResult({
      number,
      edits,
      x: x ?? this.local.x,
      freeGates,
      editedGates,
      knownSpans,
      changedSpans,
      isDone,
      isTooLong: false,
    });
  }

  /** Continue in the page without a worker. */
  fallBack() {
    if (this.isClosed || this.hasNoWorker) return;
    this.hasNoWorker = true;
    this.stopWorker();
    this.local.ask(this.request);
    this.local.start();
  }

  stopWorker() {
    this.clock.never(this.startTimer);
    if (this.worker) this.worker.onmessage = this.worker.onerror = this.worker.onmessageerror = null;
    this.worker?.terminate();
    this.worker = null;
  }

  destroy() {
    this.isClosed = true;
    this.request = null;
    this.local.stop();
    this.local.cachedArrays = null;
    this.stopWorker();
  }
}
