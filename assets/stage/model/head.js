// Predictions of a model's head, their targets and where they are wrong: the rules of gruviz/tasks/answers.py, for
// states that were computed in the browser, and what a step's numbers mean. Held to Python by generated cases.

/** @import { Explained, JsonNumber, Term } from "./explain.js" */
/** @import { Table, Tables } from "./table.js" */

const MOST_TERMS = 8; // as gruviz/protocol/requests.py tells

/**
 * What the outputs of a model's head are, and how they are drawn.
 * @typedef {object} OutputSpec
 * @property {"classes" | "signs" | "numbers"} kind  probabilities of which the largest is predicted; signs that count; numbers
 * @property {number} count  of rows
 * @property {number | null} within  a number off by less is right; null: numbers are only near or far
 * @property {string[]} [names]  of the rows; those of the inputs where left out
 * @property {number[]} [rows]  the class of each row, where there are more classes than rows: the rest share the last
 * @property {boolean} [judged]  some step has a target, and a prediction can be wrong
 * @property {number} [low]  ends of the scale of signs and numbers
 * @property {number} [high]
 */

/**
 * A head as Python sends it: the reply "model" brings w and b, the scene's `answer` the rows of classes that share one.
 * @typedef {object} Head
 * @property {OutputSpec["kind"]} kind
 * @property {number | null} within
 * @property {Float32Array} w  (output, unit)
 * @property {Float32Array} b  (output)
 * @property {number[]} [rows]
 */

/**
 * Compute the predictions of a head, as the tables of a tile of all these steps.
 * @param {Head} head
 * @param {ArrayLike<number>} h  (step, unit)
 * @param {number} steps
 * @param {number} units  that the head reads: those of both directions side by side
 * @param {ArrayLike<number> | null} [target]  (step, k) as in the reply "model": of classes their number, NaN where there is none
 * @returns {{y: Table, wrong: Table | null, target?: Table, said?: Table}}  wrong: null where nothing can be
 */
export function headOutputs(head, h, steps, units, target = null) {
  const { kind, rows, b } = head,
    outputs = b.length,
    wide = rows ? rows.length + 1 : outputs,
    row = rows && rowsOf(rows, outputs),
    classes = kind === "classes";
  const y = table(steps, wide),
    one = new Float64Array(outputs),
    each = target ? target.length / steps : 0;
  const judged = target && (kind !== "numbers" || head.within !== null);
  const wrong = judged ? table(steps, 1).fill(NaN) : null,
    said = row && table(steps, 1),
    due = target && table(steps, each);
  for (let t = 0; t < steps; t++) {
    applyHead(head, h, t * units, units, one);
    if (classes) softmax(one);
    const top = classes ? largest(one) : 0;
    if (!row) y.set(one, t * wide);
    else for (let k = 0; k < outputs; k++) y[t * wide + row[k]] += one[k];
    if (said && row) said[t] = row[top];
    if (!target || !due) continue;
    let owed = true;
    for (let k = 0; k < each; k++) {
      const value = target[t * each + k];
      owed &&= value === value;
      due[t * each + k] = row && value === value ? row[value] : value;
    }
    if (!wrong || !owed) continue;
    let off = classes && top !== target[t];
    // as float32 has it, as Python does
    for (let k = 0; !classes && k < each; k++) off ||= differs(head, Math.fround(one[k]), target[t * each + k]);
    wrong[t] = off ? 1 : 0;
  }
  return { y, wrong, ...(due && { target: due }), ...(said && { said }) };
}

/**
 * Whether one of several numbers or signs misses its target.
 * @param {{kind: OutputSpec["kind"], within: number | null}} head
 * @param {number} value
 * @param {number} due
 */
function differs({ kind, within }, value, due) {
  return kind === "signs" ? value > 0 !== due > 0 : !(Math.abs(value - due) < (within ?? 0));
}

/**
 * One output as the terms that make it, as the reply "explain" has it: the head's weights times the states.
 * @param {Head} head
 * @param {ArrayLike<number>} h  (step, unit) as `headOutputs` takes it
 * @param {{layer: number, t: number, unit: number, out: number}} place  the chosen cell, and the output
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
  const ranked = [...every, { k: null, value: b[out] }].sort((p, q) => (size(p) === size(q) ? 0 : size(q) - size(p)));
  const told = ranked.slice(0, MOST_TERMS).filter(({ value }) => value !== 0),
    rest = ranked.slice(MOST_TERMS);
  /** @type {Term[]} */
  const terms = told.map(({ k, value }) => {
    if (k === null)
      return {
        kind: "bias",
        index: null,
        value: text(value),
        weight: text(value),
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
      value: text(value),
      weight: text(weights[out * wide + k]),
      source: text(h[t * wide + k]),
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
    value: text(one[out]),
    squash: kind === "classes" ? "softmax" : null,
    total: text(total),
    terms,
    rest: {
      count: rest.length + Math.min(MOST_TERMS, ranked.length) - told.length,
      value: text(rest.reduce((sum, { value }) => sum + value, 0)),
    },
  };
}

/** @typedef {{y: Table, target?: Table, said?: Table, wrong?: Table}} OutputTables  what a tile holds of it */

/**
 * What a step's numbers mean.
 * @typedef {object} StepOutput
 * @property {number} said  row of the predicted class; of signs and numbers 0
 * @property {number[]} values  one a row
 * @property {number[] | null} due  row of the class, or numbers; null where there is no target or it is not known
 * @property {boolean | null} wrong  null: there is no target, or nothing can be wrong
 * @property {number[]} off  rows that are wrong: signs
 */

/**
 * @param {{kind: OutputSpec["kind"], within: number | null}} answer
 * @param {OutputTables} tables  of an exact tile
 * @param {number} column
 * @returns {StepOutput}
 */
export function readOutput({ kind, within }, { y, target, said, wrong: judged }, column) {
  const values = [...y.subarray(column * y.rows, (column + 1) * y.rows)],
    classes = kind === "classes";
  const top = !classes ? 0 : said ? said[column] : largest(values);
  const wanted = target ? [...target.subarray(column * target.rows, (column + 1) * target.rows)] : [NaN];
  const due = wanted.some(Number.isNaN) ? null : wanted;
  const apart =
    due && !classes ? values.flatMap((value, k) => (differs({ kind, within }, value, wanted[k]) ? [k] : [])) : [];
  const off = kind === "signs" ? apart : [];
  // of two classes that share a row only the tile knows whether they are the same
  const told = judged?.[column] ?? NaN,
    seen = classes ? top !== wanted[0] : apart.length > 0;
  const wrong = !due || (kind === "numbers" && within === null) ? null : Number.isNaN(told) ? seen : told > 0;
  return { said: top, values, due, wrong, off };
}

/**
 * What an answer's row is called; the last row of classes that share one has no name.
 * @param {OutputSpec} answer
 * @param {string[]} channels  names of the inputs
 * @param {number} row
 * @returns {string | undefined}
 */
export function nameOfRow({ names, rows }, channels, row) {
  return rows && row >= rows.length ? undefined : ((names ?? channels)[row] ?? String(row));
}

/**
 * The output that a row shows; null where the row is of several.
 * @param {OutputSpec} answer
 * @param {number} row
 */
export function outputOf({ rows }, row) {
  return rows ? (rows[row] ?? null) : row;
}

/**
 * The row an output is in.
 * @param {OutputSpec} answer
 * @param {number} output
 */
export function rowOf({ rows, count }, output) {
  const found = rows ? rows.indexOf(output) : output;
  return found < 0 || found >= count ? count - 1 : found;
}

/**
 * What a step's answer reads of a tile's tables, those that are there.
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
 * W h + b at one step.
 * @param {Head} head
 * @param {ArrayLike<number>} h
 * @param {number} at  where the step's states begin
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

/** @param {Float64Array} values  become their softmax */
function softmax(values) {
  let most = -Infinity,
    sum = 0;
  for (const value of values) most = Math.max(most, value);
  for (let k = 0; k < values.length; k++) sum += values[k] = Math.exp(values[k] - most);
  for (let k = 0; k < values.length; k++) values[k] /= sum;
}

/**
 * Where the largest is; as NumPy has it, what is no number is larger than any.
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
 * The row of each class.
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
 * JSON has no NaN and no inf.
 * @param {number} value
 * @returns {JsonNumber}
 */
function text(value) {
  return Number.isFinite(value) ? value : Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}
