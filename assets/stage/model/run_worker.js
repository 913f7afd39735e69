// Computes runs with edits, the newest request only, a few milliseconds at a time: in a worker of its own, which is what
// this module is where it stands alone, or in the page where no worker can be had.

/** @import { Edit, Gates, Model, Span } from "./gru.js" */
/** @import { Clock } from "./clock.js" */
import { startRerun, prepare, restore, allocateGates } from "./gru.js";

/** @typedef {{number: number, edits: readonly Edit[], x: Float32Array | null, from: Span | null}} RunRequest  x: null for the free run's; from: the steps at which it is another */
/** @typedef {{layer: number, first: number, last: number}} ComputedSteps  steps just computed */

/**
 * How far a run is.
 * @typedef {object} RunProgress
 * @property {number} number  of the request; 0: the free run
 * @property {ComputedSteps[]} fresh
 * @property {(Span | null)[]} known  per layer the steps that are as they will stay
 * @property {(Span | null)[]} changed  per layer the steps that may differ from the free run
 * @property {boolean} done
 * @property {number | null} rate  ms a multiplication took; null: too few were done to say
 */

/** @typedef {RunProgress & {kind: "progress", values: ArrayBuffer[]}} WorkerReport  values: of each of `fresh`, r z n h one after another */
/** @typedef {{kind: "model", model: Model, x: Float32Array, h0: Float32Array} | ({kind: "ask"} & RunRequest) | {kind: "stop"} | {kind: "spare", buffers: ArrayBuffer[]}} WorkerOrder  what a worker is sent */
/** @typedef {{onmessage: ((event: {data: WorkerOrder}) => void) | null, postMessage: (message: WorkerReport | {kind: "here"}, transfer?: Transferable[]) => void}} WorkerScope  a worker's own side */

const SLICE = 8; // ms in a worker before it hears what else has come
const FIRST_RATE = 1.5e-6; // ms a multiplication, before any was measured
const MEASURED = 1e5,
  LATEST = 9; // multiplications that make a measurement; measurements that count
const SPARES = 8;

export class IncrementalRun {
  /**
   * @param {object} given
   * @param {Model} given.model
   * @param {Float32Array} given.x
   * @param {Float32Array} given.h0
   * @param {number} given.slice  ms at a time
   * @param {Clock} given.clock
   * @param {(progress: RunProgress) => void} given.tell
   */
  constructor({ model, x, h0, slice, clock, tell }) {
    this.model = model;
    this.x = x;
    this.h0 = h0;
    this.slice = slice;
    this.clock = clock;
    this.tell = tell;
    this.rates = [FIRST_RATE];
    this.steps = x.length / model.layers[0].inputs;
    /** @type {RunRequest | null} */
    this.request = null;
    /** @type {import("./gru.js").Rerun | null} of the free run or, once that is there, of the request */
    this.run = null;
    this.freed = false;
    /** @type {ReturnType<Clock["later"]> | null} */
    this.timer = null;
    /** @type {{prepared: import("./gru.js").PreparedModel, free: Gates[], bent: Gates[], dirty: (Span | null)[]} | null} */
    this.held = null;
  }

  /** The arrays; made when first used. */
  get arrays() {
    this.held ??= {
      prepared: prepare(this.model),
      free: allocateGates(this.model, this.steps),
      bent: allocateGates(this.model, this.steps),
      dirty: this.model.layers.map(() => /** @type {Span} */ ([0, this.steps - 1])),
    };
    return this.held;
  }

  /** ms a multiplication takes: the middle of what was measured, for any slice may have been held up. */
  get rate() {
    return [...this.rates].sort((p, q) => p - q)[(this.rates.length - 1) >> 1];
  }

  /** @param {number | null} rate */
  measured(rate) {
    if (rate !== null) this.rates = [...this.rates, rate].slice(-LATEST);
  }

  /** Whether nothing is left to do. */
  get idle() {
    return this.freed && !this.request;
  }

  /**
   * What to compute instead of what was asked before; null: nothing but the free run.
   * @param {RunRequest | null} request
   */
  ask(request) {
    if (this.freed) this.run = null;
    this.request = request;
  }

  /** The free run was computed elsewhere. */
  free() {
    this.freed = true;
    this.run = null;
  }

  /** Go on a slice at a time until all is done. */
  start() {
    if (this.timer !== null || this.idle) return;
    this.timer = this.clock.later(() => {
      this.timer = null;
      this.work(this.slice);
      this.start();
    }, 0);
  }

  /** Nothing more. */
  stop() {
    this.clock.never(this.timer);
    this.timer = null;
    this.request = null;
    this.run = null;
  }

  /**
   * Compute for some time, at least a piece.
   * @param {number} ms
   */
  work(ms) {
    const begun = this.clock.now();
    do this.part(begun, ms);
    while (!this.idle && this.clock.now() - begun < ms);
  }

  /**
   * Compute on one run, until it or the time is over.
   * @param {number} begun
   * @param {number} ms
   */
  part(begun, ms) {
    const { prepared, free, bent, dirty } = this.arrays,
      { request, freed, x, h0, clock } = this;
    if (freed && !request) return;
    this.run ??=
      freed && request
        ? startRerun(prepared, request.x ?? x, h0, request.edits, free, bent, { from: request.from, dirty })
        : startRerun(prepared, x, h0, [], null, free);
    const { run } = this,
      start = clock.now();
    /** @type {Map<number, ComputedSteps>} */
    const fresh = new Map();
    let work = 0,
      now = start;
    while (!run.done) {
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
      if (now - begun >= ms) break;
    }
    const { done } = run,
      rate = work >= MEASURED && now > start ? (now - start) / work : null,
      number = freed && request ? request.number : 0;
    if (done) {
      this.run = null;
      if (number) this.request = null;
      else this.freed = true;
    }
    this.measured(rate);
    this.tell({ number, fresh: [...fresh.values()], known: run.known, changed: run.changed, done, rate });
  }

  /**
   * Take in what another has computed.
   * @param {WorkerReport} told
   */
  take({ number, fresh, known, changed, values, done }) {
    const { free, bent, dirty } = this.arrays,
      { layers } = this.model,
      to = number ? bent : free;
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
        ({ units }, row) => (dirty[row] = restore(free[row], bent[row], units, dirty[row], known[row], changed[row])),
      );
    else if (done) this.free();
  }
}

/** Turns of a worker: timers of 0 ms wait for 4 there. */
function turns() {
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
 * A worker's life: it is sent a model, then requests, and gets back the buffers it has sent.
 * @param {WorkerScope} scope
 * @param {Clock} [clock]
 */
export function serve(scope, clock = turns()) {
  /** @type {IncrementalRun | null} */
  let bender = null;
  /** @type {ArrayBuffer[]} */
  const spare = [];
  const tell = (/** @type {IncrementalRun} */ { arrays, model }, /** @type {RunProgress} */ progress) => {
    const from = progress.number ? arrays.bent : arrays.free;
    const values = progress.fresh.map(({ layer, first, last }) => {
      const { units } = model.layers[layer],
        size = (last + 1 - first) * units,
        { r, z, n, h } = from[layer];
      const found = spare.findIndex(({ byteLength }) => byteLength >= size * 16),
        [buffer] = found < 0 ? [new ArrayBuffer(size * 16)] : spare.splice(found, 1);
      [r, z, n, h].forEach((gate, place) =>
        new Float32Array(buffer, place * size * 4, size).set(gate.subarray(first * units, (last + 1) * units)),
      );
      return buffer;
    });
    scope.postMessage({ kind: "progress", ...progress, values }, values);
  };
  scope.onmessage = ({ data }) => {
    if (data.kind === "spare") {
      spare.push(...data.buffers);
      spare.sort((p, q) => p.byteLength - q.byteLength).splice(0, spare.length - SPARES);
    } else if (data.kind === "model") {
      const made = new IncrementalRun({ ...data, slice: SLICE, clock, tell: (progress) => tell(made, progress) });
      bender = made;
    } else if (data.kind === "ask") bender?.ask(data);
    else bender?.ask(null);
    bender?.start();
  };
  scope.postMessage({ kind: "here" });
}

// under node, and in a page, nobody is served
if ("WorkerGlobalScope" in globalThis) serve(/** @type {WorkerScope} */ (/** @type {unknown} */ (self)));
