// A whole stack with edits, beside its free run: each layer from its first changed step on, until nothing differs any more,
// in small pieces, so that one may stop between any two. What a layer above reads is there before it is read.

/** @import { Gates, Layer, Span } from "./layer.js" */
/** @import { Edit, Model, Plan, PreparedModel } from "./interventions.js" */
import { run } from "./layer.js";
import { compile, firstChanged, hull, touched } from "./interventions.js";

const PIECE = 4e5; // work of one piece, about half a millisecond
const CURVES = 20; // what a sigmoid or a tanh costs, in multiplications

/** @type {readonly ("r" | "z" | "n" | "h")[]} */
export const GATES = ["r", "z", "n", "h"];

/**
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
 * The free run's numbers put back into one layer's steps that are known not to differ.
 * @param {Gates} free
 * @param {Gates} out
 * @param {number} units
 * @param {Span | null} dirty  where `out` may not hold the free run
 * @param {Span | null} known  steps that will stay as they are
 * @param {Span | null} computed  those of them that may differ, and are there
 * @returns {Span | null}  where `out` may not hold the free run now
 */
export function restore(free, out, units, dirty, known, computed) {
  if (!dirty || !known) return hull(dirty, computed);
  const put = (/** @type {number} */ first, /** @type {number} */ last) =>
    copy(free, out, [Math.max(first, dirty[0]), Math.min(last, dirty[1])], units);
  if (computed) {
    put(known[0], computed[0] - 1);
    put(computed[1] + 1, known[1]);
  } else put(...known);
  const before = dirty[0] < known[0] ? /** @type {Span} */ ([dirty[0], Math.min(dirty[1], known[0] - 1)]) : null;
  const after = dirty[1] > known[1] ? /** @type {Span} */ ([Math.max(dirty[0], known[1] + 1), dirty[1]]) : null;
  return hull(hull(before, computed), after);
}

/**
 * Room for one run.
 * @param {Model} model
 * @param {number} steps
 * @returns {Gates[]}
 */
export function allocateGates({ layers }, steps) {
  const values = (/** @type {Layer} */ { units }) => new Float32Array(steps * units);
  return layers.map((layer) => ({ r: values(layer), z: values(layer), n: values(layer), h: values(layer) }));
}

/**
 * Multiplications of one step.
 * @param {Layer} layer
 */
function workOf({ inputs, units }) {
  return 3 * units * (inputs + units + CURVES);
}

/**
 * The rows of the layer axis whose states one reads; none reads the input.
 * @param {number} row
 * @param {1 | 2} directions
 * @returns {number[]}
 */
export function below(row, directions) {
  const top = row - (row % directions);
  return top === 0 ? [] : Array.from({ length: directions }, (_, k) => top - directions + k);
}

/**
 * Estimate the work of a rerun: the most multiplications it can need.
 * @param {Model} model
 * @param {readonly Edit[]} edits
 * @param {number} steps
 * @param {Span | null} [from]  the steps at which the input is another
 */
export function estimate({ layers, directions }, edits, steps, from = null) {
  /** @type {(Span | null)[]} */
  const spans = [];
  let work = 0;
  layers.forEach((layer, row) => {
    const inputs =
      row < directions
        ? from
        : below(row, directions).reduce((all, each) => hull(all, spans[each]), /** @type {Span | null} */ (null));
    const start = firstChanged(layer, row, edits, steps, inputs);
    spans.push(start === null ? null : layer.reverse ? [0, start] : [start, steps - 1]);
    if (start !== null) work += workOf(layer) * (layer.reverse ? start + 1 : steps - start);
  });
  return work;
}

/**
 * The steps at which two inputs differ, from the first to the last of them.
 * @param {Float32Array} one
 * @param {Float32Array} other
 * @param {number} inputs
 * @param {number} [start]  a step before which they are known to be the same
 * @returns {Span | null}
 */
export function differing(one, other, inputs, start = 0) {
  let first = start * inputs,
    last = one.length - 1;
  while (first <= last && Object.is(one[first], other[first])) first++;
  if (first > last) return null;
  while (Object.is(one[last], other[last])) last--;
  return [Math.floor(first / inputs), Math.floor(last / inputs)];
}

/** How far one layer is. */
class LayerProgress {
  /**
   * @param {Layer} layer
   * @param {Plan} plan
   * @param {Float32Array} start  [unit], its state before the first step
   */
  constructor(layer, plan, start) {
    this.layer = layer;
    this.plan = plan;
    this.start = start.slice();
    for (const unit of plan.lesioned) this.start[unit] = 0;
    /** @type {number | null} the step to compute next; null before it is known where it begins */
    this.next = null;
    /** @type {Span | null} what was computed: outside of it nothing differs */
    this.computed = null;
    this.done = false;
    this.each = Math.max(1, Math.round(PIECE / workOf(layer)));
  }
}

/** One run with edits, as far as it is. */
export class Rerun {
  /**
   * @param {PreparedModel} prepared
   * @param {Float32Array} x  [t * inputs + input]
   * @param {Float32Array} h0  [layer * units + unit]
   * @param {readonly Edit[]} edits
   * @param {Gates[] | null} free  each layer's run without them; null computes everything
   * @param {Gates[]} out
   * @param {{from?: Span | null, dirty?: (Span | null)[]}} [options]  see `startRerun`
   */
  constructor(prepared, x, h0, edits, free, out, { from = null, dirty } = {}) {
    const { layers, directions } = prepared.model;
    this.directions = directions;
    this.steps = x.length / layers[0].inputs;
    this.x = x;
    this.edits = edits;
    this.free = free;
    this.out = out;
    this.from = free ? from : /** @type {Span} */ ([0, this.steps - 1]);
    const whole = /** @type {Span} */ ([0, this.steps - 1]);
    this.dirty = dirty ?? layers.map(() => whole);
    this.ways = compile(prepared, edits, this.steps).map((plan, row) => {
      const { units } = layers[row];
      return new LayerProgress(layers[row], plan, h0.subarray(row * units, (row + 1) * units));
    });
    this.turn = 0;
    for (let row = 0; row < layers.length; row++) this.begin(row);
  }

  get done() {
    return this.ways.every((way) => way.done);
  }

  /** The steps of each layer that are as they will stay; null where none is yet. */
  get known() {
    return this.ways.map((way) => this.knownOf(way));
  }

  /** Per layer the steps that may differ from the free run, as far as is known; once done, outside of them none does. */
  get changed() {
    return this.ways.map(({ computed }) => computed);
  }

  /**
   * @param {LayerProgress} way
   * @returns {Span | null}
   */
  knownOf({ next, done, layer: { reverse } }) {
    if (done) return [0, this.steps - 1];
    if (next === null || next === (reverse ? this.steps - 1 : 0)) return null;
    return reverse ? [next + 1, this.steps - 1] : [0, next - 1];
  }

  /**
   * Where a layer begins, as soon as that is known; what comes before it is the free run.
   * @param {number} row
   */
  begin(row) {
    const way = this.ways[row],
      lower = below(row, this.directions).map((each) => this.ways[each]);
    // one that reads two directions waits for both: then it is known where they end, too
    if (lower.some(({ done, next }) => !done && (this.directions === 2 || next === null))) return;
    const end = this.steps - 1,
      inputs =
        lower.length === 0
          ? this.from
          : lower.reduce(
              (all, { done, next, computed }) => hull(all, done ? computed : [next ?? 0, end]),
              /** @type {Span | null} */ (null),
            );
    way.next = firstChanged(way.layer, row, this.edits, this.steps, inputs);
    way.done = way.next === null;
    this.restore(row);
  }

  /** @param {number} row */
  restore(row) {
    const way = this.ways[row],
      {
        computed,
        layer: { units },
      } = way;
    this.dirty[row] = this.free
      ? restore(this.free[row], this.out[row], units, this.dirty[row], this.knownOf(way), computed)
      : hull(this.dirty[row], computed);
  }

  /**
   * Compute one more piece.
   * @returns {{layer: number, first: number, last: number, work: number} | null}  which one; null once all is done
   */
  advance() {
    for (let tried = 0; tried < this.ways.length; tried++) {
      const row = this.turn;
      this.turn = (row + 1) % this.ways.length;
      const piece = this.ways[row].done ? null : this.move(row);
      if (piece) return piece;
    }
    return null;
  }

  /** @param {number} row */
  move(row) {
    const way = this.ways[row],
      {
        layer: { reverse, units },
        plan,
        each,
      } = way,
      end = this.steps - 1;
    if (way.next === null) this.begin(row);
    if (way.next === null || way.done) return null;
    const lower = below(row, this.directions),
      sources = lower.length ? lower.map((k) => this.out[k].h) : [this.x];
    let first = reverse ? Math.max(0, way.next - each + 1) : way.next,
      last = reverse ? way.next : Math.min(end, way.next + each - 1);
    for (const k of lower) {
      const known = this.knownOf(this.ways[k]);
      if (!known) return null;
      first = Math.max(first, known[0]);
      last = Math.min(last, known[1]);
    }
    if (first > last) return null;
    const to = this.out[row],
      before = reverse ? last + 1 : first - 1;
    run(
      plan.packed,
      plan.segments,
      sources,
      before < 0 || before > end ? way.start : to.h.subarray(before * units, (before + 1) * units),
      first,
      last,
      to,
    );
    way.computed = hull(way.computed, [first, last]);
    way.next = reverse ? first - 1 : last + 1;
    const reached = reverse ? first : last;
    way.done = reached === (reverse ? 0 : end) || this.settled(row, reached);
    this.restore(row);
    return { layer: row, first, last, work: (last - first + 1) * workOf(way.layer) };
  }

  /**
   * Whether a layer goes on as the free run does: the same state, and nothing acts any more.
   * @param {number} row
   * @param {number} t  the step it has reached
   */
  settled(row, t) {
    const { reverse, units } = this.ways[row].layer,
      lower = below(row, this.directions).map((each) => this.ways[each]);
    if (!this.free || lower.some(({ done }) => !done)) return false;
    const ends = hull(
      touched(row, this.edits, this.steps, lower.length ? null : this.from),
      lower.reduce((all, { computed }) => hull(all, computed), /** @type {Span | null} */ (null)),
    );
    if (ends && (reverse ? ends[0] < t : ends[1] > t)) return false;
    const own = this.out[row].h,
      other = this.free[row].h;
    for (let k = t * units; k < (t + 1) * units; k++) if (!Object.is(own[k], other[k])) return false;
    return true;
  }
}

/**
 * The whole stack with edits: `advance()` computes a piece until it returns null, `finishRerun()` all the rest.
 * @param {PreparedModel} prepared
 * @param {Float32Array} x  [t * inputs + input], the input it runs on
 * @param {Float32Array} h0  [layer * units + unit]
 * @param {readonly Edit[]} edits
 * @param {Gates[] | null} free  each layer's run without them; null computes everything
 * @param {Gates[]} out  each layer's run with them, once it is done
 * @param {object} [options]
 * @param {Span | null} [options.from]  the steps at which x is not the input of the free run
 * @param {(Span | null)[]} [options.dirty]  where `out` may not hold the free run; kept up to date, and everywhere if it is not given
 */
export function startRerun(prepared, x, h0, edits, free, out, options) {
  return new Rerun(prepared, x, h0, edits, free, out, options);
}

/**
 * Compute the rest of a rerun at once.
 * @param {Rerun} bent
 * @returns {(Span | null)[]}  per layer the steps outside of which nothing differs
 */
export function finishRerun(bent) {
  while (bent.advance());
  return bent.changed;
}
