// Predictions of a model's head, targets and errors, from states. Same rules as gruviz/tasks/answers.py; generated test
// cases compare the two.

/** @import { Explained, JsonNumber, Term } from "./explain.js" */
/** @import { Table, Tables } from "./table.js" */

const MOST_TERMS = 8; // as in gruviz/protocol/requests.py

/**
 * Kind, rows and scale of the outputs of a model's head.
 * @typedef {object} OutputSpec
 * @property {"classes" | "signs" | "numbers"} kind  class probabilities; numbers whose sign is the prediction; numbers
 * @property {number} count  of rows
 * @property {number | null} within  largest error of a correct number (exclusive); null: numbers are never wrong
 * @property {string[]} [names]  of the rows; those of the inputs if left out
 * @property {number[]} [rows]  the class of each row but the last, which the remaining classes share
 * @property {boolean} [judged]  some step has a target, and a prediction can be wrong
 * @property {number} [low]  ends of the scale of signs and numbers
 * @property {number} [high]
 */

/**
 * A linear head. The response "model" has w and b, the scene's `answer` has the rows.
 * @typedef {object} Head
 * @property {OutputSpec["kind"]} kind
 * @property {number | null} within
 * @property {Float32Array} w  (output, unit)
 * @property {Float32Array} b  (output)
 * @property {number[]} [rows]
 */

/**
 * Compute the predictions of a head, as tables of a tile.
 * @param {Head} head
 * @param {ArrayLike<number>} h  (step, unit)
 * @param {number} steps
 * @param {number} units  that the head reads: those of both directions
 * @param {ArrayLike<number> | null} [target]  (step, k); of classes (step, 1), the class number. NaN: no target
 * @returns {{y: Table, wrong: Table | null, target?: Table, said?: Table}}  wrong: null if no prediction can be wrong; said: row of the predicted class
 */
export function headOutputs(head, h, steps, units, target = null) {
  const { kind, rows, b } = head,
    outputs = b.length,
    wide = rows ? rows.length + 1 : outputs,
    row = rows && rowsOf(rows, outputs),
    isClasses = kind === "classes";
  const y = table(steps, wide),
    one = new Float64Array(outputs),
    each = target ? target.length / steps : 0;
  const canBeWrong = target && (kind !== "numbers" || head.within !== null);
  const wrong = canBeWrong ? table(steps, 1).fill(NaN) : null,
    predictedRows = row && table(steps, 1),
    targets = target && table(steps, each);
  for (let t = 0; t < steps; t++) {
    applyHead(head, h, t * units, units, one);
    if (isClasses) softmax(one);
    const top = isClasses ? largest(one) : 0;
    if (!row) y.set(one, t * wide);
    else for (let k = 0; k < outputs; k++) y[t * wide + row[k]] += one[k];
    if (predictedRows && row) predictedRows[t] = row[top];
    if (!target || !targets) continue;
    let hasTarget = true;
    for (let k = 0; k < each; k++) {
      const value = target[t * each + k];
      hasTarget &&= value === value;
      targets[t * each + k] = row && value === value ? row[value] : value;
    }
    if (!wrong || !hasTarget) continue;
    let isWrong = isClasses && top !== target[t];
    // Python compares float32 too
    for (let k = 0; !isClasses && k < each; k++)
      isWrong ||= missesTarget(head, Math.fround(one[k]), target[t * each + k]);
    wrong[t] = isWrong ? 1 : 0;
  }
  return { y, wrong, ...(targets && { target: targets }), ...(predictedRows && { said: predictedRows }) };
}

/**
 * Whether one of several numbers or signs misses its target.
 * @param {{kind: OutputSpec["kind"], within: number | null}} head
 * @param {number} value
 * @param {number} target
 */
function missesTarget({ kind, within }, value, target) {
  return kind === "signs" ? value > 0 !== target > 0 : !(Math.abs(value - target) < (within ?? 0));
}

/**
 * Return the terms of one output, weight times state, as in the response "explain".
 * @param {Head} head
 * @param {ArrayLike<number>} h  (step, unit), as in `headOutputs`
 * @param {{layer: number, t: number, unit: number, out: number}} place  the selected cell, and the output
 * @param {{units: number, layers: number, names?: string[]}} trace  units of one direction, rows of the layer axis
 * @returns {Explained}
 */
export function explainOutput(head, h, { layer, t, unit, out }, { units, layers, names = [] }) {
  const { w: weights, b, kind } = head,
    wide = weights.length / b.length,
    one = new Float64Array(b.length);
  applyHead(head, h, t * wide, wide, one);
  const total = one[out];
  if (kind === "classes") softmax(one);
  /** @type {{k: number | null, value: number}[]} */
  const every = Array.from({ length: wide }, (_, k) => ({ k, value: weights[out * wide + k] * h[t * wide + k] }));
  const size = (/** @type {{value: number}} */ { value }) => (Number.isNaN(value) ? Infinity : Math.abs(value));
  const descending = [...every, { k: null, value: b[out] }].sort((p, q) =>
    size(p) === size(q) ? 0 : size(q) - size(p),
  );
  const top = descending.slice(0, MOST_TERMS).filter(({ value }) => value !== 0),
    rest = descending.slice(MOST_TERMS);
  /** @type {Term[]} */
  const terms = top.map(({ k, value }) => {
    if (k === null)
      return {
        kind: "bias",
        index: null,
        value: jsonNumber(value),
        weight: jsonNumber(value),
        source: null,
        reset: null,
        at: null,
        reset_at: null,
        name: "",
      };
    const at = {
      gate: /** @type {const} */ ("h"),
      layer: layers - wide / units + Math.floor(k / units),
      t,
      unit: k % units,
    };
    return {
      kind: "output",
      index: k,
      value: jsonNumber(value),
      weight: jsonNumber(weights[out * wide + k]),
      source: jsonNumber(h[t * wide + k]),
      reset: null,
      at,
      reset_at: null,
      name: names[at.unit] ?? String(at.unit),
    };
  });
  return {
    gate: "y",
    layer,
    t,
    unit,
    out,
    value: jsonNumber(one[out]),
    squash: kind === "classes" ? "softmax" : null,
    total: jsonNumber(total),
    terms,
    rest: {
      count: rest.length + Math.min(MOST_TERMS, descending.length) - top.length,
      value: jsonNumber(rest.reduce((sum, { value }) => sum + value, 0)),
    },
  };
}

/** @typedef {{y: Table, target?: Table, said?: Table, wrong?: Table}} OutputTables  tables of a tile; said: row of the predicted class */

/**
 * Prediction, target and error at one step.
 * @typedef {object} StepOutput
 * @property {number} prediction  row of the predicted class; of signs and numbers 0
 * @property {number[]} values  one per row
 * @property {number[] | null} target  row of the class, or numbers; null if unknown or there is none
 * @property {boolean | null} isWrong  null: there is no target, or predictions cannot be wrong
 * @property {number[]} wrongRows  of signs
 */

/**
 * Read the prediction, target and error at one column.
 * @param {{kind: OutputSpec["kind"], within: number | null}} answer
 * @param {OutputTables} tables  of an exact tile
 * @param {number} column
 * @returns {StepOutput}
 */
export function readOutput({ kind, within }, { y, target, said, wrong: judged }, column) {
  const values = [...y.subarray(column * y.rows, (column + 1) * y.rows)],
    isClasses = kind === "classes";
  const top = !isClasses ? 0 : said ? said[column] : largest(values);
  const targets = target ? [...target.subarray(column * target.rows, (column + 1) * target.rows)] : [NaN];
  const knownTargets = targets.some(Number.isNaN) ? null : targets;
  const missedRows =
    knownTargets && !isClasses
      ? values.flatMap((value, k) => (missesTarget({ kind, within }, value, targets[k]) ? [k] : []))
      : [];
  const wrongRows = kind === "signs" ? missedRows : [];
  // classes can share a row: then only the tile's table `wrong` distinguishes them
  const judgement = judged?.[column] ?? NaN,
    isMissed = isClasses ? top !== targets[0] : missedRows.length > 0;
  const isWrong =
    !knownTargets || (kind === "numbers" && within === null)
      ? null
      : Number.isNaN(judgement)
        ? isMissed
        : judgement > 0;
  return { prediction: top, values, target: knownTargets, isWrong, wrongRows };
}

/**
 * Return the name of a row; undefined for the row that the remaining classes share.
 * @param {OutputSpec} answer
 * @param {string[]} channels  names of the inputs
 * @param {number} row
 * @returns {string | undefined}
 */
export function nameOfRow({ names, rows }, channels, row) {
  return rows && row >= rows.length ? undefined : ((names ?? channels)[row] ?? String(row));
}

/**
 * Return the output that a row shows; null if several share it.
 * @param {OutputSpec} answer
 * @param {number} row
 */
export function outputOf({ rows }, row) {
  return rows ? (rows[row] ?? null) : row;
}

/**
 * Return the row of an output.
 * @param {OutputSpec} answer
 * @param {number} output
 */
export function rowOf({ rows, count }, output) {
  const row = rows ? rows.indexOf(output) : output;
  return row < 0 || row >= count ? count - 1 : row;
}

/**
 * Return the tables of the outputs in a tile; those that it does not have are left out.
 * @param {Tables} arrays
 * @returns {OutputTables}
 */
export function tablesOf({ y, target, said, wrong }) {
  return { y, ...(target && { target }), ...(said && { said }), ...(wrong && { wrong }) };
}

/**
 * @param {number} columns
 * @param {number} rows
 * @returns {Table}
 */
function table(columns, rows) {
  return Object.assign(new Float32Array(columns * rows), { columns, rows });
}

/**
 * Compute W h + b at one step.
 * @param {Head} head
 * @param {ArrayLike<number>} h
 * @param {number} at  index of the step's first state
 * @param {number} units
 * @param {Float64Array} out
 */
function applyHead({ w, b }, h, at, units, out) {
  for (let k = 0; k < out.length; k++) {
    let sum = b[k];
    for (let unit = 0, place = k * units; unit < units; unit++) sum += w[place + unit] * h[at + unit];
    out[k] = sum;
  }
}

/** Replace values by their softmax. @param {Float64Array} values */
function softmax(values) {
  let most = -Infinity,
    sum = 0;
  for (const value of values) most = Math.max(most, value);
  for (let k = 0; k < values.length; k++) sum += values[k] = Math.exp(values[k] - most);
  for (let k = 0; k < values.length; k++) values[k] /= sum;
}

/**
 * Return the index of the largest value. NaN counts as the largest, as in NumPy.
 * @param {ArrayLike<number>} values
 */
function largest(values) {
  let best = 0;
  for (let k = 0; k < values.length; k++) {
    if (Number.isNaN(values[k])) return k;
    if (values[k] > values[best]) best = k;
  }
  return best;
}

/**
 * Return the row of each class.
 * @param {number[]} rows
 * @param {number} outputs
 */
function rowsOf(rows, outputs) {
  const row = new Int32Array(outputs).fill(rows.length);
  rows.forEach((output, k) => {
    row[output] = k;
  });
  return row;
}

/**
 * Return a number for JSON, which has no NaN and no infinity.
 * @param {number} value
 * @returns {JsonNumber}
 */
function jsonNumber(value) {
  return Number.isFinite(value) ? value : Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}
