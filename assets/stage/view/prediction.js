// The outputs of the model's head at a step, in words.

/** @import { OutputSpec } from "../model/head.js" */
/** @import { Words } from "../data/scene_types.js" */
/** @import { StepOutput } from "../model/head.js" */
/** @import { ReadState } from "./readings.js" */
import { nameOfRow, outputOf, readOutput, rowOf, tablesOf } from "../model/head.js";
import { fill, number } from "./format.js";

/**
 * What is read at a step; null where there is no head, or the step is not here yet.
 * @param {ReadState} state
 * @param {number} t
 * @returns {(StepOutput & {exact: boolean}) | null}
 */
export function outputsAt({ scene, tiles, view }, t) {
  const tile = scene.answer && tiles.finest(view.layer, t);
  if (!scene.answer || !tile?.arrays.y) return null;
  return { ...readOutput(scene.answer, tablesOf(tile.arrays), tile.column(t)), exact: tile.exact };
}

/**
 * Return the row of the selected output: the one a visitor selected, else that of the predicted class.
 * @param {ReadState} state
 * @returns {number | null} null where the model has no head
 */
export function selectedRow(state) {
  const {
    scene: { answer },
    view: { out, t },
  } = state;
  if (!answer) return null;
  return out !== null ? rowOf(answer, out) : (outputsAt(state, t)?.said ?? 0);
}

/**
 * The chosen output, that of the row; null where the row is of several, or there is no head.
 * @param {ReadState} state
 */
export function selectedOutput(state) {
  const {
      scene: { answer },
    } = state,
    row = selectedRow(state);
  return answer && row !== null ? outputOf(answer, row) : null;
}

/**
 * The selected output and its number.
 * @typedef {{kind: OutputSpec["kind"], name: string, value: number | null, single: boolean}} SelectedOutput  single: it is one output's
 */

/**
 * @param {ReadState} state
 * @returns {SelectedOutput | null}
 */
export function selectedOutputAt(state) {
  const {
      scene: { answer, channels },
      view: { t },
      words,
    } = state,
    row = selectedRow(state),
    reading = outputsAt(state, t);
  if (!answer || row === null) return null;
  const name = nameOfRow(answer, channels, row);
  return {
    kind: answer.kind,
    name: name ?? words.answer_others,
    value: reading?.values[row] ?? null,
    single: name !== undefined,
  };
}

/**
 * In words; "" where there is nothing to say.
 * @param {ReadState} state
 * @param {number} t
 */
export function predictionAt(state, t) {
  const {
      scene: { answer, channels },
      words,
    } = state,
    reading = outputsAt(state, t);
  if (!answer || !reading || reading.values.some(Number.isNaN)) return "";
  const text = sentence(answer, channels, words, reading);
  return reading.exact ? text : `\u2248 ${text}`;
}

/**
 * @param {OutputSpec} answer
 * @param {string[]} channels
 * @param {Words} words
 * @param {StepOutput} reading
 */
export function sentence(answer, channels, words, { said, values, due, wrong, off }) {
  const name = (/** @type {number} */ row) => nameOfRow(answer, channels, row) ?? words.answer_others;
  if (answer.kind === "classes") {
    const told = { said: name(said), p: number(values[said], 2) };
    if (!due) return fill(words.says_class, told);
    return fill(wrong ? words.says_class_wrong : words.says_class_due, {
      ...told,
      due: name(due[0]),
      q: number(values[due[0]], 2),
    });
  }
  if (answer.kind === "signs") {
    const told = { said: signsOf(values) };
    if (!due) return fill(words.says_signs, told);
    return fill(wrong ? words.says_signs_wrong : words.says_signs_due, {
      ...told,
      due: signsOf(due),
      names: off.map(name).join(", "),
    });
  }
  // where only how far it is off counts, a digit more
  const digits = answer.within === null ? 3 : 2,
    told = { said: list(values, digits) };
  if (!due) return fill(words.says_number, told);
  const apart = Math.max(...values.map((value, k) => Math.abs(value - due[k])));
  return fill(wrong ? words.says_number_wrong : wrong === null ? words.says_number_off : words.says_number_due, {
    ...told,
    due: list(due, digits, answer.within !== null),
    off: number(apart, digits),
  });
}

/**
 * Of classes those said with most, of the others each: "H 0.97", for the tip.
 * @param {ReadState} state
 * @param {number} t
 * @param {number} most
 */
export function largestOutputs(state, t, most) {
  const {
      scene: { answer, channels },
      words,
    } = state,
    reading = outputsAt(state, t);
  if (!answer || !reading) return [];
  const parts = reading.values.map((value, row) => ({
    value,
    text: `${nameOfRow(answer, channels, row) ?? words.answer_others} ${number(value, 2)}`,
  }));
  if (answer.kind === "classes") parts.sort((p, q) => q.value - p.value);
  return parts.slice(0, most).map(({ text }) => text);
}

/** @param {number[]} values */
function signsOf(values) {
  return values.map((value) => (value > 0 ? "+" : "\u2212")).join(" ");
}

/**
 * @param {number[]} values
 * @param {number} digits
 * @param {boolean} [whole]  whole ones have no decimals: what is due may be a count
 */
function list(values, digits, whole = false) {
  return values.map((value) => number(value, whole && Number.isInteger(value) ? 0 : digits)).join(", ");
}
