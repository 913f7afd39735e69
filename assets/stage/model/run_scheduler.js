// Where a what-if is computed: what fits a frame at once, the rest in a worker, newest request only; where no worker can
// be had, in slices between frames. What would take too long is left to Python.

/** @import { Edit, Gates, Model, Span } from "./gru.js" */
/** @import { WorkerOrder, RunProgress, RunRequest, WorkerReport } from "./run_worker.js" */
/** @import { Clock } from "./clock.js" */
import { differing, estimate } from "./gru.js";
import { realClock } from "./clock.js";
import { IncrementalRun } from "./run_worker.js";

const FRAME = 6; // ms that a frame has for it
const LONGEST = 2000; // ms
const MOST_CELLS = 2 ** 21; // (layer, step, unit): 67 MB in the page and as much in the worker
const PATIENCE = 3000; // ms a worker may take to come up

/**
 * A run with edits, as far as it is. Its arrays are the same each time: the next request overwrites them.
 * @typedef {object} RunResult
 * @property {number} number  of the request, as `ask` gave it
 * @property {readonly Edit[]} edits
 * @property {Float32Array} x  what it ran on
 * @property {Gates[]} free  each layer's run without edits
 * @property {Gates[]} bent  each layer's run with edits; outside of `known` it holds an earlier request
 * @property {(Span | null)[]} known  per layer the steps of `bent` that belong to this request
 * @property {(Span | null)[]} changed  per layer the steps outside of which, within `known`, `bent` equals `free` bit for bit
 * @property {boolean} done
 * @property {boolean} tooLong  nothing is computed
 */

/**
 * The page's side of a worker.
 * @typedef {object} WorkerHandle
 * @property {((event: any) => void) | null} onmessage
 * @property {((event: any) => void) | null} onerror
 * @property {((event: any) => void) | null} onmessageerror
 * @property {(message: WorkerOrder, transfer: Transferable[]) => void} postMessage
 * @property {() => void} terminate
 */

/** @returns {WorkerHandle} */
const helper = () => new Worker(new URL("./run_worker.js", import.meta.url), { type: "module" });

/** What-ifs of one model on one input. A long free run is begun at once, so that it is there when it is needed. */
export class RunScheduler {
  /**
   * @param {object} given
   * @param {Model} given.model
   * @param {Float32Array} given.x  [t * inputs + input] of the free run
   * @param {Float32Array} given.h0  [layer * units + unit]
   * @param {number} given.steps
   * @param {number} given.inputs
   * @param {() => WorkerHandle} [given.worker]
   * @param {(result: RunResult) => void} given.ready  called as often as more is known, within `ask` too
   * @param {(free: Gates[]) => void} [given.freed]  called once the free run is there, within `ask` too
   * @param {Clock} [given.clock]
   */
  constructor({ model, x, h0, steps, inputs, worker = helper, ready, freed = () => {}, clock = realClock }) {
    this.model = model;
    this.steps = steps;
    this.inputs = inputs;
    this.worker = worker;
    this.ready = ready;
    this.freed = freed;
    this.clock = clock;
    this.number = 0;
    this.closed = false;
    /** @type {RunRequest | null} the newest, until it is done */
    this.request = null;
    /** @type {WorkerHandle | null} */
    this.helper = null;
    this.alone = false; // no worker can be had
    /** @type {ReturnType<Clock["later"]> | null} */
    this.patience = null;
    this.here = new IncrementalRun({ model, x, h0, slice: FRAME, clock, tell: (progress) => this.told(progress) });
    this.freeWork = estimate(model, [], steps, [0, steps - 1]);
    this.large = model.layers.reduce((all, { units }) => all + units, 0) * steps > MOST_CELLS;
    const ms = this.took(this.freeWork);
    if (this.large || ms > LONGEST || ms <= FRAME) return;
    if (!this.helped()) this.here.start();
  }

  /**
   * ms that so many multiplications take
   * @param {number} work
   */
  took(work) {
    return work * this.here.rate;
  }

  /**
   * Compute a what-if; one that was asked before and is not done is given up.
   * @param {readonly Edit[]} edits
   * @param {Float32Array | null} [x]  what it runs on, as long as the free run's input; null: that
   * @param {number} [firstInputStep]  a step before which x is the free run's input
   * @returns {number}  the number of its results
   */
  ask(edits, x = null, firstInputStep = 0) {
    if (this.closed) return 0;
    const { here, model, steps } = this,
      number = ++this.number,
      from = x && differing(here.x, x, this.inputs, firstInputStep);
    const request = { number, edits, x, from };
    const ms = this.took(estimate(model, edits, steps, from) + (here.freed ? 0 : this.freeWork));
    this.request = request;
    if (this.large || ms > LONGEST) {
      this.giveUp();
      this.ready({
        number,
        edits,
        x: x ?? here.x,
        free: [],
        bent: [],
        known: [],
        changed: [],
        done: true,
        tooLong: true,
      });
    } else if (ms > FRAME && this.helped()) {
      here.stop();
      const own = x && from ? x.slice() : null;
      this.order({ kind: "ask", number, edits, from, x: own }, own ? [own.buffer] : []);
    } else {
      this.order({ kind: "stop" });
      here.ask(request);
      here.work(FRAME);
      here.start();
    }
    return number;
  }

  /** What is asked is not wanted any more; the free run goes on. */
  giveUp() {
    this.request = null;
    this.here.ask(null);
    this.order({ kind: "stop" });
  }

  /** Whether there is a worker; makes one where none is yet. */
  helped() {
    if (this.helper || this.alone) return this.helper !== null;
    try {
      const made = this.worker();
      this.helper = made;
      made.onmessage = ({ data }) => this.heard(data);
      made.onerror = made.onmessageerror = () => this.fallBack();
    } catch {
      // a page from file: has none
      this.alone = true;
      return false;
    }
    // where the page itself was held up, what the worker has said is heard first
    this.patience = this.clock.later(() => {
      this.patience = this.clock.later(() => this.fallBack(), 100);
    }, PATIENCE);
    // of views the whole message they lie in would be sent
    const {
        model: { layers, directions },
        here,
      } = this,
      x = here.x.slice(),
      h0 = here.h0.slice();
    const copied = (/** @type {Float32Array | null | undefined} */ each) => each?.slice() ?? null;
    const own = layers.map((layer) => ({
      ...layer,
      w_ih: layer.w_ih.slice(),
      w_hh: layer.w_hh.slice(),
      b_ih: copied(layer.b_ih),
      b_hh: copied(layer.b_hh),
      share: copied(layer.share),
    }));
    const lent = own.flatMap(({ w_ih, w_hh, b_ih, b_hh, share }) =>
      [w_ih, w_hh, b_ih, b_hh, share].flatMap((each) => (each ? [each.buffer] : [])),
    );
    this.order({ kind: "model", model: { layers: own, directions }, x, h0 }, [x.buffer, h0.buffer, ...lent]);
    return true;
  }

  /**
   * @param {WorkerOrder} order
   * @param {Transferable[]} [lent]
   */
  order(order, lent = []) {
    this.helper?.postMessage(order, lent);
  }

  /** @param {WorkerReport | {kind: "here"}} told */
  heard(told) {
    if (this.closed) return;
    this.clock.never(this.patience);
    if (told.kind === "here") return;
    this.here.measured(told.rate);
    const wanted = told.number === 0 ? !this.here.freed : told.number === this.request?.number;
    if (wanted) this.here.take(told);
    this.order({ kind: "spare", buffers: told.values }, told.values);
    if (wanted) this.told(told);
  }

  /** @param {RunProgress} progress */
  told({ number, known, changed, done }) {
    const { request } = this;
    if (number === 0 && done && !this.closed) this.freed(this.here.arrays.free);
    if (this.closed || !request || number !== request.number) return;
    const { edits, x } = request,
      { free, bent } = this.here.arrays;
    if (done) this.request = null;
    this.ready({ number, edits, x: x ?? this.here.x, free, bent, known, changed, done, tooLong: false });
  }

  /** The worker is no good: the page does it by itself. */
  fallBack() {
    if (this.closed || this.alone) return;
    this.alone = true;
    this.dismiss();
    this.here.ask(this.request);
    this.here.start();
  }

  dismiss() {
    this.clock.never(this.patience);
    if (this.helper) this.helper.onmessage = this.helper.onerror = this.helper.onmessageerror = null;
    this.helper?.terminate();
    this.helper = null;
  }

  destroy() {
    this.closed = true;
    this.request = null;
    this.here.stop();
    this.here.held = null;
    this.dismiss();
  }
}
