// Outputs of the model's head at a step, in words.

/** @import { OutputSpec } from "../model/head.js" */
/** @import { Words } from "../data/scene_types.js" */
/** @import { StepOutput } from "../model/head.js" */
/** @import { ReadState } from "./readings.js" */
import { nameOfRow, outputOf, readOutput, rowOf, tablesOf } from "../model/head.js";
import { fill, number } from "./format.js";

/**
 * Return the outputs at a step; null without a head, or if the step is not loaded.
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
 * Return the row of the selected output; the row of the predicted class if none is selected.
 * @param {ReadState} state
 * @returns {number | null} null without a head
 */
export function selectedRow(state) {
  const {
    scene: { answer },
    view: { out, t },
  } = state;
  if (!answer) return null;
  return out !== null ? rowOf(answer, out) : (outputsAt(state, t)?.prediction ?? 0);
}

/**
 * Return the selected output; null if several share its row, or without a head.
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
 * @typedef {{kind: OutputSpec["kind"], name: string, value: number | null, isSingle: boolean}} SelectedOutput  single: the row is of one output
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
    isSingle: name !== undefined,
  };
}

/**
 * Return a sentence about the prediction at a step; "" if it is not known.
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
 * Return a sentence about a prediction, its target and its error.
 * @param {OutputSpec} answer
 * @param {string[]} channels
 * @param {Words} words
 * @param {StepOutput} reading
 */
export function sentence(
  answer,
  channels,
  words,
  { prediction: prediction, values, target: target, isWrong: isWrong, wrongRows: wrongRows },
) {
  const name = (/** @type {number} */ row) => nameOfRow(answer, channels, row) ?? words.answer_others;
  if (answer.kind === "classes") {
    const fields = { said: name(prediction), p: number(values[prediction], 2) };
    if (!target) return fill(words.says_class, fields);
    return fill(isWrong ? words.says_class_wrong : words.says_class_due, {
      ...fields,
      due: name(target[0]),
      q: number(values[target[0]], 2),
    });
  }
  if (answer.kind === "signs") {
    const fields = { said: signsOf(values) };
    if (!target) return fill(words.says_signs, fields);
    return fill(isWrong ? words.says_signs_wrong : words.says_signs_due, {
      ...fields,
      due: signsOf(target),
      names: wrongRows.map(name).join(", "),
    });
  }
  // one digit more if only the error counts
  const digits = answer.within === null ? 3 : 2,
    fields = { said: list(values, digits) };
  if (!target) return fill(words.says_number, fields);
  const error = Math.max(...values.map((value, k) => Math.abs(value - target[k])));
  return fill(isWrong ? words.says_number_wrong : isWrong === null ? words.says_number_off : words.says_number_due, {
    ...fields,
    due: list(target, digits, answer.within !== null),
    off: number(error, digits),
  });
}

/**
 * Return the outputs at a step as "H 0.97", classes by probability, for the tooltip.
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
 * @param {boolean} [hasCounts]  integers are written without decimals
 */
function list(values, digits, hasCounts = false) {
  return values.map((value) => number(value, hasCounts && Number.isInteger(value) ? 0 : digits)).join(", ");
}
