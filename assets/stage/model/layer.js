// One layer's equations over typed arrays, in double precision; every number is kept as a trace keeps it, in single.
//
//   r, z = sigmoid(W x + b + U h)        h = z h + (1 - z) n        h on the right: the state before
//   n = tanh(W x + b + U (r h))          reset before the matrix
//   n = tanh(W x + b + r (U h + b_hh))   reset after it
//
// What is stored is what is read again: so a run begun in the middle, from what another left there, is the same bit for bit.

/** @typedef {"r" | "z" | "n" | "h"} Gate */
/** @typedef {[number, number]} Span  steps, both included, in the input's own order */
/** @typedef {{r: Float32Array, z: Float32Array, n: Float32Array, h: Float32Array}} Gates  each [t * units + unit] */

/**
 * One layer in one direction; rows r | z | n, row by row.
 * @typedef {object} Layer
 * @property {"before" | "after"} reset  the reset gate acts before or after the matrix
 * @property {number} inputs
 * @property {number} units
 * @property {boolean} reverse  reads from the last step to the first
 * @property {Float32Array} w_ih
 * @property {Float32Array} w_hh
 * @property {Float32Array | null} b_ih
 * @property {Float32Array | null} b_hh  null beside a b_ih: the model has one bias
 * @property {Float32Array | null} [share]  how much of that one is b_hh's; nothing if it is not given
 */

/** @typedef {{units: Int32Array, scale: boolean, value: number, low: number, high: number}} Act  on some units of one gate: times the value within low to high, or the value */

/**
 * What else some steps compute.
 * @typedef {object} Hooks
 * @property {Float64Array | null} bias  on the pre-activations, r | z | n
 * @property {Act[]} r  each gate's, in order
 * @property {Act[]} z
 * @property {Act[]} n
 * @property {Act[]} h
 */

/** @typedef {{first: number, last: number, hooks: Hooks | null}} PlanSegment */

/**
 * A layer's numbers as the loops read them, and their working memory.
 * @typedef {object} Packed
 * @property {boolean} after
 * @property {boolean} reverse
 * @property {number} inputs
 * @property {number} units
 * @property {boolean} finite  no weight of the input is NaN or infinite: what is 0 adds nothing
 * @property {Float64Array} ofX  r | z | n
 * @property {Float64Array} ofH  r | z
 * @property {Float64Array} ofN  what the state adds to n
 * @property {Float64Array} bias  r | z | n
 * @property {Float64Array} gated  n's bias that r multiplies
 * @property {{x: Float64Array, at: Int32Array, projected: Float64Array, pre: Float64Array, inner: Float64Array, h: Float64Array, filtered: Float64Array}} room
 */

const CHUNK = 32; // steps whose inputs are multiplied at once
const ABREAST = 4; // rows added up beside one another: one sum alone would wait for each of its additions

const padded = (/** @type {number} */ rows) => Math.ceil(rows / ABREAST) * ABREAST;

/**
 * Some rows of a matrix in blocks of four, column by column.
 * @param {Float32Array} matrix
 * @param {number} first
 * @param {number} rows
 * @param {number} columns
 */
function blocks(matrix, first, rows, columns) {
  const made = new Float64Array(padded(rows) * columns);
  for (let row = 0; row < rows; row++) {
    const from = (first + row) * columns,
      to = (row - (row % ABREAST)) * columns + (row % ABREAST);
    for (let k = 0; k < columns; k++) made[to + k * ABREAST] = matrix[from + k];
  }
  return made;
}

/**
 * @param {Layer} layer
 * @returns {Packed}
 */
export function packed({ reset, inputs, units, reverse, w_ih, w_hh, b_ih, b_hh }) {
  const after = reset === "after",
    bias = new Float64Array(padded(3 * units)),
    gated = new Float64Array(units);
  for (let row = 0; row < 3 * units; row++) {
    bias[row] = b_ih ? b_ih[row] : 0;
    if (b_hh && after && row >= 2 * units) gated[row - 2 * units] = b_hh[row];
    else if (b_hh) bias[row] += b_hh[row];
  }
  return {
    after,
    reverse,
    inputs,
    units,
    bias,
    gated,
    finite: w_ih.every(Number.isFinite),
    ofX: blocks(w_ih, 0, 3 * units, inputs),
    ofH: blocks(w_hh, 0, 2 * units, units),
    ofN: blocks(w_hh, 2 * units, units, units),
    room: {
      x: new Float64Array(inputs),
      at: new Int32Array(inputs),
      projected: new Float64Array(CHUNK * padded(3 * units)),
      pre: new Float64Array(padded(2 * units)),
      inner: new Float64Array(padded(units)),
      h: new Float64Array(units),
      filtered: new Float64Array(units),
    },
  };
}

/**
 * matrix * vector into `out`.
 * @param {Float64Array} out
 * @param {Float64Array} matrix  in blocks
 * @param {Float64Array} vector
 * @param {number} rows
 * @param {number} columns
 */
function product(out, matrix, vector, rows, columns) {
  for (let row = 0, k4 = 0; row < rows; row += 4) {
    let a = 0,
      b = 0,
      c = 0,
      d = 0;
    for (let k = 0; k < columns; k++, k4 += 4) {
      const v = vector[k];
      a += matrix[k4] * v;
      b += matrix[k4 + 1] * v;
      c += matrix[k4 + 2] * v;
      d += matrix[k4 + 3] * v;
    }
    out[row] = a;
    out[row + 1] = b;
    out[row + 2] = c;
    out[row + 3] = d;
  }
}

/**
 * W x + b of one step into `projected` from `to` on.
 * @param {Packed} layer
 * @param {number} to
 * @param {number} count  of inputs that are not 0, found in room.at
 */
function project({ ofX, bias, inputs, units, room: { x, at, projected } }, to, count) {
  const rows = 3 * units;
  for (let row = 0, base = 0; row < rows; row += 4, base += 4 * inputs) {
    let a = bias[row],
      b = bias[row + 1],
      c = bias[row + 2],
      d = bias[row + 3];
    for (let q = 0; q < count; q++) {
      const k = at[q],
        v = x[k],
        k4 = base + 4 * k;
      a += ofX[k4] * v;
      b += ofX[k4 + 1] * v;
      c += ofX[k4 + 2] * v;
      d += ofX[k4 + 3] * v;
    }
    projected[to + row] = a;
    projected[to + row + 1] = b;
    projected[to + row + 2] = c;
    projected[to + row + 3] = d;
  }
}

/**
 * One step's inputs, side by side, into the layer's working memory; how many of them count.
 * @param {Packed} layer
 * @param {readonly Float32Array[]} sources
 * @param {number} t
 */
function gather({ inputs, finite, room: { x, at } }, sources, t) {
  const wide = inputs / sources.length;
  let count = 0,
    k = 0;
  for (const source of sources) {
    for (let i = t * wide; i < (t + 1) * wide; i++, k++) {
      x[k] = source[i];
      // of text most are 0; 0 times infinity shall be seen as NaN
      if (source[i] !== 0 || !finite) at[count++] = k;
    }
  }
  return count;
}

/**
 * @param {Float32Array} values
 * @param {number} base
 * @param {Act[]} acts
 */
function apply(values, base, acts) {
  for (const { units, scale, value, low, high } of acts) {
    for (let k = 0; k < units.length; k++) {
      const at = base + units[k];
      values[at] = scale ? Math.min(Math.max(values[at] * value, low), high) : value;
    }
  }
}

/**
 * One step: room.h becomes the state after it.
 * @param {Packed} layer
 * @param {number} from  of its W x + b in room.projected
 * @param {Hooks | null} hooks
 * @param {Gates} out
 * @param {number} base  of its numbers there
 */
function advance(
  { after, units, ofH, ofN, gated, room: { projected, pre, inner, h, filtered } },
  from,
  hooks,
  { r, z, n, h: states },
  base,
) {
  product(pre, ofH, h, 2 * units, units);
  for (let j = 0; j < units; j++) {
    r[base + j] = 1 / (1 + Math.exp(-(projected[from + j] + pre[j])));
    z[base + j] = 1 / (1 + Math.exp(-(projected[from + units + j] + pre[units + j])));
  }
  if (hooks !== null) {
    apply(r, base, hooks.r);
    apply(z, base, hooks.z);
  }
  if (after) {
    product(inner, ofN, h, units, units);
    for (let j = 0; j < units; j++)
      n[base + j] = Math.tanh(projected[from + 2 * units + j] + r[base + j] * (inner[j] + gated[j]));
  } else {
    for (let j = 0; j < units; j++) filtered[j] = r[base + j] * h[j];
    product(inner, ofN, filtered, units, units);
    for (let j = 0; j < units; j++) n[base + j] = Math.tanh(projected[from + 2 * units + j] + inner[j]);
  }
  if (hooks !== null) apply(n, base, hooks.n);
  // as written: n + z (h - n) would let a latched state (z = 1) drift
  for (let j = 0; j < units; j++) states[base + j] = z[base + j] * h[j] + (1 - z[base + j]) * n[base + j];
  if (hooks !== null) apply(states, base, hooks.h);
  for (let j = 0; j < units; j++) h[j] = states[base + j];
}

/**
 * One step of a layer by itself.
 * @param {Layer} layer
 * @param {Float32Array} x  [input]
 * @param {Float32Array} before  [unit], the state it starts from
 * @param {Hooks | null} [hooks]
 * @returns {Gates} each [unit]; h is the state after it
 */
export function step(layer, x, before, hooks = null) {
  const [r, z, n, h] = Array.from({ length: 4 }, () => new Float32Array(layer.units)),
    out = { r, z, n, h };
  run(packed(layer), [{ first: 0, last: 0, hooks }], [x], before, 0, 0, out);
  return out;
}

/**
 * Steps first to last of one layer; one in reverse takes them from the last down.
 * @param {Packed} layer
 * @param {readonly PlanSegment[]} segments  of all steps, in order
 * @param {readonly Float32Array[]} sources  what it reads, side by side: the input, or the states of the layer below
 * @param {Float32Array} before  [unit], the state the first of these steps starts from
 * @param {number} first
 * @param {number} last
 * @param {Gates} out  is written at these steps
 */
export function run(layer, segments, sources, before, first, last, out) {
  const { reverse, units, room } = layer,
    way = reverse ? -1 : 1,
    end = reverse ? first : last,
    wide = padded(3 * units);
  room.h.set(before);
  let place = segments.findIndex(
    (each) => each.first <= (reverse ? last : first) && each.last >= (reverse ? last : first),
  );
  for (let begin = reverse ? last : first; (end - begin) * way >= 0; begin += CHUNK * way) {
    const count = Math.min(CHUNK, Math.abs(end - begin) + 1);
    for (let k = 0; k < count; k++) project(layer, k * wide, gather(layer, sources, begin + k * way));
    for (let k = 0; k < count; k++) {
      const t = begin + k * way;
      if (t < segments[place].first || t > segments[place].last) place += way;
      const { hooks } = segments[place];
      if (hooks !== null && hooks.bias !== null)
        for (let row = 0; row < 3 * units; row++) room.projected[k * wide + row] += hooks.bias[row];
      advance(layer, k * wide, hooks, out, t * units);
    }
  }
}
