// One layer's equations over typed arrays. Sums are float64; every gate is stored as float32, as in a trace.
//
//   r, z = sigmoid(W x + b + U h)        h = z h + (1 - z) n        h on the right: the previous state
//   n = tanh(W x + b + U (r h))          reset before the matrix
//   n = tanh(W x + b + r (U h + b_hh))   reset after the matrix
//
// Later computations read the stored float32 values: a run that starts from a stored state is the same bit for bit.

/** @typedef {"r" | "z" | "n" | "h"} Gate */
/** @typedef {[number, number]} Span  first and last step, both included, in the order of the input */
/** @typedef {{r: Float32Array, z: Float32Array, n: Float32Array, h: Float32Array}} Gates  each [t * units + unit] */

/**
 * One layer in one direction. Matrices have the rows r | z | n, row by row.
 * @typedef {object} Layer
 * @property {"before" | "after"} reset  the reset gate acts before or after the matrix
 * @property {number} inputs
 * @property {number} units
 * @property {boolean} reverse  computes from the last step to the first
 * @property {Float32Array} w_ih
 * @property {Float32Array} w_hh
 * @property {Float32Array | null} b_ih
 * @property {Float32Array | null} b_hh  null with a b_ih: the model has one bias
 * @property {Float32Array | null} [share]  the part of that one bias that is b_hh; 0 if left out
 */

/** @typedef {{units: Int32Array, scale: boolean, value: number, low: number, high: number}} GateChange  sets some units of one gate to the value, or multiplies them with it and clips to low, high */

/**
 * Edits of some steps, compiled.
 * @typedef {object} Hooks
 * @property {Float64Array | null} bias  added to the pre-activations, r | z | n
 * @property {GateChange[]} r  changes of the gate, in order
 * @property {GateChange[]} z
 * @property {GateChange[]} n
 * @property {GateChange[]} h
 */

/** @typedef {{first: number, last: number, hooks: Hooks | null}} PlanSegment */

/**
 * A layer's weights in the layout of the inner loops, and working memory.
 * @typedef {object} PackedLayer
 * @property {boolean} after
 * @property {boolean} reverse
 * @property {number} inputs
 * @property {number} units
 * @property {boolean} finite  no input weight is NaN or infinite: inputs that are 0 can be skipped
 * @property {Float64Array} inputWeights  r | z | n
 * @property {Float64Array} stateWeights  r | z
 * @property {Float64Array} candidateWeights  from the state to n
 * @property {Float64Array} bias  r | z | n
 * @property {Float64Array} gatedBias  the bias of n that r multiplies
 * @property {{x: Float64Array, nonzero: Int32Array, inputSums: Float64Array, pre: Float64Array, inner: Float64Array, h: Float64Array, resetState: Float64Array}} buffers
 */

const CHUNK = 32; // steps whose inputs are multiplied at once
const BLOCK_ROWS = 4; // rows summed in parallel: additions of a single sum depend on each other

const roundUpRows = (/** @type {number} */ rows) => Math.ceil(rows / BLOCK_ROWS) * BLOCK_ROWS;

/**
 * Return some rows of a matrix in blocks of four, column by column.
 * @param {Float32Array} matrix
 * @param {number} first
 * @param {number} rows
 * @param {number} columns
 */
function blocks(matrix, first, rows, columns) {
  const out = new Float64Array(roundUpRows(rows) * columns);
  for (let row = 0; row < rows; row++) {
    const from = (first + row) * columns,
      to = (row - (row % BLOCK_ROWS)) * columns + (row % BLOCK_ROWS);
    for (let k = 0; k < columns; k++) out[to + k * BLOCK_ROWS] = matrix[from + k];
  }
  return out;
}

/**
 * Convert a layer to the layout of the inner loops.
 * @param {Layer} layer
 * @returns {PackedLayer}
 */
export function packLayer({ reset, inputs, units, reverse, w_ih, w_hh, b_ih, b_hh }) {
  const after = reset === "after",
    bias = new Float64Array(roundUpRows(3 * units)),
    gatedBias = new Float64Array(units);
  for (let row = 0; row < 3 * units; row++) {
    bias[row] = b_ih ? b_ih[row] : 0;
    if (b_hh && after && row >= 2 * units) gatedBias[row - 2 * units] = b_hh[row];
    else if (b_hh) bias[row] += b_hh[row];
  }
  return {
    after,
    reverse,
    inputs,
    units,
    bias,
    gatedBias,
    finite: w_ih.every(Number.isFinite),
    inputWeights: blocks(w_ih, 0, 3 * units, inputs),
    stateWeights: blocks(w_hh, 0, 2 * units, units),
    candidateWeights: blocks(w_hh, 2 * units, units, units),
    buffers: {
      x: new Float64Array(inputs),
      nonzero: new Int32Array(inputs),
      inputSums: new Float64Array(CHUNK * roundUpRows(3 * units)),
      pre: new Float64Array(roundUpRows(2 * units)),
      inner: new Float64Array(roundUpRows(units)),
      h: new Float64Array(units),
      resetState: new Float64Array(units),
    },
  };
}

/**
 * Compute matrix * vector into `out`.
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
 * Compute W x + b of one step into `inputSums` from index `to` on.
 * @param {PackedLayer} layer
 * @param {number} to
 * @param {number} count  of inputs that are not 0; buffers.nonzero has their indices
 */
function project({ inputWeights, bias, inputs, units, buffers: { x, nonzero, inputSums } }, to, count) {
  const rows = 3 * units;
  for (let row = 0, base = 0; row < rows; row += 4, base += 4 * inputs) {
    let a = bias[row],
      b = bias[row + 1],
      c = bias[row + 2],
      d = bias[row + 3];
    for (let q = 0; q < count; q++) {
      const k = nonzero[q],
        v = x[k],
        k4 = base + 4 * k;
      a += inputWeights[k4] * v;
      b += inputWeights[k4 + 1] * v;
      c += inputWeights[k4 + 2] * v;
      d += inputWeights[k4 + 3] * v;
    }
    inputSums[to + row] = a;
    inputSums[to + row + 1] = b;
    inputSums[to + row + 2] = c;
    inputSums[to + row + 3] = d;
  }
}

/**
 * Copy one step's inputs, concatenated, to buffers.x, and the indices of those to multiply to buffers.nonzero.
 * @param {PackedLayer} layer
 * @param {readonly Float32Array[]} sources
 * @param {number} t
 */
function gather({ inputs, finite, buffers: { x, nonzero } }, sources, t) {
  const wide = inputs / sources.length;
  let count = 0,
    k = 0;
  for (const source of sources) {
    for (let i = t * wide; i < (t + 1) * wide; i++, k++) {
      x[k] = source[i];
      // one-hot inputs are mostly 0; with infinite weights 0 counts too, since 0 * infinity is NaN
      if (source[i] !== 0 || !finite) nonzero[count++] = k;
    }
  }
  return count;
}

/**
 * @param {Float32Array} values
 * @param {number} base
 * @param {GateChange[]} changes
 */
function applyChanges(values, base, changes) {
  for (const { units, scale, value, low, high } of changes) {
    for (let k = 0; k < units.length; k++) {
      const at = base + units[k];
      values[at] = scale ? Math.min(Math.max(values[at] * value, low), high) : value;
    }
  }
}

/**
 * Compute one step and write its state to buffers.h.
 * @param {PackedLayer} layer
 * @param {number} from  start of its W x + b in buffers.inputSums
 * @param {Hooks | null} hooks
 * @param {Gates} out
 * @param {number} base  start of its numbers in `out`
 */
function advance(
  { after, units, stateWeights, candidateWeights, gatedBias, buffers: { inputSums, pre, inner, h, resetState } },
  from,
  hooks,
  { r, z, n, h: states },
  base,
) {
  product(pre, stateWeights, h, 2 * units, units);
  for (let j = 0; j < units; j++) {
    r[base + j] = 1 / (1 + Math.exp(-(inputSums[from + j] + pre[j])));
    z[base + j] = 1 / (1 + Math.exp(-(inputSums[from + units + j] + pre[units + j])));
  }
  if (hooks !== null) {
    applyChanges(r, base, hooks.r);
    applyChanges(z, base, hooks.z);
  }
  if (after) {
    product(inner, candidateWeights, h, units, units);
    for (let j = 0; j < units; j++)
      n[base + j] = Math.tanh(inputSums[from + 2 * units + j] + r[base + j] * (inner[j] + gatedBias[j]));
  } else {
    for (let j = 0; j < units; j++) resetState[j] = r[base + j] * h[j];
    product(inner, candidateWeights, resetState, units, units);
    for (let j = 0; j < units; j++) n[base + j] = Math.tanh(inputSums[from + 2 * units + j] + inner[j]);
  }
  if (hooks !== null) applyChanges(n, base, hooks.n);
  // not n + z (h - n): rounding would let a latched state (z = 1) drift
  for (let j = 0; j < units; j++) states[base + j] = z[base + j] * h[j] + (1 - z[base + j]) * n[base + j];
  if (hooks !== null) applyChanges(states, base, hooks.h);
  for (let j = 0; j < units; j++) h[j] = states[base + j];
}

/**
 * Compute one step of a layer.
 * @param {Layer} layer
 * @param {Float32Array} x  [input]
 * @param {Float32Array} before  [unit], the previous state
 * @param {Hooks | null} [hooks]
 * @returns {Gates} each [unit]; h is the state after the step
 */
export function step(layer, x, before, hooks = null) {
  const [r, z, n, h] = Array.from({ length: 4 }, () => new Float32Array(layer.units)),
    out = { r, z, n, h };
  run(packLayer(layer), [{ first: 0, last: 0, hooks }], [x], before, 0, 0, out);
  return out;
}

/**
 * Compute steps first to last of one layer; a reverse layer goes from the last to the first.
 * @param {PackedLayer} layer
 * @param {readonly PlanSegment[]} segments  of all steps, in order
 * @param {readonly Float32Array[]} sources  the input, or the states of the layer below, concatenated
 * @param {Float32Array} before  [unit], the state before the first computed step
 * @param {number} first
 * @param {number} last
 * @param {Gates} out  written at these steps
 */
export function run(layer, segments, sources, before, first, last, out) {
  const { reverse, units, buffers } = layer,
    direction = reverse ? -1 : 1,
    end = reverse ? first : last,
    wide = roundUpRows(3 * units);
  buffers.h.set(before);
  let place = segments.findIndex(
    (each) => each.first <= (reverse ? last : first) && each.last >= (reverse ? last : first),
  );
  for (let begin = reverse ? last : first; (end - begin) * direction >= 0; begin += CHUNK * direction) {
    const count = Math.min(CHUNK, Math.abs(end - begin) + 1);
    for (let k = 0; k < count; k++) project(layer, k * wide, gather(layer, sources, begin + k * direction));
    for (let k = 0; k < count; k++) {
      const t = begin + k * direction;
      if (t < segments[place].first || t > segments[place].last) place += direction;
      const { hooks } = segments[place];
      if (hooks !== null && hooks.bias !== null)
        for (let row = 0; row < 3 * units; row++) buffers.inputSums[k * wide + row] += hooks.bias[row];
      advance(layer, k * wide, hooks, out, t * units);
    }
  }
}
