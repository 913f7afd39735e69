// Rerun of a stack of layers with edits. Each layer is computed from its first changed step until it equals the free run
// again, in small pieces, so that the caller can stop after any of them.

/** @import { Gates, Layer, Span } from "./layer.js" */
/** @import { Edit, Model, Plan, PreparedModel } from "./interventions.js" */
import { run } from "./layer.js";
import { compile, firstChangedStep, hull, editedSpan } from "./interventions.js";

const PIECE = 4e5; // work of one piece, about half a millisecond
const CURVES = 20; // cost of a sigmoid or a tanh, in multiplications

/** @type {readonly ("r" | "z" | "n" | "h")[]} */
export const GATES = ["r", "z", "n", "h"];

/**
 * Copy some steps of every gate.
 * @param {Gates} from
 * @param {Gates} to
 * @param {Span} span
 * @param {number} units
 */
function copy(from, to, [first, last], units) {
  if (first <= last)
    for (const gate of GATES) to[gate].set(from[gate].subarray(first * units, (last + 1) * units), first * units);
}

/**
 * Copy the free run into those final steps of a layer that were not computed.
 * @param {Gates} free
 * @param {Gates} out
 * @param {number} units
 * @param {Span | null} dirty  steps at which `out` may differ from the free run
 * @param {Span | null} knownSpan  steps that are final
 * @param {Span | null} computedSpan  steps of them that were computed and may differ
 * @returns {Span | null}  steps at which `out` may differ from the free run now
 */
export function restore(free, out, units, dirty, knownSpan, computedSpan) {
  if (!dirty || !knownSpan) return hull(dirty, computedSpan);
  const copyFree = (/** @type {number} */ first, /** @type {number} */ last) =>
    copy(free, out, [Math.max(first, dirty[0]), Math.min(last, dirty[1])], units);
  if (computedSpan) {
    copyFree(knownSpan[0], computedSpan[0] - 1);
    copyFree(computedSpan[1] + 1, knownSpan[1]);
  } else copyFree(...knownSpan);
  const before =
    dirty[0] < knownSpan[0] ? /** @type {Span} */ ([dirty[0], Math.min(dirty[1], knownSpan[0] - 1)]) : null;
  const after = dirty[1] > knownSpan[1] ? /** @type {Span} */ ([Math.max(dirty[0], knownSpan[1] + 1), dirty[1]]) : null;
  return hull(hull(before, computedSpan), after);
}

/**
 * Allocate the arrays of one run.
 * @param {Model} model
 * @param {number} steps
 * @returns {Gates[]}
 */
export function allocateGates({ layers }, steps) {
  const values = (/** @type {Layer} */ { units }) => new Float32Array(steps * units);
  return layers.map((layer) => ({ r: values(layer), z: values(layer), n: values(layer), h: values(layer) }));
}

/**
 * Return the number of multiplications in one step.
 * @param {Layer} layer
 */
function workOf({ inputs, units }) {
  return 3 * units * (inputs + units + CURVES);
}

/**
 * Return the rows of the layer axis that a row reads; empty if it reads the input.
 * @param {number} row
 * @param {1 | 2} directions
 * @returns {number[]}
 */
export function rowsBelow(row, directions) {
  const top = row - (row % directions);
  return top === 0 ? [] : Array.from({ length: directions }, (_, k) => top - directions + k);
}

/**
 * Return an upper bound of the multiplications in a rerun.
 * @param {Model} model
 * @param {readonly Edit[]} edits
 * @param {number} steps
 * @param {Span | null} [from]  the steps at which the input differs
 */
export function estimateWork({ layers, directions }, edits, steps, from = null) {
  /** @type {(Span | null)[]} */
  const spans = [];
  let work = 0;
  layers.forEach((layer, row) => {
    const inputs =
      row < directions
        ? from
        : rowsBelow(row, directions).reduce((all, each) => hull(all, spans[each]), /** @type {Span | null} */ (null));
    const start = firstChangedStep(layer, row, edits, steps, inputs);
    spans.push(start === null ? null : layer.reverse ? [0, start] : [start, steps - 1]);
    if (start !== null) work += workOf(layer) * (layer.reverse ? start + 1 : steps - start);
  });
  return work;
}

/**
 * Return the first and last step at which two inputs differ.
 * @param {Float32Array} one
 * @param {Float32Array} other
 * @param {number} inputs
 * @param {number} [start]  they are equal before this step
 * @returns {Span | null}
 */
export function differingSteps(one, other, inputs, start = 0) {
  let first = start * inputs,
    last = one.length - 1;
  while (first <= last && Object.is(one[first], other[first])) first++;
  if (first > last) return null;
  while (Object.is(one[last], other[last])) last--;
  return [Math.floor(first / inputs), Math.floor(last / inputs)];
}

/** Progress of one layer. */
class LayerProgress {
  /**
   * @param {Layer} layer
   * @param {Plan} plan
   * @param {Float32Array} start  [unit], initial state
   */
  constructor(layer, plan, start) {
    this.layer = layer;
    this.plan = plan;
    this.start = start.slice();
    for (const unit of plan.lesionedUnits) this.start[unit] = 0;
    /** @type {number | null} the step to compute next; null until the first one is known */
    this.next = null;
    /** @type {Span | null} the computed steps; all others equal the free run */
    this.computedSpan = null;
    this.isDone = false;
    this.stepsPerPiece = Math.max(1, Math.round(PIECE / workOf(layer)));
  }
}

/** One rerun in progress. */
export class Rerun {
  /**
   * @param {PreparedModel} preparedModel
   * @param {Float32Array} x  [t * inputs + input]
   * @param {Float32Array} h0  [layer * units + unit]
   * @param {readonly Edit[]} edits
   * @param {Gates[] | null} free  each layer's run without them; null computes everything
   * @param {Gates[]} out
   * @param {{from?: Span | null, dirty?: (Span | null)[]}} [options]  see `startRerun`
   */
  constructor(preparedModel, x, h0, edits, free, out, { from = null, dirty } = {}) {
    const { layers, directions } = preparedModel.model;
    this.directions = directions;
    this.steps = x.length / layers[0].inputs;
    this.x = x;
    this.edits = edits;
    this.free = free;
    this.out = out;
    this.inputSpan = free ? from : /** @type {Span} */ ([0, this.steps - 1]);
    const whole = /** @type {Span} */ ([0, this.steps - 1]);
    this.dirty = dirty ?? layers.map(() => whole);
    this.progress = compile(preparedModel, edits, this.steps).map((plan, row) => {
      const { units } = layers[row];
      return new LayerProgress(layers[row], plan, h0.subarray(row * units, (row + 1) * units));
    });
    this.nextRow = 0;
    for (let row = 0; row < layers.length; row++) this.startLayer(row);
  }

  get isDone() {
    return this.progress.every((way) => way.isDone);
  }

  /** The final steps of each layer; null for none. */
  get knownSpans() {
    return this.progress.map((way) => this.knownSpan(way));
  }

  /** The computed steps of each layer. Once done, all others equal the free run. */
  get changedSpans() {
    return this.progress.map(({ computedSpan }) => computedSpan);
  }

  /**
   * @param {LayerProgress} way
   * @returns {Span | null}
   */
  knownSpan({ next, isDone, layer: { reverse } }) {
    if (isDone) return [0, this.steps - 1];
    if (next === null || next === (reverse ? this.steps - 1 : 0)) return null;
    return reverse ? [next + 1, this.steps - 1] : [0, next - 1];
  }

  /**
   * Set the first step of a layer, if it is known.
   * @param {number} row
   */
  startLayer(row) {
    const way = this.progress[row],
      lower = rowsBelow(row, this.directions).map((each) => this.progress[each]);
    // a layer that reads two directions starts when both are done: only then is the end of their changes known
    if (lower.some(({ isDone, next }) => !isDone && (this.directions === 2 || next === null))) return;
    const end = this.steps - 1,
      inputs =
        lower.length === 0
          ? this.inputSpan
          : lower.reduce(
              (all, { isDone, next, computedSpan }) => hull(all, isDone ? computedSpan : [next ?? 0, end]),
              /** @type {Span | null} */ (null),
            );
    way.next = firstChangedStep(way.layer, row, this.edits, this.steps, inputs);
    way.isDone = way.next === null;
    this.restore(row);
  }

  /** Copy the free run into unchanged steps of a layer. @param {number} row */
  restore(row) {
    const way = this.progress[row],
      {
        computedSpan,
        layer: { units },
      } = way;
    this.dirty[row] = this.free
      ? restore(this.free[row], this.out[row], units, this.dirty[row], this.knownSpan(way), computedSpan)
      : hull(this.dirty[row], computedSpan);
  }

  /**
   * Compute one more piece.
   * @returns {{layer: number, first: number, last: number, work: number} | null}  null once all is done
   */
  advance() {
    for (let k = 0; k < this.progress.length; k++) {
      const row = this.nextRow;
      this.nextRow = (row + 1) % this.progress.length;
      const piece = this.progress[row].isDone ? null : this.advanceLayer(row);
      if (piece) return piece;
    }
    return null;
  }

  /** Compute one piece of a layer; null if it has to wait. @param {number} row */
  advanceLayer(row) {
    const way = this.progress[row],
      {
        layer: { reverse, units },
        plan,
        stepsPerPiece,
      } = way,
      end = this.steps - 1;
    if (way.next === null) this.startLayer(row);
    if (way.next === null || way.isDone) return null;
    const lower = rowsBelow(row, this.directions),
      sources = lower.length ? lower.map((k) => this.out[k].h) : [this.x];
    let first = reverse ? Math.max(0, way.next - stepsPerPiece + 1) : way.next,
      last = reverse ? way.next : Math.min(end, way.next + stepsPerPiece - 1);
    for (const k of lower) {
      const available = this.knownSpan(this.progress[k]);
      if (!available) return null;
      first = Math.max(first, available[0]);
      last = Math.min(last, available[1]);
    }
    if (first > last) return null;
    const to = this.out[row],
      before = reverse ? last + 1 : first - 1;
    run(
      plan.packedLayer,
      plan.segments,
      sources,
      before < 0 || before > end ? way.start : to.h.subarray(before * units, (before + 1) * units),
      first,
      last,
      to,
    );
    way.computedSpan = hull(way.computedSpan, [first, last]);
    way.next = reverse ? first - 1 : last + 1;
    const lastStep = reverse ? first : last;
    way.isDone = lastStep === (reverse ? 0 : end) || this.hasConverged(row, lastStep);
    this.restore(row);
    return { layer: row, first, last, work: (last - first + 1) * workOf(way.layer) };
  }

  /**
   * Whether a layer equals the free run from here on: same state, no further edits or changed inputs.
   * @param {number} row
   * @param {number} t  the step computed last
   */
  hasConverged(row, t) {
    const { reverse, units } = this.progress[row].layer,
      lower = rowsBelow(row, this.directions).map((each) => this.progress[each]);
    if (!this.free || lower.some(({ isDone }) => !isDone)) return false;
    const ends = hull(
      editedSpan(row, this.edits, this.steps, lower.length ? null : this.inputSpan),
      lower.reduce((all, { computedSpan }) => hull(all, computedSpan), /** @type {Span | null} */ (null)),
    );
    if (ends && (reverse ? ends[0] < t : ends[1] > t)) return false;
    const own = this.out[row].h,
      other = this.free[row].h;
    for (let k = t * units; k < (t + 1) * units; k++) if (!Object.is(own[k], other[k])) return false;
    return true;
  }
}

/**
 * Start a rerun. `advance()` computes one piece, `finishRerun()` the rest.
 * @param {PreparedModel} preparedModel
 * @param {Float32Array} x  [t * inputs + input]
 * @param {Float32Array} h0  [layer * units + unit]
 * @param {readonly Edit[]} edits
 * @param {Gates[] | null} free  each layer's run without them; null computes everything
 * @param {Gates[]} out  each layer's run with them
 * @param {object} [options]
 * @param {Span | null} [options.from]  the steps at which x differs from the input of the free run
 * @param {(Span | null)[]} [options.dirty]  steps at which `out` may differ from the free run; updated. All steps if left out
 */
export function startRerun(preparedModel, x, h0, edits, free, out, options) {
  return new Rerun(preparedModel, x, h0, edits, free, out, options);
}

/**
 * Compute the rest of a rerun at once.
 * @param {Rerun} rerun
 * @returns {(Span | null)[]}  the changed steps of each layer
 */
export function finishRerun(rerun) {
  while (rerun.advance());
  return rerun.changedSpans;
}
